//! Message events as sockets tell them: which kind, to whom, with which payload.
//!
//! The customer takes part in every conversation, so everything that happens in one stands in their
//! stream. Whoever of support has joined it hears it from there ([`Room`]), except those who have it
//! in a stream of their own.

use messages_domain::events::Recipient;
use messages_domain::{Message, MessageEvent, Side};
use serde_json::{Map, Value, json};
use shared_kernel::{EventRecord, Room, StaffId, StreamId, UserId};
use views::messages::ModernMessage;

/// What a message event says to whom.
pub(super) fn of(event: &MessageEvent) -> Vec<EventRecord> {
    match event {
        MessageEvent::Created { message, to } => created(message, to),
        MessageEvent::Read { message, reader } => {
            let payload = json!({ "messageId": message.id.as_str(), "readerId": reader.as_str(), "type": "message_read" });
            vec![read(message, payload)]
        }
        MessageEvent::Closed {
            message,
            closer,
            staff,
        } => {
            let payload = json!({ "messageId": message.id.as_str(), "closerId": closer.as_str(), "type": "message_closed" });
            let mut for_support = Map::new();
            if let Some(reason) = &message.close_reason {
                for_support.insert("reason".to_owned(), json!(reason.as_str()));
            }
            vec![to_both(
                "messageClosed",
                message,
                staff.as_ref(),
                payload,
                for_support,
            )]
        }
        MessageEvent::Updated { message, staff } => {
            let payload =
                json!({ "message": ModernMessage::from(message), "type": "message_updated" });
            vec![to_both(
                "messageUpdated",
                message,
                staff.as_ref(),
                payload,
                Map::new(),
            )]
        }
        MessageEvent::Deleted { message, by, staff } => {
            let payload = gone(message, by, "message_deleted");
            vec![to_both(
                "messageDeleted",
                message,
                staff.as_ref(),
                payload,
                Map::new(),
            )]
        }
        MessageEvent::Archived { message, by } => vec![EventRecord {
            kind: "messageArchived",
            audiences: vec![(of_customer(message), gone(message, by, "message_archived"))],
            room: None,
        }],
    }
}

fn gone(message: &Message, by: &UserId, kind: &str) -> Value {
    json!({
        "messageId": message.id.as_str(),
        "conversationId": message.conversation().as_str(),
        "userId": by.as_str(),
        "type": kind,
    })
}

/// `newMessage` to the other participant, `messageSent` to the author; to the room, the first of them.
fn created(message: &Message, to: &Recipient) -> Vec<EventRecord> {
    let told = |kind: &str| json!({ "message": ModernMessage::from(message), "type": kind });
    let heard = Room {
        conversation: message.conversation().to_string(),
        ..Room::default()
    };
    let author = StreamId::user(&message.author);
    let (recipient, room_of_new, room_of_sent) = match to {
        Recipient::Customer(id) => {
            let stream = StreamId::user(&UserId::from(id));
            let room = Room {
                told: vec![message.author.clone()],
                ..heard
            };
            (stream.clone(), Some((stream, room)), None)
        }
        Recipient::Staff(id) => {
            let staff = UserId::from(id);
            let mut with = Map::new();
            with.insert("type".to_owned(), json!("new_message"));
            let room = Room {
                told: vec![staff.clone()],
                kind: Some("newMessage".to_owned()),
                with,
                ..heard
            };
            let room = Some((author.clone(), room));
            (StreamId::user(&staff), None, room)
        }
        // All of support hears it, whatever they have joined.
        Recipient::AllStaff => {
            let stream = StreamId::staff_for(message.conversation().as_str());
            (stream, None, None)
        }
    };
    vec![
        EventRecord {
            kind: "newMessage",
            audiences: vec![(recipient, told("new_message"))],
            room: room_of_new,
        },
        EventRecord {
            kind: "messageSent",
            audiences: vec![(author, told("message_sent"))],
            room: room_of_sent,
        },
    ]
}

/// To the author. The customer's stream has it too, for those who have joined: the customer's own
/// sockets are told of what they read themselves only where they have joined.
fn read(message: &Message, payload: Value) -> EventRecord {
    let author = StreamId::user(&message.author);
    let customer = of_customer(message);
    let mut audiences = vec![(author, payload.clone())];
    let mut room = Room {
        conversation: message.conversation().to_string(),
        ..Room::default()
    };
    if message.author_side == Side::Staff {
        audiences.push((customer.clone(), payload));
        room.told.push(message.author.clone());
        room.only = true;
    }
    EventRecord {
        kind: "messageRead",
        audiences,
        room: Some((customer, room)),
    }
}

/// To both participants, and to the author where that is a third; to support with more.
fn to_both(
    kind: &'static str,
    message: &Message,
    staff: Option<&StaffId>,
    payload: Value,
    for_support: Map<String, Value>,
) -> EventRecord {
    let mut payload_of_support = payload.clone();
    if let Value::Object(members) = &mut payload_of_support {
        members.extend(for_support.clone());
    }
    let customer = of_customer(message);
    let mut audiences = vec![(customer.clone(), payload)];
    let Some(staff) = staff else {
        let all = StreamId::staff_for(message.conversation().as_str());
        audiences.push((all, payload_of_support));
        return EventRecord {
            kind,
            audiences,
            room: None,
        };
    };
    let mut told = vec![UserId::from(staff)];
    if message.author_side == Side::Staff && !told.contains(&message.author) {
        told.push(message.author.clone());
    }
    for user in &told {
        audiences.push((StreamId::user(user), payload_of_support.clone()));
    }
    let room = Room {
        conversation: message.conversation().to_string(),
        told,
        with: for_support,
        ..Room::default()
    };
    EventRecord {
        kind,
        audiences,
        room: Some((customer, room)),
    }
}

