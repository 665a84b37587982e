//! Turns at something of which there may be only so much at a time.
//!
//! Whoever finds none free waits. Networks get the next one in turn, and within a network its callers
//! do, so one that asks for hundreds waits for its own, and others hardly notice. While somebody waits,
//! each turn is followed by a rest, so that what else the server does goes on.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

/// How many times as long as it took a turn is followed by a rest.
const REST: u32 = 3;
/// However long it took.
const LONGEST_REST: Duration = Duration::from_millis(100);
/// How many of one network may wait.
const MOST_WAITING: usize = 128;

/// Who asks: a network, and somebody within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asker {
    pub(super) network: Option<IpAddr>,
    pub(super) caller: u64,
}

/// So many turns at a time.
pub(super) struct Turns {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    taken: usize,
    networks: VecDeque<Network>,
}

/// Those of one network who wait.
struct Network {
    address: Option<IpAddr>,
    waiting: usize,
    callers: VecDeque<(u64, VecDeque<Waiter>)>,
}

type Waiter = oneshot::Sender<Turn>;

impl Turns {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            state: Mutex::default(),
        })
    }

    /// Waits for a turn; nothing when too many of this network wait already. Who is dropped meanwhile
    /// waits no longer.
    pub(super) async fn take(self: &Arc<Self>, asker: Asker) -> Option<Turn> {
        let waiting = {
            let mut state = self.state();
            if state.taken < self.most {
                state.taken += 1;
                return Some(self.turn(Instant::now()));
            }
            state.queue(asker)?
        };
        let turn = waiting.await.ok()?;
        sleep_until(turn.begins).await;
        Some(turn)
    }

    fn turn(self: &Arc<Self>, begins: Instant) -> Turn {
        let turns = Some(Arc::clone(self));
        Turn { turns, begins }
    }

    /// A turn is over: the next one's begins then.
    fn pass_on(self: Arc<Self>, begins: Instant) {
        loop {
            let next = {
                let mut state = self.state();
                let next = state.next();
                if next.is_none() {
                    state.taken -= 1;
                }
                next
            };
            let Some(next) = next else { return };
            match next.send(self.turn(begins)) {
                Ok(()) => return,
                // Whoever waited is gone: the turn is still to be passed on.
                Err(mut unwanted) => drop(unwanted.turns.take()),
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn queue(&mut self, asker: Asker) -> Option<oneshot::Receiver<Turn>> {
        let (waiter, waiting) = oneshot::channel();
        let known = |network: &Network| network.address == asker.network;
        let place = self.networks.iter().position(known);
        if place.is_none() {
            self.networks.push_back(Network {
                address: asker.network,
                waiting: 0,
                callers: VecDeque::new(),
            });
        }
        let network = match place {
            Some(place) => self.networks.get_mut(place)?,
            None => self.networks.back_mut()?,
        };
        if network.waiting >= MOST_WAITING {
            network.forget_the_gone();
        }
        if network.waiting >= MOST_WAITING {
            return None;
        }
        network.waiting += 1;
        match network
            .callers
            .iter_mut()
            .find(|(caller, _)| *caller == asker.caller)
        {
            Some((_, waiters)) => waiters.push_back(waiter),
            None => network
                .callers
                .push_back((asker.caller, VecDeque::from([waiter]))),
        }
        Some(waiting)
    }

    /// The one whose turn it is: of the network that waits longest for its turn, the caller who does.
    fn next(&mut self) -> Option<Waiter> {
        let mut network = self.networks.pop_front()?;
        let (caller, mut waiters) = network.callers.pop_front()?;
        let next = waiters.pop_front();
        network.waiting -= 1;
        if !waiters.is_empty() {
            network.callers.push_back((caller, waiters));
        }
        if !network.callers.is_empty() {
            self.networks.push_back(network);
        }
        next
    }
}

impl Network {
    fn forget_the_gone(&mut self) {
        for (_, waiters) in &mut self.callers {
            waiters.retain(|waiter| !waiter.is_closed());
        }
        self.callers.retain(|(_, waiters)| !waiters.is_empty());
        self.waiting = self.callers.iter().map(|(_, waiters)| waiters.len()).sum();
    }
}

/// A turn; the next one's comes after it is dropped.
pub(super) struct Turn {
    turns: Option<Arc<Turns>>,
    begins: Instant,
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.turns.take() {
            let now = Instant::now();
            let took = now.saturating_duration_since(self.begins);
            // Whoever gave up in the rest leaves what is left of it.
            turns.pass_on(now.max(self.begins) + (took * REST).min(LONGEST_REST));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::poll;

    use super::*;

    fn asker(network: &str, caller: u64) -> Asker {
        Asker {
            network: Some(network.parse().unwrap()),
            caller,
        }
    }

    const CROWDED: &str = "192.0.2.1";
    const QUIET: &str = "192.0.2.2";

    #[tokio::test]
    async fn a_quiet_network_waits_for_one_turn_and_not_for_all_of_a_crowded_one() {
        let turns = Turns::new(1);
        let first = turns.take(asker(CROWDED, 1)).await.unwrap();
        let mut crowd: Vec<_> = (0..10)
            .map(|_| Box::pin(turns.take(asker(CROWDED, 1))))
            .collect();
        for one in &mut crowd {
            assert!(poll!(one).is_pending());
        }
        let mut quiet = pin!(turns.take(asker(QUIET, 1)));
        assert!(poll!(&mut quiet).is_pending());
        drop(first);
        let second = crowd.remove(0).await.unwrap();
        assert!(poll!(&mut quiet).is_pending());
        drop(second);
        assert!(quiet.await.is_some());
    }

    #[tokio::test]
    async fn within_a_network_callers_take_turns_too() {
        let turns = Turns::new(1);
        let first = turns.take(asker(CROWDED, 1)).await.unwrap();
        let mut many: Vec<_> = (0..10)
            .map(|_| Box::pin(turns.take(asker(CROWDED, 1))))
            .collect();
        for one in &mut many {
            assert!(poll!(one).is_pending());
        }
        let mut other = pin!(turns.take(asker(CROWDED, 2)));
        assert!(poll!(&mut other).is_pending());
        drop(first);
        drop(many.remove(0).await);
        assert!(other.await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn while_somebody_waits_a_rest_follows_each_turn() {
        let turns = Turns::new(1);
        let first = turns.take(asker(CROWDED, 1)).await.unwrap();
        let mut waiting = pin!(turns.take(asker(CROWDED, 1)));
        assert!(poll!(&mut waiting).is_pending());
        tokio::time::advance(LONGEST_REST).await;
        drop(first);
        let over = Instant::now();
        let second = waiting.await.unwrap();
        let rested = over.elapsed();
        assert!(rested >= LONGEST_REST, "{rested:?}");
        drop(second);
        let alone = Instant::now();
        turns.take(asker(CROWDED, 1)).await.unwrap();
        assert_eq!(alone.elapsed(), Duration::ZERO, "nobody else waits");
    }

    #[tokio::test]
    async fn who_is_gone_takes_no_turn_and_all_turns_come_back() {
        let turns = Turns::new(2);
        let held = [
            turns.take(asker(CROWDED, 1)).await,
            turns.take(asker(CROWDED, 1)).await,
        ];
        {
            let mut gone = pin!(turns.take(asker(CROWDED, 1)));
            assert!(poll!(&mut gone).is_pending());
        }
        let mut there = pin!(turns.take(asker(CROWDED, 1)));
        assert!(poll!(&mut there).is_pending());
        drop(held);
        drop(there.await);
        assert_eq!(turns.state().taken, 0);
        assert!(turns.state().networks.is_empty());
    }

    #[tokio::test]
    async fn too_many_who_wait_are_turned_away_and_room_is_there_again_when_they_go() {
        let turns = Turns::new(1);
        let _held = turns.take(asker(CROWDED, 1)).await;
        let mut waiting: Vec<_> = (0..MOST_WAITING)
            .map(|_| Box::pin(turns.take(asker(CROWDED, 1))))
            .collect();
        for one in &mut waiting {
            assert!(poll!(one).is_pending());
        }
        assert!(turns.take(asker(CROWDED, 1)).await.is_none());
        let mut quiet = pin!(turns.take(asker(QUIET, 1)));
        assert!(poll!(&mut quiet).is_pending(), "its own network is empty");
        drop(waiting);
        let mut again = pin!(turns.take(asker(CROWDED, 1)));
        assert!(poll!(&mut again).is_pending());
    }
}
