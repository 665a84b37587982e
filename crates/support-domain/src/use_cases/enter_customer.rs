//! Enters a customer before they sign in, so that they can be named.

use shared_kernel::{Actor, CustomerId, Done, EmailAddress, PhoneNumber, StoreError, given_name};

use super::one_kind::not_of_support;
use super::{Outcome, Surroundings};
use crate::customer::{Customer, FullName, split_name};
use crate::error::{Named, Reserved, SupportError};
use crate::ports::SupportTx;
use crate::rights::staff_only;

/// Whom. One of id and address is needed: nobody could be recognised without.
#[derive(Debug, Clone)]
pub struct EnterCustomer {
    /// The `sub` they will sign in with, where it is known.
    pub id: Option<CustomerId>,
    pub name: FullName,
    pub email: Option<EmailAddress>,
    pub phone: Option<PhoneNumber>,
}

impl EnterCustomer {
    pub(super) fn customer(self, with: Surroundings<'_>) -> Result<Customer, SupportError> {
        let own = self.email.as_ref().map(EmailAddress::as_str);
        let name = given_name(self.name.as_str(), own).ok_or(SupportError::NoName)?;
        let (first_name, name) = split_name(&name);
        let of_address = || Some(with.ids.customer_id(&self.email.as_ref()?.key()));
        Ok(Customer {
            id: self.id.or_else(of_address).ok_or(SupportError::Nobody)?,
            name,
            first_name,
            email: self.email,
            phone: self.phone,
            verified_email: None,
            typed: false,
        })
    }
}

/// Enters a customer. They have the address for themselves unless somebody has it already; whoever
/// proves it gets it, as ever.
///
/// # Errors
/// [`SupportError::Forbidden`] for customers; [`SupportError::AlreadyThere`] for an id somebody has,
/// [`SupportError::AddressTaken`] for an address somebody has, where no id was given.
pub async fn enter_customer(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: EnterCustomer,
) -> Outcome<Customer> {
    staff_only(actor, Reserved::EnteringCustomers)?;
    let has_id = ask.id.is_some();
    let customer = ask.customer(with)?;
    not_of_support(tx, &customer.id).await?;
    let key = customer.email.as_ref().map(EmailAddress::key);
    let found = tx.lock_holders(&customer.id, key.as_ref()).await?;
    if let Some(holder) = found.first().filter(|_| !has_id) {
        return Err(SupportError::AddressTaken(holder.id.clone()));
    }
    if found.iter().any(|holder| holder.id == customer.id) {
        return Err(SupportError::AlreadyThere(Named::Customer));
    }
    let now = with.clock.now();
    if tx.insert_customer(&customer, found.is_empty(), now).await? {
        Ok(Done::quietly(customer))
    } else {
        Err(StoreError::Collision.into())
    }
}
