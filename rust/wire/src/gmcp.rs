//! Names of GMCP packages (`Core.Supports.Get`) and of the game's commands.
//!
//! A few names are mapped by a table. Otherwise `char_vitals` is
//! `Char.Vitals`, a name without underscore belongs to the package `Core`, and
//! a package becomes a command in lower case with underscores. Blanks around a
//! name are not part of it.

use crate::blank::strip;

/// Commands whose package names follow no rule.
const TABLE: [(&str, &str); 5] = [
    ("client_options", "Core.Supports.Get"),
    ("get_inputfuncs", "Core.Commands.Get"),
    ("get_value", "Char.Value.Get"),
    ("repeat", "Char.Repeat.Update"),
    ("monitor", "Char.Monitor.Update"),
];

/// How letters change case. [`Ascii`] is enough for almost every name. For other
/// names the answer depends on the version of Unicode, which the caller chooses.
pub trait Case {
    /// Returns `text` in lower case.
    fn lower(&self, text: &str) -> String;
    /// Returns `word` with its first letter in title case, the others in lower case.
    fn capitalize(&self, word: &str) -> String;
    /// Whether `word` has letters, all in upper case.
    fn is_upper(&self, word: &str) -> bool;
    /// Whether the letters of `text` are in upper case exactly where a word begins.
    fn is_title(&self, text: &str) -> bool;
}

/// The case of ASCII letters; other letters have no case here.
#[derive(Debug, Clone, Copy)]
pub struct Ascii;

impl Case for Ascii {
    fn lower(&self, text: &str) -> String {
        text.to_ascii_lowercase()
    }

    fn capitalize(&self, word: &str) -> String {
        let mut word = word.to_ascii_lowercase();
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        word
    }

    fn is_upper(&self, word: &str) -> bool {
        !word.bytes().any(|byte| byte.is_ascii_lowercase())
            && word.bytes().any(|byte| byte.is_ascii_uppercase())
    }

    fn is_title(&self, text: &str) -> bool {
        let mut inside_a_word = false;
        let mut any = false;
        for byte in text.bytes() {
            if byte.is_ascii_uppercase() && inside_a_word
                || byte.is_ascii_lowercase() && !inside_a_word
            {
                return false;
            }
            inside_a_word = byte.is_ascii_alphabetic();
            any |= inside_a_word;
        }
        any
    }
}

/// Returns the package name of a command: `char_vitals` gives `Char.Vitals`.
pub fn package_name(command: &str, case: &impl Case) -> String {
    let command = strip(command);
    if let Some((_, package)) = TABLE.iter().find(|(name, _)| *name == command) {
        return (*package).to_owned();
    }
    if command.contains('_') {
        let words = command
            .split('_')
            .map(|word| if case.is_upper(word) { word.to_owned() } else { case.capitalize(word) });
        return words.collect::<Vec<_>>().join(".");
    }
    if case.is_title(command) {
        format!("Core.{command}")
    } else {
        format!("Core.{}", case.capitalize(command))
    }
}

/// Returns the command that a package name stands for: `Char.Vitals` gives
/// `char_vitals`. `None` if the name is empty.
pub fn command_name(package: &str, case: &impl Case) -> Option<String> {
    if let Some((command, _)) = TABLE.iter().find(|(_, name)| *name == package) {
        return Some((*command).to_owned());
    }
    let command = package.replace('.', "_");
    let command = match command.get(..5) {
        Some(prefix) if prefix.eq_ignore_ascii_case("core_") => &command[5..],
        _ => &command,
    };
    (!command.is_empty()).then(|| case.lower(command))
}

#[cfg(test)]
mod tests {
    use super::{Ascii, TABLE, command_name, package_name};

    #[test]
    fn the_table_maps_both_ways() {
        for (command, package) in TABLE {
            assert_eq!(package_name(command, &Ascii), package);
            assert_eq!(command_name(package, &Ascii).as_deref(), Some(command));
        }
    }

    #[test]
    fn commands_become_packages() {
        for (command, package) in [
            ("ping", "Core.Ping"),
            ("Ping", "Core.Ping"),
            ("PING", "Core.Ping"),
            ("Two Words", "Core.Two Words"),
            ("two Words", "Core.Two words"),
            ("1st", "Core.1st"),
            ("", "Core."),
            (" ping ", "Core.Ping"),
            ("char_vitals", "Char.Vitals"),
            ("char_HP_maxHp", "Char.HP.Maxhp"),
            ("_", "."),
            ("a__b", "A..B"),
            ("get_value", "Char.Value.Get"),
            ("Get_Value", "Get.Value"),
        ] {
            assert_eq!(package_name(command, &Ascii), package, "{command:?}");
        }
    }

    #[test]
    fn packages_become_commands() {
        for (package, command) in [
            ("Core.Ping", Some("ping")),
            ("core.Supports.Set", Some("supports_set")),
            ("CORE_x", Some("x")),
            ("Core", Some("core")),
            ("Char.Vitals", Some("char_vitals")),
            ("char.value.get", Some("char_value_get")),
            ("Core..x", Some("_x")),
            ("Core.", None),
            ("", None),
        ] {
            assert_eq!(command_name(package, &Ascii).as_deref(), command, "{package:?}");
        }
    }
}
