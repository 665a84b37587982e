//! The ticket and the rules of its life.

mod category;
mod contact;
mod priority;
mod status;
mod vehicle;

pub use category::Category;
pub use contact::Contact;
pub use priority::Priority;
pub use status::{Status, StatusGroup};
pub use vehicle::{LicensePlate, ModelYear, Vehicle, VehicleText};

use chrono::{DateTime, Utc};
use shared_kernel::{Body, Code, CustomerId, OrderId, SingleLine, StaffId, TicketId};

use crate::customer::Customer;
use crate::order::Order;
use crate::satisfaction::Satisfaction;
use crate::staff::Staff;

/// A resolved ticket that stays quiet this long is closed.
pub const DAYS_RESOLVED_UNTIL_CLOSED: i64 = 7;

/// A ticket's subject: 10 to 200 characters.
pub type Subject = SingleLine<10, 200>;
/// The customer's description: 20 to 20,000 characters (the upper bound keeps the search index sound).
pub type Message = Body<20, 20_000>;
/// An order number as typed into the form.
pub type OrderNumber = Code<1, 50>;

/// A customer's request and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub id: TicketId,
    pub customer: CustomerId,
    pub assignee: Option<StaffId>,
    /// Set only when the order belongs to the customer.
    pub order: Option<OrderId>,
    pub subject: Subject,
    pub message: Message,
    pub priority: Priority,
    pub category: Category,
    pub status: Status,
    pub vehicle: Option<Vehicle>,
    /// What was typed; proves nothing.
    pub order_number: Option<OrderNumber>,
    /// Written without a token under the e-mail of a customer we already knew.
    pub unverified: bool,
    /// Whoever wrote it, as typed into the form.
    pub contact: Contact,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The first public answer of support.
    pub first_response_at: Option<DateTime<Utc>>,
    /// The closing that stands; `None` while open.
    pub closed_at: Option<DateTime<Utc>>,
    /// How often it was closed. A rating belongs to one closing.
    pub closings: u32,
    /// How many public answers support gave.
    pub staff_responses: u32,
    /// The rating of the closing that stands.
    pub satisfaction: Option<Satisfaction>,
    /// Grows by one with every change; the entity tag.
    pub version: u64,
}

/// A ticket with the people it concerns.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketFile {
    pub ticket: Ticket,
    pub customer: Customer,
    pub assignee: Option<Staff>,
    /// Present only when it belongs to the customer.
    pub order: Option<Order>,
}

/// Who asks for a change of status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Customer,
    Support,
}

/// What became of a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    /// It counts.
    Taken,
    /// The same rating was given for this closing before (a double click).
    SameAgain,
    /// Another rating was given for this closing before.
    AlreadyRated,
    /// There is no closing to rate.
    StillOpen,
}

impl Ticket {
    /// The status an open ticket has by its history alone.
    fn working_status(&self) -> Status {
        if self.assignee.is_some() || self.first_response_at.is_some() {
            Status::InProgress
        } else {
            Status::Open
        }
    }

    /// Support gave a public answer. A closed ticket stays closed.
    pub fn support_answered(&mut self, now: DateTime<Utc>) {
        self.first_response_at.get_or_insert(now);
        self.staff_responses = self.staff_responses.saturating_add(1);
        if self.status.is_open() {
            self.status = Status::WaitingCustomer;
        }
        self.touch(now);
    }

    /// The customer answered. A closed ticket reopens.
    pub fn customer_answered(&mut self, now: DateTime<Utc>) {
        match self.status.group() {
            StatusGroup::Open => self.status = self.working_status(),
            StatusGroup::Closed => self.reopen(),
        }
        self.touch(now);
    }

    /// Somebody asked for a group of states. False when the ticket is there already.
    pub fn request_status(&mut self, wanted: StatusGroup, by: Side, now: DateTime<Utc>) -> bool {
        if self.status.group() == wanted {
            return false;
        }
        match (wanted, by) {
            (StatusGroup::Open, _) => self.reopen(),
            (StatusGroup::Closed, Side::Support) => self.close(Status::Resolved, now),
            (StatusGroup::Closed, Side::Customer) => self.close(Status::Closed, now),
        }
        self.touch(now);
        true
    }

    /// Gives the ticket to somebody, or to nobody. False when they have it already.
    pub fn assign(&mut self, assignee: Option<StaffId>, now: DateTime<Utc>) -> bool {
        if self.assignee == assignee {
            return false;
        }
        self.assignee = assignee;
        if self.status == Status::Open
            || (self.status == Status::InProgress && self.assignee.is_none())
        {
            self.status = self.working_status();
        }
        self.touch(now);
        true
    }

    /// Makes the ticket urgent.
    pub fn escalate(&mut self, now: DateTime<Utc>) {
        self.priority = Priority::Urgent;
        self.touch(now);
    }

    /// The customer said how content they are with the closing that stands.
    pub fn rate(&mut self, satisfaction: Satisfaction, now: DateTime<Utc>) -> Rated {
        if self.status.is_open() {
            return Rated::StillOpen;
        }
        match &self.satisfaction {
            Some(given) if given.rating == satisfaction.rating => return Rated::SameAgain,
            Some(_) => return Rated::AlreadyRated,
            None => self.satisfaction = Some(satisfaction),
        }
        self.status = Status::Closed;
        self.touch(now);
        Rated::Taken
    }

    /// A resolved ticket has been quiet long enough. False when it is not, or not resolved.
    pub fn close_when_quiet(&mut self, now: DateTime<Utc>) -> bool {
        let quiet_since = now - chrono::Duration::days(DAYS_RESOLVED_UNTIL_CLOSED);
        let due =
            self.status == Status::Resolved && self.closed_at.is_some_and(|at| at <= quiet_since);
        if due {
            self.status = Status::Closed;
            self.touch(now);
        }
        due
    }

    fn close(&mut self, status: Status, now: DateTime<Utc>) {
        self.status = status;
        self.closed_at = Some(now);
        self.closings = self.closings.saturating_add(1);
    }

    fn reopen(&mut self) {
        self.closed_at = None;
        self.satisfaction = None;
        self.status = self.working_status();
    }

    fn touch(&mut self, now: DateTime<Utc>) {
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests;
