//! Who has to do with whom. Who may join a conversation is said by
//! [`messages_domain::conversation`].

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use messages_domain::{ConversationQueries, Message, MessageQueries as _};
use shared_kernel::{Actor, CustomerId, EntryId, StaffId, StoreError, TicketId};
use support_domain::rights::Scope as TicketScope;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

const MET: &str = "\
SELECT EXISTS (
    SELECT 1 FROM ___xtr_msg WHERE msg_kind IN ('message', 'ticket') AND msg_deleted_at IS NULL AND NOT msg_unverified
        AND msg_cst_id = {} AND msg_cnfa_id = {}
) AS found";

#[async_trait]
impl ConversationQueries for PgStore {
    async fn find_message(&self, id: &EntryId) -> Result<Option<Message>, StoreError> {
        self.message(id).await
    }

    async fn may_see_ticket(&self, actor: &Actor, id: &TicketId) -> Result<bool, StoreError> {
        self.holds_ticket(id, &TicketScope::of(actor)).await
    }

    async fn have_met(&self, customer: &CustomerId, staff: &StaffId) -> Result<bool, StoreError> {
        let conn = self.connection().await?;
        let row: Option<Found> = Statement::new(MET)
            .bind::<Text, _>(customer.as_str().to_owned())
            .bind::<Text, _>(staff.as_str().to_owned())
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(row.is_some_and(|row| row.found))
    }
}
