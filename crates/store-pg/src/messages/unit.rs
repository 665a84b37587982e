//! The unit of work, as conversations see it.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use messages_domain::{Message, MessageEvent, MessagesTx};
use shared_kernel::{CustomerId, EntryId, OrderId, StaffId, StoreError};
use support_domain::SupportTx as _;

use super::writing;
use crate::error::from_diesel;
use crate::statement::Statement;
use crate::tx::PgTx;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

#[async_trait]
impl MessagesTx for PgTx {
    async fn knows_customer(&mut self, id: &CustomerId) -> Result<bool, StoreError> {
        Ok(self.customer(id).await?.is_some())
    }

    async fn knows_staff(&mut self, id: &StaffId) -> Result<bool, StoreError> {
        Ok(self.staff(id).await?.is_some())
    }

    async fn order_belongs_to(
        &mut self,
        order: &OrderId,
        customer: &CustomerId,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM ___xtr_order WHERE ord_id = {} AND ord_cst_id = {}) AS found";
        let row: Option<Found> = Statement::new(sql)
            .bind::<Text, _>(order.as_str().to_owned())
            .bind::<Text, _>(customer.as_str().to_owned())
            .row(self.conn()?)
            .await
            .map_err(from_diesel)?;
        Ok(row.is_some_and(|row| row.found))
    }

    async fn insert_message(&mut self, message: &Message) -> Result<(), StoreError> {
        writing::insert(self, message).await
    }

    async fn lock_message(&mut self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        writing::find(self.conn()?, id, true).await
    }

    async fn update_message(
        &mut self,
        before: &Message,
        after: &Message,
    ) -> Result<(), StoreError> {
        writing::update(self, before, after).await
    }

    /// Translated at once, written with the commit.
    async fn record_message(&mut self, event: &MessageEvent) -> Result<(), StoreError> {
        let translation = self.lent.translator.message(event);
        self.events.extend(translation.events);
        self.jobs.extend(translation.jobs);
        Ok(())
    }
}
