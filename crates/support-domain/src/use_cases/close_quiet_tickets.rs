//! Closes tickets that were resolved a week ago and stayed quiet.

use shared_kernel::Done;

use super::change::Change;
use super::{Outcome, Surroundings};
use crate::events::StatusCause;
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
) -> Outcome<usize> {
    let now = with.clock.now();
    let quiet_since = now - chrono::Duration::days(DAYS_RESOLVED_UNTIL_CLOSED);
    let files = tx.lock_resolved_before(quiet_since, limit).await?;
    let count = files.len();
    let mut events = Vec::new();
    for file in files {
        let mut change = Change::of(file);
        if change.file.ticket.close_when_quiet(now) {
            change.save(tx).await?;
            change.done(StatusCause::Age).gather(&mut events);
        }
    }
    Ok(Done::telling(count, events))
}
