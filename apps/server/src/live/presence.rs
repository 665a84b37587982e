//! Presence over all instances: each tells the others of its own users, within a second.
//!
//! What is asked here holds for every instance; the hub alone answers for its own process. Sending
//! ([`Hub::send_to_user`], [`Hub::broadcast`]) reaches every instance by itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use realtime::Hub;
use shared_kernel::{StoreError, UserId};
use store_pg::{Neighbours, PgStore};
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

/// How often the instance shows that it is alive.
const SIGN_EVERY: Duration = Duration::from_secs(10);

/// Who is connected, here and elsewhere.
pub struct Presence {
    store: PgStore,
    hub: Arc<Hub>,
    instance: Uuid,
    neighbours: Arc<Neighbours>,
    past: Mutex<Past>,
}

/// What the others know.
#[derive(Default)]
struct Past {
    /// The sockets of each user.
    told: HashMap<UserId, usize>,
    /// When this instance last showed that it is alive.
    shown: Option<Instant>,
}

impl Presence {
    /// The presence of one instance among others.
    pub fn new(store: PgStore, hub: Arc<Hub>, instance: Uuid, neighbours: Arc<Neighbours>) -> Self {
        Self {
            store,
            hub,
            instance,
            neighbours,
            past: Mutex::default(),
        }
    }

    /// How many sockets each of these users has, over all instances, in the order asked.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sockets(&self, users: &[UserId]) -> Result<Vec<usize>, StoreError> {
        let elsewhere = self.store.sockets_elsewhere(self.instance, users).await?;
        let everywhere = |user: &UserId| {
            self.hub.user_socket_count(user)
                + elsewhere.get(user.as_str()).copied().unwrap_or_default()
        };
        Ok(users.iter().map(everywhere).collect())
    }

    /// Whether no other instance is known of.
    pub fn is_alone(&self) -> bool {
        !self.neighbours.any()
    }

    /// Whether a user has a socket anywhere.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_user_connected(&self, user: &UserId) -> Result<bool, StoreError> {
        Ok(self.user_socket_count(user).await? > 0)
    }

    /// How many sockets a user has, over all instances.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user_socket_count(&self, user: &UserId) -> Result<usize, StoreError> {
        let counts = self.sockets(std::slice::from_ref(user)).await?;
        Ok(counts.into_iter().sum())
    }

    /// Every user who has a socket anywhere, each once, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn connected_users(&self) -> Result<Vec<UserId>, StoreError> {
        let elsewhere = self.store.users_elsewhere(self.instance).await?;
        let users: BTreeSet<UserId> = self
            .hub
            .connected_users()
            .into_iter()
            .chain(elsewhere)
            .collect();
        Ok(users.into_iter().collect())
    }

    /// Tells the other instances what changed since they were last told. What a database that is away
    /// was not told is told when it is back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tell(&self) -> Result<(), StoreError> {
        let mut past = self.past.lock().await;
        // Tried again each round until it succeeds.
        let mut shown = Ok(());
        if past.shown.is_none_or(|at| at.elapsed() >= SIGN_EVERY) {
            shown = self.show_alive().await;
            if shown.is_ok() {
                past.shown = Some(Instant::now());
            }
        }
        self.tell_changes(&mut past.told).await.and(shown)
    }

    /// Tells the other instances that this one is gone. Without it its users would be thought here
    /// for half a minute.
    pub async fn leave(&self) {
        let _ = self.store.forget_instance(self.instance).await;
    }

    async fn show_alive(&self) -> Result<(), StoreError> {
        let alive = self.store.show_alive(self.instance).await?;
        self.neighbours.counted(alive.others);
        if alive.is_new {
            self.neighbours.forgotten();
        }
        Ok(())
    }

    async fn tell_changes(&self, told: &mut HashMap<UserId, usize>) -> Result<(), StoreError> {
        let now: HashMap<UserId, usize> = self
            .hub
            .connected_users()
            .into_iter()
            .map(|user| {
                let sockets = self.hub.user_socket_count(&user);
                (user, sockets)
            })
            .collect();
        let gone = told
            .keys()
            .filter(|user| !now.contains_key(*user))
            .map(|user| (user.clone(), 0));
        let differing = now
            .iter()
            .filter(|(user, sockets)| told.get(*user) != Some(*sockets));
        let changes: Vec<(UserId, usize)> = gone
            .chain(differing.map(|(user, sockets)| (user.clone(), *sockets)))
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        match self.store.tell_presence(self.instance, &changes).await {
            Ok(()) => *told = now,
            // The instance was taken for dead meanwhile: everything is told again.
            Err(StoreError::MissingReference(_)) => {
                told.clear();
                self.show_alive().await?;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
