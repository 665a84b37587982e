//! One pool per thread that serves requests.
//!
//! A connection is driven by a task of one thread: of the serving thread its pool is for, whoever
//! has it opened. A request of that same thread gets its answers without waking another one, which
//! is a good part of what a round trip costs. A thread whose own pool is exhausted checks out of the
//! others, so no request waits while a connection is free anywhere.

use std::cell::Cell;

use shared_kernel::StoreError;
use tokio::runtime::Handle;

use crate::link::pool::{self, DatabaseSettings, Purpose};
use crate::link::pool_thread::PoolThread;
use crate::link::session::Pool;

/// Fewer connections than this are not worth a pool of their own.
const LEAST_IN_A_POOL: usize = 4;

thread_local! {
    /// Which of the serving threads this one is, from 0.
    static SERVING_THREAD: Cell<Option<usize>> = const { Cell::new(None) };
}

/// How busy the pools are, together.
#[derive(Debug, Clone, Copy, Default)]
pub struct PoolStatus {
    pub size: usize,
    pub available: usize,
    pub waiting: usize,
}

/// The pools requests are served from.
#[derive(Clone)]
pub(crate) struct ThreadPools {
    pools: Vec<Pool>,
}

impl ThreadPools {
    /// `settings.pool_size` connections, shared out over up to `settings.serving_threads` pools.
    pub(crate) fn build(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        let most = (settings.pool_size / LEAST_IN_A_POOL).max(1);
        let count = settings.serving_threads.clamp(1, most);
        let pools = (0..count)
            .map(|number| {
                let size = (settings.pool_size + number) / count;
                pool::build(settings, size, Purpose::Requests, PoolThread::default())
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { pools })
    }

    /// Says that this thread is the `number`-th that serves requests.
    pub(crate) fn serve_from(&self, number: usize) {
        SERVING_THREAD.set(Some(number));
        let own = self.pools.get(number % self.pools.len().max(1));
        if let (Some(own), Ok(thread)) = (own, Handle::try_current()) {
            own.manager().thread.set(thread);
        }
    }

    /// The pool this thread is to take its next connection from.
    pub(crate) fn of_this_thread(&self) -> Result<&Pool, StoreError> {
        let own = SERVING_THREAD
            .get()
            .and_then(|number| self.pools.get(number % self.pools.len()));
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
        self.pools.iter().fold(PoolStatus::default(), |sum, pool| {
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
