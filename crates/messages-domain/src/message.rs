//! A message and the rules of its life.

use chrono::{DateTime, Utc};
use shared_kernel::{Actor, Body, CustomerId, EntryId, OrderId, SingleLine, StaffId, UserId};

/// A message's subject: 1 to 200 characters.
pub type Subject = SingleLine<1, 200>;
/// What a message says: 1 to 5,000 characters.
pub type Content = Body<1, 5_000>;

/// Why a message was closed: for support, up to 1,000 characters.
pub type CloseReason = Body<0, 1_000>;

/// How pressing a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    /// Every priority, least pressing first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.as_str() == text)
    }
}

/// Which side of the desk wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Customer,
    Staff,
}

impl Side {
    /// The side an actor is on.
    pub fn of(actor: &Actor) -> Self {
        if actor.role.is_staff() {
            Self::Staff
        } else {
            Self::Customer
        }
    }

    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "customer" => Some(Self::Customer),
            "staff" => Some(Self::Staff),
            _ => None,
        }
    }
}

/// Whether a message still asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Closed,
}

impl State {
    /// The word used everywhere.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "closed" => Some(Self::Closed),
            _ => None,
        }
    }
}

/// Something one side of a conversation said to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: EntryId,
    pub customer: CustomerId,
    /// The staff member in the conversation; `None` until one answers.
    pub staff: Option<StaffId>,
    pub order: Option<OrderId>,
    /// The conversation's root; `None` for the root itself.
    pub root: Option<EntryId>,
    pub author: UserId,
    pub author_side: Side,
    pub subject: Subject,
    pub content: Content,
    pub priority: Priority,
    pub state: State,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// When the other side read it.
    pub read_at: Option<DateTime<Utc>>,
    /// Hidden from its customer's lists since.
    pub archived_at: Option<DateTime<Utc>>,
    /// Hidden from both sides since.
    pub deleted_at: Option<DateTime<Utc>>,
    /// Why it was closed, where that was said. For support alone.
    pub close_reason: Option<CloseReason>,
    /// Grows by one with every change.
    pub version: u64,
}

impl Message {
    /// The conversation it belongs to: the root's id.
    pub fn conversation(&self) -> &EntryId {
        self.root.as_ref().unwrap_or(&self.id)
    }

    /// Somebody read it. False when that is no news: they wrote it themselves, are on its author's
    /// side, or it was read before.
    pub fn read_by(&mut self, side: Side, now: DateTime<Utc>) -> bool {
        if side == self.author_side || self.read_at.is_some() {
            return false;
        }
        self.read_at = Some(now);
        self.updated_at = now;
        true
    }

    /// Closes it. False when it is closed already.
    pub fn close(&mut self, now: DateTime<Utc>) -> bool {
        if self.state == State::Closed {
            return false;
        }
        self.state = State::Closed;
        self.updated_at = now;
        true
    }

    /// Hides it from its customer's lists. False when it is hidden already.
    pub fn archive(&mut self, now: DateTime<Utc>) -> bool {
        if self.archived_at.is_some() {
            return false;
        }
        self.archived_at = Some(now);
        self.updated_at = now;
        true
    }

    /// Hides it from both sides, and closes it.
    pub fn delete(&mut self, now: DateTime<Utc>) {
        self.state = State::Closed;
        self.deleted_at = Some(now);
        self.updated_at = now;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    fn message() -> Message {
        Message {
            id: EntryId::parse("MSG-1").unwrap(),
            customer: CustomerId::parse("C1").unwrap(),
            staff: None,
            order: None,
            root: None,
            author: UserId::parse("C1").unwrap(),
            author_side: Side::Customer,
            subject: Subject::parse("Bonjour").unwrap(),
            content: Content::parse("Où en est ma commande ?").unwrap(),
            priority: Priority::Normal,
            state: State::Open,
            created_at: at(0),
            updated_at: at(0),
            read_at: None,
            archived_at: None,
            deleted_at: None,
            close_reason: None,
            version: 1,
        }
    }

    #[test]
    fn only_the_other_side_reads_a_message_and_only_once() {
        let mut message = message();
        assert!(!message.read_by(Side::Customer, at(1)));
        assert!(message.read_by(Side::Staff, at(2)));
        assert!(!message.read_by(Side::Staff, at(3)));
        assert_eq!(message.read_at, Some(at(2)));
    }

    #[test]
    fn closing_archiving_and_deleting_can_be_told_apart() {
        let (mut closed, mut archived, mut deleted) = (message(), message(), message());
        assert!(closed.close(at(1)) && !closed.close(at(2)));
        assert!(archived.archive(at(1)) && !archived.archive(at(2)));
        deleted.delete(at(1));
        let facts = |m: &Message| (m.state, m.archived_at.is_some(), m.deleted_at.is_some());
        assert_eq!(facts(&closed), (State::Closed, false, false));
        assert_eq!(facts(&archived), (State::Open, true, false));
        assert_eq!(facts(&deleted), (State::Closed, false, true));
    }
}
