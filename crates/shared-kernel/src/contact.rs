//! How people are reached.

use std::fmt;
use std::str::FromStr as _;

use unicode_normalization::UnicodeNormalization as _;

use crate::text::TextError;

/// The longest address SMTP carries (RFC 5321 §4.5.3.1.3 less the brackets).
const MAX_EMAIL_CHARS: usize = 254;

/// A deliverable e-mail address as somebody wrote it: no display name, no address literal.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Takes it back from the store, where an earlier, looser rule may have let it in.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Takes an address that came from outside.
    ///
    /// # Errors
    /// [`TextError::Form`] when nothing could be delivered to it.
    pub fn parse(text: impl AsRef<str>) -> Result<Self, TextError> {
        let text = text.as_ref().trim();
        if text.chars().any(char::is_control) {
            return Err(TextError::ControlCharacter);
        }
        if text.chars().count() > MAX_EMAIL_CHARS {
            return Err(TextError::TooLong {
                max: MAX_EMAIL_CHARS,
            });
        }
        let options = email_address::Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let composed: String = text.nfc().collect();
        let address = email_address::EmailAddress::parse_with_options(&composed, options)
            .map_err(|_| TextError::Form)?;
        let plain_local = !address
            .local_part()
            .contains(['"', ' ', ',', '<', '>', '\\']);
        let plain_domain = address
            .domain()
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
        if plain_local && plain_domain {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Form)
        }
    }

    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The one form under which this mailbox is looked up.
    pub fn key(&self) -> EmailKey {
        EmailKey(self.0.nfc().collect::<String>().to_lowercase())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// An address in its canonical form (NFC, lower case): equal for two spellings of one mailbox.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailKey(String);

impl EmailKey {
    /// Takes a key back from the store.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailKey(…)")
    }
}

/// A telephone number as somebody wrote it: digits, an optional leading `+`, and separators.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Takes it back from the store, where an earlier, looser rule may have let it in.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Takes a number that came from outside.
    ///
    /// # Errors
    /// [`TextError::Form`] when it has letters, or fewer than 4 or more than 15 digits (E.164).
    pub fn parse(text: impl AsRef<str>) -> Result<Self, TextError> {
        let text = text.as_ref().trim();
        if text.chars().any(char::is_control) {
            return Err(TextError::ControlCharacter);
        }
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let rest = text.strip_prefix('+').unwrap_or(text);
        let plain = rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')' | '/'));
        if plain && (4..=15).contains(&digits) && text.len() <= 32 {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Form)
        }
    }

    /// The number as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

impl std::str::FromStr for EmailAddress {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Reads a list of addresses separated by commas, as configuration writes them.
///
/// # Errors
/// The first [`TextError`] met.
pub fn parse_addresses(list: &str) -> Result<Vec<EmailAddress>, TextError> {
    list.split(',')
        .map(str::trim)
        .filter(|a| !a.is_empty())
        .map(EmailAddress::from_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_are_taken() {
        for text in [
            "jean.dupont@example.com",
            "a+b@sub.example.fr",
            "José@exämple.fr",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn addresses_that_trick_a_mail_server_are_refused() {
        let long = format!("{}@example.com", "a".repeat(65));
        for text in [
            "",
            "a",
            "a@",
            "@b.fr",
            "a@localhost",
            "a@[127.0.0.1]",
            "a b@c.fr",
            "\"a b\"@c.fr",
            "a@b.fr, c@d.fr",
            "Jean <a@b.fr>",
            "a@b.fr\r\nBcc: x@y.fr",
            "a@b..fr",
            "a@b.fr\0",
            &long,
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn two_spellings_of_a_mailbox_have_one_key() {
        let composed = EmailAddress::parse("Ren\u{e9}@Example.COM").unwrap();
        let decomposed = EmailAddress::parse("rene\u{301}@example.com").unwrap();
        assert_eq!(composed.key(), decomposed.key());
    }

    #[test]
    fn phones_are_digits_and_separators() {
        assert!(PhoneNumber::parse("+33612345678").is_ok());
        assert!(PhoneNumber::parse("06 12 34 56 78").is_ok());
        for text in [
            "",
            "abc",
            "12",
            "+33 6 12 34 56 78 90 12 34 56",
            "06\n12345678",
        ] {
            assert!(PhoneNumber::parse(text).is_err(), "{text:?}");
        }
    }
}
