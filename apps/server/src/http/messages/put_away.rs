//! What callers send to hide a message: to archive it, to delete it.

use shared_kernel::{Actor, UserId};

use crate::http::caller::must_be_caller;
use crate::http::field::{Errors, fields};
use crate::http::problem::Problem;

fields! {
    /// Whose it is.
    pub struct PutAwayBody {
        /// The caller's own id.
        optional userId: UserId,
    }
}

impl PutAwayBody {
    /// It hides a message from nobody else.
    ///
    /// # Errors
    /// 400 for what is no id, 403 for somebody else's.
    pub(super) fn check(self, actor: &Actor) -> Result<(), Problem> {
        let mut errors = Errors::default();
        must_be_caller(&mut errors, "userId", self.userId, actor)?;
        errors.finish()
    }
}
