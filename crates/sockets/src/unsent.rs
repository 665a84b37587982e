//! Large answers that wait to be read: how much memory they may hold together.
//!
//! A peer that reads slowly costs the server the answer it has not read yet. Where that becomes too
//! much, whoever has been reading longest is cut, of the network that has most waiting: so many slow
//! readers cost each other their connections, and nobody else anything.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::flow::Cut;

/// Answers up to this size are not counted: a connection's own buffers hold as much.
pub(crate) const LARGE: usize = 64 * 1024;
/// What all large answers may hold.
const MOST: usize = 48 * 1024 * 1024;

/// The large answers of one server.
pub(crate) struct Unsent {
    most: usize,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    bytes: usize,
    last: u64,
    /// By their age.
    answers: BTreeMap<u64, Large>,
}

struct Large {
    bytes: usize,
    peer: Option<IpAddr>,
    cut: Cut,
}

impl Waiting {
    fn remove(&mut self, number: u64) -> Option<Large> {
        let gone = self.answers.remove(&number)?;
        self.bytes -= gone.bytes;
        Some(gone)
    }

    /// Whom to cut.
    fn slowest_of_the_heaviest(&self) -> Option<u64> {
        let mut by_peer: HashMap<Option<IpAddr>, (usize, u64)> = HashMap::new();
        for (number, answer) in &self.answers {
            let (bytes, _) = by_peer.entry(answer.peer).or_insert((0, *number));
            *bytes += answer.bytes;
        }
        let heaviest = by_peer.into_values().max_by_key(|(bytes, _)| *bytes)?;
        Some(heaviest.1)
    }
}

impl Unsent {
    pub(crate) fn new() -> Arc<Self> {
        Self::of_at_most(MOST)
    }

    fn of_at_most(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            waiting: Mutex::default(),
        })
    }

    /// Counts an answer until it is sent; cuts others where it is one too many.
    pub(crate) fn count(self: &Arc<Self>, bytes: usize, peer: Option<IpAddr>, cut: Cut) -> Counted {
        let mut waiting = self.waiting();
        waiting.last += 1;
        let number = waiting.last;
        waiting.bytes += bytes;
        waiting.answers.insert(number, Large { bytes, peer, cut });
        let mut gone = Vec::new();
        // The new one stays: what it holds is there already.
        while waiting.bytes > self.most && waiting.answers.len() > 1 {
            let slowest = waiting.slowest_of_the_heaviest();
            let Some(slowest) = slowest.and_then(|slowest| waiting.remove(slowest)) else {
                break;
            };
            gone.push(slowest);
        }
        drop(waiting);
        for slowest in gone {
            tracing::debug!("too much waits to be read: the slowest connection ends");
            slowest.cut.now();
        }
        Counted {
            unsent: Arc::clone(self),
            number,
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is counted; dropped when it is sent.
pub(crate) struct Counted {
    unsent: Arc<Unsent>,
    number: u64,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.unsent.waiting().remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(unsent: &Arc<Unsent>, bytes: usize, peer: &str) -> (Counted, Cut) {
        let cut = Cut::default();
        let peer = Some(peer.parse().unwrap());
        (unsent.count(bytes, peer, cut.clone()), cut)
    }

    #[test]
    fn too_much_cuts_who_reads_longest_of_the_network_that_has_most() {
        let unsent = Unsent::of_at_most(100);
        let (_honest, alone) = count(&unsent, 30, "192.0.2.1");
        let (_slow, slow) = count(&unsent, 30, "192.0.2.2");
        let (_slower, second) = count(&unsent, 30, "192.0.2.2");
        assert!(!alone.is_done() && !slow.is_done() && !second.is_done());
        let (_third, third) = count(&unsent, 30, "192.0.2.2");
        assert!(slow.is_done());
        assert!(!alone.is_done() && !second.is_done() && !third.is_done());
        assert_eq!(unsent.waiting().bytes, 90);
    }

    #[test]
    fn what_is_sent_counts_no_longer() {
        let unsent = Unsent::of_at_most(100);
        for _ in 0..10 {
            let (counted, cut) = count(&unsent, 80, "192.0.2.1");
            assert!(!cut.is_done());
            drop(counted);
        }
        assert_eq!(unsent.waiting().bytes, 0);
    }

    #[test]
    fn one_answer_alone_is_sent_however_large_it_is() {
        let unsent = Unsent::of_at_most(100);
        let (_counted, cut) = count(&unsent, 1_000, "192.0.2.1");
        assert!(!cut.is_done());
    }
}
