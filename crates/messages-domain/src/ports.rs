//! What conversations need of the outside.
#![warn(missing_docs)]

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{
    Actor, CustomerId, EntryId, Limit, OrderId, Page, StaffId, StoreError, TicketId,
};

use crate::message::{Message, State};
use crate::rights::Scope;

/// Which of those a message names are there. Whoever it does not name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The customer.
    pub customer: bool,
    /// The staff member, who may still sign in.
    pub staff: bool,
    /// The order, and it is this customer's.
    pub order: bool,
}

impl Known {
    /// All of them.
    pub const ALL: Self = Self {
        customer: true,
        staff: true,
        order: true,
    };
}

/// An open transaction over conversations.
#[async_trait]
pub trait MessagesTx: Send {
    /// Which of those a message names are there. A store may take them on trust, and refuse the commit
    /// as a [`StoreError::Collision`] when it was deceived.
    async fn known(
        &mut self,
        customer: &CustomerId,
        staff: Option<&StaffId>,
        order: Option<&OrderId>,
    ) -> Result<Known, StoreError>;

    /// Adds a message, at the latest when the work is committed.
    async fn insert_message(&mut self, message: &Message) -> Result<(), StoreError>;

    /// Reads a message and keeps others from changing it until the end.
    async fn lock_message(&mut self, id: &EntryId) -> Result<Option<Message>, StoreError>;

    /// Writes what changed between two states of a locked message, figures included.
    async fn update_message(&mut self, before: &Message, after: &Message)
    -> Result<(), StoreError>;
}

/// Which messages a list shows. `None` means any.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageFilter {
    /// What the caller may see at all.
    pub scope: Scope,
    /// One staff member.
    pub staff: Option<StaffId>,
    /// One customer.
    pub customer: Option<CustomerId>,
    /// One conversation.
    pub conversation: Option<EntryId>,
    /// Words to look for in the subject and the content.
    pub search: Option<String>,
    /// Open or closed.
    pub state: Option<State>,
}

/// The last message of the part of a list that was already read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessagePosition {
    /// When it was written, in microseconds since 1970.
    pub micros: i64,
    /// The message.
    pub id: EntryId,
}

/// Where to go on in a list of messages, newest first.
pub type Start = shared_kernel::Start<MessagePosition>;

/// How many messages there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageCounts {
    /// All that are not deleted.
    pub total: i64,
    /// Of these, open ones.
    pub open: i64,
    /// Of these, closed ones.
    pub closed: i64,
    /// Addressed to the one who asks, and not read.
    pub unread: i64,
}

/// Whose messages are counted, and for whom "unread" is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// A customer's own: unread by the customer.
    OwnOf(CustomerId),
    /// One customer's: unread by support.
    WithCustomer(CustomerId),
    /// All: unread by one staff member.
    ForStaff(StaffId),
    /// All: unread by support.
    Overview,
}

/// A customer, as the list of customers shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerLine {
    /// Who.
    pub id: CustomerId,
    /// The first name; empty where there is none.
    pub first_name: String,
    /// The family name, or the only one.
    pub name: String,
    /// How to reach them.
    pub email: Option<String>,
    /// When something of them changed.
    pub updated_at: DateTime<Utc>,
}

/// The last customer of the part of the list that was already read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPosition {
    /// When something of them had changed, in microseconds since 1970.
    pub micros: i64,
    /// Who.
    pub id: CustomerId,
}

/// Reads messages.
#[async_trait]
pub trait MessageQueries: Send + Sync {
    /// A part of a filtered list, newest first.
    async fn messages(
        &self,
        filter: &MessageFilter,
        start: &Start,
        limit: Limit,
    ) -> Result<Page<Message>, StoreError>;

    /// One message.
    async fn message(&self, id: &EntryId) -> Result<Option<Message>, StoreError>;

    /// How many there are.
    async fn message_counts(&self, of: &Counted) -> Result<MessageCounts, StoreError>;

    /// A part of the customers, latest changed first: those in whose names, address or id all words of
    /// a search occur.
    async fn customers(
        &self,
        search: Option<&str>,
        start: &shared_kernel::Start<CustomerPosition>,
        limit: Limit,
    ) -> Result<Page<CustomerLine>, StoreError>;
}

/// What is talked about in a conversation somebody follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A ticket.
    Ticket,
    /// What its root message began.
    Message,
}

/// A conversation somebody may follow, and who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The ticket's id, or the root message's.
    pub id: String,
    /// Whose it is.
    pub customer: CustomerId,
    /// Who of support takes part; none until somebody does.
    pub staff: Option<StaffId>,
    /// What it is.
    pub subject: About,
}

/// Reads who has to do with whom ([`conversation`](crate::conversation)).
#[async_trait]
pub trait ConversationQueries: Send + Sync {
    /// One message, whoever asks.
    async fn find_message(&self, id: &EntryId) -> Result<Option<Message>, StoreError>;

    /// The ticket with this id, if the actor may see it.
    async fn visible_ticket(
        &self,
        actor: &Actor,
        id: &TicketId,
    ) -> Result<Option<Followed>, StoreError>;

    /// Whether this customer and this staff member share a message or a ticket.
    async fn have_met(&self, customer: &CustomerId, staff: &StaffId) -> Result<bool, StoreError>;
}
