//! The state that SGR sequences (ECMA-48, section 8.3.117) change.

use crate::color::Ground;

/// One of the 256 colours, as a sequence chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Palette {
    /// 0 to 7, by 30 to 37 or 40 to 47: bold makes a foreground bright.
    Base(u8),
    /// Chosen by its index. Bold does not change it.
    Indexed(u8),
}

/// A property of text besides its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Blink,
    Underline,
    Italic,
    Strike,
}

/// One step of an SGR sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Reset,
    /// A known step that changes nothing that is shown, but counts as a change.
    Nothing,
    Bold(bool),
    Inverse(bool),
    Set(Attribute),
    Unset(Attribute),
    Palette(Ground, Palette),
    Rgb(Ground, [u8; 3]),
}

/// A colour: its palette entry and, if one was chosen later, its 24-bit value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    pub palette: Palette,
    pub rgb: Option<[u8; 3]>,
}

/// A colour as it is shown: its palette index and, if it has one, its 24-bit value.
pub(crate) type Shown = (u8, Option<[u8; 3]>);

/// How the next character looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Style {
    pub fore: Paint,
    pub back: Paint,
    bold: bool,
    inverse: bool,
    /// In the order in which they were set, which is the order of Evennia's classes.
    attributes: [Attribute; 4],
    attribute_count: u8,
}

/// Index of the default foreground.
pub(crate) const DEFAULT_FORE: u8 = 7;
/// Index of the default background.
pub(crate) const DEFAULT_BACK: u8 = 0;

impl Style {
    pub const DEFAULT: Self = Self {
        fore: Paint { palette: Palette::Base(DEFAULT_FORE), rgb: None },
        back: Paint { palette: Palette::Base(DEFAULT_BACK), rgb: None },
        bold: false,
        inverse: false,
        attributes: [Attribute::Blink; 4],
        attribute_count: 0,
    };

    #[expect(clippy::inline_always, reason = "a tenth of the instructions of a coloured text")]
    #[inline(always)]
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::Reset => *self = Self::DEFAULT,
            Change::Nothing => {}
            Change::Bold(bold) => self.bold = bold,
            Change::Inverse(inverse) => self.inverse = inverse,
            Change::Set(attribute) => self.set(attribute),
            Change::Unset(attribute) => self.unset(attribute),
            Change::Palette(ground, palette) => *self.paint(ground) = Paint { palette, rgb: None },
            Change::Rgb(ground, rgb) => self.paint(ground).rgb = Some(rgb),
        }
    }

    fn paint(&mut self, ground: Ground) -> &mut Paint {
        match ground {
            Ground::Fore => &mut self.fore,
            Ground::Back => &mut self.back,
        }
    }

    fn set(&mut self, attribute: Attribute) {
        if !self.attributes().contains(&attribute) {
            self.attributes[usize::from(self.attribute_count)] = attribute;
            self.attribute_count += 1;
        }
    }

    fn unset(&mut self, attribute: Attribute) {
        if let Some(at) = self.attributes().iter().position(|&set| set == attribute) {
            self.attributes[at..].rotate_left(1);
            self.attribute_count -= 1;
        }
    }

    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes[..usize::from(self.attribute_count)]
    }

    pub fn is_bold(&self) -> bool {
        self.bold
    }

    pub fn has(&self, attribute: Attribute) -> bool {
        self.attributes().contains(&attribute)
    }

    /// Palette indexes and 24-bit values to show: foreground, background.
    pub fn shown(&self) -> [Shown; 2] {
        let fore = match self.fore.palette {
            Palette::Base(index) if self.bold => index + 8,
            Palette::Base(index) | Palette::Indexed(index) => index,
        };
        let (Palette::Base(back) | Palette::Indexed(back)) = self.back.palette;
        let [fore, back] = [(fore, self.fore.rgb), (back, self.back.rgb)];
        if !self.inverse {
            return [fore, back];
        }
        // The palette entry of a swapped 24-bit colour is not shown, so it needs no class.
        let hidden = |(index, rgb): (u8, Option<[u8; 3]>), default| {
            if rgb.is_some() { (default, rgb) } else { (index, rgb) }
        };
        [hidden(back, DEFAULT_FORE), hidden(fore, DEFAULT_BACK)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(changes: &[Change]) -> Style {
        let mut style = Style::DEFAULT;
        for &change in changes {
            style.apply(change);
        }
        style
    }

    #[test]
    fn bold_brightens_base_foregrounds_only() {
        let base = style(&[Change::Bold(true), Change::Palette(Ground::Fore, Palette::Base(1))]);
        assert_eq!(base.shown()[0], (9, None));
        let indexed =
            style(&[Change::Bold(true), Change::Palette(Ground::Fore, Palette::Indexed(1))]);
        assert_eq!(indexed.shown()[0], (1, None));
    }

    #[test]
    fn inverse_swaps_once_and_the_later_colour_wins() {
        let rgb = [1, 2, 3];
        let swapped = style(&[Change::Inverse(true), Change::Rgb(Ground::Fore, rgb)]);
        assert_eq!(swapped.shown(), [(0, None), (DEFAULT_BACK, Some(rgb))]);
        assert_eq!(swapped.shown(), swapped.shown());
        let later = style(&[
            Change::Rgb(Ground::Fore, rgb),
            Change::Palette(Ground::Fore, Palette::Base(2)),
        ]);
        assert_eq!(later.shown()[0], (2, None));
    }

    #[test]
    fn attributes_keep_their_order() {
        use Attribute::{Blink, Italic, Underline};
        let style = style(&[
            Change::Set(Underline),
            Change::Set(Italic),
            Change::Set(Blink),
            Change::Set(Underline),
            Change::Unset(Italic),
        ]);
        assert_eq!(style.attributes(), [Underline, Blink]);
    }
}
