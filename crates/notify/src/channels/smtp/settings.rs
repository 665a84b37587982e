//! Which SMTP server, and how: read from one URL.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use url::Url;

/// When a conversation is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsPolicy {
    /// From the first byte (`smtps://`), certificate checked.
    Implicit,
    /// By STARTTLS, certificate checked; without it nothing is sent.
    Required,
    /// By STARTTLS where offered, any certificate; else in clear.
    Opportunistic,
    /// In clear.
    Never,
}

/// A user and a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

/// How to reach an SMTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpSettings {
    /// Its name or address, IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How we log in, if we do.
    pub credentials: Option<Login>,
    /// When the conversation is encrypted.
    pub tls: TlsPolicy,
    /// For name look-up and TCP; 10 s.
    pub connect_timeout: Duration,
    /// For one mail from the connection to the server's last word; 30 s.
    pub conversation_timeout: Duration,
}

/// What is wrong with an SMTP URL. Never shows the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpUrlError {
    /// Not a URL at all.
    #[error("not a URL: {0}")]
    Syntax(#[from] url::ParseError),
    /// Another scheme.
    #[error("the scheme must be smtp or smtps")]
    Scheme,
    /// No host.
    #[error("the host is missing")]
    Host,
    /// A path or a fragment: most often a password with a `/`, `?` or `#` that is not percent-encoded.
    #[error(
        "nothing may follow the port but ?tls=…; in the password write / ? # @ as %2F %3F %23 %40"
    )]
    Trailing,
    /// A user without a password or the reverse, or either not UTF-8 once decoded.
    #[error("the user and the password must both be given, percent-encoded UTF-8")]
    Login,
    /// An unknown parameter or value.
    #[error("the only parameter is tls, one of required, opportunistic, none; smtps takes none")]
    Parameter,
    /// A password that anybody on the way could read.
    #[error("tls=opportunistic with a password is only for loopback: use tls=required")]
    ExposedPassword,
}

impl SmtpSettings {
    /// Reads `smtp://[user:password@]host[:port][?tls=required|opportunistic|none]` or `smtps://…`.
    ///
    /// Without `tls`, STARTTLS is required, on loopback opportunistic. Without a port: 465 for
    /// `smtps`, 25 on loopback, else 587.
    ///
    /// # Errors
    /// [`SmtpUrlError`] says what is wrong.
    pub fn from_url(text: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(text)?;
        if !matches!(url.scheme(), "smtp" | "smtps") {
            return Err(SmtpUrlError::Scheme);
        }
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err(SmtpUrlError::Trailing);
        }
        let host = host(&url)?;
        let loopback = is_loopback(&host);
        let tls = tls_policy(&url, loopback)?;
        let credentials = login(&url)?;
        if credentials.is_some() && tls == TlsPolicy::Opportunistic && !loopback {
            return Err(SmtpUrlError::ExposedPassword);
        }
        let port = url.port().unwrap_or(match tls {
            TlsPolicy::Implicit => 465,
            _ if loopback => 25,
            _ => 587,
        });
        Ok(Self {
            host,
            port,
            credentials,
            tls,
            connect_timeout: Duration::from_secs(10),
            conversation_timeout: Duration::from_secs(30),
        })
    }
}

fn host(url: &Url) -> Result<String, SmtpUrlError> {
    let host = url.host_str().ok_or(SmtpUrlError::Host)?;
    let host = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    let plain = host
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    if host.is_empty() || !plain {
        return Err(SmtpUrlError::Host);
    }
    Ok(host.to_owned())
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn tls_policy(url: &Url, loopback: bool) -> Result<TlsPolicy, SmtpUrlError> {
    let mut policy = match url.scheme() {
        "smtps" => TlsPolicy::Implicit,
        _ if loopback => TlsPolicy::Opportunistic,
        _ => TlsPolicy::Required,
    };
    for (name, value) in url.query_pairs() {
        policy = match (&*name, &*value) {
            _ if policy == TlsPolicy::Implicit => return Err(SmtpUrlError::Parameter),
            ("tls", "required") => TlsPolicy::Required,
            ("tls", "opportunistic") => TlsPolicy::Opportunistic,
            ("tls", "none") => TlsPolicy::Never,
            _ => return Err(SmtpUrlError::Parameter),
        };
    }
    Ok(policy)
}

fn login(url: &Url) -> Result<Option<Login>, SmtpUrlError> {
    let decode = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| SmtpUrlError::Login)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(SmtpUrlError::Login),
        (user, Some(password)) => Ok(Some(Login {
            user: decode(user)?,
            password: decode(password)?,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> SmtpSettings {
        SmtpSettings::from_url(url).unwrap()
    }

    #[test]
    fn encryption_is_required_unless_the_server_is_on_this_machine() {
        for (url, tls, port) in [
            ("smtp://mail.shop.fr", TlsPolicy::Required, 587),
            ("smtps://mail.shop.fr/", TlsPolicy::Implicit, 465),
            ("smtp://127.0.0.1:2525", TlsPolicy::Opportunistic, 2525),
            ("smtp://localhost", TlsPolicy::Opportunistic, 25),
            ("smtp://[::1]?tls=required", TlsPolicy::Required, 25),
            ("smtp://mail.shop.fr:25?tls=none", TlsPolicy::Never, 25),
        ] {
            let settings = read(url);
            assert_eq!((settings.tls, settings.port), (tls, port), "{url}");
        }
        assert_eq!(read("smtp://[::1]").host, "::1");
    }

    #[test]
    fn a_password_is_percent_decoded_and_never_shown() {
        let settings = read("smtp://desk%40shop.fr:p%40ss%2Fw%C3%B6rd@mail.shop.fr:587");
        let login = settings.credentials.clone().unwrap();
        assert_eq!(
            (login.user.as_str(), login.password.as_str()),
            ("desk@shop.fr", "p@ss/wörd")
        );
        assert!(!format!("{settings:?}").contains("p@ss"));
    }

    #[test]
    fn an_error_says_what_is_wrong_without_the_password() {
        for (url, error) in [
            (
                "mail.shop.fr",
                SmtpUrlError::Syntax(url::ParseError::RelativeUrlWithoutBase),
            ),
            ("http://u:secret@mail.shop.fr", SmtpUrlError::Scheme),
            ("smtp://", SmtpUrlError::Host),
            ("smtp:mail.shop.fr", SmtpUrlError::Trailing),
            ("smtp://mail.shop.fr/x", SmtpUrlError::Trailing),
            ("smtp://u@mail.shop.fr", SmtpUrlError::Login),
            ("smtp://u:%ff%fe@mail.shop.fr", SmtpUrlError::Login),
            ("smtp://mail.shop.fr?tls=maybe", SmtpUrlError::Parameter),
            ("smtp://mail.shop.fr?timeout=1", SmtpUrlError::Parameter),
            ("smtps://mail.shop.fr?tls=none", SmtpUrlError::Parameter),
            (
                "smtp://u:secret@mail.shop.fr?tls=opportunistic",
                SmtpUrlError::ExposedPassword,
            ),
        ] {
            let found = SmtpSettings::from_url(url).unwrap_err();
            assert_eq!(found, error, "{url}");
            assert!(!format!("{found} {found:?}").contains("secret"));
        }
        for url in [
            "smtp://u:sec/ret@h",
            "smtp://u:sec#ret@h",
            "smtp://u:sec?ret@h",
            "smtp://u:70000@h:99999999",
        ] {
            let error = SmtpSettings::from_url(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("ret"), "{error}");
        }
    }
}
