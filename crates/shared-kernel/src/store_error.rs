//! What a store can say went wrong, without saying which store.

/// A failure of the store, as a use case may see it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, is starting, or is too busy. Trying later helps.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Two transactions stood in each other's way. Trying again at once helps.
    #[error("the transaction collided with another")]
    Collision,
    /// A value that must be unique is taken; the constraint's name says which.
    #[error("already there ({0})")]
    Duplicate(String),
    /// A row refers to one that is not there; the constraint's name says which.
    #[error("refers to something that is not there ({0})")]
    MissingReference(String),
    /// The row moved on between being read and being written.
    #[error("changed meanwhile")]
    Stale,
    /// A defect of ours: a bad row, a bad statement.
    #[error("the store failed")]
    Defect(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A defect described in words.
    pub fn defect(text: impl Into<String>) -> Self {
        Self::Defect(text.into().into())
    }
}
