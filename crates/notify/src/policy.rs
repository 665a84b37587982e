//! Who is told of what: the table of notifications, as a pure function.

use std::collections::HashSet;

use shared_kernel::EmailAddress;

use crate::desk::Desk;
use crate::notification::{EmailNotification, Values};
use crate::occasion::{Happening, Occasion, Recipient};
use crate::template::Template;

/// Mailboxes nobody reads: writing to them only makes loops.
const UNREAD_MAILBOXES: [&str; 9] = [
    "mailer-daemon",
    "postmaster",
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "bounce",
    "bounces",
];

/// The mails an occasion calls for; each mailbox gets each of them once.
///
/// | what | customer | team |
/// |---|---|---|
/// | created | `contact_confirmation` | support address: `new_ticket_staff` |
/// | assigned | | assignee: `contact_assigned` |
/// | status changed | `status_updated` | |
/// | closed by support | `contact_resolved` | |
/// | response by staff | `response_added` | |
/// | response by the customer | | assignee, else support address: `response_added` |
/// | escalated | | new assignee and escalation addresses: `ticket_escalated` |
pub fn notifications(occasion: &Occasion, desk: &Desk) -> Vec<EmailNotification> {
    let mut mails = Mails {
        occasion,
        desk,
        seen: HashSet::new(),
        list: Vec::new(),
    };
    let support = || team_mailbox(desk.support_for(occasion.ticket.category));
    match &occasion.happening {
        Happening::TicketCreated {
            customer_name,
            message,
        } => {
            mails.tell_customer(Template::ContactConfirmation, &Said::default());
            mails.tell_team(
                Template::NewTicketStaff,
                support(),
                &Said::by(customer_name, message),
            );
        }
        Happening::TicketAssigned { by } => {
            mails.tell_assignee(
                Template::ContactAssigned,
                &Said {
                    author: Some(by),
                    ..Said::default()
                },
            );
        }
        Happening::StatusChanged => mails.tell_customer(Template::StatusUpdated, &Said::default()),
        Happening::ClosedBySupport { rating_url } => {
            mails.tell_customer(
                Template::ContactResolved,
                &Said {
                    rating_url: Some(rating_url),
                    ..Said::default()
                },
            );
        }
        Happening::ResponseByStaff { author, text } => {
            mails.tell_customer(Template::ResponseAdded, &Said::by(author, text));
        }
        Happening::ResponseByCustomer { author, text } => {
            let reader = occasion.assignee.clone().unwrap_or_else(support);
            mails.tell_team(Template::ResponseAdded, reader, &Said::by(author, text));
        }
        Happening::Escalated { by, reason } => {
            let said = Said::by(by, reason);
            mails.tell_assignee(Template::TicketEscalated, &said);
            for address in &desk.escalation {
                mails.tell_team(Template::TicketEscalated, team_mailbox(address), &said);
            }
        }
    }
    mails.list
}

fn team_mailbox(address: &EmailAddress) -> Recipient {
    Recipient {
        email: address.clone(),
        name: None,
    }
}

/// What is told besides the ticket's own facts.
#[derive(Default)]
struct Said<'a> {
    author: Option<&'a str>,
    text: Option<&'a str>,
    rating_url: Option<&'a str>,
}

impl<'a> Said<'a> {
    fn by(author: &'a str, text: &'a str) -> Self {
        Self {
            author: Some(author),
            text: Some(text),
            rating_url: None,
        }
    }
}

/// The mails of one occasion while they are gathered.
struct Mails<'a> {
    occasion: &'a Occasion,
    desk: &'a Desk,
    seen: HashSet<(Template, String)>,
    list: Vec<EmailNotification>,
}

impl Mails<'_> {
    /// To the customer, unless the mail would only come back or go unread.
    fn tell_customer(&mut self, template: Template, said: &Said<'_>) {
        let Some(customer) = self.occasion.customer.clone() else {
            return;
        };
        if self.desk.owns(&customer.email) || goes_unread(&customer.email) {
            return;
        }
        self.push(template, customer, said, true);
    }

    fn tell_assignee(&mut self, template: Template, said: &Said<'_>) {
        if let Some(assignee) = self.occasion.assignee.clone() {
            self.tell_team(template, assignee, said);
        }
    }

    fn tell_team(&mut self, template: Template, to: Recipient, said: &Said<'_>) {
        self.push(template, to, said, false);
    }

    fn push(&mut self, template: Template, to: Recipient, said: &Said<'_>, to_customer: bool) {
        if !self
            .seen
            .insert((template, to.email.key().as_str().to_owned()))
        {
            return;
        }
        let ticket = &self.occasion.ticket;
        // Name and subject were typed by whoever filled in the form: to an address nobody
        // proved to be theirs, they would be a stranger's words under our name.
        let may_show_free_text = !to_customer || ticket.verified;
        self.list.push(EmailNotification {
            template,
            to: to.email,
            to_name: to.name.filter(|_| may_show_free_text),
            ticket_id: ticket.id.clone(),
            occurrence: self.occasion.occurrence.clone(),
            at: self.occasion.at,
            values: Values {
                priority: ticket.priority,
                category: ticket.category,
                status: ticket.status,
                created_at: ticket.created_at,
                verified: ticket.verified,
                subject: may_show_free_text.then(|| ticket.subject.clone()),
                plain_subject_line: to_customer && !ticket.written_signed_in,
                author: said.author.map(str::to_owned),
                text: said.text.map(str::to_owned),
                rating_url: said.rating_url.map(str::to_owned),
                to_customer,
            },
        });
    }
}

