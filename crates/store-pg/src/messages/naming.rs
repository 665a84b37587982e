//! Whom a message names, and whether they are there.

use diesel::sql_types::{Nullable, Text};
use shared_kernel::{CustomerId, OrderId, StaffId};

use crate::support::is_active;
use crate::unit::statement::Statement;

/// The question, once for each lock the customer may be asked for with.
macro_rules! known {
    ($lock:literal) => { concat!("\
SELECT EXISTS (SELECT 1 FROM ___xtr_customer WHERE cst_id = {}", $lock, ") AS customer,
    ({} IS NULL OR EXISTS (SELECT 1 FROM ___config_admin WHERE cnfa_id = {} AND ", is_active!(), ")) AS staff,
    ({} IS NULL OR EXISTS (SELECT 1 FROM ___xtr_order WHERE ord_id = {} AND ord_cst_id = {})) AS ord")
    };
}

pub(super) const KNOWN: &str = known!("");

/// Whether all of them are: a part of the statement that commits, for the others to stand on. It waits
/// here for a customer somebody else is changing, not later with streams locked that others need.
pub(crate) const ALL_KNOWN: &str = concat!(
    "known AS MATERIALIZED (SELECT customer AND staff AND ord AS all_are FROM (",
    known!(" FOR KEY SHARE"),
    ") AS asked)"
);

/// Those a message names.
#[derive(Clone)]
pub(crate) struct Named {
    customer: String,
    staff: Option<String>,
    order: Option<String>,
}

impl Named {
    pub(super) fn new(
        customer: &CustomerId,
        staff: Option<&StaffId>,
        order: Option<&OrderId>,
    ) -> Self {
        Self {
            customer: customer.as_str().to_owned(),
            staff: staff.map(|id| id.as_str().to_owned()),
            order: order.map(|id| id.as_str().to_owned()),
        }
    }

    /// Binds them to the question.
    pub(crate) fn bind(&self, statement: Statement) -> Statement {
        statement
            .bind::<Text, _>(self.customer.clone())
            .bind::<Nullable<Text>, _>(self.staff.clone())
            .bind::<Nullable<Text>, _>(self.staff.clone())
            .bind::<Nullable<Text>, _>(self.order.clone())
            .bind::<Nullable<Text>, _>(self.order.clone())
            .bind::<Text, _>(self.customer.clone())
    }
}
