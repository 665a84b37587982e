//! What a control character of U+0080 to U+009F was meant to be.

/// What Windows-1252 has from 0x80 on; where it has nothing, the control character of the place.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// What a character stands for. Texts in Windows-1252 that were read as Latin-1 have control
/// characters where their apostrophes were, and nothing else puts those into a text: HTML reads them the
/// same way. So U+0085 is `…`, not the line break of mainframes.
pub(super) fn meant(c: char) -> char {
    let place = u32::from(c).checked_sub(0x80);
    let place = place.and_then(|place| usize::try_from(place).ok());
    place
        .and_then(|place| WINDOWS_1252.get(place))
        .copied()
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_read_in_the_wrong_encoding_is_the_one_that_was_written() {
        for (read, written) in [
            ('\u{80}', '€'),
            ('\u{85}', '…'),
            ('\u{92}', '’'),
            ('\u{9c}', 'œ'),
            ('\u{9f}', 'Ÿ'),
            ('\u{81}', '\u{81}'),
            ('\u{7f}', '\u{7f}'),
            ('\u{a0}', '\u{a0}'),
            ('é', 'é'),
            ('a', 'a'),
        ] {
            assert_eq!(meant(read), written, "{read:?}");
        }
    }
}
