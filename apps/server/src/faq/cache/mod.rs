//! What was read lately, until somebody changes it. Knows nothing of articles.
//!
//! Three rules:
//!
//! - **Nothing outlives a change.** [`Cache::clear`] starts a new generation. What a load of an
//!   earlier generation brings home is given to those who asked before the change, and not kept.
//! - **One load a key.** Whoever asks for what is being loaded waits for that load and shares what
//!   comes of it, unless it began before the last change.
//! - **Bounded in bytes.** What goes when it is full is `quick_cache`'s to say. Its own loads are
//!   not used: there, those who wait for a load that fails begin it again one after the other.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use quick_cache::sync::{Cache as Bounded, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use shared_kernel::StoreError;

/// What most values take at least, in bytes.
const SMALL: usize = 4 * 1024;

/// What is kept says how many bytes it takes, about.
pub trait Weigh {
    /// Bytes in memory, the same each time it is asked.
    fn weight(&self) -> usize;
}

#[derive(Clone)]
struct ByWeight;

impl<K, V: Weigh> Weighter<K, Arc<V>> for ByWeight {
    fn weight(&self, _: &K, value: &Arc<V>) -> u64 {
        value.weight() as u64
    }
}

/// What a load came to; cheap to hand to everybody who waits. Nothing when there is no such thing.
type Loaded<V> = Result<Option<Arc<V>>, Arc<StoreError>>;
type Flight<V> = Shared<BoxFuture<'static, Loaded<V>>>;

/// Loads that have not come home, all of one generation.
struct Flights<K, V> {
    generation: u64,
    by_key: HashMap<K, Flight<V>>,
}

struct Contents<K, V> {
    kept: Bounded<K, Arc<V>, ByWeight>,
    flights: Mutex<Flights<K, V>>,
}

impl<K, V> Contents<K, V> {
    fn flights(&self) -> MutexGuard<'_, Flights<K, V>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Values by key. Cheap to clone: all clones are one cache.
pub struct Cache<K, V> {
    contents: Arc<Contents<K, V>>,
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self {
            contents: Arc::clone(&self.contents),
        }
    }
}

impl<K, V> Cache<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Weigh + Send + Sync + 'static,
{
    /// An empty cache that keeps at most so many bytes.
    ///
    /// # Panics
    /// Never: the builder gets all that it asks for.
    #[expect(clippy::expect_used, reason = "all that the builder asks for is given")]
    pub fn new(limit: usize) -> Self {
        let options = OptionsBuilder::new()
            .estimated_items_capacity(limit / SMALL)
            .weight_capacity(limit as u64)
            // The limit is one for all: what fits into it is kept.
            .shards(1)
            .build()
            .expect("both capacities are given");
        let kept = Bounded::with_options(
            options,
            ByWeight,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        );
        let flights = Flights {
            generation: 0,
            by_key: HashMap::new(),
        };
        Self {
            contents: Arc::new(Contents {
                kept,
                flights: Mutex::new(flights),
            }),
        }
    }

    /// What is kept under this key.
    pub fn peek<Q>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.contents.kept.get(key)
    }

    /// Loads what is not kept, or joins those who wait for it already. What is found is kept; what
    /// comes beside it is let go after that.
    ///
    /// # Errors
    /// The load's. Those who only waited hear that the store is not available.
    pub async fn load<F, G>(
        &self,
        key: &K,
        load: impl FnOnce() -> F,
    ) -> Result<Option<Arc<V>>, StoreError>
    where
        F: Future<Output = Result<(Option<V>, G), StoreError>> + Send + 'static,
        G: Send + 'static,
    {
        self.flight(key, load).await.map_err(|error| {
            Arc::try_unwrap(error)
                .unwrap_or_else(|shared| StoreError::Unavailable(Box::new(shared)))
        })
    }

    /// Forgets everything; what is being loaded will not be kept.
    pub fn clear(&self) {
        let mut flights = self.contents.flights();
        flights.generation += 1;
        let old = std::mem::take(&mut flights.by_key);
        drop(flights);
        // One by one, each freed where nobody waits for a lock.
        self.contents.kept.drain().for_each(drop);
        drop(old);
    }

    /// How many values and bytes are kept.
    pub fn size(&self) -> (usize, u64) {
        (self.contents.kept.len(), self.contents.kept.weight())
    }

    fn flight<F, G>(&self, key: &K, load: impl FnOnce() -> F) -> Flight<V>
    where
        F: Future<Output = Result<(Option<V>, G), StoreError>> + Send + 'static,
        G: Send + 'static,
    {
        let mut flights = self.contents.flights();
        if let Some(flight) = flights.by_key.get(key) {
            return flight.clone();
        }
        let landing = Landing {
            contents: Arc::clone(&self.contents),
            key: key.clone(),
            generation: flights.generation,
        };
        let loading = load();
        // A task of its own: whoever asked may hang up, those who wait still get it, and no
        // connection is held by a load nobody drives.
        let task = tokio::spawn(async move {
            let (value, beside) = loading.await?;
            let value = value.map(Arc::new);
            if let Some(value) = &value {
                landing.keep(value);
            }
            drop(beside);
            Ok(value)
        });
        let flight = task
            .map(|ended| match ended {
                Ok(loaded) => loaded.map_err(Arc::new),
                Err(_) => Err(Arc::new(StoreError::defect("a load ended early"))),
            })
            .boxed()
            .shared();
        flights.by_key.insert(key.clone(), flight.clone());
        flight
    }
}

/// The end of a load: what it found is kept, and the next who asks begins anew.
struct Landing<K: Eq + Hash, V> {
    contents: Arc<Contents<K, V>>,
    key: K,
    generation: u64,
}

impl<K: Eq + Hash + Clone, V: Weigh> Landing<K, V> {
    fn keep(&self, value: &Arc<V>) {
        let flights = self.contents.flights();
        // Under the lock: a change after this finds it and forgets it.
        if flights.generation == self.generation {
            self.contents
                .kept
                .insert(self.key.clone(), Arc::clone(value));
        }
    }
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let mut flights = self.contents.flights();
        if flights.generation == self.generation {
            flights.by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests;
