//! From a notification to a mail in words.

use chrono::{DateTime, Utc};
use serde::Serialize;
use shared_kernel::is_blank;
use url::Url;

use crate::desk::Desk;
use crate::message::{RenderedEmail, message_id, one_line, thread_root};
use crate::notification::EmailNotification;
use crate::template::{self, Template};

/// The subject where the ticket's own must not be shown: somebody else may have typed it.
const UNNAMED: &str = "Votre demande";

/// Why a notification cannot be put into words. Trying again does not help: it is a defect, or a bad row.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The payload is not a notification.
    #[error("the payload is not a notification: {0}")]
    Payload(#[from] serde_json::Error),
    /// A value the template needs is missing, or the template is broken.
    #[error("the template cannot be filled in: {0:#}")]
    Template(#[from] minijinja::Error),
    /// A link that is not a web address.
    #[error("a link is not a web address")]
    Link,
}

/// What the files in `templates/` may name. Absent values are undefined there, not empty.
#[derive(Serialize)]
struct Words<'a> {
    title: String,
    shop_name: &'a str,
    public_url: &'a str,
    ticket_id: &'a str,
    to_customer: bool,
    verified: bool,
    priority: &'a str,
    category: &'a str,
    status: &'a str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating_url: Option<&'a str>,
}

/// Puts a job's payload into words.
///
/// # Errors
/// [`RenderError`]; never panics, whatever the payload is.
pub fn render_payload(
    payload: &serde_json::Value,
    desk: &Desk,
) -> Result<RenderedEmail, RenderError> {
    render(&EmailNotification::from_payload(payload)?, desk)
}

/// Puts a notification into words: the same notification always gives the same mail.
///
/// # Errors
/// [`RenderError`] when a value the template needs is missing.
pub fn render(notification: &EmailNotification, desk: &Desk) -> Result<RenderedEmail, RenderError> {
    let words = words(notification, desk)?;
    let name = notification.template.as_str();
    let text = template::fill(&format!("{name}.txt"), &words)?;
    let html = template::fill(&format!("{name}.html"), &words)?;
    let root = thread_root(&notification.ticket_id, &desk.from);
    let support = desk.support_for(notification.values.category);
    Ok(RenderedEmail {
        template: notification.template,
        ticket_id: notification.ticket_id.clone(),
        at: notification.at,
        from: desk.from.clone(),
        from_name: one_line(&desk.shop_name),
        to: notification.to.clone(),
        to_name: notification.to_name.as_deref().map(one_line),
        reply_to: (*support != desk.from).then(|| support.clone()),
        subject: subject_line(notification),
        text,
        html,
        message_id: message_id(&notification.key(), notification.template, &desk.from),
        in_reply_to: Some(root.clone()),
        references: vec![root],
        headers: vec![
            // RFC 3834: no auto-responder may answer; Exchange reads the second. No `Precedence` and no
            // `List-…`: mailboxes file such mail with advertisements, and this is somebody's own.
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("X-Auto-Response-Suppress", "All".to_owned()),
            ("X-Guichet-Template", name.to_owned()),
        ],
    })
}

fn words<'a>(
    notification: &'a EmailNotification,
    desk: &'a Desk,
) -> Result<Words<'a>, RenderError> {
    let values = &notification.values;
    let rating_url = values.rating_url.as_deref();
    if rating_url.is_some_and(|link| !is_web_address(link)) {
        return Err(RenderError::Link);
    }
    Ok(Words {
        title: title(notification),
        shop_name: &desk.shop_name,
        public_url: desk.public_url.as_str(),
        ticket_id: notification.ticket_id.as_str(),
        to_customer: values.to_customer,
        verified: values.verified,
        priority: values.priority.label(),
        category: values.category.label(),
        status: values.status.label(),
        created_at: local_time(values.created_at, desk.time_zone),
        // Nobody is greeted with a blank.
        to_name: notification
            .to_name
            .as_deref()
            .map(one_line)
            .filter(|name| !is_blank(name)),
        subject: values.subject.as_deref().map(one_line),
        author: values.author.as_deref().map(one_line),
        text: values.text.as_deref().map(several_lines),
        rating_url,
    })
}

/// What happened, as the heading says it and mailboxes preview it.
fn title(notification: &EmailNotification) -> String {
    let values = &notification.values;
    let title = notification.template.title(values.to_customer);
    match notification.template {
        Template::StatusUpdated => format!("{title} : {}", values.status.label()),
        _ => title.to_owned(),
    }
}

