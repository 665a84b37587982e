//! Customers, staff and orders.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{CustomerId, EmailKey, OrderId, StaffId, StoreError};
use support_domain::ports::FoundCustomer;
use support_domain::{Customer, Order, OrderNumber, Staff};

use super::rows::{CUSTOMER_COLUMNS, CustomerRow, StaffRow, is_active};
use crate::error::{bad_row, from_diesel};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

const FIND_OR_CREATE: &str = "\
WITH found AS (
    SELECT cst_id, cst_name, cst_fname, cst_mail, cst_phone, cst_verified_key FROM ___xtr_customer WHERE cst_mail_key = {}
), made AS (
    INSERT INTO ___xtr_customer (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_phone, created_at, updated_at)
    SELECT {}, {}, {}, {}, {}, {}, {}, {} WHERE NOT EXISTS (SELECT 1 FROM found)
    ON CONFLICT DO NOTHING
    RETURNING cst_id, cst_name, cst_fname, cst_mail, cst_phone, cst_verified_key
)
SELECT found.*, false AS is_new FROM found UNION ALL SELECT made.*, true FROM made";

#[derive(QueryableByName)]
struct FoundRow {
    #[diesel(embed)]
    customer: CustomerRow,
    #[diesel(sql_type = Bool)]
    is_new: bool,
}

pub(super) async fn find_or_create_customer(
    conn: &AsyncPgConnection,
    candidate: &Customer,
    key: &EmailKey,
    now: DateTime<Utc>,
) -> Result<FoundCustomer, StoreError> {
    // A second look finds whoever won the race: the insert waited for their commit.
    for _ in 0..2 {
        let row: Option<FoundRow> = Statement::new(FIND_OR_CREATE)
            .bind::<Text, _>(key.as_str().to_owned())
            .bind::<Text, _>(candidate.id.as_str().to_owned())
            .bind::<Text, _>(candidate.name.clone())
            .bind::<Text, _>(candidate.first_name.clone())
            .bind::<Nullable<Text>, _>(
                candidate
                    .email
                    .as_ref()
                    .map(|mail| mail.as_str().to_owned()),
            )
            .bind::<Text, _>(key.as_str().to_owned())
            .bind::<Nullable<Text>, _>(
                candidate
                    .phone
                    .as_ref()
                    .map(|phone| phone.as_str().to_owned()),
            )
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .row(conn)
            .await
            .map_err(from_diesel)?;
        if let Some(row) = row {
            return Ok(FoundCustomer {
                customer: row.customer.try_into()?,
                is_new: row.is_new,
            });
        }
    }
    Err(StoreError::Collision)
}

pub(super) async fn customer(
    conn: &AsyncPgConnection,
    id: &CustomerId,
) -> Result<Option<Customer>, StoreError> {
    let sql = format!("SELECT {CUSTOMER_COLUMNS} FROM ___xtr_customer c WHERE c.cst_id = {{}}");
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
