//! Creates a ticket from the contact form, and its customer when nobody has the address yet.

use chrono::{DateTime, Utc};
use shared_kernel::{
    Actor, Caller, CustomerId, Done, EmailAddress, PhoneNumber, StoreError, given_name,
};

use super::{Outcome, Surroundings};
use crate::customer::{Customer, FullName, split_name};
use crate::error::{Named, SupportError};
use crate::events::TicketEvent;
use crate::ports::{FoundCustomer, SupportTx};
use crate::ticket::{
    Category, Contact, Message, OrderNumber, Priority, Status, Subject, Ticket, TicketFile, Vehicle,
};

/// Ids drawn before giving up: with 40 random bits, one retry is already a curiosity.
const ID_DRAWS: usize = 5;

/// The form.
#[derive(Debug, Clone)]
pub struct CreateTicket {
    pub name: FullName,
    pub email: EmailAddress,
    pub phone: Option<PhoneNumber>,
    pub subject: Subject,
    pub message: Message,
    pub priority: Priority,
    pub category: Category,
    pub vehicle: Option<Vehicle>,
    pub order_number: Option<OrderNumber>,
    /// Who the ticket is for: the caller's own id, or, for staff, any customer's.
    pub customer_id: Option<CustomerId>,
}

/// Creates a ticket, and the customer if nobody has the address yet.
///
/// # Errors
/// [`SupportError::IdentityMismatch`] when a customer, or nobody, names another customer;
/// [`SupportError::UnknownReference`] when staff name a customer who is not there.
pub async fn create_ticket(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    caller: &Caller,
    form: CreateTicket,
) -> Outcome<TicketFile> {
    let now = with.clock.now();
    let owner = owner(tx, with, caller, &form, now).await?;
    let order = match &form.order_number {
        Some(number) => tx.order_of(&owner.customer.id, number).await?,
        None => None,
    };
    let signed_in = *caller != Caller::Anonymous;
    let mut ticket = new_ticket(with, form, owner.customer.id.clone(), signed_in, now);
    ticket.unverified = !signed_in && !owner.is_new;
    ticket.order = order;
    insert(tx, with, &mut ticket).await?;
    let file = TicketFile {
        ticket,
        customer: owner.customer,
        assignee: None,
        order: None,
    };
    let created = TicketEvent::Created { file: file.clone() };
    Ok(Done::telling(file, vec![created]))
}

async fn owner(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    caller: &Caller,
    form: &CreateTicket,
    now: DateTime<Utc>,
) -> Result<FoundCustomer, SupportError> {
    let by_id = match (caller, &form.customer_id) {
        (Caller::Known(actor), named) if !actor.role.is_staff() => {
            Some(own_id(actor, named.as_ref())?)
        }
        (Caller::Known(_), named) => named.clone(),
        (Caller::Anonymous, None) => None,
        (Caller::Anonymous, Some(_)) => return Err(mismatch()),
    };
    let Some(id) = by_id else {
        let key = form.email.key();
        let mut candidate = typed_in(form, with.ids.customer_id(&key));
        candidate.typed = *caller == Caller::Anonymous;
        return Ok(tx.find_or_create_customer(&candidate, &key, now).await?);
    };
    let customer = tx
        .customer(&id)
        .await?
        .ok_or(SupportError::UnknownReference(Named::Customer))?;
    Ok(FoundCustomer {
        customer,
        is_new: false,
    })
}

/// The customer of an address nobody had, as the form has them.
fn typed_in(form: &CreateTicket, id: CustomerId) -> Customer {
    let given = given_name(form.name.as_str(), Some(form.email.as_str()));
    let (first_name, name) = split_name(&given.unwrap_or_default());
    Customer {
        id,
        name,
        first_name,
        email: Some(form.email.clone()),
        phone: form.phone.clone(),
        verified_email: None,
        typed: true,
    }
}

fn own_id(actor: &Actor, named: Option<&CustomerId>) -> Result<CustomerId, SupportError> {
    let own = actor.id.as_customer();
    if named.is_some_and(|named| *named != own) {
        Err(mismatch())
    } else {
        Ok(own)
    }
}

fn mismatch() -> SupportError {
    SupportError::IdentityMismatch(Named::Customer)
}

fn new_ticket(
    with: Surroundings<'_>,
    form: CreateTicket,
    customer: CustomerId,
    signed_in: bool,
    now: DateTime<Utc>,
) -> Ticket {
    Ticket {
        id: with.ids.ticket_id(),
        customer,
        assignee: None,
        order: None,
        subject: form.subject,
        message: form.message,
        priority: form.priority,
        category: form.category,
        status: Status::Open,
        vehicle: form.vehicle,
        order_number: form.order_number,
        unverified: false,
        contact: Contact {
            email: form.email.key(),
            name: Some(form.name),
            phone: form.phone,
            signed_in,
        },
        created_at: now,
        updated_at: now,
        first_response_at: None,
        closed_at: None,
        closings: 0,
        staff_responses: 0,
        satisfaction: None,
        version: 1,
    }
}

async fn insert(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    ticket: &mut Ticket,
) -> Result<(), StoreError> {
    for _ in 0..ID_DRAWS {
        if tx.insert_ticket(ticket).await? {
            return Ok(());
        }
        ticket.id = with.ids.ticket_id();
    }
    Err(StoreError::Duplicate("every drawn ticket id".to_owned()))
}
