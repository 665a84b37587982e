//! Whom a message names, and whether they are there.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use diesel_async::AsyncPgConnection;
use messages_domain::Known;
use shared_kernel::{CustomerId, OrderId, StaffId, StoreError};

use crate::error::from_diesel;
use crate::support::is_active;
use crate::unit::statement::Statement;

/// The question, once for each lock the customer may be asked for with.
macro_rules! found {
    ($lock:literal) => { concat!("\
SELECT EXISTS (SELECT 1 FROM ___xtr_customer WHERE cst_id = {}", $lock, ") AS customer,
    ({} IS NULL OR EXISTS (SELECT 1 FROM ___config_admin WHERE cnfa_id = {} AND ", is_active!(), ")) AS staff,
    ({} IS NULL OR EXISTS (SELECT 1 FROM ___xtr_order WHERE ord_id = {} AND ord_cst_id = {})) AS ord")
    };
}

const FOUND: &str = found!("");

/// Whether all of them are: a CTE of the statement that commits, for the others to stand on. It waits
/// here for a customer somebody else is changing, not later with streams locked that others need.
pub(crate) const CTE: &str = concat!(
    "known AS MATERIALIZED (SELECT customer AND staff AND ord AS all_are FROM (",
    found!(" FOR KEY SHARE"),
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

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(sql_type = Bool)]
    customer: bool,
    #[diesel(sql_type = Bool)]
    staff: bool,
    #[diesel(sql_type = Bool)]
    ord: bool,
}

/// Asks which of them are there.
pub(crate) async fn find(conn: &AsyncPgConnection, named: &Named) -> Result<Known, StoreError> {
    let asking = named.bind(Statement::new(FOUND));
    let row: Option<FoundRow> = asking.row(conn).await.map_err(from_diesel)?;
    let row = row.ok_or_else(|| StoreError::defect("a question without an answer"))?;
    Ok(Known {
        customer: row.customer,
        staff: row.staff,
        order: row.ord,
    })
}
