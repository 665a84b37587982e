//! The verifier for sockets: `realtime` knows tokens by its port only.

use realtime::{Authenticate, Refusal};
use shared_kernel::Session;

use super::TokenVerifier;

impl Authenticate for TokenVerifier {
    fn authenticate(&self, token: &str) -> Result<Session, Refusal> {
        self.verify(token).map_err(|refused| Refusal {
            code: refused.code(),
            message: refused.to_string(),
        })
    }
}
