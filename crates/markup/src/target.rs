//! Where a link may lead and where an image may come from: the only list of schemes there is.
//!
//! Browsers fold backslashes into slashes and drop tabs and line breaks while they read an address
//! (WHATWG URL), so what looks like a path of this site may be another host. An address with any of
//! these is not mended but no link at all: its text stays. To allow a scheme: its line in [`SCHEMES`].

use std::sync::LazyLock;

use url::{Position, Url};

/// What may stand before the colon; the first [`OF_IMAGES`] are for images too.
///
/// `tel` and `sms` are what support writes into articles to be called; they do nothing without the
/// reader's yes.
const SCHEMES: [&str; 5] = ["https", "http", "mailto", "tel", "sms"];
const OF_IMAGES: usize = 2;

/// A page of nobody's: what stays on it is an address within the site.
static SITE: LazyLock<Option<Url>> = LazyLock::new(|| Url::parse("https://site.invalid/").ok());

/// The address a link may carry, or nothing where it leads astray.
pub(crate) fn of_link(address: &str) -> Option<&str> {
    harmless(address, &SCHEMES)
}

/// The same for an image.
pub(crate) fn of_image(address: &str) -> Option<&str> {
    harmless(address, SCHEMES.get(..OF_IMAGES)?)
}

fn harmless<'a>(address: &'a str, schemes: &[&str]) -> Option<&'a str> {
    let address = address.trim_matches(' ');
    let is_folded = |c: char| c == '\\' || c.is_control();
    if address.contains(is_folded) || address.starts_with("//") {
        return None;
    }
    let site = SITE.as_ref()?;
    let read = Url::options().base_url(Some(site)).parse(address).ok()?;
    let is_fine = if has_scheme(address) {
        schemes.contains(&read.scheme()) && is_spelled_out(address, &read)
    } else {
        // Within the site: neither another scheme nor another host came out.
        read[..Position::BeforePath] == site[..Position::BeforePath]
    };
    is_fine.then_some(address)
}

/// Whether a browser sees a scheme at its beginning.
fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// A web address has two slashes, a host, and no name before it that could be taken for one:
/// `https:evil.example` and `https://shop.example@evil.example` are read otherwise than they look.
fn is_spelled_out(address: &str, read: &Url) -> bool {
    let Some(host) = read.host_str() else {
        return true;
    };
    let rest = address.split_once(':').map_or("", |(_, rest)| rest);
    let slashes = rest.bytes().take_while(|byte| *byte == b'/').count();
    !host.is_empty() && slashes == 2 && read.username().is_empty() && read.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_web_to_a_mailbox_to_a_telephone_or_within_the_site() {
        for address in [
            "https://x.example/a?b=1&c=2#d",
            "HTTP://x.example",
            "mailto:aide@shop.example?subject=Pi%C3%A8ce",
            "tel:+33612345678",
            "TEL:01 23 45 67 89",
            "sms:+33612345678",
            "/faq",
            "faq/1",
            "../faq?q=a:b",
            "?page=2",
            "#haut",
            "",
            "é/à",
        ] {
            assert_eq!(of_link(address), Some(address), "{address}");
        }
        assert_eq!(of_link(" /faq "), Some("/faq"));
    }

    #[test]
    fn an_image_comes_from_the_web_or_the_site() {
        assert!(of_image("https://x.example/i.png").is_some() && of_image("/i.png").is_some());
        for address in [
            "tel:+33612345678",
            "mailto:a@b.fr",
            "data:image/png;base64,AA",
        ] {
            assert_eq!(of_image(address), None, "{address}");
        }
    }

    #[test]
    fn whatever_a_browser_reads_as_another_host_is_no_link() {
        for address in [
            "\\\\evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "//evil.example",
            " //evil.example",
            "///evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            "\u{0}//evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https:///evil.example",
            "https:\\\\evil.example",
            "https://shop.example@evil.example",
            "https://a:b@evil.example",
            "https://",
            "java\tscript:alert(1)",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "vbscript:x",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:https://x.example/1",
            "ftp://x.example",
            "ws://x.example",
            "intent:x",
        ] {
            assert_eq!(of_link(address), None, "{address:?}");
        }
    }
}
