//! Raw control sequences in a text (ECMA-48, section 5.4). SGR is read; others are skipped.

use crate::color::Ground;
use crate::style::{Attribute, Change, Palette};

pub(crate) const ESCAPE: u8 = 0x1b;

/// A control sequence, which begins with an escape character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sequence<'a> {
    /// Select Graphic Rendition, with its parameters.
    Sgr(&'a [u8]),
    /// `CSI K`, which Evennia reads as an empty piece of text.
    EraseLine,
    /// Any other complete control sequence.
    Control,
    /// An escape character that begins no complete sequence.
    Bare,
}

/// The sequence at `at`, where an escape character stands, and its length in bytes.
pub(crate) fn sequence(text: &[u8], at: usize) -> (Sequence<'_>, usize) {
    let Some([b'[', body @ ..]) = text.get(at + 1..) else {
        return (Sequence::Bare, 1);
    };
    let parameters = run(body, 0x30..=0x3f);
    let intermediates = run(&body[parameters..], 0x20..=0x2f);
    let end = parameters + intermediates;
    let sequence = match body.get(end) {
        Some(b'm') if intermediates == 0 && body[..end].iter().all(|byte| *byte <= b';') => {
            Sequence::Sgr(&body[..end])
        }
        Some(b'K') if end == 0 => Sequence::EraseLine,
        Some(0x40..=0x7e) => Sequence::Control,
        _ => return (Sequence::Bare, 1),
    };
    (sequence, end + 3)
}

fn run(bytes: &[u8], class: std::ops::RangeInclusive<u8>) -> usize {
    bytes.iter().position(|byte| !class.contains(byte)).unwrap_or(bytes.len())
}

/// Calls `change` for each step that the parameters of an SGR sequence ask for.
///
/// Evennia gives two sequences a meaning of its own: `7;5` has no effect, and `1;5` only blinks.
pub(crate) fn changes(parameters: &[u8], mut change: impl FnMut(Change)) {
    match parameters {
        b"7;5" => return change(Change::Nothing),
        b"1;5" => return change(Change::Set(Attribute::Blink)),
        _ => {}
    }
    let mut rest = parameters.split(|&byte| byte == b';');
    while let Some(parameter) = rest.next() {
        if let Some(colon) = parameter.iter().position(|&byte| byte == b':') {
            subparameters(number(&parameter[..colon]), &parameter[colon + 1..], &mut change);
            continue;
        }
        match number(parameter) {
            code @ (38 | 48) => {
                let ground = if code == 38 { Ground::Fore } else { Ground::Back };
                match rest.next().map(number) {
                    Some(5) => {
                        if let Some(index) =
                            rest.next().map(number).and_then(|n| u8::try_from(n).ok())
                        {
                            change(Change::Palette(ground, Palette::Indexed(index)));
                        }
                    }
                    Some(2) => {
                        if let (Some(red), Some(green), Some(blue)) =
                            (rest.next(), rest.next(), rest.next())
                        {
                            change(Change::Rgb(ground, [red, green, blue].map(component)));
                        }
                    }
                    _ => {}
                }
            }
            code => {
                if let Some(step) = simple(code) {
                    change(step);
                }
            }
        }
    }
}

/// Colours and underlines with colons (ISO 8613-6): `38:5:n`, `38:2::r:g:b`, `38:2:r:g:b`, `4:0`.
fn subparameters(code: u16, rest: &[u8], change: &mut impl FnMut(Change)) {
    let parts: Vec<_> = rest.split(|&byte| byte == b':').take(6).collect();
    let ground = match code {
        38 => Ground::Fore,
        48 => Ground::Back,
        4 if number(parts[0]) == 0 => return change(Change::Unset(Attribute::Underline)),
        4 => return change(Change::Set(Attribute::Underline)),
        _ => return,
    };
    match parts[..] {
        [b"5", index] => {
            if let Ok(index) = u8::try_from(number(index)) {
                change(Change::Palette(ground, Palette::Indexed(index)));
            }
        }
        [b"2", red, green, blue] | [b"2", _, red, green, blue, ..] => {
            change(Change::Rgb(ground, [red, green, blue].map(component)));
        }
        _ => {}
    }
}

