//! Enters a colleague before they sign in, so that they can be named.

use shared_kernel::{Actor, Done, EmailAddress, StaffId, given_name};

use super::one_kind::not_a_customer;
use super::{Outcome, Surroundings};
use crate::customer::FullName;
use crate::error::{Named, Reserved, SupportError};
use crate::ports::SupportTx;
use crate::rights::admins_only;
use crate::staff::Staff;

/// Whom.
#[derive(Debug, Clone)]
pub struct EnterStaff {
    /// The `sub` they will sign in with.
    pub id: StaffId,
    pub name: FullName,
    pub email: Option<EmailAddress>,
}

impl EnterStaff {
    pub(super) fn staff(self) -> Result<Staff, SupportError> {
        let own = self.email.as_ref().map(EmailAddress::as_str);
        let name = given_name(self.name.as_str(), own).ok_or(SupportError::NoName)?;
        Ok(Staff {
            id: self.id,
            name: Some(name),
            email: self.email,
        })
    }
}

/// Enters a colleague.
///
/// # Errors
/// [`SupportError::Forbidden`] for who is no admin, [`SupportError::AlreadyThere`] for an id somebody has.
pub async fn enter_staff(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    actor: &Actor,
    ask: EnterStaff,
) -> Outcome<Staff> {
    admins_only(actor, Reserved::EnteringStaff)?;
    let staff = ask.staff()?;
    not_a_customer(tx, &staff.id).await?;
    if tx.add_staff(&staff, with.clock.now()).await? {
        Ok(Done::quietly(staff))
    } else {
        Err(SupportError::AlreadyThere(Named::Staff))
    }
}
