//! What of a text can be seen.
//!
//! Blanks, controls, zero-width and filler characters show nothing. A combining mark shows on the
//! letter it stands on, and nothing by itself.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Whether a text shows nothing at all: empty, blank, or made of what nobody can see.
///
/// ```
/// use shared_kernel::is_blank;
///
/// assert!(is_blank(" \u{a0}\u{200b}\u{3164}\u{2800}\n"));
/// assert!(!is_blank(" é "));
/// ```
pub fn is_blank(text: &str) -> bool {
    !text.chars().any(shows)
}

/// Whether so many characters of a text can be seen. Blanks between them count as one.
pub(crate) fn at_least(text: &str, min: usize) -> bool {
    let mut seen = 0;
    let mut blank = false;
    for c in text.chars() {
        if seen >= min {
            return true;
        }
        if shows(c) {
            seen += 1 + usize::from(blank && seen > 0);
            blank = false;
        } else {
            blank |= c.is_whitespace();
        }
    }
    seen >= min
}

/// Whether a character shows something by itself.
pub(crate) fn shows(c: char) -> bool {
    use GeneralCategory as Category;
    match c {
        '!'..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' => return true,
        // An empty Braille cell; the place of what could not be pasted; of what could not be read.
        '\0'..='\u{2ff}' | '\u{2800}' | '\u{fffc}' | '\u{fffd}' => return false,
        _ => {}
    }
    let category = CodePointMapData::<Category>::new().get(c);
    let nothing = matches!(
        category,
        Category::Control
            | Category::Format
            | Category::SpaceSeparator
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::NonspacingMark
            | Category::SpacingMark
            | Category::EnclosingMark
    );
    // A sign younger than these tables is a sign all the same.
    let noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    !nothing && !noncharacter && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_blank() {
        for text in [
            "",
            " \t\r\n",
            "\u{a0}\u{202f}\u{3000}\u{1680}\u{205f}",
            "\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{feff}\u{ad}",
            "\u{202a}\u{202e}\u{2066}\u{2069}\u{61c}",
            "\u{2800}\u{3164}\u{ffa0}\u{115f}\u{1160}\u{17b4}\u{180e}",
            "\u{e0067}\u{e0062}\u{e007f}\u{fe0f}\u{e0100}",
            "\u{301}\u{20dd}\u{93e}",
            "\u{fffc}\u{fffd}\u{ffff}\u{10ffff}\u{fdd0}",
            "\0\u{1b}\u{85}\u{2028}\u{2029}",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn what_shows_something_is_not() {
        for text in [
            "a",
            "é",
            "e\u{301}",
            "ـ",
            "ש",
            "ی",
            "한",
            "🚗",
            "✓",
            "\u{200b}.",
            "०",
            "ก\u{e31}",
        ] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn only_what_can_be_seen_is_counted_and_blanks_between_once() {
        for (text, seen) in [
            ("  a  ", 1),
            ("à tous", 6),
            ("a    b", 3),
            ("a\u{301}\u{301}", 1),
            ("\u{200b}a\u{200b}\u{200b}b", 2),
            ("👨\u{200d}👩\u{200d}👧", 3),
        ] {
            assert!(at_least(text, seen), "{text:?}");
            assert!(!at_least(text, seen + 1), "{text:?}");
        }
    }
}
