//! How people are reached.

use std::fmt;
use std::str::FromStr as _;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::text::TextError;
use crate::tidy;
use crate::visible::shows;

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

    /// Takes an address that somebody typed or pasted: what is only formatting is tidied away, and so
    /// is what links and address books put around it.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn typed(text: impl AsRef<str>) -> Result<Self, TextError> {
        let tidy = tidy::copied(text.as_ref());
        let bare = tidy
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(&tidy);
        let bare = match without_scheme(bare, "mailto:") {
            Some(link) => link.split_once('?').map_or(link, |(address, _)| address),
            None => bare,
        };
        // The end of a sentence or of a list.
        Self::parse(bare.trim_end_matches([',', ';', '.']))
    }

    /// Takes an address as a machine wrote it, nothing in it changed: a tidied one could be another
    /// person's.
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
        let visible = composed
            .chars()
            .all(|c| shows(c) || is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}'));
        if plain_local && visible && names_a_host(address.domain()) {
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

    /// The one form under which this mailbox is looked up: lower case, and the domain as the domain name
    /// system has it, so that `exämple.fr` is `xn--exmple-cua.fr`.
    pub fn key(&self) -> EmailKey {
        let text = self.0.nfc().collect::<String>().to_lowercase();
        let is_plain = text.is_ascii() && !text.contains("xn--");
        let of_names = text.rsplit_once('@').filter(|_| !is_plain);
        let mapped = of_names.and_then(|(local, domain)| {
            let domain = idna::domain_to_ascii(domain).ok()?;
            Some(format!("{local}@{domain}"))
        });
        EmailKey(mapped.unwrap_or(text))
    }
}

/// Whether a domain is a name: of two labels at least, the last of which is no number. Asked of the
/// form that is looked up, so that digits of other scripts and widths count as what they become.
fn names_a_host(domain: &str) -> bool {
    let plain = domain.chars().all(|c| {
        c.is_alphanumeric()
            || is_combining_mark(c)
            || matches!(c, '.' | '-' | '\u{200c}' | '\u{200d}')
    });
    let Ok(mapped) = idna::domain_to_ascii(domain) else {
        return false;
    };
    let Some((others, last)) = mapped.rsplit_once('.') else {
        return false;
    };
    let is_number = match last.strip_prefix("0x") {
        Some(hex) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => last.bytes().all(|byte| byte.is_ascii_digit()),
    };
    plain && !is_number && others.split('.').all(|label| !label.is_empty())
}

