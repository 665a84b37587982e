//! Customers, staff and orders.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{CustomerId, EmailKey, OrderId, StaffId, StoreError};
use support_domain::ports::FoundCustomer;
use support_domain::{Customer, Order, OrderNumber, Staff};

use super::rows::{CUSTOMER_COLUMNS, CustomerRow, StaffRow, is_active, mail, phone};
use crate::error::{bad_row, from_diesel};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Everything that decides whose an address is waits its turn here, until the transaction ends. The
/// first number tells this lock from others.
const HOLD_ADDRESS: &str = "SELECT pg_advisory_xact_lock(7001, hashtext({}))";

/// Keeps others from deciding whose this address is.
pub(super) async fn hold_address(
    conn: &AsyncPgConnection,
    key: &EmailKey,
) -> Result<(), StoreError> {
    Statement::new(HOLD_ADDRESS)
        .bind::<Text, _>(key.as_str().to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

pub(super) async fn find_or_create_customer(
    conn: &AsyncPgConnection,
    candidate: &Customer,
    key: &EmailKey,
    now: DateTime<Utc>,
) -> Result<FoundCustomer, StoreError> {
    if let Some(customer) = with_address(conn, key).await? {
        return Ok(found(customer));
    }
    // Nobody has it, or they are becoming somebody else: that is over when it is our turn.
    hold_address(conn, key).await?;
    // Whoever had the turn before may have entered them. The second try is for a writer that knows nothing of
    // turns, as a release before does not.
    for _ in 0..2 {
        if let Some(customer) = insert(conn, candidate, key, now).await? {
            return Ok(FoundCustomer {
                customer,
                is_new: true,
            });
        }
        if let Some(customer) = with_address(conn, key).await? {
            return Ok(found(customer));
        }
    }
    Err(StoreError::Collision)
}

fn found(customer: Customer) -> FoundCustomer {
    FoundCustomer {
        customer,
        is_new: false,
    }
}

/// The customer with this address. Locked, so that they are neither renamed nor absorbed before what
/// is written in their name is there too.
async fn with_address(
    conn: &AsyncPgConnection,
    key: &EmailKey,
) -> Result<Option<Customer>, StoreError> {
    let sql = format!(
        "SELECT {CUSTOMER_COLUMNS} FROM ___xtr_customer c WHERE c.cst_mail_key = {{}} FOR KEY SHARE"
    );
    let row: Option<CustomerRow> = Statement::new(sql)
        .bind::<Text, _>(key.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(Customer::try_from).transpose()
}

/// Nothing when another had the address, or the id, at once.
async fn insert(
    conn: &AsyncPgConnection,
    candidate: &Customer,
    key: &EmailKey,
    now: DateTime<Utc>,
) -> Result<Option<Customer>, StoreError> {
    let sql = format!(
        "INSERT INTO ___xtr_customer AS c \
         (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_phone, cst_typed, created_at, updated_at) \
         VALUES ({{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}, {{}}) ON CONFLICT DO NOTHING RETURNING {CUSTOMER_COLUMNS}"
    );
    let row: Option<CustomerRow> = Statement::new(sql)
        .bind::<Text, _>(candidate.id.as_str().to_owned())
        .bind::<Text, _>(candidate.name.clone())
        .bind::<Text, _>(candidate.first_name.clone())
        .bind::<Nullable<Text>, _>(mail(candidate.email.as_ref()))
        .bind::<Text, _>(key.as_str().to_owned())
        .bind::<Nullable<Text>, _>(phone(candidate.phone.as_ref()))
        .bind::<Bool, _>(candidate.typed)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(Customer::try_from).transpose()
}

/// A customer, who stays there until the end of the transaction.
pub(super) async fn customer(
    conn: &AsyncPgConnection,
    id: &CustomerId,
) -> Result<Option<Customer>, StoreError> {
    of_id(conn, id, " FOR KEY SHARE").await
}

/// A customer as they are now.
pub(super) async fn known_customer(
    conn: &AsyncPgConnection,
    id: &CustomerId,
) -> Result<Option<Customer>, StoreError> {
    of_id(conn, id, "").await
}

async fn of_id(
    conn: &AsyncPgConnection,
    id: &CustomerId,
    lock: &'static str,
) -> Result<Option<Customer>, StoreError> {
    let sql =
        format!("SELECT {CUSTOMER_COLUMNS} FROM ___xtr_customer c WHERE c.cst_id = {{}}{lock}");
    let row: Option<CustomerRow> = Statement::new(sql)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(Customer::try_from).transpose()
}

pub(super) async fn staff(
    conn: &AsyncPgConnection,
    id: &StaffId,
) -> Result<Option<Staff>, StoreError> {
    const SQL: &str = concat!(
        "SELECT cnfa_id, cnfa_name, cnfa_mail FROM ___config_admin WHERE cnfa_id = {} AND ",
        is_active!()
    );
    let row: Option<StaffRow> = Statement::new(SQL)
        .bind::<Text, _>(id.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(Staff::try_from).transpose()
}

#[derive(QueryableByName)]
struct OrderIdRow {
    #[diesel(sql_type = Text)]
    ord_id: String,
}

pub(super) async fn order_of(
    conn: &AsyncPgConnection,
    customer: &CustomerId,
    reference: &OrderNumber,
) -> Result<Option<OrderId>, StoreError> {
    // As people compare references: letters and digits count, case and what stands between do not.
    const SQL: &str = "WITH asked AS (SELECT {}::text AS typed) \
        SELECT ord_id FROM ___xtr_order, asked WHERE ord_cst_id = {} AND (ord_reference = typed \
            OR typed ~ '[[:alnum:]]' AND upper(regexp_replace(ord_reference, '[^[:alnum:]]', '', 'g')) \
                = upper(regexp_replace(typed, '[^[:alnum:]]', '', 'g'))) \
        ORDER BY ord_reference <> typed, ord_id LIMIT 1";
    let row: Option<OrderIdRow> = Statement::new(SQL)
        .bind::<Text, _>(reference.as_str().to_owned())
        .bind::<Text, _>(customer.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(|row| {
        OrderId::parse(row.ord_id.clone())
            .map_err(|_| bad_row("___xtr_order", &row.ord_id, "ord_id"))
    })
    .transpose()
}

impl PgStore {
    /// Enters an order of the shop's own system. One that is there stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_order(&self, order: &Order, date: DateTime<Utc>) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO ___xtr_order (ord_id, ord_cst_id, ord_reference, ord_total_ttc, ord_date) \
            VALUES ({}, {}, {}, {}::text::numeric, {}) ON CONFLICT (ord_id) DO NOTHING";
        let conn = self.connection().await?;
        Statement::new(SQL)
            .bind::<Text, _>(order.id.as_str().to_owned())
            .bind::<Text, _>(order.customer.as_str().to_owned())
            .bind::<Text, _>(order.reference.clone())
            .bind::<Text, _>(order.total_ttc.clone())
            .bind::<Timestamptz, _>(date)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }
}
