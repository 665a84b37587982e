//! Who calls, and what the server signs. No protocol and no store: rights that need a request are
//! the shell's extractors, callers are entered in the store by its `auth`.
//!
//! - `verifier`: the one judge of tokens, for HTTP and sockets; `recent` spares it the same token
//!   twice; `signing` makes tokens, for people who try the server out and for tests;
//! - `secret`: finds the server's secret; `keys`: one key a purpose of it; `random_ids`: ids nobody can guess;
//! - `rating_links`: links to rate a closing.
//!
//! To sign one more thing: a [`Purpose`](keys::Purpose) of its own, and a file that makes and checks
//! it. To take one more kind of credential: a file whose judge answers with a
//! [`Session`](shared_kernel::Session).

#![warn(missing_docs)]
// Of times: numbers are let through by `clippy.toml`.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

pub mod keys;
mod random_ids;
pub mod rating_links;
mod recent;
mod secret;
mod signing;
mod verifier;

pub use random_ids::RandomIds;
pub use recent::RecentTokens;
pub use secret::{SecretError, signing_secret};
pub use signing::{NewToken, sign};
pub use verifier::{LEEWAY_SECONDS, TokenRefused, TokenVerifier, VerifierError};
