//! Signed links to rate a closing, sent by e-mail.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::Mac as _;
use shared_kernel::TicketId;
use url::Url;

use super::keys::{Keyed, Purpose, keyed};

/// How long a link is good.
const VALID_DAYS: i64 = 60;

/// Makes and checks links. A link is good for one closing of one ticket, for a time.
pub struct RatingLinks {
    keyed: Keyed,
    base: Url,
}

impl RatingLinks {
    /// Links below `base`, signed with the server's secret.
    pub fn new(secret: &[u8], base: Url) -> Self {
        Self {
            keyed: keyed(secret, Purpose::RatingLink),
            base,
        }
    }

    /// The link to rate a closing.
    pub fn link(&self, ticket: &TicketId, closing: u32, now: DateTime<Utc>) -> String {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(["rate", ticket.as_str()]);
        }
        url.query_pairs_mut()
            .append_pair("sig", &self.signature(ticket, closing, now));
        url.into()
    }

    /// What stands in the link: closing, last second, signature.
    pub fn signature(&self, ticket: &TicketId, closing: u32, now: DateTime<Utc>) -> String {
        let until = now.checked_add_signed(TimeDelta::days(VALID_DAYS));
        let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC).timestamp();
        let signature =
            URL_SAFE_NO_PAD.encode(self.mac(ticket, closing, until).finalize().into_bytes());
        format!("{closing}.{until}.{signature}")
    }

    /// The closing a signature is good for; `None` when it is not ours, or too old.
    pub fn check(&self, ticket: &TicketId, sig: &str, now: DateTime<Utc>) -> Option<u32> {
        let mut parts = sig.splitn(3, '.');
        let closing: u32 = parts.next()?.parse().ok()?;
        let until: i64 = parts.next()?.parse().ok()?;
        let signature = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        self.mac(ticket, closing, until)
            .verify_slice(&signature)
            .ok()?;
        (now.timestamp() <= until).then_some(closing)
    }

    fn mac(&self, ticket: &TicketId, closing: u32, until: i64) -> Keyed {
        let mut mac = self.keyed.clone();
        mac.update(format!("{ticket}\0{closing}\0{until}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> RatingLinks {
        RatingLinks::new(b"secret", Url::parse("https://shop.example/aide/").unwrap())
    }

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::days(day)
    }

    #[test]
    fn a_link_is_good_for_its_ticket_its_closing_and_its_time() {
        let (one, other) = (
            TicketId::parse("TICKET-1").unwrap(),
            TicketId::parse("TICKET-2").unwrap(),
        );
        let sig = links().signature(&one, 3, at(0));
        assert_eq!(links().check(&one, &sig, at(VALID_DAYS)), Some(3));
        assert_eq!(links().check(&one, &sig, at(VALID_DAYS + 1)), None);
        assert_eq!(links().check(&other, &sig, at(0)), None);
        assert_eq!(links().check(&one, &sig.replacen('3', "4", 1), at(0)), None);
        for garbage in [
            "",
            "3",
            "3.4",
            "3.4.",
            "3.4.!",
            "x.y.z",
            "..",
            "3.99999999999999999999.AA",
        ] {
            assert_eq!(links().check(&one, garbage, at(0)), None, "{garbage}");
        }
    }

    #[test]
    fn links_that_were_sent_stay_good() {
        let ticket = TicketId::parse("TICKET-1").unwrap();
        let sent = "3.1705184000.tUG0GM3IFM7AiRmQQiIKYcQASTcAlgd7WEhJ1NtZvE4";
        assert_eq!(links().signature(&ticket, 3, at(0)), sent);
        assert_eq!(links().check(&ticket, sent, at(1)), Some(3));
    }

    #[test]
    fn a_link_stands_below_the_public_url() {
        let link = links().link(&TicketId::parse("TICKET-1").unwrap(), 1, at(0));
        assert!(
            link.starts_with("https://shop.example/aide/rate/TICKET-1?sig=1."),
            "{link}"
        );
    }
}
