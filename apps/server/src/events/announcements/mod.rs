//! Ticket events as sockets tell them: which kind, to whom, with which payload.

use std::sync::Arc;

use serde_json::{Value, json};
use shared_kernel::{EventRecord, StreamId, UserId};
use support_domain::rights::owner_hears;
use support_domain::{Entry, Status, TicketEvent, TicketFile};
use views::tickets::{Audience, ContactResponse, ContactTicket};

/// What a ticket event says to whom, at a desk of this name.
pub(super) fn of(event: &TicketEvent, desk_name: &Arc<str>) -> Vec<EventRecord> {
    let file = event.file();
    match event {
        TicketEvent::Created { .. } => vec![to_staff(file, "ticket.created", whole_ticket(file))],
        TicketEvent::Assigned { .. } => {
            let mut payload = whole_ticket(file);
            add(
                &mut payload,
                "assignedTo",
                json!(file.ticket.assignee.as_ref().map(ToString::to_string)),
            );
            vec![to_staff(file, "ticket.assigned", payload)]
        }
        TicketEvent::Escalated { reason, .. } => {
            let mut payload = whole_ticket(file);
            add(&mut payload, "reason", json!(reason.text.as_str()));
            add(
                &mut payload,
                "assignedTo",
                json!(file.ticket.assignee.as_ref().map(ToString::to_string)),
            );
            let note = added(file, reason, &Audience::Staff);
            vec![
                to_staff(file, "ticket.escalated", payload),
                to_staff(file, "ticket.response_added", note),
            ]
        }
        TicketEvent::StatusChanged { previous, .. } => status_changed(file, *previous),
        TicketEvent::EntryAdded { entry, .. } if entry.kind.is_internal() => {
            let note = added(file, entry, &Audience::Staff);
            vec![to_staff(file, "ticket.response_added", note)]
        }
        TicketEvent::EntryAdded { entry, .. } => {
            let owner = Audience::Owner {
                desk_name: Arc::clone(desk_name),
            };
            let to_owner = added(file, entry, &owner);
            let to_staff = added(file, entry, &Audience::Staff);
            vec![to_both(file, "ticket.response_added", to_staff, to_owner)]
        }
    }
}

fn status_changed(file: &TicketFile, previous: Status) -> Vec<EventRecord> {
    let ticket = &file.ticket;
    let mut payload = json!({
        "ticketId": ticket.id.as_str(),
        "status": ticket.status.as_str(),
        "msg_open": if ticket.status.is_open() { "1" } else { "0" },
    });
    if let Some(assignee) = &ticket.assignee {
        add(&mut payload, "assignedTo", json!(assignee.as_str()));
    }
    let mut records = vec![to_both(
        file,
        "ticket.status_changed",
        payload.clone(),
        payload.clone(),
    )];
    if previous.is_open() && !ticket.status.is_open() {
        let told = payload.clone();
        records.push(to_both(file, "ticket.resolved", payload, told));
    }
    records
}

fn whole_ticket(file: &TicketFile) -> Value {
    json!({ "ticket": ContactTicket::new(&file.ticket, &Audience::Staff) })
}

fn added(file: &TicketFile, entry: &Entry, audience: &Audience) -> Value {
    let response = ContactResponse::new(entry, audience);
    json!({ "ticketId": file.ticket.id.as_str(), "response": response })
}

fn add(payload: &mut Value, name: &str, value: Value) {
    if let Value::Object(fields) = payload {
        fields.insert(name.to_owned(), value);
    }
}

fn to_staff(file: &TicketFile, kind: &'static str, payload: Value) -> EventRecord {
    EventRecord {
        kind,
        audiences: vec![(StreamId::staff_for(file.ticket.id.as_str()), payload)],
        // Whoever may join a ticket follows a stream that has all of it.
        room: None,
    }
}

/// To staff, and to the ticket's customer where it is proven to be theirs.
fn to_both(
    file: &TicketFile,
    kind: &'static str,
    for_staff: Value,
    for_owner: Value,
) -> EventRecord {
    let mut record = to_staff(file, kind, for_staff);
    if owner_hears(&file.ticket, &file.customer) {
        let owner = StreamId::user(&UserId::from(&file.customer.id));
        record.audiences.push((owner, for_owner));
    }
    record
}

#[cfg(test)]
mod tests;
