//! Customers, staff, and who turns out to be whom.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{Actor, CustomerId, EmailAddress, EmailKey, OrderId, StaffId, StoreError};
use support_domain::customer::split_name;
use support_domain::ports::FoundCustomer;
use support_domain::{Customer, OrderNumber, Staff};

use super::rows::{CUSTOMER_COLUMNS, CustomerRow, StaffRow};
use crate::error::{bad_row, from_diesel};
use crate::statement::Statement;

/// Column widths of names.
const NAME_CHARS: usize = 120;

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
    let sql = "SELECT cnfa_id, cnfa_name, cnfa_mail FROM ___config_admin WHERE cnfa_id = {} AND cnfa_activ = '1'";
    let row: Option<StaffRow> = Statement::new(sql)
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
    let sql =
        "SELECT ord_id FROM ___xtr_order WHERE ord_cst_id = {} AND ord_reference = {} LIMIT 1";
    let row: Option<OrderIdRow> = Statement::new(sql)
        .bind::<Text, _>(customer.as_str().to_owned())
        .bind::<Text, _>(reference.as_str().to_owned())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    row.map(|row| {
        OrderId::parse(row.ord_id.clone())
            .map_err(|_| bad_row("___xtr_order", &row.ord_id, "ord_id"))
    })
    .transpose()
}

pub(super) async fn welcome(
    conn: &AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if actor.role.is_staff() {
        welcome_staff(conn, actor, now).await
    } else {
        welcome_customer(conn, actor, now).await
    }
}

/// The name to show for somebody: the token's, else what stands before the `@`, else the id.
fn shown_name(actor: &Actor) -> String {
    let from_mail = || {
        actor
            .email
            .as_ref()
            .and_then(|mail| mail.as_str().split('@').next())
    };
    let name = actor
        .name
        .as_deref()
        .or_else(from_mail)
        .unwrap_or(actor.id.as_str());
    name.chars().take(NAME_CHARS).collect()
}

async fn welcome_staff(
    conn: &AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ___config_admin AS a (cnfa_id, cnfa_name, cnfa_mail, created_at, updated_at) \
        VALUES ({}, {}, {}, {}, {}) ON CONFLICT (cnfa_id) DO UPDATE \
        SET cnfa_name = CASE WHEN {} THEN excluded.cnfa_name ELSE a.cnfa_name END, \
            cnfa_mail = coalesce(excluded.cnfa_mail, a.cnfa_mail), updated_at = excluded.updated_at";
    Statement::new(SQL)
        .bind::<Text, _>(actor.id.as_str().to_owned())
        .bind::<Text, _>(shown_name(actor))
        .bind::<Nullable<Text>, _>(actor.email.as_ref().map(|mail| mail.as_str().to_owned()))
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .bind::<Bool, _>(actor.name.is_some())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Text)]
    cst_id: String,
    #[diesel(sql_type = Bool)]
    verified: bool,
}

/// Four cases: the caller is known or not, and somebody else holds their address or not. An
/// address only typed into the form gives way to whoever proves it; a proven one stays.
async fn welcome_customer(
    conn: &AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const KNOWN: &str = "SELECT cst_id, cst_verified_key IS NOT NULL AS verified FROM ___xtr_customer \
        WHERE cst_id = {} OR cst_mail_key = {} ORDER BY cst_id FOR UPDATE";
    let own = actor.id.as_customer();
    let key = actor.email.as_ref().map(EmailAddress::key);
    let known: Vec<KnownRow> = Statement::new(KNOWN)
        .bind::<Text, _>(own.as_str().to_owned())
        .bind::<Nullable<Text>, _>(key.as_ref().map(|key| key.as_str().to_owned()))
        .rows(conn)
        .await
        .map_err(from_diesel)?;
    let is_known = known.iter().any(|row| row.cst_id == own.as_str());
    let holder = known.iter().find(|row| row.cst_id != own.as_str());
    let address_is_free = holder.is_none_or(|holder| !holder.verified);
    match (is_known, holder.filter(|holder| !holder.verified)) {
        (true, Some(typed)) => absorb(conn, &own, &typed.cst_id).await?,
        (false, Some(typed)) => rename(conn, &own, &typed.cst_id).await?,
        (true, None) => {}
        (false, None) => return enter(conn, actor, address_is_free, now).await,
    }
    if address_is_free && key.is_some() {
        prove(conn, actor, now).await
    } else {
        Ok(())
    }
}

