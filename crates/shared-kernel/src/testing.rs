//! What the tests of every domain need: an instant, a clock that stands still, ids that are counted, and
//! a way to run what never waits. Behind the feature `testing`, which only dev-dependencies ask for.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests only: a wrong double is to be heard of at once"
)]

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use uuid::Uuid;

use crate::clock::Clock;
use crate::contact::EmailKey;
use crate::id_generator::IdGenerator;
use crate::ids::{CustomerId, EntryId, FaqId, TicketId};

/// An instant: so many minutes after nine o'clock of a Monday.
pub fn at(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap() + TimeDelta::minutes(minutes)
}

/// Runs what never waits.
///
/// # Panics
/// When it waits.
pub fn at_once<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("a double in memory keeps nobody waiting"),
    }
}

/// A clock that stands still.
pub struct At(pub DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// `TICKET-1`, `TICKET-2` and so on, and the same for `FAQ-` and `MSG-`; a customer is called by their
/// address.
#[derive(Default)]
pub struct CountedIds {
    tickets: AtomicU32,
    articles: AtomicU32,
    entries: AtomicU32,
}

fn next(counter: &AtomicU32) -> u32 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

impl IdGenerator for CountedIds {
    fn ticket_id(&self) -> TicketId {
        TicketId::parse(format!("TICKET-{}", next(&self.tickets))).unwrap()
    }

    fn faq_id(&self) -> FaqId {
        FaqId::parse(format!("FAQ-{}", next(&self.articles))).unwrap()
    }

    fn entry_id(&self, _now: DateTime<Utc>) -> EntryId {
        EntryId::parse(format!("MSG-{}", next(&self.entries))).unwrap()
    }

    fn event_id(&self) -> Uuid {
        Uuid::nil()
    }

    fn customer_id(&self, email: &EmailKey) -> CustomerId {
        CustomerId::parse(format!("CST-{}", email.as_str())).unwrap()
    }
}
