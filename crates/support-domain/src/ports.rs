//! What tickets need of the outside.
//!
//! Writes go through a [`SupportTx`]; reads that change nothing through [`TicketQueries`].
//! "Not found" is `Ok(None)`: the use case decides what it means.
#![warn(missing_docs)]

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{
    CustomerId, EmailKey, EntryId, Limit, OrderId, Page, StaffId, StoreError, TicketId,
};

use crate::customer::Customer;
pub use crate::people::ports::{
    ArrivalsTx, Colleague, DirectoryQueries, Keeps, PeopleTx, TeamStart,
};
use crate::rights::Scope;
use crate::thread::Entry;
use crate::ticket::{Category, OrderNumber, Priority, Status, StatusGroup, Ticket, TicketFile};

/// A customer and whether this transaction made them.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundCustomer {
    /// The customer.
    pub customer: Customer,
    /// True when nobody had this address before.
    pub is_new: bool,
}

/// An open transaction over tickets and their people.
#[async_trait]
pub trait SupportTx: PeopleTx {
    /// Finds the customer with this address, who keeps it until the end, or enters `candidate`. Waits
    /// for others with the same address, and loses to none.
    async fn find_or_create_customer(
        &mut self,
        candidate: &Customer,
        key: &EmailKey,
        now: DateTime<Utc>,
    ) -> Result<FoundCustomer, StoreError>;

    /// The order with this reference, if it belongs to this customer.
    async fn order_of(
        &mut self,
        customer: &CustomerId,
        reference: &OrderNumber,
    ) -> Result<Option<OrderId>, StoreError>;

    /// Adds a ticket. False when its id is taken: draw another.
    async fn insert_ticket(&mut self, ticket: &Ticket) -> Result<bool, StoreError>;

    /// Reads a ticket and its people, and keeps others from changing it until the end.
    async fn lock_ticket(&mut self, id: &TicketId) -> Result<Option<TicketFile>, StoreError>;

    /// Writes what changed between two states of a locked ticket, figures included.
    async fn update_ticket(&mut self, before: &Ticket, after: &Ticket) -> Result<(), StoreError>;

    /// Adds an entry to a ticket's thread.
    async fn add_entry(&mut self, entry: &Entry, owner: &CustomerId) -> Result<(), StoreError>;

    /// Some tickets that were resolved before an instant and are still resolved, locked; rows
    /// another worker holds are left out.
    async fn lock_resolved_before(
        &mut self,
        instant: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<TicketFile>, StoreError>;
}

/// Who has a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// It waits to be taken.
    Nobody,
    /// This member of the staff.
    Is(StaffId),
}

/// Which tickets a list shows. `None` means any.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketFilter {
    /// What the caller may see at all.
    pub scope: Scope,
    /// One or both groups of states.
    pub group: Option<StatusGroup>,
    /// One exact state.
    pub status: Option<Status>,
    /// One priority.
    pub priority: Option<Priority>,
    /// One category.
    pub category: Option<Category>,
    /// One assignee, or none.
    pub assignee: Option<Assignee>,
    /// One customer.
    pub customer: Option<CustomerId>,
    /// The address of the customer.
    pub email: Option<EmailKey>,
    /// Words to look for in the subject, the content and the thread.
    pub keyword: Option<String>,
    /// Created at or after.
    pub from: Option<DateTime<Utc>>,
    /// Created before.
    pub until: Option<DateTime<Utc>>,
}

impl TicketFilter {
    /// Everything a scope holds.
    pub fn all(scope: Scope) -> Self {
        Self {
            scope,
            group: None,
            status: None,
            priority: None,
            category: None,
            assignee: None,
            customer: None,
            email: None,
            keyword: None,
            from: None,
            until: None,
        }
    }
}

/// What a list is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// When it was created.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// How pressing it is.
    Priority,
    /// Its subject, as a French dictionary would.
    Subject,
}

/// In which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// The last row of the part of a list that was already read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPosition {
    /// The row's sort value, in the store's own text form.
    pub value: String,
    /// The row.
    pub id: TicketId,
}

/// Where to go on in a list of tickets.
pub type Start = shared_kernel::Start<ListPosition>;

/// Which part of a list, in which order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketWindow {
    /// Sorted by.
    pub sort_by: SortBy,
    /// In which direction.
    pub order: SortOrder,
    /// From where.
    pub start: Start,
    /// How many.
    pub limit: Limit,
}

/// A part of a list, and where the next part starts.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketPage {
    /// The tickets and how many there are in all.
    pub page: Page<Ticket>,
    /// The last row, when more follow.
    pub next: Option<ListPosition>,
}

/// A ticket with everything a caller may see of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketDetail {
    /// The ticket and its people.
    pub file: TicketFile,
    /// The latest part of its thread.
    pub thread: ThreadPart,
}

/// The entry before which an earlier part of a thread ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPosition {
    /// When it was written, in microseconds since 1970.
    pub micros: i64,
    /// The entry.
    pub id: EntryId,
}

/// Which part of a thread: the latest one, or the one before an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadWindow {
    /// The first entry of the part that was read before.
    pub before: Option<EntryPosition>,
    /// How many entries at the most; fewer where their texts are long.
    pub limit: Limit,
}

impl ThreadWindow {
    /// The latest part, as long as one may be.
    pub const LATEST: Self = Self {
        before: None,
        limit: Limit::LONGEST,
    };
}

/// A part of a thread, without notes the scope may not see.
#[derive(Debug, Clone, PartialEq)]
pub struct ThreadPart {
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// How many the whole thread has.
    pub total: u64,
    /// Where the part before this one ends, when there is one.
    pub earlier: Option<EntryPosition>,
}

/// Reads tickets.
#[async_trait]
pub trait TicketQueries: Send + Sync {
    /// A part of a filtered list. The number of statements does not depend on the number of rows.
    async fn list(
        &self,
        filter: &TicketFilter,
        window: &TicketWindow,
    ) -> Result<TicketPage, StoreError>;

    /// One ticket, if the scope holds it.
    async fn detail(
        &self,
        id: &TicketId,
        scope: &Scope,
    ) -> Result<Option<TicketDetail>, StoreError>;

    /// A part of a ticket's thread, if the scope holds the ticket.
    async fn thread(
        &self,
        id: &TicketId,
        scope: &Scope,
        window: &ThreadWindow,
    ) -> Result<Option<ThreadPart>, StoreError>;
}
