//! Who has to do with whom. Who may join a conversation is said by
//! [`messages_domain::conversation`].

use async_trait::async_trait;
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Nullable, Text};
use messages_domain::ports::{About, Followed};
use messages_domain::{ConversationQueries, Message, MessageQueries as _};
use shared_kernel::{Actor, CustomerId, EntryId, StaffId, StoreError, TicketId};
use support_domain::rights::Scope as TicketScope;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// The row alone, by the rule of [`TicketScope::holds`].
const TICKET: &str = "\
SELECT msg_id, msg_cst_id, msg_cnfa_id FROM ___xtr_msg WHERE msg_id = {} AND msg_kind = 'ticket'
    AND ({} IS NULL OR (msg_cst_id = {} AND (NOT msg_unverified OR msg_contact_key = {})))";

#[derive(QueryableByName)]
#[expect(clippy::struct_field_names, reason = "the columns' names")]
struct TicketRow {
    #[diesel(sql_type = Text)]
    msg_id: String,
    #[diesel(sql_type = Text)]
    msg_cst_id: String,
    #[diesel(sql_type = Nullable<Text>)]
    msg_cnfa_id: Option<String>,
}

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

    async fn visible_ticket(
        &self,
        actor: &Actor,
        id: &TicketId,
    ) -> Result<Option<Followed>, StoreError> {
        let (customer, email) = match TicketScope::of(actor) {
            TicketScope::All => (None, None),
            TicketScope::Own { customer, email } => (
                Some(customer.as_str().to_owned()),
                email.map(|key| key.as_str().to_owned()),
            ),
        };
        let conn = self.connection().await?;
        let row: Option<TicketRow> = Statement::new(TICKET)
            .bind::<Text, _>(id.as_str().to_owned())
            .bind::<Nullable<Text>, _>(customer.clone())
            .bind::<Nullable<Text>, _>(customer)
            .bind::<Nullable<Text>, _>(email)
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(row.map(|row| Followed {
            id: row.msg_id,
            customer: CustomerId::from_stored(row.msg_cst_id),
            staff: row.msg_cnfa_id.map(StaffId::from_stored),
            subject: About::Ticket,
        }))
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
