//! Texts that are safe at every exit: database, e-mail header, log line, page.
//!
//! Control characters and NUL are refused here once, so no exit has to think of them.
//! Lengths are Unicode code points. Texts are stored as they were written.

use std::fmt;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Fewer characters than the rule asks for.
    #[error("at least {min} characters")]
    TooShort {
        /// The smallest length allowed, in characters.
        min: usize,
    },
    /// More characters than the rule allows.
    #[error("at most {max} characters")]
    TooLong {
        /// The greatest length allowed, in characters.
        max: usize,
    },
    /// NUL, a line break in a single-line text, or another control character.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// Not in the form this kind of text has.
    #[error("not in the expected form")]
    Form,
}

/// Checks a length in code points, surrounding white space not counted.
///
/// # Errors
/// [`TextError::TooShort`] or [`TextError::TooLong`].
pub fn check_length(text: &str, min: usize, max: usize) -> Result<(), TextError> {
    let chars = text.trim().chars().count();
    if chars < min {
        Err(TextError::TooShort { min })
    } else if text.chars().count() > max {
        Err(TextError::TooLong { max })
    } else {
        Ok(())
    }
}

fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// One line of text of `MIN` to `MAX` characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SingleLine<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> SingleLine<MIN, MAX> {
    /// Takes a text back from the store, where an earlier, looser rule may have let it in.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Takes a text that came from outside.
    ///
    /// # Errors
    /// [`TextError`] for a wrong length or a control character.
    pub fn parse(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text.chars().any(breaks_line) {
            return Err(TextError::ControlCharacter);
        }
        check_length(&text, MIN, MAX)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Text of several lines, `MIN` to `MAX` characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Body<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Body<MIN, MAX> {
    /// Takes a text back from the store, where an earlier, looser rule may have let it in.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Takes a text that came from outside.
    ///
    /// # Errors
    /// [`TextError`] for a wrong length or a control character other than tab and line breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            return Err(TextError::ControlCharacter);
        }
        check_length(&text, MIN, MAX)?;
        Ok(Self(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for SingleLine<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SingleLine({} chars)", self.0.chars().count())
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Body<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} chars)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Title = SingleLine<10, 200>;
    type Message = Body<20, 20_000>;

    #[test]
    fn lengths_are_code_points_and_both_ends_are_allowed() {
        assert!(Title::parse("é".repeat(10)).is_ok());
        assert!(Title::parse("é".repeat(200)).is_ok());
        assert_eq!(
            Title::parse("é".repeat(9)),
            Err(TextError::TooShort { min: 10 })
        );
        assert_eq!(
            Title::parse("é".repeat(201)),
            Err(TextError::TooLong { max: 200 })
        );
    }

    #[test]
    fn blanks_do_not_make_a_text_long_enough() {
        assert_eq!(
            Title::parse(" ".repeat(50)),
            Err(TextError::TooShort { min: 10 })
        );
    }

    #[test]
    fn a_single_line_refuses_line_breaks_and_nul() {
        for c in ['\r', '\n', '\0', '\u{85}', '\u{2028}', '\u{1b}'] {
            let text = format!("bonjour tout{c}le monde");
            assert_eq!(
                Title::parse(text),
                Err(TextError::ControlCharacter),
                "{c:?}"
            );
        }
    }

    #[test]
    fn a_body_keeps_its_lines_as_written() {
        let text = "Bonjour,\r\n\tmon véhicule ne démarre plus.";
        assert_eq!(Message::parse(text).unwrap().as_str(), text);
        assert!(Message::parse(format!("{text}\0")).is_err());
    }
}
