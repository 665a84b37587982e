//! A desk in memory, for the tests of this crate: what a unit of work needs, over plain maps.
//!
//! [`said`] runs one request and answers what came of it and what it told others, in order.
//! [`outline`] makes of that what a test compares. To test a rule: make a [`Desk`], put the tickets
//! into it that the rule is about, run the request.

mod ports;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
pub(crate) use shared_kernel::testing::at;
use shared_kernel::testing::{At, CountedIds, at_once};
use shared_kernel::{
    Actor, CustomerId, Done, EmailAddress, OrderId, Role, StaffId, StoreError, TicketId, UserId,
};

use crate::customer::Customer;
use crate::events::TicketEvent;
use crate::order::Order;
use crate::people::welcome;
use crate::ports::SupportTx;
use crate::staff::Staff;
use crate::thread::Entry;
use crate::ticket::{Category, Contact, Message, Priority, Status, Subject, Ticket, TicketFile};
use crate::use_cases::Surroundings;

pub(crate) fn customer_id(id: &str) -> CustomerId {
    CustomerId::parse(id).unwrap()
}

pub(crate) fn staff_id(id: &str) -> StaffId {
    StaffId::parse(id).unwrap()
}

/// The address of whoever has this id.
pub(crate) fn address(id: &str) -> EmailAddress {
    EmailAddress::parse(format!("{}@example.com", id.to_lowercase())).unwrap()
}

/// Somebody with a token that vouches for their address.
pub(crate) fn actor(id: &str, role: Role) -> Actor {
    Actor {
        id: UserId::parse(id).unwrap(),
        role,
        email: Some(address(id)),
        name: Some(format!("Nom de {id}")),
    }
}

/// An open ticket of customer C1, which nobody has answered or taken.
pub(crate) fn ticket(id: &str) -> Ticket {
    Ticket {
        id: TicketId::parse(id).unwrap(),
        customer: customer_id("C1"),
        assignee: None,
        order: None,
        subject: Subject::parse("Problème démarrage véhicule").unwrap(),
        message: Message::parse("Mon véhicule ne démarre plus depuis ce matin.").unwrap(),
        priority: Priority::Normal,
        category: Category::Technical,
        status: Status::Open,
        vehicle: None,
        order_number: None,
        unverified: false,
        contact: Contact {
            email: address("C1").key(),
            name: None,
            phone: None,
            signed_in: true,
        },
        created_at: at(0),
        updated_at: at(0),
        first_response_at: None,
        closed_at: None,
        closings: 0,
        staff_responses: 0,
        satisfaction: None,
        version: 1,
    }
}

/// The same, closed once.
pub(crate) fn closed_ticket(id: &str, status: Status, closed_at: DateTime<Utc>) -> Ticket {
    Ticket {
        status,
        closed_at: Some(closed_at),
        closings: 1,
        ..ticket(id)
    }
}

