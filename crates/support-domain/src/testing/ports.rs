//! The ports of a unit of work, over the maps of a [`Desk`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{
    Actor, Claim, CustomerId, EmailAddress, EmailKey, IdempotencyKey, OrderId, StaffId, StoreError,
    StoredAnswer, TicketId, UnitOfWork,
};

use super::Desk;
use crate::customer::Customer;
use crate::events::TicketEvent;
use crate::order::Order;
use crate::ports::{FoundCustomer, SupportTx};
use crate::staff::Staff;
use crate::thread::Entry;
use crate::ticket::{OrderNumber, Status, Ticket, TicketFile};

#[async_trait]
impl UnitOfWork for Desk {
    async fn claim(&mut self, _key: &IdempotencyKey) -> Result<Claim, StoreError> {
        Ok(Claim::Fresh)
    }

    async fn remember(
        &mut self,
        _key: &IdempotencyKey,
        _answer: &StoredAnswer,
    ) -> Result<(), StoreError> {
        Ok(())
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }

    async fn rollback(self: Box<Self>) {}
}

#[async_trait]
impl SupportTx for Desk {
    async fn welcome(&mut self, _actor: &Actor, _now: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(())
    }

    async fn find_or_create_customer(
        &mut self,
        candidate: &Customer,
        key: &EmailKey,
        _now: DateTime<Utc>,
    ) -> Result<FoundCustomer, StoreError> {
        let has_it =
            |one: &&Customer| one.email.as_ref().map(EmailAddress::key).as_ref() == Some(key);
        if let Some(found) = self.customers.values().find(has_it) {
            return Ok(FoundCustomer {
                customer: found.clone(),
                is_new: false,
            });
        }
        self.writes += 1;
        self.customers
            .insert(candidate.id.clone(), candidate.clone());
        Ok(FoundCustomer {
            customer: candidate.clone(),
            is_new: true,
        })
    }

    async fn customer(&mut self, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.customers.get(id).cloned())
    }

    async fn staff(&mut self, id: &StaffId) -> Result<Option<Staff>, StoreError> {
        Ok(self.staff.get(id).cloned())
    }

    async fn order_of(
        &mut self,
        customer: &CustomerId,
        reference: &OrderNumber,
    ) -> Result<Option<OrderId>, StoreError> {
        let is_theirs =
            |order: &&Order| order.customer == *customer && order.reference == reference.as_str();
        Ok(self
            .orders
            .iter()
            .find(is_theirs)
            .map(|order| order.id.clone()))
    }

    async fn insert_ticket(&mut self, ticket: &Ticket) -> Result<bool, StoreError> {
        if self.tickets.contains_key(ticket.id.as_str()) {
            return Ok(false);
        }
        self.writes += 1;
        self.add(ticket.clone());
        Ok(true)
    }

    async fn lock_ticket(&mut self, id: &TicketId) -> Result<Option<TicketFile>, StoreError> {
        Ok(self
            .tickets
            .get(id.as_str())
            .map(|ticket| self.file(ticket)))
    }

    async fn update_ticket(&mut self, before: &Ticket, after: &Ticket) -> Result<(), StoreError> {
        assert_eq!(self.ticket(before.id.as_str()), before, "what was locked");
        self.writes += 1;
        self.add(after.clone());
        Ok(())
    }

    async fn add_entry(&mut self, entry: &Entry, owner: &CustomerId) -> Result<(), StoreError> {
        assert_eq!(self.ticket(entry.ticket.as_str()).customer, *owner);
        self.writes += 1;
        self.thread.push(entry.clone());
        Ok(())
    }

    async fn record(&mut self, event: &TicketEvent) -> Result<(), StoreError> {
        self.told.push(event.clone());
        Ok(())
    }

    async fn lock_resolved_before(
        &mut self,
        instant: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<TicketFile>, StoreError> {
        let is_due = |ticket: &&Ticket| {
            ticket.status == Status::Resolved && ticket.closed_at.is_some_and(|at| at <= instant)
        };
        let mut due: Vec<&Ticket> = self.tickets.values().filter(is_due).collect();
        due.sort_by_key(|ticket| ticket.closed_at);
        due.truncate(usize::try_from(limit).unwrap());
        Ok(due.into_iter().map(|ticket| self.file(ticket)).collect())
    }
}
