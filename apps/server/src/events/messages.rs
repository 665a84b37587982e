//! Message events as sockets tell them: which kind, to whom, with which payload.

use messages_domain::events::Recipient;
use messages_domain::{Message, MessageEvent};
use serde_json::{Value, json};
use shared_kernel::{EventRecord, StreamId, UserId};
use views::messages::ModernMessage;

/// What a message event says to whom.
pub(super) fn of(event: &MessageEvent) -> Vec<EventRecord> {
    match event {
        MessageEvent::Created { message, to } => {
            let told =
                |kind: &str| json!({ "message": ModernMessage::from(message), "type": kind });
            vec![
                record(
                    "newMessage",
                    vec![(recipient(to, message), told("new_message"))],
                ),
                record(
                    "messageSent",
                    vec![(StreamId::user(&message.author), told("message_sent"))],
                ),
            ]
        }
        MessageEvent::Read { message, reader } => {
            let payload = json!({ "messageId": message.id.as_str(), "readerId": reader.as_str(), "type": "message_read" });
            vec![record(
                "messageRead",
                vec![(StreamId::user(&message.author), payload)],
            )]
        }
        MessageEvent::Closed {
            message,
            closer,
            staff,
        } => {
            let payload = json!({ "messageId": message.id.as_str(), "closerId": closer.as_str(), "type": "message_closed" });
            let other = match staff {
                Some(staff) => StreamId::user(&UserId::from(staff)),
                None => StreamId::staff_for(message.conversation().as_str()),
            };
            let customer = StreamId::user(&UserId::from(&message.customer));
            vec![record(
                "messageClosed",
                vec![(customer, payload.clone()), (other, payload)],
            )]
        }
    }
}

fn recipient(to: &Recipient, message: &Message) -> StreamId {
    match to {
        Recipient::Customer(id) => StreamId::user(&UserId::from(id)),
        Recipient::Staff(id) => StreamId::user(&UserId::from(id)),
        Recipient::AllStaff => StreamId::staff_for(message.conversation().as_str()),
    }
}

fn record(kind: &'static str, audiences: Vec<(StreamId, Value)>) -> EventRecord {
    EventRecord { kind, audiences }
}
