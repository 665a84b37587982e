//! The fields of a form, as browsers send them (`application/x-www-form-urlencoded`).

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::percent_decode;

/// A field's value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed {
    /// With `\n` line ends, as the page has them and counts them: browsers send `\r\n` instead.
    pub(super) text: String,
    /// The bytes were UTF-8. Where they were not, the text shows U+FFFD in their places, to be
    /// shown again and never kept.
    pub(super) is_text: bool,
}

/// The fields by name; of one that comes twice, the last.
pub(super) fn fields(body: &[u8]) -> BTreeMap<String, Typed> {
    body.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || decoded(halves.next().unwrap_or_default());
            (half().text, half())
        })
        .collect()
}

fn decoded(raw: &[u8]) -> Typed {
    let spaced: Vec<u8> = raw
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let bytes: Cow<'_, [u8]> = percent_decode(&spaced).into();
    Typed {
        text: String::from_utf8_lossy(&bytes)
            .replace("\r\n", "\n")
            .replace('\r', "\n"),
        is_text: std::str::from_utf8(&bytes).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_is_one_character_as_the_page_counts_it() {
        let fields = fields(b"feedback=a%0D%0Ab%0Dc%0Ad");
        assert_eq!(fields["feedback"].text, "a\nb\nc\nd");
    }

    #[test]
    fn what_is_no_utf_8_is_told_from_the_sign_that_stands_for_it() {
        let fields = fields(b"a=%EF%BF%BD&b=%FF&c=caf%E9&d=caf%C3%A9&e=\xff");
        let is_text: Vec<bool> = fields.values().map(|field| field.is_text).collect();
        assert_eq!(is_text, [true, false, false, true, false]);
        assert_eq!(fields["d"].text, "café");
    }

    #[test]
    fn anything_at_all_is_read_as_browsers_read_it() {
        let fields = fields(b"&x&y=&a+b=1+1%3D2%&a+b=last&=z");
        let read: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, typed)| (name.as_str(), typed.text.as_str()))
            .collect();
        assert_eq!(read, [("", "z"), ("a b", "last"), ("x", ""), ("y", "")]);
    }
}