fn without_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// An address in its canonical form (NFC, lower case, the domain in ASCII): equal for two spellings of
/// one mailbox.
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

    /// The mailbox as people write it.
    pub fn to_address(&self) -> String {
        let Some((local, domain)) = self.0.rsplit_once('@') else {
            return self.0.clone();
        };
        let (domain, _) = idna::domain_to_unicode(domain);
        format!("{local}@{domain}")
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
    /// The longest number kept, with its separators, in characters.
    pub const MAX_CHARS: usize = 32;

    /// Takes it back from the store, where an earlier, looser rule may have let it in.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Takes a number that came from outside: blanks, hyphens and digits of any kind are those of
    /// ASCII, and what nobody sees is gone.
    ///
    /// # Errors
    /// [`TextError::Form`] when it has letters, or fewer than 4 or more than 15 digits (E.164).
    pub fn parse(text: impl AsRef<str>) -> Result<Self, TextError> {
        let tidy = tidy::copied(text.as_ref());
        let text = without_scheme(&tidy, "tel:").unwrap_or(&tidy);
        if text.chars().any(char::is_control) {
            return Err(TextError::ControlCharacter);
        }
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let (prefix, rest) = text.split_once('+').unwrap_or(("", text));
        let plain = rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')' | '/'));
        let led = prefix.chars().all(|c| matches!(c, ' ' | '('));
        if led && plain && (4..=15).contains(&digits) && text.len() <= Self::MAX_CHARS {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Form)
        }
    }

    /// The number as written, tidied.
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
    fn a_pasted_address_is_taken_without_what_came_along() {
        for text in [
            " jean@example.com\u{a0}",
            "\u{feff}jean@exam\u{200b}ple.com",
            "\u{202a}jean@example.com\u{202c}",
            "mailto:jean@example.com?subject=Bonjour",
            "MAILTO: jean@example.com",
            "<jean@example.com>",
            "jean@example.com,",
            "ｊｅａｎ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "jean@example。com",
            "jean＠example｡com",
            "jean@exam\u{8}ple.com\u{7f}",
        ] {
            let typed = EmailAddress::typed(text).unwrap();
            assert_eq!(typed.as_str(), "jean@example.com", "{text:?}");
        }
        for text in [
            "mailto:",
            "Jean <a@b.fr>",
            "a@b.fr, c@d.fr",
            "a @b.fr",
            "a@b.fr\nc",
        ] {
            assert!(EmailAddress::typed(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn an_address_a_machine_wrote_is_not_made_into_anothers() {
        for text in [
            "jean\u{200b}@example.com",
            "jean@exam\u{ad}ple.com",
            "mailto:jean@example.com",
            "jean@example.com\u{feff}",
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_domain_of_an_address_is_a_name_and_no_number() {
        for domain in [
            "127.0.0.1",
            "0x7f.1",
            "1.0x7f",
            "1.0x",
            "2130706433",
            "0x7f000001",
            "example.123",
            "１２７．０．０．１",
            "127.0.0.１",
            "①②⑦.⓪.⓪.①",
            "٧.٧",
            "localhost",
            "com",
            ".com",
            "a..b",
            "[127.0.0.1]",
            "[IPv6:::1]",
        ] {
            let address = format!("a@{domain}");
            assert!(EmailAddress::parse(&address).is_err(), "{domain}");
            assert!(EmailAddress::typed(&address).is_err(), "{domain}");
        }
        for domain in [
            "127.0.0.1.example.com",
            "1.fr",
            "exämple.fr",
            "xn--exmple-cua.fr",
            "例え.テスト",
        ] {
            assert!(
                EmailAddress::parse(format!("a@{domain}")).is_ok(),
                "{domain}"
            );
        }
    }

    #[test]
    fn two_spellings_of_a_mailbox_have_one_key() {
        let composed = EmailAddress::parse("Ren\u{e9}@Example.COM").unwrap();
        let decomposed = EmailAddress::parse("rene\u{301}@example.com").unwrap();
        assert_eq!(composed.key(), decomposed.key());
    }

    #[test]
    fn a_domain_in_letters_and_in_punycode_is_one_mailbox() {
        for address in [
            "Jean@exämple.fr",
            "jean@EXÄMPLE.fr",
            "jean@exa\u{308}mple.fr",
            "jean@xn--exmple-cua.fr",
            "jean@XN--EXMPLE-CUA.FR",
        ] {
            let key = EmailAddress::parse(address).unwrap().key();
            assert_eq!(key.as_str(), "jean@xn--exmple-cua.fr", "{address}");
            assert_eq!(key.to_address(), "jean@exämple.fr", "{address}");
        }
        for (address, key) in [
            ("René@Example.COM", "rené@example.com"),
            ("a@例え.テスト", "a@xn--r8jz45g.xn--zckzah"),
            ("a@sub.exämple.fr", "a@sub.xn--exmple-cua.fr"),
        ] {
            assert_eq!(EmailAddress::parse(address).unwrap().key().as_str(), key);
        }
        let loose = EmailAddress::from_stored("Pas une adresse".to_owned());
        assert_eq!(loose.key().as_str(), "pas une adresse");
    }

    #[test]
    fn blanks_hyphens_and_marks_of_every_kind_in_a_phone_are_formatting() {
        for (text, kept) in [
            ("06\u{a0}12\u{a0}34\u{a0}56\u{a0}78", "06 12 34 56 78"),
            ("06\u{202f}12\u{2009}34\u{3000}56\t78", "06 12 34 56 78"),
            (
                "06\u{2011}12\u{2010}34\u{2013}56\u{2212}78",
                "06-12-34-56-78",
            ),
            ("\u{202a}+33 6 12 34 56 78\u{202c}", "+33 6 12 34 56 78"),
            ("\u{200e}+33\u{200b}612345678\u{feff}\n", "+33612345678"),
            ("tel:+33612345678", "+33612345678"),
            ("(+33) 6 12 34 56 78", "(+33) 6 12 34 56 78"),
            ("＋３３ ６１２３４５６７８", "+33 612345678"),
            ("٠٦١٢٣٤٥٦٧٨", "0612345678"),
            ("06\n12345678", "06 12345678"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), kept, "{text:?}");
        }
        for text in [
            "\u{a0}\u{200b}",
            "+33+612345678",
            "06+12345678",
            "06 12 34 56 ab",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(TextError::Form), "{text:?}");
        }
    }

    #[test]
    fn phones_are_digits_and_separators() {
        assert!(PhoneNumber::parse("+33612345678").is_ok());
        assert!(PhoneNumber::parse("06 12 34 56 78").is_ok());
        for text in ["", "abc", "12", "+33 6 12 34 56 78 90 12 34 56"] {
            assert!(PhoneNumber::parse(text).is_err(), "{text:?}");
        }
    }
}
