//! Origins of web pages (RFC 6454), in the form browsers send them in.

use url::Url;

/// The origin a text names: `https://shop.example`, or that of an app made of web pages, such as
/// `capacitor://localhost`. Capitals and slashes at the end change nothing; a path, a pattern or
/// `null`, which any page can send, is none.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let (scheme, host) = text.split_once("://")?;
    if host.contains('*') {
        return None;
    }
    let scheme = scheme.to_ascii_lowercase();
    if matches!(scheme.as_str(), "http" | "https") {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        return (bare && nobody).then(|| url.origin().ascii_serialization());
    }
    let in_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let in_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let named = scheme.starts_with(|c: char| c.is_ascii_lowercase()) && !host.is_empty();
    (named && scheme.chars().all(in_scheme) && host.chars().all(in_host))
        .then(|| format!("{scheme}://{}", host.to_ascii_lowercase()))
}
