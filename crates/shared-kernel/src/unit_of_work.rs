//! One transaction: what changed, what was logged, what was queued and what was answered commit
//! together or not at all.

use async_trait::async_trait;

use crate::event::EventRecord;
use crate::job::NewJob;
use crate::store_error::StoreError;

/// A caller's `Idempotency-Key`, within the scope in which it is unique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Who and where: a stored answer never crosses to another caller or route.
    pub scope: String,
    /// What the caller sent.
    pub key: String,
    /// A digest of the request, so that one key cannot stand for two requests.
    pub fingerprint: Vec<u8>,
}

/// An answer kept for a repeated request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The entity tag, if the answer had one.
    pub etag: Option<String>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// What became of a claim on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it; it is ours until this transaction ends.
    Fresh,
    /// Another request with this key has not finished.
    InFlight,
    /// It was used for another request.
    Mismatch,
    /// It was used for this very request, which got this answer.
    Answered(StoredAnswer),
}

/// What follows from a change: written with it, or not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consequences {
    /// For the log.
    pub records: Vec<EventRecord>,
    /// For the queue.
    pub jobs: Vec<NewJob>,
}

/// An open transaction. Dropping it without a word rolls it back.
#[async_trait]
pub trait UnitOfWork: Send {
    /// Keeps entries of the log and jobs, to be written with the commit.
    fn write(&mut self, consequences: Consequences);

    /// Claims an idempotency key.
    async fn claim(&mut self, key: &IdempotencyKey) -> Result<Claim, StoreError>;

    /// Keeps the answer to a claimed key.
    async fn remember(
        &mut self,
        key: &IdempotencyKey,
        answer: &StoredAnswer,
    ) -> Result<(), StoreError>;

    /// Makes it all true. Afterwards the committed events are on their way to the sockets.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Undoes it all, at once.
    async fn rollback(self: Box<Self>);
}
