//! One mail to be written: the payload of an e-mail job.
//!
//! A payload may outlive a release, so fields are only ever added, optional, never renamed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared_kernel::{EmailAddress, JobKind, NewJob, TicketId};

use crate::fingerprint;
use crate::occasion::{Category, Priority, Status};
use crate::template::Template;

/// One mail to one recipient, not yet in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmailNotification {
    /// In which words.
    pub template: Template,
    /// To whom.
    #[serde(with = "email_text")]
    pub to: EmailAddress,
    /// The name beside the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_name: Option<String>,
    /// About which ticket.
    #[serde(with = "ticket_text")]
    pub ticket_id: TicketId,
    /// Which happening of that ticket (see [`crate::Occasion::occurrence`]).
    pub occurrence: String,
    /// When it happened: the mail's date.
    pub at: DateTime<Utc>,
    /// What the words are filled with.
    pub values: Values,
}

/// What a template may show. An absent value that a template needs is an error when rendering.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// How urgent.
    pub priority: Priority,
    /// What about; also decides where answers to the mail go.
    pub category: Category,
    /// Where the ticket stands.
    pub status: Status,
    /// When the ticket was created.
    pub created_at: DateTime<Utc>,
    /// Whether the customer's address is proven.
    pub verified: bool,
    /// The ticket's subject; absent in mails that must not carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Whether the subject line says nothing of the ticket's subject, although the text may.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_subject_line: bool,
    /// Whoever wrote, assigned or escalated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The message, the answer, or the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The link to rate with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_url: Option<String>,
    /// Whether the recipient is the customer, not the team.
    pub to_customer: bool,
}

impl EmailNotification {
    /// Names this mail for ever, without showing the address: `email:<template>:<ticket>:<occurrence>:<mailbox>`.
    pub fn key(&self) -> String {
        let mailbox = fingerprint::mailbox(&self.to);
        format!(
            "email:{}:{}:{}:{mailbox}",
            self.template.as_str(),
            self.ticket_id,
            self.occurrence
        )
    }

    /// The mails of one ticket to one mailbox leave in order.
    pub fn lane(&self) -> String {
        format!(
            "email:{}:{}",
            self.ticket_id,
            fingerprint::mailbox(&self.to)
        )
    }

    /// The job that sends this mail, not before `run_at`.
    ///
    /// # Errors
    /// [`serde_json::Error`] never in practice: every field has a JSON form.
    pub fn into_job(self, run_at: DateTime<Utc>) -> Result<NewJob, serde_json::Error> {
        Ok(NewJob {
            kind: JobKind::Email,
            key: self.key(),
            lane: self.lane(),
            payload: serde_json::to_value(self)?,
            run_at,
        })
    }

    /// Reads a job's payload.
    ///
    /// # Errors
    /// When the payload is not one of ours, or its address or id is not acceptable any more.
    pub fn from_payload(payload: &serde_json::Value) -> Result<Self, serde_json::Error> {
        Self::deserialize(payload)
    }
}

mod email_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use shared_kernel::EmailAddress;

    pub(super) fn serialize<S: Serializer>(
        email: &EmailAddress,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        out.serialize_str(email.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        input: D,
    ) -> Result<EmailAddress, D::Error> {
        EmailAddress::parse(String::deserialize(input)?).map_err(D::Error::custom)
    }
}

mod ticket_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use shared_kernel::TicketId;

    pub(super) fn serialize<S: Serializer>(id: &TicketId, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(id.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(input: D) -> Result<TicketId, D::Error> {
        TicketId::parse(String::deserialize(input)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing;

    use super::*;

    #[test]
    fn a_job_says_nothing_of_the_address_in_its_key_and_lane() {
        let mail = testing::notification(Template::ContactConfirmation);
        let job = mail.clone().into_job(mail.at).unwrap();
        assert!(
            job.key
                .starts_with("email:contact_confirmation:TICKET-ABCD1234:v1:")
        );
        assert!(!job.key.contains('@') && !job.lane.contains('@'));
        assert_eq!(job.key, mail.key());
    }

    #[test]
    fn two_spellings_of_a_mailbox_make_one_job() {
        let mut other = testing::notification(Template::StatusUpdated);
        let key = other.key();
        other.to = EmailAddress::parse(other.to.as_str().to_uppercase()).unwrap();
        assert_eq!(other.key(), key);
    }

    #[test]
    fn a_payload_reads_back_as_it_was_written() {
        for template in Template::ALL {
            let mail = testing::notification(template);
            let job = mail.clone().into_job(mail.at).unwrap();
            assert_eq!(EmailNotification::from_payload(&job.payload).unwrap(), mail);
        }
    }

    #[test]
    fn a_poison_payload_is_an_error() {
        let good = testing::notification(Template::StatusUpdated)
            .into_job(DateTime::UNIX_EPOCH)
            .unwrap()
            .payload;
        let mut poisons = vec![
            serde_json::json!(null),
            serde_json::json!({}),
            serde_json::json!([1, "x"]),
        ];
        for (field, value) in [
            ("to", serde_json::json!("a@b.fr\r\nBcc: x@y.fr")),
            ("template", serde_json::json!("../../etc/passwd")),
            ("ticket_id", serde_json::json!("")),
            ("at", serde_json::json!("yesterday")),
            ("values", serde_json::json!("{{7*7}}")),
        ] {
            let mut poison = good.clone();
            poison[field] = value;
            poisons.push(poison);
        }
        for poison in poisons {
            assert!(
                EmailNotification::from_payload(&poison).is_err(),
                "{poison}"
            );
        }
    }
}
