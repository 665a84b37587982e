//! Customers and colleagues share one space of ids, and nobody is entered as both.
//!
//! Tokens may make somebody both: a colleague who also buys, a customer who was hired. They stay so, and a file that
//! entered them as either can be read again. Entering them as what they are not yet is refused: nobody could tell it
//! from a slip.

use shared_kernel::{CustomerId, StaffId};

use crate::error::{Named, SupportError};
use crate::ports::SupportTx;

/// Fails for the id of a colleague.
pub(super) async fn not_of_support(
    tx: &mut dyn SupportTx,
    id: &CustomerId,
) -> Result<(), SupportError> {
    match tx.staff(&StaffId::from_stored(id.to_string())).await? {
        Some(_) => Err(SupportError::AlreadyThere(Named::Staff)),
        None => Ok(()),
    }
}

/// Fails for the id of a customer.
pub(super) async fn not_a_customer(
    tx: &mut dyn SupportTx,
    id: &StaffId,
) -> Result<(), SupportError> {
    match tx
        .customer(&CustomerId::from_stored(id.to_string()))
        .await?
    {
        Some(_) => Err(SupportError::AlreadyThere(Named::Customer)),
        None => Ok(()),
    }
}
