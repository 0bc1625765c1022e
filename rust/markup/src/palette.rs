//! The colours that the 256 indexes of the palette stand for.

/// The colours of xterm: 16 base colours, the cube, the grays.
#[expect(clippy::cast_possible_truncation, reason = "an index and a gray are below 256")]
pub(crate) const XTERM: [[u8; 3]; 256] = {
    const BASE: [[u8; 3]; 16] = [
        [0, 0, 0],
        [128, 0, 0],
        [0, 128, 0],
        [128, 128, 0],
        [0, 0, 128],
        [128, 0, 128],
        [0, 128, 128],
        [192, 192, 192],
        [128, 128, 128],
        [255, 0, 0],
        [0, 255, 0],
        [255, 255, 0],
        [0, 0, 255],
        [255, 0, 255],
        [0, 255, 255],
        [255, 255, 255],
    ];
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let mut colors = [[0; 3]; 256];
    let mut index = 0;
    while index < 256 {
        colors[index] = if index < 16 {
            BASE[index]
        } else if index < 232 {
            let cube = index - 16;
            [LEVELS[cube / 36], LEVELS[cube / 6 % 6], LEVELS[cube % 6]]
        } else {
            [8 + 10 * (index - 232) as u8; 3]
        };
        index += 1;
    }
    colors
};

/// The colours of Evennia's stylesheet. They are those of xterm but for the fifth level of the cube
/// and two grays.
pub(crate) fn evennia(index: u8) -> [u8; 3] {
    match index {
        241 => [96; 3],
        242 => [102; 3],
        _ => XTERM[usize::from(index)].map(|level| if level == 215 { 223 } else { level }),
    }
}

/// A byte as two hexadecimal digits.
pub(crate) fn hexadecimal(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palettes_are_those_of_xterm_and_of_evennias_stylesheet() {
        let of = |index: u8| XTERM[usize::from(index)];
        assert_eq!([of(0), of(9), of(15)], [[0; 3], [255, 0, 0], [255; 3]]);
        assert_eq!(
            [of(16), of(20), of(196), of(231)],
            [[0; 3], [0, 0, 215], [255, 0, 0], [255; 3]]
        );
        assert_eq!([evennia(20), evennia(241), evennia(242)], [[0, 0, 223], [96; 3], [102; 3]]);
        assert_eq!([evennia(21), evennia(243)], [[0, 0, 255], [118; 3]]);
        assert_eq!([of(232), of(241), of(255)], [[8; 3], [98; 3], [238; 3]]);
    }
}
