//! What entering people, and finding them, needs of the outside.
#![warn(missing_docs)]

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{CustomerId, EmailKey, Limit, Page, StaffId, StoreError};

use super::arrival::Holder;
use crate::customer::Customer;
use crate::staff::Staff;

/// An open transaction, as a caller's first sign-in needs it ([`welcome`](fn@crate::people::welcome)).
#[async_trait]
pub trait ArrivalsTx: Send {
    /// Enters a staff member, or writes what is known by now: an address and a name, where there are.
    async fn enter_staff(&mut self, staff: &Staff, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// The customers with this id or this address, in the order of their ids; nobody else changes
    /// them, or enters one with this address, until the end.
    async fn lock_holders(
        &mut self,
        id: &CustomerId,
        address: Option<&EmailKey>,
    ) -> Result<Vec<Holder>, StoreError>;

    /// Adds a customer, who `has_address` for themselves or shares it with another. False when the id
    /// or the address was taken meanwhile.
    async fn insert_customer(
        &mut self,
        customer: &Customer,
        has_address: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Gives a customer another id. What they wrote stays theirs.
    async fn rename_customer(
        &mut self,
        customer: &CustomerId,
        to: &CustomerId,
    ) -> Result<(), StoreError>;

    /// Makes somebody else's what a customer wrote and ordered, and removes the customer.
    async fn absorb_customer(
        &mut self,
        customer: &CustomerId,
        into: &CustomerId,
    ) -> Result<(), StoreError>;

    /// Writes the verified address of a customer who is there, and what they do not keep.
    async fn prove_address(
        &mut self,
        customer: &Customer,
        keeps: Keeps,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
}

/// What a record keeps when its address is proven; the rest is the token's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// The token has no name.
    NameAndPhone,
    /// The token's name counts.
    Phone,
    /// A stranger typed both: the token's name counts, or none.
    Nothing,
}

/// An open transaction, as entering people by hand or from a file needs it.
#[async_trait]
pub trait PeopleTx: ArrivalsTx {
    /// Adds a staff member. False when somebody has the id.
    async fn add_staff(&mut self, staff: &Staff, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Writes a customer, whether or not they are there; a proven address stays as it is.
    async fn put_customer(
        &mut self,
        customer: &Customer,
        has_address: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// A customer by id, who stays there until the end.
    async fn customer(&mut self, id: &CustomerId) -> Result<Option<Customer>, StoreError>;

    /// A staff member by id, unless they left.
    async fn staff(&mut self, id: &StaffId) -> Result<Option<Staff>, StoreError>;
}

/// Somebody of the team, as the list of them shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub staff: Staff,
    /// Whether tickets can be assigned to them.
    pub is_active: bool,
}

/// Where to go on in the list of the team, which is in the order of ids.
pub type TeamStart = shared_kernel::Start<StaffId>;

/// Reads who is there.
#[async_trait]
pub trait DirectoryQueries: Send + Sync {
    /// A part of the team: those who are active or not, or all.
    async fn team(
        &self,
        is_active: Option<bool>,
        start: &TeamStart,
        limit: Limit,
    ) -> Result<Page<Colleague>, StoreError>;

    /// One of the team.
    async fn colleague(&self, id: &StaffId) -> Result<Option<Colleague>, StoreError>;

    /// One customer.
    async fn customer_of_id(&self, id: &CustomerId) -> Result<Option<Customer>, StoreError>;
}
