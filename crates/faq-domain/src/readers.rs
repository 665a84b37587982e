//! What readers do to articles: they look at them, and say whether they helped.
//!
//! A visitor's view of an article counts once in [`Visitor::VIEW_LASTS`], and their vote once; it
//! may be changed.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared_kernel::{FaqId, StoreError};

use crate::article::Counters;
use crate::rights::Scope;

/// A reader, told apart from others and otherwise unknown: a keyed digest, never an address or a
/// name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Visitor([u8; Self::BYTES]);

impl Visitor {
    /// Bytes of the digest: no two of a billion visitors share them.
    pub const BYTES: usize = 16;
    /// A view within this time after one that was counted is the same view.
    pub const VIEW_LASTS: TimeDelta = TimeDelta::minutes(30);

    /// The visitor of a digest.
    pub fn new(digest: [u8; Self::BYTES]) -> Self {
        Self(digest)
    }

    /// The digest.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Somebody looked at an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub article: FaqId,
    pub visitor: Visitor,
    pub at: DateTime<Utc>,
}

/// An open transaction, as a reader's vote needs it.
#[async_trait]
pub trait ReaderTx: Send {
    /// Whether this scope holds an article; it stays there until the end.
    async fn hold_readable(&mut self, id: &FaqId, scope: Scope) -> Result<bool, StoreError>;

    /// Counts a visitor's vote, instead of the one they gave before. Answers the counters with it.
    async fn vote(
        &mut self,
        id: &FaqId,
        visitor: &Visitor,
        helpful: bool,
        now: DateTime<Utc>,
    ) -> Result<Counters, StoreError>;
}
