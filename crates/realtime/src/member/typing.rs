//! A member types: what its own connection remembers, and what recipients are told.

use serde_json::json;
use shared_kernel::{EmailAddress, UserId};
use tokio::time::Instant;

use super::Member;
use crate::dialect::ServerEvent;
use crate::hub::rooms::RoomId;

impl Member {
    /// The client says that it types or has stopped, its right being checked.
    pub(crate) fn says_typing(&mut self, recipient: &UserId, is_typing: bool) {
        let now = Instant::now();
        if !self.typing.note(recipient, is_typing, now) {
            return;
        }
        let (pairs, sender) = (&self.gateway.typing, &self.actor.id);
        if pairs.say(sender, recipient, self.connection.id, is_typing, now) {
            self.tell_typing(recipient, is_typing);
        }
    }

    /// Ends the typing that is due.
    pub(crate) fn end_typing(&mut self) {
        let ended = self.typing.end_due(Instant::now());
        self.have_ended(&ended);
    }

    /// Ends all typing, because the client leaves.
    pub(crate) fn end_all_typing(&mut self) {
        let ended = self.typing.end_all();
        self.have_ended(&ended);
    }

    fn have_ended(&self, recipients: &[UserId]) {
        let (pairs, sender, now) = (&self.gateway.typing, &self.actor.id, Instant::now());
        for recipient in recipients {
            if pairs.end(sender, recipient, self.connection.id, now) {
                self.tell_typing(recipient, false);
            }
        }
    }

    fn tell_typing(&self, recipient: &UserId, is_typing: bool) {
        let actor = &self.actor;
        // A customer is told a staff member's name, never the address.
        let shown = if actor.role.is_staff() {
            let desk_name = &*self.gateway.settings.staff_name;
            Some(actor.name.as_deref().unwrap_or(desk_name))
        } else {
            actor.email.as_ref().map(EmailAddress::as_str)
        };
        let event = ServerEvent {
            name: "userTyping".into(),
            data: json!({
                "userId": actor.id.as_str(),
                "userEmail": shown,
                "isTyping": is_typing,
                "type": "typing_indicator",
            }),
        };
        let mut rooms = self.rooms_with(recipient);
        rooms.push(RoomId::User(recipient.clone()));
        // Nobody is told on one device what they type on another.
        let hub = &self.gateway.hub;
        hub.broadcast_to_others(&rooms, &event, &actor.id);
    }
}
