//! Conversations in memory, for the tests of this crate: what a unit of work needs, over plain maps.
//!
//! [`said`] runs one request and answers what came of it and what it told others, in order.
//! [`outline`] makes of that what a test compares. To test a rule: make a [`Desk`], put the messages
//! into it that the rule is about, run the request.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
pub(crate) use shared_kernel::testing::at;
use shared_kernel::testing::{At, CountedIds, at_once};
use shared_kernel::{
    Actor, CustomerId, Done, EntryId, OrderId, Role, StaffId, StoreError, TicketId, UserId,
};

use crate::events::MessageEvent;
use crate::message::{Content, Message, Priority, Side, State, Subject};
use crate::ports::{About, ConversationQueries, Followed, Known, MessagesTx};
use crate::use_cases::Surroundings;

pub(crate) fn customer_id(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

pub(crate) fn staff_id(id: &str) -> StaffId {
    StaffId::parse(id).unwrap()
}

pub(crate) fn order_id(id: &str) -> OrderId {
    OrderId::parse(id).unwrap()
}

pub(crate) fn entry_id(id: &str) -> EntryId {
    EntryId::parse(id).unwrap()
}

pub(crate) fn subject(text: &str) -> Subject {
    Subject::parse(text).unwrap()
}

pub(crate) fn content(text: &str) -> Content {
    Content::parse(text).unwrap()
}

pub(crate) fn actor(id: &str, role: Role) -> Actor {
    Actor {
        id: UserId::parse(id).unwrap(),
        role,
        email: None,
        name: None,
    }
}

/// The root of a conversation that customer C1 began, and nobody of support has answered.
pub(crate) fn message(id: &str) -> Message {
    Message {
        id: entry_id(id),
        customer: customer_id("C1"),
        staff: None,
        order: None,
        root: None,
        author: UserId::parse("C1").unwrap(),
        author_side: Side::Customer,
        subject: subject("Ma commande"),
        content: content("Où en est ma commande ?"),
        priority: Priority::Normal,
        state: State::Open,
        created_at: at(0),
        updated_at: at(0),
        read_at: None,
        archived_at: None,
        deleted_at: None,
        close_reason: None,
        version: 1,
    }
}

/// What staff member S1 wrote in the conversation of this root.
pub(crate) fn reply_of_staff(id: &str, root: &str) -> Message {
    Message {
        staff: Some(staff_id("S1")),
        root: Some(entry_id(root)),
        author: UserId::parse("S1").unwrap(),
        author_side: Side::Staff,
        ..message(id)
    }
}

/// A desk with customers C1 and C2, staff S1 and S2, and an order O1 of C1.
pub(crate) struct Desk {
    messages: BTreeMap<String, Message>,
    /// Tickets, and whose they are.
    pub(crate) tickets: Vec<(String, CustomerId)>,
    /// Who shares a message or a ticket with whom.
    pub(crate) met: Vec<(CustomerId, StaffId)>,
    /// How often the present request wrote something.
    pub(crate) writes: u32,
    /// The present instant.
    pub(crate) now: DateTime<Utc>,
    ids: Arc<CountedIds>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            messages: BTreeMap::new(),
            tickets: Vec::new(),
            met: Vec::new(),
            writes: 0,
            now: at(60),
            ids: Arc::default(),
        }
    }

    pub(crate) fn with(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut desk = Self::new();
        for message in messages {
            desk.add(message);
        }
        desk
    }

    fn add(&mut self, message: Message) {
        self.messages.insert(message.id.to_string(), message);
    }

    pub(crate) fn message(&self, id: &str) -> &Message {
        &self.messages[id]
    }
}