/// The step that a parameter without arguments asks for, if text can show it.
fn simple(code: u16) -> Option<Change> {
    let base = |first| Palette::Base(u8::try_from(code - first).unwrap_or_default());
    let bright = |first| Palette::Indexed(8 + u8::try_from(code - first).unwrap_or_default());
    Some(match code {
        0 => Change::Reset,
        1 => Change::Bold(true),
        3 => Change::Set(Attribute::Italic),
        4 | 21 => Change::Set(Attribute::Underline),
        5 | 6 => Change::Set(Attribute::Blink),
        7 => Change::Inverse(true),
        9 => Change::Set(Attribute::Strike),
        22 => Change::Bold(false),
        23 => Change::Unset(Attribute::Italic),
        24 => Change::Unset(Attribute::Underline),
        25 => Change::Unset(Attribute::Blink),
        27 => Change::Inverse(false),
        29 => Change::Unset(Attribute::Strike),
        30..=37 => Change::Palette(Ground::Fore, base(30)),
        39 => Change::Palette(Ground::Fore, Palette::Base(crate::style::DEFAULT_FORE)),
        40..=47 => Change::Palette(Ground::Back, base(40)),
        49 => Change::Palette(Ground::Back, Palette::Base(crate::style::DEFAULT_BACK)),
        90..=97 => Change::Palette(Ground::Fore, bright(90)),
        100..=107 => Change::Palette(Ground::Back, bright(100)),
        _ => return None,
    })
}

/// A decimal parameter. An empty one is 0, and one that is too large is the largest number.
fn number(digits: &[u8]) -> u16 {
    digits.iter().fold(0, |number: u16, digit| {
        number.saturating_mul(10).saturating_add(u16::from(digit.saturating_sub(b'0')))
    })
}

fn component(digits: &[u8]) -> u8 {
    u8::try_from(number(digits)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Sequence<'_>, usize) {
        sequence(text.as_bytes(), 0)
    }

    fn steps(parameters: &str) -> Vec<Change> {
        let mut steps = Vec::new();
        changes(parameters.as_bytes(), |change| steps.push(change));
        steps
    }

    #[test]
    fn sequences_are_told_apart() {
        assert_eq!(parse("\x1b[1;31mx"), (Sequence::Sgr(b"1;31"), 7));
        assert_eq!(parse("\x1b[m"), (Sequence::Sgr(b""), 3));
        assert_eq!(parse("\x1b[K"), (Sequence::EraseLine, 3));
        assert_eq!(parse("\x1b[2J"), (Sequence::Control, 4));
        assert_eq!(parse("\x1b[?25h"), (Sequence::Control, 6));
        assert_eq!(parse("\x1b[>4m"), (Sequence::Control, 5));
        assert_eq!(parse("\x1b[1 q"), (Sequence::Control, 5));
        for bare in ["\x1b", "\x1b[", "\x1b[12", "\x1b[1\x1b[0m", "\x1bc"] {
            assert_eq!(parse(bare), (Sequence::Bare, 1), "{bare:?}");
        }
    }

    #[test]
    fn parameters_become_steps() {
        use Ground::{Back, Fore};
        assert_eq!(steps(""), [Change::Reset]);
        assert_eq!(steps("1;31"), [Change::Bold(true), Change::Palette(Fore, Palette::Base(1))]);
        assert_eq!(
            steps("38;5;200;4"),
            [Change::Palette(Fore, Palette::Indexed(200)), Change::Set(Attribute::Underline),]
        );
        assert_eq!(steps("48;2;1;2;300"), [Change::Rgb(Back, [1, 2, 255])]);
        assert_eq!(steps("38:2::1:2:3"), [Change::Rgb(Fore, [1, 2, 3])]);
        assert_eq!(steps("38:2:1:2:3"), [Change::Rgb(Fore, [1, 2, 3])]);
        assert_eq!(steps("48:5:7"), [Change::Palette(Back, Palette::Indexed(7))]);
        assert_eq!(
            steps("4:0;4:3"),
            [Change::Unset(Attribute::Underline), Change::Set(Attribute::Underline),]
        );
        assert_eq!(steps("97"), [Change::Palette(Fore, Palette::Indexed(15))]);
        for without_effect in ["38", "38;5", "38;5;256", "38;2;1;2", "2", "99999999", "50"] {
            assert_eq!(steps(without_effect), [], "{without_effect}");
        }
    }

    #[test]
    fn two_sequences_mean_what_they_mean_in_evennia() {
        assert_eq!(steps("7;5"), [Change::Nothing]);
        assert_eq!(steps("1;5"), [Change::Set(Attribute::Blink)]);
        assert_eq!(steps("5;7").len(), 2);
    }
}
