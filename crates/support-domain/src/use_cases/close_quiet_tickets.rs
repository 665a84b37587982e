//! Closes tickets that were resolved a week ago and stayed quiet.

use super::{Surroundings, save};
use crate::error::SupportError;
use crate::events::{StatusCause, TicketEvent};
use crate::ports::SupportTx;
use crate::ticket::DAYS_RESOLVED_UNTIL_CLOSED;

/// Closes up to `limit` resolved tickets that stayed quiet. Answers how many there were.
///
/// # Errors
/// Only the store's.
pub async fn close_quiet_tickets(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    limit: u32,
) -> Result<usize, SupportError> {
    let now = with.clock.now();
    let quiet_since = now - chrono::Duration::days(DAYS_RESOLVED_UNTIL_CLOSED);
    let files = tx.lock_resolved_before(quiet_since, limit).await?;
    let count = files.len();
    for mut file in files {
        let before = file.ticket.clone();
        if file.ticket.close_when_quiet(now) {
            save(tx, &before, &mut file).await?;
            let event = TicketEvent::StatusChanged {
                file,
                previous: before.status,
                cause: StatusCause::Age,
            };
            tx.record(&event).await?;
        }
    }
    Ok(count)
}
