//! Entering people by hand or from a file.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz};
use shared_kernel::{CustomerId, EmailAddress, StaffId, StoreError};
use support_domain::{Customer, PeopleTx, Staff};

use super::people;
use super::rows::{key, mail, phone};
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

const ADD_STAFF: &str = "INSERT INTO ___config_admin (cnfa_id, cnfa_name, cnfa_mail, created_at, updated_at) \
    VALUES ({}, {}, {}, {}, {}) ON CONFLICT DO NOTHING";

const PUT_CUSTOMER: &str = "INSERT INTO ___xtr_customer AS c \
    (cst_id, cst_name, cst_fname, cst_mail, cst_mail_key, cst_phone, cst_typed, created_at, updated_at) \
    VALUES ({}, {}, {}, {}, {}, {}, false, {}, {}) ON CONFLICT (cst_id) DO UPDATE \
    SET cst_name = excluded.cst_name, cst_fname = excluded.cst_fname, cst_phone = excluded.cst_phone, cst_typed = false, \
        cst_mail = CASE WHEN c.cst_verified_key IS NULL THEN excluded.cst_mail ELSE c.cst_mail END, \
        cst_mail_key = CASE WHEN c.cst_verified_key IS NULL THEN excluded.cst_mail_key ELSE c.cst_mail_key END, \
        updated_at = excluded.updated_at";

#[async_trait]
impl PeopleTx for PgTx {
    async fn add_staff(&mut self, staff: &Staff, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let added = Statement::new(ADD_STAFF)
            .bind::<Text, _>(staff.id.as_str().to_owned())
            .bind::<Text, _>(staff.name.clone().unwrap_or_default())
            .bind::<Nullable<Text>, _>(mail(staff.email.as_ref()))
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(added == 1)
    }

    async fn put_customer(
        &mut self,
        customer: &Customer,
        has_address: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let held = customer.email.as_ref().map(EmailAddress::key);
        Statement::new(PUT_CUSTOMER)
            .bind::<Text, _>(customer.id.as_str().to_owned())
            .bind::<Text, _>(customer.name.clone())
            .bind::<Text, _>(customer.first_name.clone())
            .bind::<Nullable<Text>, _>(mail(customer.email.as_ref()))
            .bind::<Nullable<Text>, _>(key(held.filter(|_| has_address).as_ref()))
            .bind::<Nullable<Text>, _>(phone(customer.phone.as_ref()))
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now)
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    async fn customer(&mut self, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        people::customer(self.begun().await?, id).await
    }

    async fn staff(&mut self, id: &StaffId) -> Result<Option<Staff>, StoreError> {
        people::staff(self.begun().await?, id).await
    }
}
