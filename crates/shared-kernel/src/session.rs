//! Who a checked token speaks of, and for how long.

use chrono::{DateTime, Utc};

use crate::Actor;

/// A checked token.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who calls.
    pub actor: Actor,
    /// After this instant (and the leeway of who checked it) the token is worth nothing.
    pub expires_at: DateTime<Utc>,
}