/// Runs one request at a desk. Answers what came of it, and the events it tells, in order.
pub(crate) fn said<T, E>(
    desk: &mut Desk,
    request: impl AsyncFnOnce(&mut dyn MessagesTx, Surroundings<'_>) -> Result<Done<T, MessageEvent>, E>,
) -> (Result<T, E>, Vec<MessageEvent>) {
    desk.writes = 0;
    let (clock, ids) = (At(desk.now), Arc::clone(&desk.ids));
    let with = Surroundings {
        clock: &clock,
        ids: &*ids,
    };
    match at_once(request(desk, with)) {
        Ok(done) => (Ok(done.value), done.events),
        Err(refused) => (Err(refused), Vec::new()),
    }
}

/// The same, for a request that must be refused: it may neither have written nor told anything.
#[track_caller]
pub(crate) fn refused<T, E>(
    desk: &mut Desk,
    request: impl AsyncFnOnce(&mut dyn MessagesTx, Surroundings<'_>) -> Result<Done<T, MessageEvent>, E>,
) -> E {
    let (done, told) = said(desk, request);
    assert_eq!((told, desk.writes), (Vec::new(), 0));
    done.err().expect("refused")
}

/// Asks what changes nothing.
pub(crate) fn asked<T>(question: impl AsyncFnOnce() -> T) -> T {
    at_once(question())
}

/// Each event in a line.
pub(crate) fn outline(told: &[MessageEvent]) -> Vec<String> {
    told.iter().map(line).collect()
}

fn line(event: &MessageEvent) -> String {
    match event {
        MessageEvent::Created { message, to } => format!("{} to {to:?}", message.id),
        MessageEvent::Read { message, reader } => format!("{} read by {reader}", message.id),
        MessageEvent::Closed {
            message,
            closer,
            staff,
        } => format!("{} closed by {closer}, with {staff:?}", message.id),
        MessageEvent::Updated { message, staff } => {
            format!("{} updated, with {staff:?}", message.id)
        }
        MessageEvent::Deleted { message, by, staff } => {
            format!("{} deleted by {by}, with {staff:?}", message.id)
        }
        MessageEvent::Archived { message, by } => format!("{} archived by {by}", message.id),
    }
}

/// The message an event is about, as it says that it stands.
pub(crate) fn message_of(event: &MessageEvent) -> &Message {
    match event {
        MessageEvent::Created { message, .. }
        | MessageEvent::Read { message, .. }
        | MessageEvent::Closed { message, .. }
        | MessageEvent::Updated { message, .. }
        | MessageEvent::Deleted { message, .. }
        | MessageEvent::Archived { message, .. } => message,
    }
}

#[async_trait]
impl MessagesTx for Desk {
    async fn known(
        &mut self,
        customer: &CustomerId,
        staff: Option<&StaffId>,
        order: Option<&OrderId>,
    ) -> Result<Known, StoreError> {
        Ok(Known {
            customer: ["C1", "C2"].contains(&customer.as_str()),
            staff: staff.is_none_or(|id| ["S1", "S2"].contains(&id.as_str())),
            order: order.is_none_or(|id| id.as_str() == "O1" && customer.as_str() == "C1"),
        })
    }

    async fn insert_message(&mut self, message: &Message) -> Result<(), StoreError> {
        self.writes += 1;
        self.add(message.clone());
        Ok(())
    }

    async fn lock_message(&mut self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        Ok(self.messages.get(id.as_str()).cloned())
    }

    async fn update_message(
        &mut self,
        before: &Message,
        after: &Message,
    ) -> Result<(), StoreError> {
        assert_eq!(self.message(before.id.as_str()), before, "what was locked");
        self.writes += 1;
        self.add(after.clone());
        Ok(())
    }
}

#[async_trait]
impl ConversationQueries for Desk {
    async fn find_message(&self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        Ok(self.messages.get(id.as_str()).cloned())
    }

    async fn visible_ticket(
        &self,
        actor: &Actor,
        id: &TicketId,
    ) -> Result<Option<Followed>, StoreError> {
        let mut tickets = self.tickets.iter();
        let found = tickets.find(|(ticket, owner)| {
            ticket == id.as_str() && (actor.role.is_staff() || *owner == actor.id.as_customer())
        });
        Ok(found.map(|(ticket, owner)| Followed {
            id: ticket.clone(),
            customer: owner.clone(),
            staff: None,
            subject: About::Ticket,
        }))
    }

    async fn have_met(&self, customer: &CustomerId, staff: &StaffId) -> Result<bool, StoreError> {
        Ok(self.met.contains(&(customer.clone(), staff.clone())))
    }
}
