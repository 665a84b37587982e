//! Callers, where the shell meets them: `arrivals` enters them in the store on first use,
//! `authenticate` judges them for sockets.
//!
//! Tokens, secret and keys are the crate `identity`. The extractors that carry a right are HTTP's:
//! `http::caller`.

// Of times: numbers are let through by `clippy.toml`.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod arrivals;
mod authenticate;

pub use arrivals::Arrivals;
pub use authenticate::SocketCallers;
