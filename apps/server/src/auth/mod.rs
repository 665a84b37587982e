//! Who calls. One verifier for HTTP and sockets; extractors carry the right.

mod arrivals;
mod authenticate;
mod extract;
mod recent;
mod secret;
mod signing;
mod verifier;

pub use arrivals::Arrivals;
pub use extract::{AnyUser, MaybeUser, StaffOnly};
pub use recent::RecentTokens;
pub use secret::{SecretError, signing_secret};
pub use signing::{NewToken, sign};
pub(crate) use verifier::LEEWAY_SECONDS;
pub use verifier::{TokenRefused, TokenVerifier, VerifierError};
