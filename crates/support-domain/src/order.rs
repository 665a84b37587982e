//! What was bought.

use shared_kernel::{CustomerId, OrderId};

/// An order of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub customer: CustomerId,
    /// The number the customer knows, e.g. `ORD-2024-12345`.
    pub reference: String,
    /// The amount including tax, in euros, as text with two decimals.
    pub total_ttc: String,
}
