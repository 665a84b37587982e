//! Texts that are safe at every exit: database, e-mail header, log line, page.
//!
//! No text has control characters, so no exit has to think of them. What is only formatting, and came
//! along when a text was pasted, is tidied away ([`crate::tidy`]); NUL is refused, since it was never
//! text.
//! Apart from that a text is stored as it was written. Lengths are Unicode code points of the tidy
//! text; the least length counts what can be seen ([`crate::visible`]), and blanks around a text never make it too long:
//! they go first.
//!
//! [`SingleLine`] and [`Body`] are prose. [`Label`] is for words that are compared, names and
//! tags; [`Code`] for what is copied letter by letter, order numbers and plates.

use std::fmt;

use crate::{tidy, visible};

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
    /// NUL; in what a machine wrote, any control character.
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// Not in the form this kind of text has.
    #[error("not in the expected form")]
    Form,
}

/// Checks a length in code points; for the least one only what can be seen counts.
///
/// # Errors
/// [`TextError::TooShort`] or [`TextError::TooLong`].
pub fn check_length(text: &str, min: usize, max: usize) -> Result<(), TextError> {
    if !visible::at_least(text, min) {
        Err(TextError::TooShort { min })
    } else if is_longer(text, max) {
        Err(TextError::TooLong { max })
    } else {
        Ok(())
    }
}

fn is_longer(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().count() > max
}

/// A text that only the blanks around it make too long, without them.
fn within(text: String, max: usize) -> String {
    if is_longer(&text, max) {
        text.trim().to_owned()
    } else {
        text
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $tidy:path) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name<const MIN: usize, const MAX: usize>(String);

        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// Takes a text back from the store, where an earlier, looser rule may have let it in.
            pub fn from_stored(text: String) -> Self {
                Self(text)
            }

            /// Takes a text that came from outside, tidied.
            ///
            /// # Errors
            /// [`TextError`] for a wrong length or a NUL.
            pub fn parse(text: impl Into<String>) -> Result<Self, TextError> {
                let mut text = within($tidy(text.into()), MAX);
                if text.contains('\0') {
                    return Err(TextError::ControlCharacter);
                }
                check_length(&text, MIN, MAX)?;
                if MIN == 0 && visible::is_blank(&text) {
                    text.clear();
                }
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

        impl<const MIN: usize, const MAX: usize> fmt::Debug for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({} chars)"), self.0.chars().count())
            }
        }
    };
}

text!(
    /// One line of prose of `MIN` to `MAX` characters. Line breaks around it are formatting, one
    /// inside is a space.
    SingleLine,
    tidy::line
);
text!(
    /// Text of several lines, `MIN` to `MAX` characters. A line break is one character, however it
    /// was written, and is stored as a line feed.
    Body,
    tidy::body
);
text!(
    /// Words that people compare, of `MIN` to `MAX` characters: a name, a tag. One space stands for
    /// blanks of any kind, a letter and its accent are one character.
    Label,
    tidy::label
);
text!(
    /// Letters and digits that people copy, of `MIN` to `MAX` characters: an order number, a plate.
    /// Blanks, hyphens and digits of any kind are those of ASCII.
    Code,
    tidy::code
);

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
    fn blanks_around_a_text_do_not_make_it_too_long() {
        let longest = "é".repeat(200);
        for text in [format!("{longest}   "), format!("\t {longest}\u{a0}")] {
            assert_eq!(Title::parse(text.as_str()).unwrap().as_str(), longest);
        }
        let inside = format!("é {}", "é".repeat(199));
        assert_eq!(
            Title::parse(format!(" {inside} ")),
            Err(TextError::TooLong { max: 200 })
        );
        // What fits stands as it was written.
        assert_eq!(
            Title::parse(" bonjour tous ").unwrap().as_str(),
            " bonjour tous "
        );
        let lines = format!("\n{}\n\n", "é".repeat(20_000));
        assert!(Message::parse(lines.as_str()).is_ok());
        assert!(
            Message::parse("\n".repeat(20_001)).is_err(),
            "nothing is left"
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
    fn no_text_has_a_control_character_and_nul_is_refused() {
        for c in (0..0xa0).filter_map(char::from_u32) {
            let text = format!("bonjour tout {c} le monde");
            let (title, message) = (Title::parse(text.as_str()), Message::parse(text.as_str()));
            if c == '\0' {
                assert_eq!(title, Err(TextError::ControlCharacter));
                assert_eq!(message, Err(TextError::ControlCharacter));
                continue;
            }
            let (title, message) = (title.unwrap(), message.unwrap());
            assert!(!title.as_str().contains(char::is_control), "{c:?}");
            let breaks = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!message.as_str().contains(breaks), "{c:?}");
        }
    }

    #[test]
    fn what_nobody_sees_does_not_make_a_text_long_enough() {
        for unseen in [
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
            "\u{e0041}",
            "\u{301}",
            "\u{a0}",
        ] {
            let padded = format!("a{}b", unseen.repeat(50));
            for text in [unseen.repeat(50), padded] {
                assert_eq!(
                    Title::parse(text.as_str()),
                    Err(TextError::TooShort { min: 10 }),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn a_body_keeps_its_lines_and_counts_a_break_once_however_it_was_written() {
        let text = "Bonjour,\r\n\tmon véhicule ne démarre plus.";
        let kept = Message::parse(text).unwrap();
        assert_eq!(kept.as_str(), text.replace("\r\n", "\n"));
        assert!(Message::parse(format!("{text}\0")).is_err());
        let lines = "un mot\r\n".repeat(2_857) + "!";
        assert_eq!(lines.replace("\r\n", "\n").len(), 20_000);
        assert!(Message::parse(lines.as_str()).is_ok());
        assert!(Message::parse(lines + "!").is_err());
    }

    #[test]
    fn an_optional_text_that_shows_nothing_is_empty() {
        assert_eq!(Body::<0, 10>::parse("\u{3164} ").unwrap().as_str(), "");
    }
}
