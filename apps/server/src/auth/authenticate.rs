//! The verifier for sockets: `realtime` knows tokens by its port only.

use std::sync::Arc;
use std::time::Duration;

use identity::{LEEWAY_SECONDS, TokenVerifier};
use realtime::{Authenticate, Refusal};
use shared_kernel::Session;
use sockets::bearer;

/// Judges callers of sockets as those of HTTP are judged.
pub struct SocketCallers(pub Arc<TokenVerifier>);

impl Authenticate for SocketCallers {
    /// In whatever place a socket shows it, a token may stand as it would in the header.
    fn authenticate(&self, token: &str) -> Result<Session, Refusal> {
        self.0
            .verify(bearer::bare(token))
            .map_err(|refused| Refusal {
                code: refused.code(),
                message: refused.to_string(),
            })
    }

    fn leeway(&self) -> Duration {
        Duration::from_secs(LEEWAY_SECONDS)
    }
}
