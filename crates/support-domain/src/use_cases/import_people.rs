//! Brings customers and colleagues to what the shop's own system says of them.

use shared_kernel::{Done, EmailAddress, StoreError};

use super::one_kind::{not_a_customer, not_of_support};
use super::{EnterCustomer, EnterStaff, Outcome, Surroundings};
use crate::customer::Customer;
use crate::error::SupportError;
use crate::ports::SupportTx;

/// Somebody of the file.
#[derive(Debug, Clone)]
pub enum Person {
    Staff(EnterStaff),
    Customer(EnterCustomer),
}

/// What became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub entered: usize,
    pub changed: usize,
    /// Those who were so already.
    pub unchanged: usize,
}

impl Imported {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            entered: self.entered + other.entered,
            changed: self.changed + other.changed,
            unchanged: self.unchanged + other.unchanged,
        }
    }
}

/// Enters people, or changes those who are there; what the file does not say of them stays as it is.
/// For whoever runs the server: asks no right.
///
/// # Errors
/// [`SupportError::NoName`], [`SupportError::Nobody`], [`SupportError::AlreadyThere`] for an id of the other kind, and
/// the store's.
pub async fn import_people(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    people: Vec<Person>,
) -> Outcome<Imported> {
    let mut all = Imported::default();
    for person in people {
        let became = match person {
            Person::Staff(staff) => import_staff(tx, with, staff).await?,
            Person::Customer(customer) => import_customer(tx, with, customer).await?,
        };
        match became {
            Became::Entered => all.entered += 1,
            Became::Changed => all.changed += 1,
            Became::Same => all.unchanged += 1,
        }
    }
    Ok(Done::quietly(all))
}

enum Became {
    Entered,
    Changed,
    Same,
}

async fn import_staff(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    said: EnterStaff,
) -> Result<Became, SupportError> {
    let mut staff = said.staff()?;
    let known = tx.staff(&staff.id).await?;
    match &known {
        Some(known) => staff.email = staff.email.or_else(|| known.email.clone()),
        None => not_a_customer(tx, &staff.id).await?,
    }
    if known.as_ref() == Some(&staff) {
        return Ok(Became::Same);
    }
    tx.enter_staff(&staff, with.clock.now()).await?;
    Ok(became(known.is_some()))
}

async fn import_customer(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    said: EnterCustomer,
) -> Result<Became, SupportError> {
    let has_id = said.id.is_some();
    let mut customer = said.customer(with)?;
    let key = customer.email.as_ref().map(EmailAddress::key);
    let found = tx.lock_holders(&customer.id, key.as_ref()).await?;
    // Without an id it is whoever has the address, under whatever id by now.
    if let Some(holder) = found.first().filter(|_| !has_id) {
        customer.id = holder.id.clone();
    }
    let has_address = found.iter().all(|holder| holder.id == customer.id);
    let known = if found.iter().any(|holder| holder.id == customer.id) {
        tx.customer(&customer.id).await?
    } else {
        None
    };
    match &known {
        Some(known) => customer = together(customer, known),
        None => not_of_support(tx, &customer.id).await?,
    }
    if known.as_ref() == Some(&customer) {
        return Ok(Became::Same);
    }
    let now = with.clock.now();
    if known.is_some() {
        tx.put_customer(&customer, has_address, now).await?;
    } else if !tx.insert_customer(&customer, has_address, now).await? {
        return Err(StoreError::Collision.into());
    }
    Ok(became(known.is_some()))
}

/// A proven address stays, and so does what the file does not say.
fn together(said: Customer, known: &Customer) -> Customer {
    let email = if known.verified_email.is_some() {
        known.email.clone()
    } else {
        said.email.or_else(|| known.email.clone())
    };
    Customer {
        email,
        phone: said.phone.or_else(|| known.phone.clone()),
        verified_email: known.verified_email.clone(),
        ..said
    }
}

fn became(was_known: bool) -> Became {
    if was_known {
        Became::Changed
    } else {
        Became::Entered
    }
}
