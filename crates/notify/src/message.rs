//! A mail in words, and its RFC 5322 form.
//!
//! Texts from outside reach this file through types that refuse control characters; here they
//! are stripped once more, because one line break too many in a header is another header.

use chrono::{DateTime, Utc};
use mail_send::mail_builder::MessageBuilder;
use mail_send::mail_builder::headers::address::Address;
use mail_send::mail_builder::headers::raw::Raw;
use shared_kernel::{EmailAddress, TicketId};

use crate::fingerprint;
use crate::template::Template;

/// A mail ready to be delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedEmail {
    /// Which kind of mail.
    pub template: Template,
    /// About which ticket.
    pub ticket_id: TicketId,
    /// The mail's date: when what it tells of happened.
    pub at: DateTime<Utc>,
    /// The sender.
    pub from: EmailAddress,
    /// The sender's name.
    pub from_name: String,
    /// The one recipient.
    pub to: EmailAddress,
    /// The recipient's name.
    pub to_name: Option<String>,
    /// Where answers go.
    pub reply_to: Option<EmailAddress>,
    /// The subject line.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// Without angle brackets. The same mail always has the same one, so a second copy is recognised.
    pub message_id: String,
    /// The thread's root, without angle brackets.
    pub in_reply_to: Option<String>,
    /// The thread, without angle brackets.
    pub references: Vec<String>,
    /// Further headers, ASCII.
    pub headers: Vec<(&'static str, String)>,
}

impl RenderedEmail {
    /// The message as it goes over the wire: `multipart/alternative`, UTF-8, no `Bcc`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut message = MessageBuilder::new()
            .message_id(one_line(&self.message_id))
            .date(self.at.timestamp())
            .from(mailbox(&self.from, Some(&self.from_name)))
            .to(mailbox(&self.to, self.to_name.as_deref()))
            .subject(one_line(&self.subject));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(mailbox(reply_to, None));
        }
        if let Some(root) = &self.in_reply_to {
            message = message.in_reply_to(one_line(root));
        }
        if !self.references.is_empty() {
            let thread: Vec<String> = self.references.iter().map(|id| one_line(id)).collect();
            message = message.references(thread);
        }
        for (name, value) in &self.headers {
            message = message.header(*name, Raw::new(one_line(value)));
        }
        let mut bytes = Vec::with_capacity(self.text.len() + self.html.len() + 2048);
        message
            .text_body(self.text.as_str())
            .html_body(self.html.as_str())
            .serialize(&mut bytes);
        bytes
    }
}

fn mailbox<'a>(address: &EmailAddress, name: Option<&str>) -> Address<'a> {
    let name = name.map(one_line).filter(|name| !name.trim().is_empty());
    Address::new_address(name, wire_address(address))
}

/// The address with its domain in the ASCII form every mail server understands (RFC 5890).
pub(crate) fn wire_address(address: &EmailAddress) -> String {
    let text = address.as_str();
    match (text.rsplit_once('@'), ascii_domain(address)) {
        (Some((local, _)), Some(domain)) => format!("{local}@{domain}"),
        _ => text.to_owned(),
    }
}

fn ascii_domain(address: &EmailAddress) -> Option<String> {
    match url::Host::parse(address.domain()) {
        Ok(url::Host::Domain(domain)) => Some(domain),
        _ => None,
    }
}

/// The Message-ID of the mail with this job key.
pub(crate) fn message_id(job_key: &str, template: Template, from: &EmailAddress) -> String {
    let domain = ascii_domain(from).unwrap_or_else(|| "localhost".to_owned());
    format!(
        "{}.{}@{domain}",
        template.as_str(),
        fingerprint::short_hash(job_key, 16)
    )
}

/// The Message-ID all mails of a ticket refer to, so that mail clients show them as one thread.
pub(crate) fn thread_root(ticket: &TicketId, from: &EmailAddress) -> String {
    let domain = ascii_domain(from).unwrap_or_else(|| "localhost".to_owned());
    format!("{}@{domain}", fingerprint::ticket(ticket))
}