fn goes_unread(address: &EmailAddress) -> bool {
    let key = address.key();
    let local = key.as_str().rsplit_once('@').map_or("", |(local, _)| local);
    UNREAD_MAILBOXES.contains(&local)
}

#[cfg(test)]
mod tests {
    use crate::testing::{desk, email, happenings, occasion};

    use super::*;

    fn told(occasion: &Occasion) -> Vec<(&'static str, String)> {
        notifications(occasion, &desk())
            .into_iter()
            .map(|mail| (mail.template.as_str(), mail.to.as_str().to_owned()))
            .collect()
    }

    fn pair(template: &'static str, to: &str) -> (&'static str, String) {
        (template, to.to_owned())
    }

    #[test]
    fn each_row_of_the_table_is_told_to_whom_it_says() {
        let expected: [Vec<(&str, String)>; 7] = [
            vec![
                pair("contact_confirmation", "jean@example.com"),
                pair("new_ticket_staff", "technique@shop.fr"),
            ],
            vec![pair("contact_assigned", "sophie@shop.fr")],
            vec![pair("status_updated", "jean@example.com")],
            vec![pair("contact_resolved", "jean@example.com")],
            vec![pair("response_added", "jean@example.com")],
            vec![pair("response_added", "sophie@shop.fr")],
            vec![
                pair("ticket_escalated", "sophie@shop.fr"),
                pair("ticket_escalated", "chef@shop.fr"),
            ],
        ];
        for (happening, expected) in happenings().into_iter().zip(expected) {
            assert_eq!(
                told(&occasion(happening.clone())),
                expected,
                "{happening:?}"
            );
        }
    }

    #[test]
    fn a_category_without_an_address_uses_the_support_address() {
        let [created, ..] = happenings();
        let mut occasion = occasion(created);
        occasion.ticket.category = crate::Category::Billing;
        assert!(told(&occasion).contains(&pair("new_ticket_staff", "support@shop.fr")));
    }

    #[test]
    fn an_answer_nobody_is_assigned_to_reaches_the_support_address() {
        let [.., answered, _] = happenings();
        let mut occasion = occasion(answered);
        occasion.assignee = None;
        assert_eq!(
            told(&occasion),
            [pair("response_added", "technique@shop.fr")]
        );
    }

    #[test]
    fn an_assignee_who_is_also_an_escalation_address_is_told_once() {
        let [.., escalated] = happenings();
        let mut occasion = occasion(escalated);
        occasion.assignee = Some(Recipient {
            email: email("Chef@Shop.fr"),
            name: None,
        });
        assert_eq!(told(&occasion), [pair("ticket_escalated", "Chef@Shop.fr")]);
    }

    #[test]
    fn nobody_to_write_to_is_no_mail() {
        for happening in happenings() {
            let mut occasion = occasion(happening);
            occasion.customer = None;
            occasion.assignee = None;
            assert!(
                told(&occasion)
                    .iter()
                    .all(|(_, to)| to.ends_with("@shop.fr"))
            );
        }
    }

    #[test]
    fn the_desk_never_writes_to_itself_as_to_a_customer_nor_to_a_mailbox_nobody_reads() {
        for address in [
            "ne-pas-repondre@shop.fr",
            "Support@shop.fr",
            "MAILER-DAEMON@x.fr",
            "noreply@x.fr",
        ] {
            let mut occasion = occasion(Happening::StatusChanged);
            occasion.customer = Some(Recipient {
                email: email(address),
                name: None,
            });
            assert_eq!(told(&occasion), [], "{address}");
        }
    }

    #[test]
    fn an_unproven_address_gets_nothing_a_stranger_typed() {
        for happening in happenings() {
            let mut occasion = occasion(happening);
            occasion.ticket.verified = false;
            for mail in notifications(&occasion, &desk())
                .iter()
                .filter(|mail| mail.values.to_customer)
            {
                assert_eq!((&mail.to_name, &mail.values.subject), (&None, &None));
            }
        }
    }

    #[test]
    fn the_same_occasion_told_twice_has_the_same_keys() {
        let [created, ..] = happenings();
        let occasion = occasion(created);
        let keys = || {
            notifications(&occasion, &desk())
                .iter()
                .map(EmailNotification::key)
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(), keys());
        assert_eq!(keys().into_iter().collect::<HashSet<_>>().len(), 2);
    }
}
