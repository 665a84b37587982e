//! How many connections there may be: from one network, and in all.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The network a peer is counted in; none for a peer that speaks for many, as a proxy does.
pub type NetworkOf = dyn Fn(IpAddr) -> Option<IpAddr> + Send + Sync;

/// The most connections at the same time.
#[derive(Clone)]
pub struct MostConnections {
    /// From one network.
    pub per_network: usize,
    /// In all.
    pub total: usize,
    /// Which one a peer is of.
    pub network_of: Arc<NetworkOf>,
}

impl fmt::Debug for MostConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MostConnections")
            .field("per_network", &self.per_network)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// Who is connected.
pub(crate) struct Crowd {
    most: MostConnections,
    there: Mutex<There>,
}

#[derive(Default)]
struct There {
    total: usize,
    networks: HashMap<IpAddr, usize>,
}

impl Crowd {
    pub(crate) fn new(most: MostConnections) -> Arc<Self> {
        Arc::new(Self {
            most,
            there: Mutex::default(),
        })
    }

    /// Lets a peer in, unless there are too many of its kind.
    pub(crate) fn enter(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        let network = (self.most.network_of)(peer);
        let mut there = self.there();
        if there.total >= self.most.total {
            return None;
        }
        if let Some(network) = network {
            let from_there = there.networks.entry(network).or_default();
            if *from_there >= self.most.per_network {
                return None;
            }
            *from_there += 1;
        }
        there.total += 1;
        drop(there);
        Some(Place {
            crowd: Arc::clone(self),
            network,
        })
    }

    fn leave(&self, network: Option<IpAddr>) {
        let mut there = self.there();
        there.total -= 1;
        if let Some(network) = network
            && let Some(from_there) = there.networks.get_mut(&network)
        {
            *from_there -= 1;
            if *from_there == 0 {
                there.networks.remove(&network);
            }
        }
    }

    fn there(&self) -> MutexGuard<'_, There> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody's place; dropping it lets another one in.
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    network: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.leave(self.network);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1";

    fn crowd(per_network: usize, total: usize) -> Arc<Crowd> {
        let proxy: IpAddr = PROXY.parse().unwrap();
        Crowd::new(MostConnections {
            per_network,
            total,
            network_of: Arc::new(move |peer| (peer != proxy).then_some(peer)),
        })
    }

    fn enter(crowd: &Arc<Crowd>, peer: &str) -> Option<Place> {
        crowd.enter(peer.parse().unwrap())
    }

    #[test]
    fn a_network_gets_so_many_places_and_one_again_when_one_leaves() {
        let crowd = crowd(2, 10);
        let first = enter(&crowd, "192.0.2.1").unwrap();
        let _second = enter(&crowd, "192.0.2.1").unwrap();
        assert!(enter(&crowd, "192.0.2.1").is_none());
        let _other = enter(&crowd, "192.0.2.2").unwrap();
        drop(first);
        assert!(enter(&crowd, "192.0.2.1").is_some());
    }

    #[test]
    fn all_of_them_together_get_no_more_than_there_are() {
        let crowd = crowd(2, 3);
        let places: Vec<_> = (1..=3)
            .map(|n| enter(&crowd, &format!("192.0.2.{n}")).unwrap())
            .collect();
        assert!(enter(&crowd, "192.0.2.4").is_none());
        drop(places);
        assert!(enter(&crowd, "192.0.2.4").is_some());
        assert!(crowd.there().networks.is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_proxy_is_not_one_client() {
        let crowd = crowd(2, 10);
        let behind_it: Vec<_> = (0..10).map(|_| enter(&crowd, PROXY)).collect();
        assert!(behind_it.iter().all(Option::is_some));
        assert!(enter(&crowd, PROXY).is_none(), "but it counts in all");
    }
}