/// The text with every line break and control character turned into a space, and without the
/// characters that turn the direction of what stands behind them: next to a name there is an address.
pub(crate) fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|c| !turns(c))
        .map(|c| if breaks(c) { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{desk, email, notification};
    use crate::{EmailNotification, render};

    /// The header lines with continuation lines joined.
    fn headers(bytes: &[u8]) -> Vec<(String, String)> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let head = text
            .split("\r\n\r\n")
            .next()
            .unwrap()
            .replace("\r\n ", " ")
            .replace("\r\n\t", " ");
        head.split("\r\n")
            .map(|line| {
                let (name, value) = line.split_once(": ").unwrap();
                (name.to_owned(), value.to_owned())
            })
            .collect()
    }

    fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
        &headers.iter().find(|(header, _)| header == name).unwrap().1
    }

    /// What stands in a header outside quoted strings.
    fn unquoted(value: &str) -> String {
        let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
        for c in value.chars() {
            match (quoted, escaped, c) {
                (true, true, _) => escaped = false,
                (true, false, '\\') => escaped = true,
                (_, false, '"') => quoted = !quoted,
                (false, ..) => out.push(c),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn every_mail_carries_its_thread_its_template_and_the_loop_headers() {
        for template in Template::ALL {
            let mail = render(&notification(template), &desk()).unwrap();
            let headers = headers(&mail.to_bytes());
            assert_eq!(header(&headers, "Auto-Submitted"), "auto-generated");
            assert_eq!(header(&headers, "X-Auto-Response-Suppress"), "All");
            for (name, _) in &headers {
                let name = name.to_ascii_lowercase();
                assert!(name != "precedence" && !name.starts_with("list-"), "{name}");
            }
            assert_eq!(header(&headers, "X-Guichet-Template"), template.as_str());
            assert_eq!(header(&headers, "References"), "<TICKET-ABCD1234@shop.fr>");
            assert_eq!(header(&headers, "In-Reply-To"), "<TICKET-ABCD1234@shop.fr>");
            assert_eq!(
                header(&headers, "Message-ID"),
                format!("<{}>", mail.message_id)
            );
            assert_eq!(header(&headers, "Date"), "Mon, 23 Nov 2026 13:05:09 +0000");
            assert!(header(&headers, "Content-Type").starts_with("multipart/alternative"));
            assert!(mail.message_id.ends_with("@shop.fr"));
        }
    }

    #[test]
    fn the_message_id_is_the_mail_s_and_no_other_s() {
        let first = notification(Template::StatusUpdated);
        let mut second = first.clone();
        second.occurrence = "v2".to_owned();
        let id = |mail: &EmailNotification| render(mail, &desk()).unwrap().message_id;
        assert_eq!(id(&first), id(&first));
        assert_ne!(id(&first), id(&second));
    }

    #[test]
    fn an_old_ticket_id_cannot_break_the_thread_headers() {
        let mut mail = notification(Template::StatusUpdated);
        mail.ticket_id = TicketId::parse("a@b>,<c|d").unwrap();
        let headers = headers(&render(&mail, &desk()).unwrap().to_bytes());
        assert_eq!(
            header(&headers, "References")
                .matches(['<', '>', '@', ','])
                .count(),
            3
        );
    }

    #[test]
    fn a_header_holds_emoji_and_any_script_in_lines_a_server_takes() {
        for subject in [
            "🚗".repeat(200),
            "👨‍👩‍👧‍👦 ".repeat(30),
            "طلب قطعة غيار ".repeat(14),
            "a".repeat(5_000),
            "mot ".repeat(50),
            "é".repeat(200),
        ] {
            let mut mail = notification(Template::StatusUpdated);
            mail.values.subject = Some(subject.clone());
            mail.to_name = Some(subject.chars().take(100).collect());
            let bytes = render(&mail, &desk()).unwrap().to_bytes();
            for line in bytes.split(|byte| *byte == b'\n') {
                assert!(line.len() <= 998, "{} octets of {subject}", line.len());
                assert!(line.is_ascii());
            }
            let head = headers(&bytes);
            assert!(header(&head, "Subject").starts_with("=?") || subject.is_ascii());
        }
    }

    #[test]
    fn a_name_cannot_turn_the_address_beside_it() {
        let text = "Jean\u{202e}rf.knab\u{2066}x\u{2069}";
        assert_eq!(one_line(text), "Jeanrf.knabx");
        assert_eq!(one_line("👨‍👩‍👧‍👦 שלום"), "👨‍👩‍👧‍👦 שלום");
    }

    #[test]
    fn no_line_of_a_body_is_longer_than_a_server_takes() {
        for text in [
            "x".repeat(20_000),
            "é".repeat(20_000),
            "mot ".repeat(5_000),
            ".\n".repeat(500),
        ] {
            let mut mail = notification(Template::ResponseAdded);
            mail.values.text = Some(text);
            let bytes = render(&mail, &desk()).unwrap().to_bytes();
            assert!(
                bytes
                    .split(|byte| *byte == b'\n')
                    .all(|line| line.len() <= 998)
            );
        }
    }

    #[test]
    fn a_domain_with_accents_travels_in_ascii() {
        assert_eq!(
            wire_address(&email("jean@exämple.fr")),
            "jean@xn--exmple-cua.fr"
        );
        assert_eq!(wire_address(&email("José@example.fr")), "José@example.fr");
    }

    proptest! {
        #[test]
        fn no_text_makes_another_header_or_another_recipient(
            name in any::<String>(),
            subject in any::<String>(),
            tail in "(\r\n|\n|\r|\0|\u{85}|\u{2028})?(Bcc: x@y.fr|,? ?<x@y.fr>|\"|\\\\|;|=\\?utf-8\\?Q\\?=0D=0A\\?=)",
        ) {
            let mut mail = notification(Template::ContactConfirmation);
            let expected: Vec<String> =
                headers(&render(&mail, &desk()).unwrap().to_bytes()).into_iter().map(|(name, _)| name).collect();
            mail.to_name = Some(format!("a{name}{tail}"));
            mail.values.subject = Some(format!("{subject}{tail}"));
            let mut desk = desk();
            desk.shop_name = format!("a{name}{tail}");
            let headers = headers(&render(&mail, &desk).unwrap().to_bytes());
            let names: Vec<String> = headers.iter().map(|(name, _)| name.clone()).collect();
            prop_assert_eq!(names, expected);
            for (field, address) in [("To", "<jean@example.com>"), ("From", "<ne-pas-repondre@shop.fr>")] {
                let outside = unquoted(header(&headers, field));
                prop_assert!(outside.ends_with(address), "{}", outside);
                prop_assert_eq!(outside.matches(['<', '>', '@', ',', ';', ':']).count(), 3, "{}", outside);
            }
        }
    }
}