/// The typed-in customer becomes the caller; what they wrote follows by foreign key.
async fn rename(conn: &AsyncPgConnection, own: &CustomerId, typed: &str) -> Result<(), StoreError> {
    Statement::new("UPDATE ___xtr_customer SET cst_id = {} WHERE cst_id = {}")
        .bind::<Text, _>(own.as_str().to_owned())
        .bind::<Text, _>(typed.to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

/// What the typed-in customer wrote becomes the caller's, and the typed-in customer goes.
async fn absorb(conn: &AsyncPgConnection, own: &CustomerId, typed: &str) -> Result<(), StoreError> {
    for sql in [
        "UPDATE ___xtr_msg SET msg_cst_id = {} WHERE msg_cst_id = {}",
        "UPDATE ___xtr_order SET ord_cst_id = {} WHERE ord_cst_id = {}",
        "DELETE FROM ___xtr_customer WHERE cst_id <> {} AND cst_id = {}",
    ] {
        Statement::new(sql)
            .bind::<Text, _>(own.as_str().to_owned())
            .bind::<Text, _>(typed.to_owned())
            .run(conn)
            .await
            .map_err(from_diesel)?;
    }
    Ok(())
}

/// The caller's address is theirs now, and so is the name their token gives.
async fn prove(
    conn: &AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE ___xtr_customer SET cst_mail = {}, cst_mail_key = {}, cst_verified_key = {}, \
        cst_fname = CASE WHEN {} THEN {} ELSE cst_fname END, cst_name = CASE WHEN {} THEN {} ELSE cst_name END, \
        updated_at = {} WHERE cst_id = {}";
    let Some(mail) = &actor.email else {
        return Ok(());
    };
    let (first_name, name) = split_name(&shown_name(actor));
    let named = actor.name.is_some();
    Statement::new(SQL)
        .bind::<Text, _>(mail.as_str().to_owned())
        .bind::<Text, _>(mail.key().as_str().to_owned())
        .bind::<Text, _>(mail.key().as_str().to_owned())
        .bind::<Bool, _>(named)
        .bind::<Text, _>(first_name)
        .bind::<Bool, _>(named)
        .bind::<Text, _>(name)
        .bind::<Timestamptz, _>(now)
        .bind::<Text, _>(actor.id.as_str().to_owned())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

async fn enter(
    conn: &AsyncPgConnection,
    actor: &Actor,
    address_is_free: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_customer \
        (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_verified_key, created_at, updated_at) \
        VALUES ({}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING";
    let (first_name, name) = split_name(&shown_name(actor));
    let key = actor
        .email
        .as_ref()
        .filter(|_| address_is_free)
        .map(|mail| mail.key().as_str().to_owned());
    Statement::new(SQL)
        .bind::<Text, _>(actor.id.as_str().to_owned())
        .bind::<Text, _>(name)
        .bind::<Text, _>(first_name)
        .bind::<Nullable<Text>, _>(actor.email.as_ref().map(|mail| mail.as_str().to_owned()))
        .bind::<Nullable<Text>, _>(key.clone())
        .bind::<Nullable<Text>, _>(key)
        .bind::<Timestamptz, _>(now)
        .bind::<Timestamptz, _>(now)
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

impl crate::store::PgStore {
    /// Enters an order of the shop's own system. One that is there stays as it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_order(
        &self,
        order: &support_domain::Order,
        date: DateTime<Utc>,
    ) -> Result<(), StoreError> {
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