/// The same for every mail of a ticket: mailboxes take mails for one conversation only if they
/// refer to each other and their subjects are alike. What happened is in the [`title`].
fn subject_line(notification: &EmailNotification) -> String {
    let number = &notification.ticket_id;
    let values = &notification.values;
    let subject = values
        .subject
        .as_deref()
        .filter(|_| !values.plain_subject_line);
    one_line(&format!("[{number}] {}", subject.unwrap_or(UNNAMED)))
}

fn is_web_address(link: &str) -> bool {
    Url::parse(link).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn local_time(at: DateTime<Utc>, zone: chrono_tz::Tz) -> String {
    at.with_timezone(&zone)
        .format("%d/%m/%Y à %H:%M")
        .to_string()
}

/// The text with `\n` line ends and no other control character than tab.
fn several_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                ' '
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{desk, happenings, notification, occasion};
    use crate::{Happening, notifications};

    #[test]
    fn every_template_says_whose_ticket_it_is_in_subject_text_and_html() {
        for template in Template::ALL {
            let mail = render(&notification(template), &desk()).unwrap();
            assert!(
                mail.subject.starts_with("[TICKET-ABCD1234] "),
                "{}",
                mail.subject
            );
            for body in [&mail.text, &mail.html] {
                assert!(
                    body.contains("TICKET-ABCD1234") && body.contains("Pièces &"),
                    "{body}"
                );
            }
            assert!(!mail.text.contains("&amp;") && mail.html.contains("Pièces &amp; Co"));
        }
    }

    #[test]
    fn every_mail_of_a_ticket_has_the_same_subject_and_its_own_heading() {
        let mut headings = std::collections::BTreeSet::new();
        for template in Template::ALL {
            let mail = render(&notification(template), &desk()).unwrap();
            assert_eq!(
                mail.subject, "[TICKET-ABCD1234] Ma pièce <b>cassée</b> {{7*7}}",
                "{template:?}"
            );
            headings.insert(mail.text.lines().next().unwrap().to_owned());
        }
        assert_eq!(headings.len(), Template::ALL.len(), "{headings:?}");
        assert!(headings.contains("Votre demande : En cours de traitement"));
    }

    #[test]
    fn mails_to_an_unproven_address_share_a_subject_nobody_typed() {
        for happening in happenings() {
            let mut occasion = occasion(happening);
            occasion.ticket.verified = false;
            for mail in notifications(&occasion, &desk()) {
                let subject = render(&mail, &desk()).unwrap().subject;
                let own = subject == "[TICKET-ABCD1234] Votre demande";
                assert_eq!(own, mail.values.to_customer, "{subject}");
            }
        }
    }

    #[test]
    fn the_subject_stays_when_an_address_is_proven_on_the_way() {
        let subject_when = |verified| {
            let mut occasion = occasion(Happening::StatusChanged);
            occasion.ticket.written_signed_in = false;
            occasion.ticket.verified = verified;
            let mail = render(&notifications(&occasion, &desk())[0], &desk()).unwrap();
            assert_eq!(
                mail.text.contains("cassée"),
                verified,
                "the text may say it"
            );
            mail.subject
        };
        assert_eq!(subject_when(false), "[TICKET-ABCD1234] Votre demande");
        assert_eq!(subject_when(true), subject_when(false));
    }

    #[test]
    fn a_payload_of_an_earlier_release_gets_the_subject_of_the_others() {
        let payload = serde_json::json!({
            "template": "status_updated", "to": "jean@example.com", "ticket_id": "TICKET-ABCD1234",
            "occurrence": "v7", "at": "2026-11-01T08:00:00Z",
            "values": { "priority": "high", "category": "technical", "status": "closed",
                "created_at": "2026-11-01T07:00:00Z", "verified": true, "to_customer": true,
                "subject": "Ma pièce" }
        });
        let mail = render_payload(&payload, &desk()).unwrap();
        assert_eq!(mail.subject, "[TICKET-ABCD1234] Ma pièce");
        assert_eq!(mail.references, ["TICKET-ABCD1234@shop.fr"]);
    }

    #[test]
    fn nobody_without_a_name_is_greeted_by_one() {
        for name in [None, Some(""), Some(" \u{a0}\u{200b}")] {
            let mut mail = notification(Template::StatusUpdated);
            mail.to_name = name.map(str::to_owned);
            let mail = render(&mail, &desk()).unwrap();
            assert!(mail.text.contains("\nBonjour,\n"), "{}", mail.text);
            assert!(mail.html.contains(">Bonjour,<"), "{}", mail.html);
        }
    }

    #[test]
    fn values_are_data_and_never_template_source() {
        for template in Template::ALL {
            let mail = render(&notification(template), &desk()).unwrap();
            for body in [&mail.text, &mail.html, &mail.subject] {
                assert!(!body.contains("49"), "{body}");
            }
            assert!(
                !mail.html.contains("<script>") && !mail.html.contains("<b>cassée"),
                "{}",
                mail.html
            );
        }
        let mail = render(&notification(Template::ResponseAdded), &desk()).unwrap();
        assert!(
            mail.text
                .contains("Ligne 1 <script>\nLigne 2 {{7*7}} & suite"),
            "{}",
            mail.text
        );
    }

    #[test]
    fn a_missing_value_is_an_error_and_not_a_gap() {
        let mut mail = notification(Template::ContactResolved);
        mail.values.rating_url = None;
        assert!(matches!(
            render(&mail, &desk()),
            Err(RenderError::Template(_))
        ));
        let mut mail = notification(Template::NewTicketStaff);
        mail.values.subject = None;
        assert!(matches!(
            render(&mail, &desk()),
            Err(RenderError::Template(_))
        ));
    }

    #[test]
    fn a_link_that_is_no_web_address_is_refused() {
        let mut mail = notification(Template::ContactResolved);
        mail.values.rating_url = Some("javascript:alert(1)".to_owned());
        assert!(matches!(render(&mail, &desk()), Err(RenderError::Link)));
    }

    #[test]
    fn the_rating_link_is_whole_in_the_text() {
        let mail = render(&notification(Template::ContactResolved), &desk()).unwrap();
        assert!(
            mail.text
                .contains("https://support.shop.fr/rate?t=TICKET-ABCD1234&s=x%2By\n"),
            "{}",
            mail.text
        );
        assert!(mail.html.contains("&amp;s=x%2By\""), "{}", mail.html);
    }

    #[test]
    fn an_unproven_customer_reads_fixed_text_only() {
        let [created, ..] = happenings();
        let mut occasion = occasion(created);
        occasion.ticket.verified = false;
        occasion.ticket.subject = "SPAM http://spam.example".to_owned();
        occasion.happening = Happening::TicketCreated {
            customer_name: "SPAM Jean".to_owned(),
            message: "SPAM +33 6 12".to_owned(),
        };
        occasion.customer.as_mut().unwrap().name = Some("SPAM Jean".to_owned());
        let mails = notifications(&occasion, &desk());
        let confirmation =
            String::from_utf8(render(&mails[0], &desk()).unwrap().to_bytes()).unwrap();
        assert!(
            !confirmation.contains("SPAM") && !confirmation.to_lowercase().contains("spam.example")
        );
        let for_team = render(&mails[1], &desk()).unwrap();
        assert!(
            for_team.text.contains("SPAM http://spam.example")
                && for_team.text.contains("non vérifiée")
        );
    }

    #[test]
    fn a_proven_customer_reads_their_subject() {
        let mail = render(&notification(Template::ContactConfirmation), &desk()).unwrap();
        assert!(
            mail.text.contains("Bonjour Jean Dupont,")
                && mail.text.contains("Sujet : Ma pièce <b>cassée</b>")
        );
        assert!(
            mail.text.contains("Priorité : Haute") && mail.text.contains("Catégorie : Technique")
        );
    }

    #[test]
    fn times_are_those_of_the_shop() {
        let mail = render(&notification(Template::ContactConfirmation), &desk()).unwrap();
        assert!(mail.text.contains("23/11/2026 à 14:05"), "{}", mail.text);
    }

    #[test]
    fn answers_to_a_mail_go_to_the_team_of_the_category() {
        let mail = render(&notification(Template::ResponseAdded), &desk()).unwrap();
        assert_eq!(mail.reply_to.unwrap().as_str(), "technique@shop.fr");
    }

    #[test]
    fn a_poison_payload_is_an_error_and_never_a_panic() {
        let good = serde_json::to_value(notification(Template::ResponseAdded)).unwrap();
        assert!(render_payload(&good, &desk()).is_ok());
        for field in ["template", "to", "ticket_id", "occurrence", "at", "values"] {
            let mut poison = good.clone();
            poison[field] = serde_json::json!({"$": ["{{", null]});
            assert!(render_payload(&poison, &desk()).is_err(), "{field}");
        }
    }
}
