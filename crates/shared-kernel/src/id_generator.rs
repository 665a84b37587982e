//! Randomness as an argument.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::contact::EmailKey;
use crate::ids::{CustomerId, EntryId, FaqId, TicketId};

/// Makes new ids.
pub trait IdGenerator: Send + Sync {
    /// A random ticket id. It may collide once in a trillion: the store says so and we draw again.
    fn ticket_id(&self) -> TicketId;

    /// A random article id. Like a ticket's, it is drawn again when it is taken.
    fn faq_id(&self) -> FaqId;

    /// An id for a response, note or message. Ids made later sort later.
    fn entry_id(&self, now: DateTime<Utc>) -> EntryId;

    /// An id for an event, the same in every stream it is told in.
    fn event_id(&self) -> Uuid;

    /// The id of the customer first met under this address.
    ///
    /// The same address always gives the same id, and nobody outside can compute it: the public
    /// form can answer with it whether or not the address is known, and so reveals nothing.
    fn customer_id(&self, email: &EmailKey) -> CustomerId;
}
