//! Who calls, and what the server signs.
//!
//! `verifier` is the one judge of tokens, for HTTP and sockets; `recent` spares it the same token
//! twice. `secret` finds the server's secret, `keys` makes one key a purpose of it. The extractors
//! that carry a right are HTTP's: `http::caller`.

mod arrivals;
mod authenticate;
pub mod keys;
pub mod rating_links;
mod recent;
mod secret;
mod signing;
mod verifier;

pub use arrivals::Arrivals;
pub use recent::RecentTokens;
pub use secret::{SecretError, signing_secret};
pub use signing::{NewToken, sign};
pub(crate) use verifier::LEEWAY_SECONDS;
pub use verifier::{TokenRefused, TokenVerifier, VerifierError};