fn of_customer(message: &Message) -> StreamId {
    StreamId::user(&UserId::from(&message.customer))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use messages_domain::{CloseReason, Content, Priority, State, Subject};
    use shared_kernel::{CustomerId, EntryId};

    use super::*;

    fn message(author: &str, staff: Option<&str>) -> Message {
        let is_customer = author.starts_with('C');
        Message {
            id: EntryId::parse("M2").unwrap(),
            customer: CustomerId::parse("C1").unwrap(),
            staff: staff.map(|id| StaffId::parse(id).unwrap()),
            order: None,
            root: EntryId::parse("M1").ok(),
            author: UserId::parse(author).unwrap(),
            author_side: if is_customer {
                Side::Customer
            } else {
                Side::Staff
            },
            subject: Subject::parse("Bonjour").unwrap(),
            content: Content::parse("Bonjour").unwrap(),
            priority: Priority::Normal,
            state: State::Closed,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            read_at: None,
            archived_at: None,
            deleted_at: None,
            close_reason: CloseReason::parse("Doublon").ok(),
            version: 1,
        }
    }

    /// Each entry in a line: what, in which stream, and who else hears it as what.
    fn lines(event: &MessageEvent) -> Vec<String> {
        let mut lines = Vec::new();
        for record in of(event) {
            for (stream, payload) in &record.audiences {
                let reason = payload.get("reason").map(|_| " with its reason");
                let room = record.room.iter().find(|(heard_in, _)| heard_in == stream);
                let room = room.map(|(_, room)| {
                    assert_eq!(room.conversation, "M1");
                    let kind = room.kind.as_deref().unwrap_or(record.kind);
                    let only = if room.only { "only " } else { "" };
                    let with: Vec<_> = room.with.values().map(ToString::to_string).collect();
                    format!(
                        ", {only}in the room {kind} {} but {:?}",
                        with.join(" "),
                        room.told
                    )
                });
                lines.push(format!(
                    "{} {stream}{}{}",
                    record.kind,
                    reason.unwrap_or_default(),
                    room.unwrap_or_default()
                ));
            }
        }
        lines
    }

    #[test]
    fn a_message_is_heard_by_the_other_its_author_and_those_who_joined_once_each() {
        let created = |message: Message, to| lines(&MessageEvent::Created { message, to });
        let staff = || StaffId::parse("S1").unwrap();
        assert_eq!(
            created(message("C1", Some("S1")), Recipient::Staff(staff())),
            [
                "newMessage user-S1",
                r#"messageSent user-C1, in the room newMessage "new_message" but [S1]"#,
            ]
        );
        assert_eq!(
            created(
                message("S2", Some("S1")),
                Recipient::Customer(CustomerId::parse("C1").unwrap())
            ),
            [
                "newMessage user-C1, in the room newMessage  but [S2]",
                "messageSent user-S2",
            ]
        );
        let to_all = created(message("C1", None), Recipient::AllStaff);
        assert!(to_all[0].starts_with("newMessage staff-"), "{to_all:?}");
        assert_eq!(
            to_all[1], "messageSent user-C1",
            "all of support has heard it"
        );
    }

    #[test]
    fn reading_is_told_to_the_author_and_those_who_joined() {
        let read = |message: Message, reader: &str| {
            let reader = UserId::parse(reader).unwrap();
            lines(&MessageEvent::Read { message, reader })
        };
        assert_eq!(
            read(message("C1", Some("S1")), "S1"),
            ["messageRead user-C1, in the room messageRead  but []"]
        );
        assert_eq!(
            read(message("S1", Some("S1")), "C1"),
            [
                "messageRead user-S1",
                "messageRead user-C1, only in the room messageRead  but [S1]",
            ]
        );
    }

    #[test]
    fn what_becomes_of_a_message_is_told_to_both_and_a_reason_to_support_alone() {
        let by = UserId::parse("S1").unwrap();
        let closed = |staff: Option<&str>| {
            lines(&MessageEvent::Closed {
                message: message("S2", staff),
                closer: by.clone(),
                staff: staff.map(|id| StaffId::parse(id).unwrap()),
            })
        };
        assert_eq!(
            closed(Some("S1")),
            [
                r#"messageClosed user-C1, in the room messageClosed "Doublon" but [S1, S2]"#,
                "messageClosed user-S1 with its reason",
                "messageClosed user-S2 with its reason",
            ]
        );
        let alone = closed(None);
        assert_eq!(alone[0], "messageClosed user-C1");
        assert!(alone[1].starts_with("messageClosed staff-") && alone[1].ends_with("its reason"));
        let by = UserId::parse("C1").unwrap();
        let deleted = MessageEvent::Deleted {
            message: message("C1", Some("S1")),
            by: by.clone(),
            staff: StaffId::parse("S1").ok(),
        };
        assert_eq!(
            lines(&deleted),
            [
                "messageDeleted user-C1, in the room messageDeleted  but [S1]",
                "messageDeleted user-S1",
            ]
        );
        let message = message("C1", Some("S1"));
        let archived = MessageEvent::Archived { message, by };
        assert_eq!(lines(&archived), ["messageArchived user-C1"]);
    }
}
