//! Who a caller is to the shop: entered at their first sign-in, and who turns out to be whom.
//!
//! `arrival` decides from what is known already, `welcome` carries that out over
//! [`ArrivalsTx`](crate::ports::ArrivalsTx). For one more way to arrive: a variant of [`Arrival`], its
//! row in the table of `arrival`, its step in `welcome`. What entering and finding people needs of the
//! store is in `ports`.

mod arrival;
pub mod ports;
mod welcome;

pub use arrival::{Arrival, Holder};
pub use welcome::welcome;

#[cfg(test)]
mod tests;
