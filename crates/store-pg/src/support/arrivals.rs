//! What a caller's first sign-in reads and writes. Who becomes whom is said by
//! [`support_domain::people`].

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use shared_kernel::{CustomerId, EmailAddress, EmailKey, StoreError};
use support_domain::people::Holder;
use support_domain::ports::Keeps;
use support_domain::{ArrivalsTx, Customer, Staff};

use super::people::hold_address;
use super::rows::{is_typed, key, mail, phone};
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

/// No name is an empty one: the column cannot be NULL.
const ENTER_STAFF: &str = "INSERT INTO ___config_admin AS a (cnfa_id, cnfa_name, cnfa_mail, created_at, updated_at) \
    VALUES ({}, {}, {}, {}, {}) ON CONFLICT (cnfa_id) DO UPDATE \
    SET cnfa_name = coalesce(nullif(excluded.cnfa_name, ''), a.cnfa_name), \
        cnfa_mail = coalesce(excluded.cnfa_mail, a.cnfa_mail), updated_at = excluded.updated_at";

const HOLDERS: &str = concat!(
    "SELECT c.cst_id, c.cst_verified_key IS NOT NULL AS verified, ",
    is_typed!(),
    " FROM ___xtr_customer c WHERE c.cst_id = {} OR c.cst_mail_key = {} ORDER BY c.cst_id FOR UPDATE"
);

const INSERT: &str = "INSERT INTO ___xtr_customer \
    (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_verified_key, cst_phone, cst_typed, created_at, updated_at) \
    VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT DO NOTHING";

/// What they wrote follows by foreign key.
const RENAME: &str = "UPDATE ___xtr_customer SET cst_id = {} WHERE cst_id = {}";

const ABSORB: [&str; 3] = [
    "UPDATE ___xtr_msg SET msg_cst_id = {} WHERE msg_cst_id = {}",
    "UPDATE ___xtr_order SET ord_cst_id = {} WHERE ord_cst_id = {}",
    "DELETE FROM ___xtr_customer WHERE cst_id <> {} AND cst_id = {}",
];

const PROVE: &str = "UPDATE ___xtr_customer SET cst_mail = {}, cst_mail_key = {}, cst_verified_key = {}, \
    cst_fname = CASE WHEN {} THEN {} ELSE cst_fname END, cst_name = CASE WHEN {} THEN {} ELSE cst_name END, \
    cst_phone = CASE WHEN {} THEN NULL ELSE cst_phone END, cst_typed = false, updated_at = {} WHERE cst_id = {}";

#[derive(QueryableByName)]
struct HolderRow {
    #[diesel(sql_type = Text)]
    cst_id: String,
    #[diesel(sql_type = Bool)]
    verified: bool,
    #[diesel(sql_type = Bool)]
    cst_typed: bool,
}

impl From<HolderRow> for Holder {
    /// Whatever the id: whoever proves the address of a row that another system wrote becomes it.
    fn from(row: HolderRow) -> Self {
        Self {
            id: CustomerId::from_stored(row.cst_id),
            is_proven: row.verified,
            is_typed: row.cst_typed,
        }
    }
}

#[async_trait]
impl ArrivalsTx for PgTx {
    async fn enter_staff(&mut self, staff: &Staff, now: DateTime<Utc>) -> Result<(), StoreError> {
        Statement::new(ENTER_STAFF)
            .bind::<Text, _>(staff.id.as_str().to_owned())
            .bind::<Text, _>(staff.name.clone().unwrap_or_default())
            .bind::<Nullable<Text>, _>(mail(staff.email.as_ref()))
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    async fn lock_holders(
        &mut self,
        id: &CustomerId,
        address: Option<&EmailKey>,
    ) -> Result<Vec<Holder>, StoreError> {
        if let Some(address) = address {
            hold_address(self.begun().await?, address).await?;
        }
        let rows: Vec<HolderRow> = Statement::new(HOLDERS)
            .bind::<Text, _>(id.as_str().to_owned())
            .bind::<Nullable<Text>, _>(key(address))
            .rows(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(rows.into_iter().map(Holder::from).collect())
    }

    async fn insert_customer(
        &mut self,
        customer: &Customer,
        has_address: bool,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let held = customer.email.as_ref().map(EmailAddress::key);

        let entered = Statement::new(INSERT)
            .bind::<Text, _>(customer.id.as_str().to_owned())
            .bind::<Text, _>(customer.name.clone())
            .bind::<Text, _>(customer.first_name.clone())
            .bind::<Nullable<Text>, _>(mail(customer.email.as_ref()))
            .bind::<Nullable<Text>, _>(key(held.filter(|_| has_address).as_ref()))
            .bind::<Nullable<Text>, _>(key(customer.verified_email.as_ref()))
            .bind::<Nullable<Text>, _>(phone(customer.phone.as_ref()))
            .bind::<Bool, _>(customer.typed)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(entered == 1)
    }

    async fn rename_customer(
        &mut self,
        customer: &CustomerId,
        to: &CustomerId,
    ) -> Result<(), StoreError> {
        Statement::new(RENAME)
            .bind::<Text, _>(to.as_str().to_owned())
            .bind::<Text, _>(customer.as_str().to_owned())
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    async fn absorb_customer(
        &mut self,
        customer: &CustomerId,
        into: &CustomerId,
    ) -> Result<(), StoreError> {
        for sql in ABSORB {
            Statement::new(sql)
                .bind::<Text, _>(into.as_str().to_owned())
                .bind::<Text, _>(customer.as_str().to_owned())
                .run(self.begun().await?)
                .await
                .map_err(from_diesel)?;
        }
        Ok(())
    }

    async fn prove_address(
        &mut self,
        customer: &Customer,
        keeps: Keeps,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_named = keeps != Keeps::NameAndPhone;
        let verified = key(customer.verified_email.as_ref());
        Statement::new(PROVE)
            .bind::<Nullable<Text>, _>(mail(customer.email.as_ref()))
            .bind::<Nullable<Text>, _>(verified.clone())
            .bind::<Nullable<Text>, _>(verified)
            .bind::<Bool, _>(is_named)
            .bind::<Text, _>(customer.first_name.clone())
            .bind::<Bool, _>(is_named)
            .bind::<Text, _>(customer.name.clone())
            .bind::<Bool, _>(keeps == Keeps::Nothing)
            .bind::<Timestamptz, _>(now)
            .bind::<Text, _>(customer.id.as_str().to_owned())
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }
}
