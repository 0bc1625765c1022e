//! Colours, and their reduction: 24 bits to the xterm palette, the palette to 16 colours.

use std::fmt::{self, Write};

/// One of the two colours of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ground {
    Fore,
    Back,
}

/// A colour as a markup token names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Color {
    /// Red, green and blue from 0 to 5: indexes 16 to 231 of the palette.
    Cube([u8; 3]),
    /// Letter `a` (black) to `z` (white): 16, 232 to 255, 231 of the palette.
    Gray(u8),
    /// Red, green and blue from 0 to 255.
    Rgb([u8; 3]),
}

impl Color {
    /// Index in the xterm palette. A 24-bit colour gives the nearest of the cube by Evennia's count.
    pub fn palette_index(self) -> u8 {
        match self {
            Self::Cube([red, green, blue]) => 16 + 36 * red + 6 * green + blue,
            Self::Gray(b'a') => 16,
            Self::Gray(b'z') => 231,
            Self::Gray(letter) => 232 + (letter - b'b'),
            Self::Rgb(rgb) => Self::Cube(rgb.map(cube_level)).palette_index(),
        }
    }

    /// The nearest of the 16 colours, as SGR sequences.
    ///
    /// As in Evennia, a dark foreground begins with a reset, and no background is bright.
    pub fn ansi16(self, ground: Ground) -> &'static str {
        let rgb = match self {
            Self::Cube(rgb) => rgb,
            // Rounds to the nearest fifth. No letter is half-way between two.
            Self::Gray(letter) => [(letter - b'a' + 2) / 5; 3],
            Self::Rgb(rgb) => rgb.map(cube_level),
        };
        let (name, bright) = nearest(rgb);
        match (ground, bright) {
            (Ground::Back, _) => BACK[name],
            (Ground::Fore, false) => DARK[name],
            (Ground::Fore, true) => BRIGHT[name],
        }
    }

    /// Appends the markup of the nearest colour of the cube: `|rgb` or `|[rgb`.
    pub fn write_markup(self, ground: Ground, out: &mut String) {
        let cube = self.palette_index() - 16;
        let bracket = if ground == Ground::Back { "[" } else { "" };
        let [red, green, blue] = [cube / 36, cube / 6 % 6, cube % 6];
        append(out, format_args!("|{bracket}{red}{green}{blue}"));
    }

    /// Appends the SGR sequence that chooses this colour.
    pub fn write(self, ground: Ground, xterm256: bool, truecolor: bool, out: &mut String) {
        let selector = match ground {
            Ground::Fore => '3',
            Ground::Back => '4',
        };
        match self {
            Self::Rgb([red, green, blue]) if truecolor => {
                append(out, format_args!("\x1b[{selector}8;2;{red};{green};{blue}m"));
            }
            _ if xterm256 => {
                append(out, format_args!("\x1b[{selector}8;5;{}m", self.palette_index()));
            }
            _ => out.push_str(self.ansi16(ground)),
        }
    }
}

fn append(out: &mut String, arguments: fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("a String takes everything");
}

/// Reduces 0 to 255 to 0 to 5: `(level - 45) / 40`, where halves go to the even neighbour, as with
/// Python's `round`.
pub(crate) fn cube_level(level: u8) -> u8 {
    let over = level.saturating_sub(45);
    let (quotient, rest) = (over / 40, over % 40);
    quotient + u8::from(rest > 20 || rest == 20 && quotient % 2 == 1)
}

const BLACK: usize = 0;
const RED: usize = 1;
const GREEN: usize = 2;
const YELLOW: usize = 3;
const BLUE: usize = 4;
const MAGENTA: usize = 5;
const CYAN: usize = 6;
const WHITE: usize = 7;

