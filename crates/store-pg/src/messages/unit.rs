//! The unit of work, as conversations see it.

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use messages_domain::{Known, Message, MessageEvent, MessagesTx};
use shared_kernel::{CustomerId, EntryId, OrderId, StaffId, StoreError};

use super::rows::MessageRow;
use super::writing;
use crate::statement::Statement;
use crate::support::is_active;
use crate::tx::PgTx;

const KNOWN: &str = concat!("\
SELECT EXISTS (SELECT 1 FROM ___xtr_customer WHERE cst_id = {}) AS customer,
    ({} IS NULL OR EXISTS (SELECT 1 FROM ___config_admin WHERE cnfa_id = {} AND ", is_active!(), ")) AS staff,
    ({} IS NULL OR EXISTS (SELECT 1 FROM ___xtr_order WHERE ord_id = {} AND ord_cst_id = {})) AS ord");

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Bool)]
    customer: bool,
    #[diesel(sql_type = Bool)]
    staff: bool,
    #[diesel(sql_type = Bool)]
    ord: bool,
}

#[async_trait]
impl MessagesTx for PgTx {
    async fn known(
        &mut self,
        customer: &CustomerId,
        staff: Option<&StaffId>,
        order: Option<&OrderId>,
    ) -> Result<Known, StoreError> {
        let staff = staff.map(|id| id.as_str().to_owned());
        let order = order.map(|id| id.as_str().to_owned());
        let asking = Statement::new(KNOWN)
            .bind::<Text, _>(customer.as_str().to_owned())
            .bind::<Nullable<Text>, _>(staff.clone())
            .bind::<Nullable<Text>, _>(staff)
            .bind::<Nullable<Text>, _>(order.clone())
            .bind::<Nullable<Text>, _>(order)
            .bind::<Text, _>(customer.as_str().to_owned());
        let row: Option<KnownRow> = self.ask(asking).await?;
        let row = row.ok_or_else(|| StoreError::defect("a question without an answer"))?;
        Ok(Known {
            customer: row.customer,
            staff: row.staff,
            order: row.ord,
        })
    }

    /// Written with the commit, or before what follows in the same work.
    async fn insert_message(&mut self, message: &Message) -> Result<(), StoreError> {
        writing::count(self, message);
        self.waiting.messages.push(message.clone());
        Ok(())
    }

    async fn lock_message(&mut self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        writing::insert_waiting(self).await?;
        let row: Option<MessageRow> = self.begin_and_ask(writing::finding(id, true)).await?;
        row.map(Message::try_from).transpose()
    }

    async fn update_message(
        &mut self,
        before: &Message,
        after: &Message,
    ) -> Result<(), StoreError> {
        writing::insert_waiting(self).await?;
        writing::update(self, before, after).await
    }

    /// Translated at once, written with the commit.
    async fn record_message(&mut self, event: &MessageEvent) -> Result<(), StoreError> {
        let translation = self.lent.translator.message(event);
        self.waiting.events.extend(translation.events);
        self.waiting.jobs.extend(translation.jobs);
        Ok(())
    }
}
