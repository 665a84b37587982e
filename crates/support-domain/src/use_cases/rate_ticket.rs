//! Rates a closed ticket: the customer's satisfaction with one closing, by token or by signed link.

use shared_kernel::{Actor, TicketId};

use super::change::Change;
use super::{Outcome, Surroundings, lock_visible};
use crate::error::{Reserved, SupportError};
use crate::events::StatusCause;
use crate::ports::SupportTx;
use crate::satisfaction::{Feedback, Rating, Satisfaction};
use crate::ticket::{Rated, TicketFile};

/// Who rates.
#[derive(Debug, Clone)]
pub enum Rater {
    /// The customer, signed in.
    Owner(Actor),
    /// Whoever holds the link we sent after the closing of this number.
    Link { closing: u32 },
}

impl Rater {
    /// Fails for staff, who do not rate themselves.
    ///
    /// # Errors
    /// [`SupportError::Forbidden`].
    pub fn may_rate(&self) -> Result<(), SupportError> {
        match self {
            Self::Owner(actor) if actor.is_staff() => {
                Err(SupportError::Forbidden(Reserved::Rating))
            }
            Self::Owner(_) | Self::Link { .. } => Ok(()),
        }
    }
}

/// The rating.
#[derive(Debug, Clone)]
pub struct RateTicket {
    pub ticket: TicketId,
    pub rating: Rating,
    pub feedback: Option<Feedback>,
}

/// Rates the closing that stands, once; the same rating again is no change.
///
/// # Errors
/// [`SupportError::StillOpen`], [`SupportError::AlreadyRated`], [`SupportError::OutdatedLink`], and [`SupportError::Forbidden`]
/// for staff, who do not rate themselves.
pub async fn rate_ticket(
    tx: &mut dyn SupportTx,
    with: Surroundings<'_>,
    rater: &Rater,
    ask: RateTicket,
) -> Outcome<TicketFile> {
    rater.may_rate()?;
    let file = match rater {
        Rater::Owner(actor) => lock_visible(tx, &ask.ticket, actor, None).await?,
        Rater::Link { closing } => {
            let file = tx
                .lock_ticket(&ask.ticket)
                .await?
                .ok_or(SupportError::TicketNotFound)?;
            if file.ticket.closings != *closing {
                return Err(SupportError::OutdatedLink);
            }
            file
        }
    };
    let now = with.clock.now();
    let mut change = Change::of(file);
    let satisfaction = Satisfaction {
        rating: ask.rating,
        feedback: ask.feedback,
        rated_at: now,
    };
    match change.file.ticket.rate(satisfaction, now) {
        Rated::Taken => {}
        Rated::SameAgain => return Ok(change.came_to_nothing()),
        Rated::AlreadyRated => return Err(SupportError::AlreadyRated),
        Rated::StillOpen => return Err(SupportError::StillOpen),
    }
    change.save(tx).await?;
    Ok(change.done(StatusCause::Rating))
}
