//! What a use case comes to.

/// A use case's value, and what happened on the way, in the order it happened.
///
/// The use case tells nobody itself: whoever ran it in a unit of work has the events translated and
/// written with the change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "events that nobody takes are never told"]
pub struct Done<T, E> {
    /// What the caller asked for.
    pub value: T,
    /// What others are to hear of.
    pub events: Vec<E>,
}

impl<T, E> Done<T, E> {
    /// A change others are to hear of.
    pub fn telling(value: T, events: Vec<E>) -> Self {
        Self { value, events }
    }

    /// Nothing changed that others need to hear of.
    pub fn quietly(value: T) -> Self {
        Self::telling(value, Vec::new())
    }

    /// The same events with another value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Done<U, E> {
        Done::telling(make(self.value), self.events)
    }

    /// The value; the events go to the end of those gathered so far.
    pub fn gather(self, events: &mut Vec<E>) -> T {
        events.extend(self.events);
        self.value
    }
}
