//! The ports of a unit of work, over the maps of a [`Desk`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shared_kernel::{CustomerId, EmailKey, OrderId, StaffId, StoreError, TicketId};

use super::Desk;
use crate::customer::Customer;
use crate::order::Order;
use crate::people::Holder;
use crate::ports::{ArrivalsTx, FoundCustomer, Keeps, PeopleTx, SupportTx};
use crate::staff::Staff;
use crate::thread::Entry;
use crate::ticket::{OrderNumber, Status, Ticket, TicketFile};

#[async_trait]
impl ArrivalsTx for Desk {
    async fn enter_staff(&mut self, staff: &Staff, _now: DateTime<Utc>) -> Result<(), StoreError> {
        let known = self
            .staff
            .entry(staff.id.clone())
            .or_insert_with(|| staff.clone());
        known.name = staff.name.clone().or(known.name.take());
        known.email = staff.email.clone().or(known.email.take());
        Ok(())
    }

    async fn lock_holders(
        &mut self,
        id: &CustomerId,
        address: Option<&EmailKey>,
    ) -> Result<Vec<Holder>, StoreError> {
        let by_address = address.and_then(|key| self.addresses.get(key.as_str()));
        let is_found = |one: &&Customer| one.id == *id || Some(&one.id) == by_address;
        let holders = self.customers.values().filter(is_found).map(|one| Holder {
            id: one.id.clone(),
            is_proven: one.verified_email.is_some(),
            is_typed: one.typed,
        });
        Ok(holders.collect())
    }

    async fn insert_customer(
        &mut self,
        customer: &Customer,
        has_address: bool,
        _now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        if self.lost_races > 0 {
            self.lost_races -= 1;
            return Ok(false);
        }
        assert!(!self.customers.contains_key(&customer.id), "looked up");
        self.writes += 1;
        if has_address {
            self.add_customer(customer.clone());
        } else {
            self.customers.insert(customer.id.clone(), customer.clone());
        }
        Ok(true)
    }

    async fn rename_customer(
        &mut self,
        customer: &CustomerId,
        to: &CustomerId,
    ) -> Result<(), StoreError> {
        let renamed = Customer {
            id: to.clone(),
            ..self.customers[customer].clone()
        };
        self.absorb_customer(customer, to).await?;
        self.add_customer(renamed);
        Ok(())
    }

    async fn absorb_customer(
        &mut self,
        customer: &CustomerId,
        into: &CustomerId,
    ) -> Result<(), StoreError> {
        for ticket in self.tickets.values_mut() {
            if ticket.customer == *customer {
                ticket.customer = into.clone();
            }
        }
        self.customers.remove(customer);
        self.addresses.retain(|_, id| id != customer);
        Ok(())
    }

    async fn prove_address(
        &mut self,
        customer: &Customer,
        keeps: Keeps,
        _now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut proven = self.customers[&customer.id].clone();
        self.addresses.retain(|_, id| *id != customer.id);
        proven.email.clone_from(&customer.email);
        proven.verified_email.clone_from(&customer.verified_email);
        proven.typed = false;
        if keeps == Keeps::Nothing {
            proven.phone = None;
        }
        if keeps != Keeps::NameAndPhone {
            proven.name.clone_from(&customer.name);
            proven.first_name.clone_from(&customer.first_name);
        }
        self.add_customer(proven);
        Ok(())
    }
}

#[async_trait]
impl PeopleTx for Desk {
    async fn add_staff(&mut self, staff: &Staff, _now: DateTime<Utc>) -> Result<bool, StoreError> {
        if self.staff.contains_key(&staff.id) {
            return Ok(false);
        }
        self.writes += 1;
        self.staff.insert(staff.id.clone(), staff.clone());
        Ok(true)
    }

    async fn put_customer(
        &mut self,
        customer: &Customer,
        has_address: bool,
        _now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.writes += 1;
        self.addresses.retain(|_, id| *id != customer.id);
        if has_address {
            self.add_customer(customer.clone());
        } else {
            self.customers.insert(customer.id.clone(), customer.clone());
        }
        Ok(())
    }

    async fn customer(&mut self, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        Ok(self.customers.get(id).cloned())
    }

    async fn staff(&mut self, id: &StaffId) -> Result<Option<Staff>, StoreError> {
        Ok(self.staff.get(id).cloned())
    }
}

#[async_trait]
impl SupportTx for Desk {
    async fn find_or_create_customer(
        &mut self,
        candidate: &Customer,
        key: &EmailKey,
        _now: DateTime<Utc>,
    ) -> Result<FoundCustomer, StoreError> {
        if let Some(id) = self.addresses.get(key.as_str()) {
            return Ok(FoundCustomer {
                customer: self.customers[id].clone(),
                is_new: false,
            });
        }
        self.writes += 1;
        self.add_customer(candidate.clone());
        Ok(FoundCustomer {
            customer: candidate.clone(),
            is_new: true,
        })
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
