//! The unit of work, as conversations see it.

use async_trait::async_trait;
use messages_domain::{Known, Message, MessageEvent, MessagesTx};
use shared_kernel::{CustomerId, EntryId, OrderId, StaffId, StoreError};

use super::named::{self, Named};
use super::rows::MessageRow;
use super::{find, writing};
use crate::unit::tx::PgTx;

#[async_trait]
impl MessagesTx for PgTx {
    /// On trust where that is allowed: then the commit finds out, and writes nothing unless they are.
    async fn known(
        &mut self,
        customer: &CustomerId,
        staff: Option<&StaffId>,
        order: Option<&OrderId>,
    ) -> Result<Known, StoreError> {
        let named = Named::new(customer, staff, order);
        if self.trust(&named) {
            return Ok(Known::ALL);
        }
        named::find(self.connection()?, &named).await
    }

    /// Written with the commit, or before what follows in the same work.
    async fn insert_message(&mut self, message: &Message) -> Result<(), StoreError> {
        writing::count(self, message);
        self.waiting.messages.push(message.clone());
        Ok(())
    }

    async fn lock_message(&mut self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        writing::insert_waiting(self).await?;
        let row: Option<MessageRow> = self.begin_and_ask(find::finding(id, true)).await?;
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
        self.will_write(translation);
        Ok(())
    }
}
