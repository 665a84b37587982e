//! Callers, where the shell meets them: `arrivals` enters them in the store on first use,
//! `authenticate` judges them for sockets.
//!
//! Tokens, secret and keys are the crate `identity`. The extractors that carry a right are HTTP's:
//! `http::caller`.

mod arrivals;
mod authenticate;

pub use arrivals::Arrivals;
pub use authenticate::SocketCallers;
