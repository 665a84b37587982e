//! A desk, a ticket and one of each happening, for the tests of this crate.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeZone as _, Utc};
use shared_kernel::{EmailAddress, TicketId};

use crate::notification::EmailNotification;
use crate::occasion::{Category, Happening, Occasion, Priority, Recipient, Status, TicketFacts};
use crate::template::Template;
use crate::{Desk, notifications};

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 13, 5, 9).unwrap()
}

pub(crate) fn desk() -> Desk {
    Desk {
        shop_name: "Pièces & Co".to_owned(),
        staff_name: "Support".into(),
        from: email("ne-pas-repondre@shop.fr"),
        support: email("support@shop.fr"),
        support_by_category: BTreeMap::from([(Category::Technical, email("technique@shop.fr"))]),
        escalation: vec![email("chef@shop.fr"), email("CHEF@shop.fr")],
        public_url: "https://support.shop.fr/".parse().unwrap(),
        time_zone: chrono_tz::Europe::Paris,
    }
}

pub(crate) fn happenings() -> [Happening; 7] {
    let text = "Ligne 1 <script>\nLigne 2 {{7*7}} & suite".to_owned();
    [
        Happening::TicketCreated {
            customer_name: "Jean Dupont".to_owned(),
            message: text.clone(),
        },
        Happening::TicketAssigned {
            by: "Marc".to_owned(),
        },
        Happening::StatusChanged,
        Happening::ClosedBySupport {
            rating_url: "https://support.shop.fr/rate?t=TICKET-ABCD1234&s=x%2By".to_owned(),
        },
        Happening::ResponseByStaff {
            author: "Sophie".to_owned(),
            text: text.clone(),
        },
        Happening::ResponseByCustomer {
            author: "Jean Dupont".to_owned(),
            text: text.clone(),
        },
        Happening::Escalated {
            by: "Sophie".to_owned(),
            reason: text,
        },
    ]
}

pub(crate) fn occasion(happening: Happening) -> Occasion {
    Occasion {
        ticket: TicketFacts {
            id: TicketId::parse("TICKET-ABCD1234").unwrap(),
            subject: "Ma pièce <b>cassée</b> {{7*7}}".to_owned(),
            priority: Priority::High,
            category: Category::Technical,
            status: Status::InProgress,
            created_at: now(),
            verified: true,
            written_signed_in: true,
        },
        customer: Some(Recipient {
            email: email("jean@example.com"),
            name: Some("Jean Dupont".to_owned()),
        }),
        assignee: Some(Recipient {
            email: email("sophie@shop.fr"),
            name: Some("Sophie".to_owned()),
        }),
        occurrence: "v1".to_owned(),
        at: now(),
        happening,
    }
}

/// Some mail of this template.
pub(crate) fn notification(template: Template) -> EmailNotification {
    happenings()
        .into_iter()
        .flat_map(|happening| notifications(&occasion(happening), &desk()))
        .find(|mail| mail.template == template)
        .unwrap()
}
