//! Reading tickets.

use async_trait::async_trait;
use shared_kernel::{StoreError, TicketId};
use support_domain::TicketQueries;
use support_domain::ports::{
    ThreadPart, ThreadWindow, TicketDetail, TicketFilter, TicketPage, TicketWindow,
};
use support_domain::rights::Scope;

use super::{list, thread, tickets};
use crate::unit::store::PgStore;

#[async_trait]
impl TicketQueries for PgStore {
    async fn list(
        &self,
        filter: &TicketFilter,
        window: &TicketWindow,
    ) -> Result<TicketPage, StoreError> {
        let conn = self.connection().await?;
        list::list(&conn, filter, window).await
    }

    async fn detail(
        &self,
        id: &TicketId,
        scope: &Scope,
    ) -> Result<Option<TicketDetail>, StoreError> {
        let conn = self.connection().await?;
        let Some(file) = tickets::file(&conn, id).await? else {
            return Ok(None);
        };
        if !scope.holds(&file.ticket) {
            return Ok(None);
        }
        let latest = ThreadWindow::LATEST;
        let thread = thread::part(&conn, id, scope.sees_notes(), &latest).await?;
        Ok(Some(TicketDetail { file, thread }))
    }

    async fn thread(
        &self,
        id: &TicketId,
        scope: &Scope,
        window: &ThreadWindow,
    ) -> Result<Option<ThreadPart>, StoreError> {
        let conn = self.connection().await?;
        if !list::is_held(&conn, id, scope).await? {
            return Ok(None);
        }
        let part = thread::part(&conn, id, scope.sees_notes(), window).await?;
        Ok(Some(part))
    }
}
