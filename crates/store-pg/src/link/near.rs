//! One pool near each thread that serves requests.
//!
//! A connection is driven by a task of one thread: of the serving thread its pool is for, whoever
//! has it opened. A request of that same thread gets its answers without waking another one, which
//! is a good part of what a round trip costs. A thread whose own pool is exhausted borrows from the others, so no request waits
//! while a connection is free anywhere.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared_kernel::StoreError;
use tokio::runtime::Handle;

use crate::link::pool::{self, DatabaseSettings, Use};
use crate::link::session::Pool;
use crate::unit::store::PoolStatus;

/// Fewer connections than this are not worth a pool of their own.
const LEAST_IN_A_POOL: usize = 4;

thread_local! {
    static PLACE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The thread that drives a pool's connections; none while it is not known, or is gone: then they
/// are driven by the threads that open them.
#[derive(Clone, Default)]
pub(crate) struct Home(Arc<Mutex<Option<Handle>>>);

impl Home {
    pub(crate) fn handle(&self) -> Option<Handle> {
        self.thread().clone()
    }

    pub(crate) fn is_gone(&self) {
        *self.thread() = None;
    }

    fn is(&self, thread: Handle) {
        *self.thread() = Some(thread);
    }

    fn thread(&self) -> MutexGuard<'_, Option<Handle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The pools of one store.
#[derive(Clone)]
pub(crate) struct NearPools {
    pools: Vec<Pool>,
}

impl NearPools {
    /// `settings.pool_size` connections, shared out over up to `settings.places` pools.
    pub(crate) fn build(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        let most = (settings.pool_size / LEAST_IN_A_POOL).max(1);
        let places = settings.places.clamp(1, most);
        let pools = (0..places)
            .map(|place| {
                let size = (settings.pool_size + place) / places;
                pool::build(settings, size, Use::Requests, Home::default())
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { pools })
    }

    pub(crate) fn serve_from(&self, place: usize) {
        PLACE.set(Some(place));
        let own = self.pools.get(place % self.pools.len().max(1));
        if let (Some(own), Ok(thread)) = (own, Handle::try_current()) {
            own.manager().home.is(thread);
        }
    }

    /// The pool this thread is to take its next connection from.
    pub(crate) fn here(&self) -> Result<&Pool, StoreError> {
        let own = PLACE
            .get()
            .and_then(|place| self.pools.get(place % self.pools.len()));
        if let Some(own) = own.filter(|own| room(own) > 0) {
            return Ok(own);
        }
        let roomiest = self.pools.iter().max_by_key(|pool| room(pool));
        roomiest
            .filter(|roomiest| own.is_none() || room(roomiest) > 0)
            .or(own)
            .ok_or_else(|| StoreError::defect("a store without a pool"))
    }

    pub(crate) fn status(&self) -> PoolStatus {
        let none = PoolStatus {
            size: 0,
            available: 0,
            waiting: 0,
        };
        self.pools.iter().fold(none, |sum, pool| {
            let status = pool.status();
            PoolStatus {
                size: sum.size + status.size,
                available: sum.available + status.available,
                waiting: sum.waiting + status.waiting,
            }
        })
    }

    pub(crate) fn close(&self) {
        for pool in &self.pools {
            pool.close();
        }
    }
}

/// How many connections are to be had without waiting for somebody to give one back.
fn room(pool: &Pool) -> usize {
    let status = pool.status();
    status.available + status.max_size.saturating_sub(status.size)
}
