//! How many connections are let in, per address and in all. The cap per user is the hub's, which
//! knows whose connection is whose.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared_kernel::limited_network;

use crate::settings::RealtimeLimits;

/// Which cap was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CapReached {
    /// Too many connections from one address.
    #[error("too many connections from this address")]
    Address,
    /// Too many connections to this process.
    #[error("too many connections to this server")]
    Process,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Counts connections from the handshake on.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    counts: Mutex<Counts>,
}

impl Admission {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a connection in, until the answer is dropped.
    ///
    /// # Errors
    /// [`CapReached`].
    pub(crate) fn admit(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        limits: RealtimeLimits,
    ) -> Result<Admitted, CapReached> {
        let address = address.map(limited_network);
        let mut counts = self.counts();
        if limits.limits_enabled {
            if counts.all >= limits.per_process {
                return Err(CapReached::Process);
            }
            let from_there = address.and_then(|ip| counts.by_address.get(&ip)).copied();
            if from_there.unwrap_or(0) >= limits.per_ip {
                return Err(CapReached::Address);
            }
        }
        counts.all += 1;
        if let Some(ip) = address {
            *counts.by_address.entry(ip).or_default() += 1;
        }
        drop(counts);
        Ok(Admitted {
            admission: Arc::clone(self),
            address,
        })
    }
}

/// A connection that was let in.
#[derive(Debug)]
pub(crate) struct Admitted {
    admission: Arc<Admission>,
    address: Option<IpAddr>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut counts = self.admission.counts();
        counts.all = counts.all.saturating_sub(1);
        if let Some(ip) = self.address
            && let Some(count) = counts.by_address.get_mut(&ip)
        {
            *count -= 1;
            if *count == 0 {
                counts.by_address.remove(&ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: RealtimeLimits = RealtimeLimits {
        limits_enabled: true,
        per_user: 20,
        per_ip: 2,
        per_process: 3,
    };

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn caps_hold_and_places_come_back() {
        let admission = Arc::new(Admission::default());
        let first = admission.admit(Some(ip(1)), LIMITS).unwrap();
        let _second = admission.admit(Some(ip(1)), LIMITS).unwrap();
        assert_eq!(
            admission.admit(Some(ip(1)), LIMITS).unwrap_err(),
            CapReached::Address
        );
        let _third = admission.admit(Some(ip(2)), LIMITS).unwrap();
        assert_eq!(
            admission.admit(Some(ip(3)), LIMITS).unwrap_err(),
            CapReached::Process
        );
        drop(first);
        assert!(admission.admit(Some(ip(1)), LIMITS).is_ok());
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let admission = Arc::new(Admission::default());
        let inside = |last| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]));
        let _one = admission.admit(inside(1), LIMITS).unwrap();
        let _two = admission.admit(inside(2), LIMITS).unwrap();
        assert_eq!(
            admission.admit(inside(3), LIMITS).unwrap_err(),
            CapReached::Address
        );
    }

    #[test]
    fn lifted_limits_let_everybody_in() {
        let admission = Arc::new(Admission::default());
        let lifted = RealtimeLimits {
            limits_enabled: false,
            ..LIMITS
        };
        let all: Vec<_> = (0..10)
            .map(|_| admission.admit(Some(ip(1)), lifted))
            .collect();
        assert!(all.iter().all(Result::is_ok));
    }
}
