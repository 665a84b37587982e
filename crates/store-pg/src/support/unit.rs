//! The unit of work, as tickets see it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{CustomerId, EmailKey, OrderId, StoreError, TicketId};
use support_domain::ports::FoundCustomer;
use support_domain::{Customer, Entry, OrderNumber, SupportTx, Ticket, TicketFile};

use super::{people, thread, tickets};
use crate::unit::tx::PgTx;

#[async_trait]
impl SupportTx for PgTx {
    async fn find_or_create_customer(
        &mut self,
        candidate: &Customer,
        key: &EmailKey,
        now: DateTime<Utc>,
    ) -> Result<FoundCustomer, StoreError> {
        people::find_or_create_customer(self.begun().await?, candidate, key, now).await
    }

    async fn order_of(
        &mut self,
        customer: &CustomerId,
        reference: &OrderNumber,
    ) -> Result<Option<OrderId>, StoreError> {
        people::order_of(self.begun().await?, customer, reference).await
    }

    async fn insert_ticket(&mut self, ticket: &Ticket) -> Result<bool, StoreError> {
        tickets::insert(self, ticket).await
    }

    async fn lock_ticket(&mut self, id: &TicketId) -> Result<Option<TicketFile>, StoreError> {
        tickets::lock(self.begun().await?, id).await
    }

    async fn update_ticket(&mut self, before: &Ticket, after: &Ticket) -> Result<(), StoreError> {
        tickets::update(self, before, after).await
    }

    async fn add_entry(&mut self, entry: &Entry, owner: &CustomerId) -> Result<(), StoreError> {
        thread::add(self.begun().await?, entry, owner).await
    }

    async fn lock_resolved_before(
        &mut self,
        instant: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<TicketFile>, StoreError> {
        tickets::lock_resolved_before(self.begun().await?, instant, limit).await
    }
}
