//! Entering callers on first use, and who turns out to be whom.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use diesel_async::AsyncPgConnection;
use shared_kernel::{Actor, CustomerId, EmailAddress, StoreError};
use support_domain::customer::split_name;

use crate::error::from_diesel;
use crate::unit::statement::Statement;

/// Column widths of names.
const NAME_CHARS: usize = 120;

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

async fn welcome_customer(
    conn: &AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    // A second look finds whoever won the race: the insert waited for their commit.
    for _ in 0..2 {
        if try_to_welcome(conn, actor, now).await? {
            return Ok(());
        }
    }
    Err(StoreError::Collision)
}

/// Four cases: the caller is known or not, and somebody else holds their address or not. An
/// address only typed into the form gives way to whoever proves it; a proven one stays. False
/// when another transaction entered the caller, or the address, meanwhile.
async fn try_to_welcome(
    conn: &AsyncPgConnection,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
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
        prove(conn, actor, now).await?;
    }
    Ok(true)
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

/// False when the id or the address was taken meanwhile.
async fn enter(
    conn: &AsyncPgConnection,
    actor: &Actor,
    address_is_free: bool,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    const SQL: &str = "INSERT INTO ___xtr_customer \
        (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_verified_key, created_at, updated_at) \
        VALUES ({}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING";
    let (first_name, name) = split_name(&shown_name(actor));
    let key = actor
        .email
        .as_ref()
        .filter(|_| address_is_free)
        .map(|mail| mail.key().as_str().to_owned());
    let entered = Statement::new(SQL)
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
    Ok(entered == 1)
}