const DARK: [&str; 8] = [
    "\x1b[0m\x1b[30m",
    "\x1b[0m\x1b[31m",
    "\x1b[0m\x1b[32m",
    "\x1b[0m\x1b[33m",
    "\x1b[0m\x1b[34m",
    "\x1b[0m\x1b[35m",
    "\x1b[0m\x1b[36m",
    "\x1b[0m\x1b[37m",
];
const BRIGHT: [&str; 8] = [
    "\x1b[1m\x1b[30m",
    "\x1b[1m\x1b[31m",
    "\x1b[1m\x1b[32m",
    "\x1b[1m\x1b[33m",
    "\x1b[1m\x1b[34m",
    "\x1b[1m\x1b[35m",
    "\x1b[1m\x1b[36m",
    "\x1b[1m\x1b[37m",
];
const BACK: [&str; 8] = [
    "\x1b[40m", "\x1b[41m", "\x1b[42m", "\x1b[43m", "\x1b[44m", "\x1b[45m", "\x1b[46m", "\x1b[47m",
];

/// The name of the nearest of the 16 colours, and whether it is the bright one.
fn nearest(rgb @ [red, green, blue]: [u8; 3]) -> (usize, bool) {
    let darkest = red.min(green).min(blue);
    let brightest = red.max(green).max(blue);
    if brightest - darkest <= 1 {
        match (darkest, brightest) {
            (0, 0) => return (BLACK, false),
            (1, _) | (2, 2) => return (BLACK, true),
            (2 | 3, _) | (4, 4) => return (WHITE, false),
            (4 | 5, _) => return (WHITE, true),
            // Nearly black, with a hue.
            _ => {}
        }
    }
    match rgb.map(|level| level.div_ceil(2)) {
        [2 | 3, 0 | 1, 0 | 1] => (RED, true),
        [1, 0, 0] => (RED, false),
        [0 | 1, 2 | 3, 0 | 1] => (GREEN, true),
        [0 | 1, 1, 0] if green > red => (GREEN, false),
        [0 | 1, 0 | 1, 2 | 3] => (BLUE, true),
        [0, 0, 1] => (BLUE, false),
        [0..=2, 2 | 3, 2 | 3] if red == darkest => (CYAN, true),
        [0, 1 | 2, 1 | 2] => (CYAN, false),
        [2 | 3, 2 | 3, 0..=2] if blue == darkest => (YELLOW, true),
        [1 | 2, 1 | 2, 0 | 1] => (YELLOW, false),
        // Green is the darkest part of all others.
        [2 | 3, _, 2 | 3] => (MAGENTA, true),
        _ => (MAGENTA, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_cubes_have_the_indexes_of_xterm() {
        assert_eq!(Color::Cube([0, 0, 0]).palette_index(), 16);
        assert_eq!(Color::Cube([5, 5, 5]).palette_index(), 231);
        assert_eq!(Color::Gray(b'a').palette_index(), 16);
        assert_eq!(Color::Gray(b'b').palette_index(), 232);
        assert_eq!(Color::Gray(b'y').palette_index(), 255);
        assert_eq!(Color::Gray(b'z').palette_index(), 231);
    }

    #[test]
    fn levels_round_halves_to_even() {
        let levels = [0, 45, 65, 66, 104, 105, 145, 146, 185, 225, 226, 255].map(cube_level);
        assert_eq!(levels, [0, 0, 0, 1, 1, 2, 2, 3, 4, 4, 5, 5]);
    }

    #[test]
    fn dark_foregrounds_reset_first() {
        assert_eq!(Color::Cube([2, 0, 0]).ansi16(Ground::Fore), "\x1b[0m\x1b[31m");
        assert_eq!(Color::Cube([5, 0, 0]).ansi16(Ground::Fore), "\x1b[1m\x1b[31m");
        assert_eq!(Color::Cube([5, 0, 0]).ansi16(Ground::Back), "\x1b[41m");
        assert_eq!(Color::Gray(b'm').ansi16(Ground::Fore), "\x1b[1m\x1b[30m");
    }
}
