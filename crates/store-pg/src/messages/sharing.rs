//! Who has to do with whom: asked before a socket joins a conversation or is told of typing.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Text};
use messages_domain::MessageQueries as _;
use messages_domain::rights::Scope as MessageScope;
use shared_kernel::{Actor, EntryId, StoreError, TicketId, UserId};
use support_domain::TicketQueries as _;
use support_domain::rights::Scope as TicketScope;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

const SHARED: &str = "\
SELECT EXISTS (
    SELECT 1 FROM ___xtr_msg WHERE msg_kind IN ('message', 'ticket') AND msg_deleted_at IS NULL AND NOT msg_unverified
        AND msg_cst_id = {} AND msg_cnfa_id = {}
) AS found";

impl PgStore {
    /// Whether an actor may follow a conversation: a ticket, or a root message, of theirs; any of
    /// them for staff.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn may_join(&self, actor: &Actor, conversation: &str) -> Result<bool, StoreError> {
        if let Ok(id) = EntryId::parse(conversation)
            && let Some(message) = self.message(&id).await?
        {
            return Ok(message.root.is_none() && MessageScope::of(actor).holds(&message));
        }
        match TicketId::parse(conversation) {
            Ok(id) => Ok(self.detail(&id, &TicketScope::of(actor)).await?.is_some()),
            Err(_) => Ok(false),
        }
    }

    /// Whether a customer and a staff member share a conversation or a ticket. Two of one side
    /// never do.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn share_conversation(
        &self,
        actor: &Actor,
        other: &UserId,
    ) -> Result<bool, StoreError> {
        let (customer, staff) = if actor.role.is_staff() {
            (other, &actor.id)
        } else {
            (&actor.id, other)
        };
        let conn = self.connection().await?;
        let row: Option<Found> = Statement::new(SHARED)
            .bind::<Text, _>(customer.as_str().to_owned())
            .bind::<Text, _>(staff.as_str().to_owned())
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(row.is_some_and(|row| row.found))
    }
}