/// A desk with customers C1 and C2, staff S1 and S2, and an order `ORD-1` of C1.
pub(crate) struct Desk {
    pub(crate) customers: BTreeMap<CustomerId, Customer>,
    /// Who has which address for themselves, typed or proven.
    addresses: BTreeMap<String, CustomerId>,
    pub(crate) staff: BTreeMap<StaffId, Staff>,
    orders: Vec<Order>,
    pub(crate) tickets: BTreeMap<String, Ticket>,
    pub(crate) thread: Vec<Entry>,
    /// How often the present request wrote something.
    pub(crate) writes: u32,
    /// So many insertions of customers find that another transaction was quicker.
    pub(crate) lost_races: u32,
    /// The present instant.
    pub(crate) now: DateTime<Utc>,
    ids: Arc<CountedIds>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let staff = ["S1", "S2"].map(|id| (staff_id(id), known_staff(id)));
        let order = Order {
            id: OrderId::parse("O1").unwrap(),
            customer: customer_id("C1"),
            reference: "ORD-1".to_owned(),
            total_ttc: "12.00".to_owned(),
        };
        let mut desk = Self {
            customers: BTreeMap::new(),
            addresses: BTreeMap::new(),
            staff: BTreeMap::from(staff),
            orders: vec![order],
            tickets: BTreeMap::new(),
            thread: Vec::new(),
            writes: 0,
            lost_races: 0,
            now: at(60),
            ids: Arc::default(),
        };
        for id in ["C1", "C2"] {
            desk.add_customer(known_customer(id));
        }
        desk
    }

    /// A desk with one ticket.
    pub(crate) fn with(ticket: Ticket) -> Self {
        let mut desk = Self::new();
        desk.add(ticket);
        desk
    }

    pub(crate) fn add(&mut self, ticket: Ticket) {
        self.tickets.insert(ticket.id.to_string(), ticket);
    }

    /// Adds a customer who has their address for themselves.
    pub(crate) fn add_customer(&mut self, customer: Customer) {
        if let Some(mail) = &customer.email {
            let key = mail.key().as_str().to_owned();
            let before = self.addresses.insert(key, customer.id.clone());
            assert_eq!(before.filter(|id| *id != customer.id), None, "unique");
        }
        self.customers.insert(customer.id.clone(), customer);
    }

    pub(crate) fn ticket(&self, id: &str) -> &Ticket {
        &self.tickets[id]
    }

    fn file(&self, ticket: &Ticket) -> TicketFile {
        let order = |id: &OrderId| self.orders.iter().find(|order| order.id == *id).cloned();
        TicketFile {
            ticket: ticket.clone(),
            customer: self.customers[&ticket.customer].clone(),
            assignee: ticket.assignee.as_ref().map(|id| self.staff[id].clone()),
            order: ticket.order.as_ref().and_then(order),
        }
    }
}

fn known_customer(id: &str) -> Customer {
    Customer {
        id: customer_id(id),
        name: format!("Famille {id}"),
        first_name: "Jean".to_owned(),
        email: Some(address(id)),
        phone: None,
        verified_email: Some(address(id).key()),
        typed: false,
    }
}

fn known_staff(id: &str) -> Staff {
    Staff {
        id: staff_id(id),
        name: Some(format!("Agent {id}")),
        email: Some(address(id)),
    }
}

/// Runs one request at a desk. Answers what came of it, and the events it tells, in order.
pub(crate) fn said<T, E>(
    desk: &mut Desk,
    request: impl AsyncFnOnce(&mut dyn SupportTx, Surroundings<'_>) -> Result<Done<T, TicketEvent>, E>,
) -> (Result<T, E>, Vec<TicketEvent>) {
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
    request: impl AsyncFnOnce(&mut dyn SupportTx, Surroundings<'_>) -> Result<Done<T, TicketEvent>, E>,
) -> E {
    let (done, told) = said(desk, request);
    assert_eq!((told, desk.writes), (Vec::new(), 0));
    done.err().expect("refused")
}

/// Lets a caller arrive.
pub(crate) fn welcomed(desk: &mut Desk, actor: &Actor) -> Result<(), StoreError> {
    let now = desk.now;
    at_once(welcome(desk, actor, now))
}

/// Each event in a line.
pub(crate) fn outline(told: &[TicketEvent]) -> Vec<String> {
    told.iter().map(line).collect()
}

fn line(event: &TicketEvent) -> String {
    match event {
        TicketEvent::Created { .. } => "created".to_owned(),
        TicketEvent::Assigned { file, by } => match &file.ticket.assignee {
            Some(to) => format!("assigned to {to} by {by}"),
            None => format!("taken away by {by}"),
        },
        TicketEvent::StatusChanged {
            file,
            previous,
            cause,
        } => {
            let (from, to) = (previous.as_str(), file.ticket.status.as_str());
            format!("{from} -> {to}: {cause:?}")
        }
        TicketEvent::EntryAdded { entry, .. } => {
            format!("{:?} of {}", entry.kind, entry.author.id)
        }
        TicketEvent::Escalated { reason, .. } => {
            format!("escalated, {:?} of {}", reason.kind, reason.author.id)
        }
    }
}
