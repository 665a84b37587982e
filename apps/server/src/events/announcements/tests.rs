use chrono::DateTime;
use shared_kernel::{CustomerId, EmailAddress, EmailKey, EntryId, StaffId, TicketId};
use support_domain::thread::EntryText;
use support_domain::{
    Author, AuthorKind, Category, Contact, Customer, EntryKind, Message, Priority, Staff,
    StatusCause, Subject, Ticket,
};

use super::*;

const STAFF_MAIL: &str = "claire@shop.example";

fn file(unverified: bool) -> TicketFile {
    let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let contact = Contact {
        email: EmailKey::from_stored("jean@example.com".into()),
        name: None,
        phone: None,
        signed_in: true,
    };
    TicketFile {
        ticket: Ticket {
            id: TicketId::parse("TICKET-1").unwrap(),
            customer: CustomerId::parse("C1").unwrap(),
            assignee: Some(StaffId::parse("S1").unwrap()),
            order: None,
            subject: Subject::parse("Problème démarrage véhicule").unwrap(),
            message: Message::parse("Mon véhicule ne démarre plus depuis ce matin.").unwrap(),
            priority: Priority::High,
            category: Category::Technical,
            status: Status::Resolved,
            vehicle: None,
            order_number: None,
            unverified,
            contact,
            created_at: at,
            updated_at: at,
            first_response_at: None,
            closed_at: Some(at),
            closings: 1,
            staff_responses: 0,
            satisfaction: None,
            version: 2,
        },
        customer: Customer {
            id: CustomerId::parse("C1").unwrap(),
            name: "Dupont".into(),
            first_name: "Jean".into(),
            email: None,
            phone: None,
            verified_email: None,
            typed: false,
        },
        assignee: Some(Staff {
            id: StaffId::parse("S1").unwrap(),
            name: Some("Claire".into()),
            email: Some(EmailAddress::parse(STAFF_MAIL).unwrap()),
        }),
        order: None,
    }
}

fn entry(kind: EntryKind) -> Entry {
    Entry {
        id: EntryId::parse("MSG-1").unwrap(),
        ticket: TicketId::parse("TICKET-1").unwrap(),
        kind,
        author: Author {
            id: UserId::parse("S1").unwrap(),
            kind: AuthorKind::Staff,
            name: Some("Claire".into()),
        },
        text: EntryText::parse("SECRET-NOTE").unwrap(),
        created_at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
    }
}

fn every_event(unverified: bool) -> Vec<TicketEvent> {
    let file = || file(unverified);
    vec![
        TicketEvent::Created { file: file() },
        TicketEvent::Assigned {
            file: file(),
            by: StaffId::parse("S2").unwrap(),
        },
        TicketEvent::StatusChanged {
            file: file(),
            previous: Status::Open,
            cause: StatusCause::Request(AuthorKind::Staff),
        },
        TicketEvent::EntryAdded {
            file: file(),
            entry: entry(EntryKind::Response),
        },
        TicketEvent::EntryAdded {
            file: file(),
            entry: entry(EntryKind::Note),
        },
        TicketEvent::Escalated {
            file: file(),
            reason: entry(EntryKind::EscalationNote),
        },
    ]
}

fn told(event: &TicketEvent) -> Vec<EventRecord> {
    of(event, &Arc::from("Support"))
}

fn told_to_owner(events: &[TicketEvent]) -> Vec<(&'static str, String)> {
    let owner = StreamId::user(&UserId::parse("C1").unwrap());
    events
        .iter()
        .flat_map(told)
        .flat_map(|record| {
            record
                .audiences
                .into_iter()
                .map(move |(stream, payload)| (record.kind, stream, payload))
        })
        .filter(|(_, stream, _)| *stream == owner)
        .map(|(kind, _, payload)| (kind, payload.to_string()))
        .collect()
}

#[test]
fn a_customer_hears_of_status_and_public_responses_and_of_nothing_else() {
    let told = told_to_owner(&every_event(false));
    let kinds: Vec<_> = told.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(
        kinds,
        [
            "ticket.status_changed",
            "ticket.resolved",
            "ticket.response_added"
        ]
    );
}

#[test]
fn no_note_and_no_staff_address_reaches_a_customer() {
    for event in every_event(false) {
        let is_public =
            matches!(&event, TicketEvent::EntryAdded { entry, .. } if !entry.kind.is_internal());
        for (kind, payload) in told_to_owner(&[event]) {
            assert!(is_public || !payload.contains("SECRET-NOTE"), "{kind}");
            assert!(!payload.contains(STAFF_MAIL), "{kind}");
            assert!(!payload.contains("unverified"), "{kind}");
        }
    }
}

#[test]
fn an_unproven_owner_hears_nothing() {
    assert_eq!(told_to_owner(&every_event(true)), []);
}

#[test]
fn staff_hear_everything_on_one_stream_of_the_ticket() {
    for event in every_event(false) {
        for record in told(&event) {
            let staff: Vec<_> = record
                .audiences
                .iter()
                .filter(|(stream, _)| *stream == StreamId::staff_for("TICKET-1"))
                .collect();
            assert_eq!(staff.len(), 1, "{}", record.kind);
        }
    }
}

#[test]
fn somebody_without_a_name_is_the_desk_to_the_customer_and_an_id_to_colleagues() {
    let mut nameless = entry(EntryKind::Response);
    nameless.author.name = None;
    let event = TicketEvent::EntryAdded {
        file: file(false),
        entry: nameless,
    };
    let shown: Vec<_> = told(&event)
        .into_iter()
        .flat_map(|record| record.audiences)
        .map(|(_, payload)| payload["response"]["author_name"].clone())
        .collect();
    assert_eq!(shown, ["S1", "Support"]);
}
