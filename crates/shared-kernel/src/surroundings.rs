//! What stands around a use case.

use crate::clock::Clock;
use crate::id_generator::IdGenerator;

/// What every use case needs besides the transaction.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// New ids.
    pub ids: &'a dyn IdGenerator,
}
