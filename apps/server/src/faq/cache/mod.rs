//! What was read lately, until somebody changes it. Knows nothing of articles.
//!
//! Three rules:
//!
//! - **Nothing outlives a change.** [`Cache::clear`] starts a new generation. What a load of an
//!   earlier generation brings home is given to those who asked before the change, and not kept.
//! - **One load a key.** Whoever asks for what is being loaded waits for that load, unless it began
//!   before the last change.
//! - **Bounded in bytes.** When it is full, what nobody asked for since it was full last goes
//!   first.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use shared_kernel::StoreError;

/// What is kept says how many bytes it takes, about.
pub trait Weigh {
    /// Bytes in memory.
    fn weight(&self) -> usize;
}

/// What a load came to; cheap to hand to everybody who waits. Nothing when there is no such thing.
type Loaded<V> = Result<Option<Arc<V>>, Arc<StoreError>>;
type Flight<V> = Shared<BoxFuture<'static, Loaded<V>>>;

struct Slot<V> {
    value: Arc<V>,
    weight: usize,
    /// Asked for since the contents was full last.
    used: AtomicBool,
}

struct Contents<K, V> {
    generation: u64,
    slots: HashMap<K, Slot<V>>,
    weight: usize,
    /// Loads of this generation that have not come home.
    flights: HashMap<K, Flight<V>>,
}

/// Values by key. Cheap to clone: all clones are one cache.
pub struct Cache<K, V> {
    contents: Arc<RwLock<Contents<K, V>>>,
    limit: usize,
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self {
            contents: Arc::clone(&self.contents),
            limit: self.limit,
        }
    }
}

impl<K, V> Cache<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Weigh + Send + Sync + 'static,
{
    /// An empty cache that keeps at most so many bytes.
    pub fn new(limit: usize) -> Self {
        let contents = Contents {
            generation: 0,
            slots: HashMap::new(),
            weight: 0,
            flights: HashMap::new(),
        };
        Self {
            contents: Arc::new(RwLock::new(contents)),
            limit,
        }
    }

    /// What is kept under this key.
    pub fn peek<Q>(&self, key: &Q) -> Option<Arc<V>>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let contents = self.read();
        let slot = contents.slots.get(key)?;
        // Read first: writing each time would take the line from the other cores.
        if !slot.used.load(Ordering::Relaxed) {
            slot.used.store(true, Ordering::Relaxed);
        }
        Some(Arc::clone(&slot.value))
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
        let mut contents = self.write();
        contents.generation += 1;
        contents.weight = 0;
        let old = (
            std::mem::take(&mut contents.slots),
            std::mem::take(&mut contents.flights),
        );
        drop(contents);
        // Freed where nobody waits for the lock.
        drop(old);
    }

    /// How many values and bytes are kept.
    pub fn size(&self) -> (usize, usize) {
        let contents = self.read();
        (contents.slots.len(), contents.weight)
    }

    fn flight<F, G>(&self, key: &K, load: impl FnOnce() -> F) -> Flight<V>
    where
        F: Future<Output = Result<(Option<V>, G), StoreError>> + Send + 'static,
        G: Send + 'static,
    {
        let mut contents = self.write();
        if let Some(flight) = contents.flights.get(key) {
            return flight.clone();
        }
        let landing = Landing {
            cache: self.clone(),
            key: key.clone(),
            generation: contents.generation,
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
        contents.flights.insert(key.clone(), flight.clone());
        flight
    }

    fn read(&self) -> RwLockReadGuard<'_, Contents<K, V>> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Contents<K, V>> {
        self.contents
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a load: what it found is kept, and the next who asks begins anew.
struct Landing<K: Eq + Hash, V> {
    cache: Cache<K, V>,
    key: K,
    generation: u64,
}

impl<K, V> Landing<K, V>
where
    K: Eq + Hash + Clone + Send + Sync + 'static,
    V: Weigh + Send + Sync + 'static,
{
    fn keep(&self, value: &Arc<V>) {
        let weight = value.weight();
        let mut contents = self.cache.write();
        if contents.generation != self.generation || weight > self.cache.limit {
            return;
        }
        let gone = contents.make_room(self.cache.limit.saturating_sub(weight));
        let slot = Slot {
            value: Arc::clone(value),
            weight,
            used: AtomicBool::new(false),
        };
        contents.weight += weight;
        if let Some(old) = contents.slots.insert(self.key.clone(), slot) {
            contents.weight -= old.weight;
        }
        drop(contents);
        drop(gone);
    }
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        let contents = self.cache.contents.write();
        let mut contents = contents.unwrap_or_else(PoisonError::into_inner);
        if contents.generation == self.generation {
            contents.flights.remove(&self.key);
        }
    }
}

impl<K: Eq + Hash + Clone, V> Contents<K, V> {
    /// Removes values until at most so many bytes are left: those not asked for lately first.
    fn make_room(&mut self, limit: usize) -> Vec<Slot<V>> {
        let mut gone = Vec::new();
        for spare_used in [true, false] {
            if self.weight <= limit {
                break;
            }
            let mut left = self.weight;
            let going = |slot: &Slot<V>| {
                if left <= limit || (slot.used.swap(false, Ordering::Relaxed) && spare_used) {
                    return false;
                }
                left -= slot.weight;
                true
            };
            let keys: Vec<K> = keys_where(&self.slots, going);
            gone.extend(keys.iter().filter_map(|key| self.slots.remove(key)));
            self.weight = left;
        }
        gone
    }
}

fn keys_where<K: Clone, S>(slots: &HashMap<K, S>, mut wanted: impl FnMut(&S) -> bool) -> Vec<K> {
    slots
        .iter()
        .filter(|(_, slot)| wanted(slot))
        .map(|(key, _)| key.clone())
        .collect()
}

#[cfg(test)]
mod tests;
