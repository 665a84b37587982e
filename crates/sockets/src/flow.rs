//! What a connection and whoever answers on it tell each other.
//!
//! The connection ([`crate::line`]) sees bytes, the answer ([`crate::answer`]) sees requests. Of these
//! few flags, which both share, follow two rules: a connection can be ended at once, and it is read
//! from only as far as somebody has use for what comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use futures_util::task::AtomicWaker;

/// What may be read while a request is being answered, beyond what its own body needs. A client that
/// sends one request after the other never gets so far, so that its end is noticed at once; one that
/// sends hundreds ahead is not read from until its turn comes.
pub(crate) const MOST_AHEAD: u32 = 4 * 1024;

/// How many requests of one connection are answered before others get their turn. What was sent ahead
/// would else be answered in one go, as far as that needs nobody else.
const MOST_IN_A_ROW: u32 = 8;

/// Ends one connection.
#[derive(Debug, Clone, Default)]
pub struct Cut(Arc<State>);

#[derive(Debug, Default)]
struct State {
    task: AtomicWaker,
    done: AtomicBool,
    /// It carries no requests any more.
    is_socket: AtomicBool,
    /// A request has come whose answer is not wholly written.
    answering: AtomicBool,
    /// Something may be there to read, and was left there.
    held_back: AtomicBool,
    /// Bytes read since then without need.
    ahead: AtomicU32,
    /// Requests taken since the connection was last looked at.
    in_a_row: AtomicU32,
}

impl Cut {
    /// Ends it now, whatever waits to be written. Ending it twice is ending it once.
    pub fn now(&self) {
        self.0.done.store(true, Ordering::Release);
        self.0.task.wake();
    }

    pub(crate) fn is_done(&self) -> bool {
        self.0.done.load(Ordering::Acquire)
    }

    /// The task to be woken.
    pub(crate) fn register(&self, waker: &std::task::Waker) {
        self.0.task.register(waker);
    }

    /// From now on it carries frames, for which the rules of requests do not hold.
    pub(crate) fn becomes_socket(&self) {
        self.0.is_socket.store(true, Ordering::Relaxed);
        self.let_read();
    }

    pub(crate) fn is_socket(&self) -> bool {
        self.0.is_socket.load(Ordering::Relaxed)
    }

    /// A request has come. Whether others come first.
    pub(crate) fn answering(&self) -> bool {
        self.0.answering.store(true, Ordering::Relaxed);
        self.0.in_a_row.fetch_add(1, Ordering::Relaxed) >= MOST_IN_A_ROW
    }

    /// Its task has begun to look what there is to do.
    pub(crate) fn looked_at(&self) {
        self.0.in_a_row.store(0, Ordering::Relaxed);
    }

    /// Its answer is wholly written, or will never be.
    pub(crate) fn answered(&self) {
        self.0.answering.store(false, Ordering::Relaxed);
        self.let_read();
    }

    /// Whoever answers waits for more of the request's body.
    pub(crate) fn asked(&self) {
        self.0.ahead.store(0, Ordering::Relaxed);
        self.let_read();
    }

    /// How many bytes there is use for.
    pub(crate) fn room(&self) -> u32 {
        if self.0.answering.load(Ordering::Relaxed) {
            MOST_AHEAD.saturating_sub(self.0.ahead.load(Ordering::Relaxed))
        } else {
            // What was read ahead has been taken out of the buffer, or this would be an answer.
            self.0.ahead.store(0, Ordering::Relaxed);
            u32::MAX
        }
    }

    /// So much was read.
    pub(crate) fn has_read(&self, bytes: u32) {
        if self.0.answering.load(Ordering::Relaxed) {
            self.0.ahead.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// What may be there to read is left there until [`Self::let_read`].
    pub(crate) fn hold_back(&self) {
        self.0.held_back.store(true, Ordering::Relaxed);
    }

    /// Has the connection look again at what it left.
    pub(crate) fn let_read(&self) {
        if self.0.held_back.swap(false, Ordering::Relaxed) {
            self.0.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_requests_anything_may_be_read_and_while_one_is_answered_little() {
        let cut = Cut::default();
        assert_eq!(cut.room(), u32::MAX);
        cut.answering();
        assert_eq!(cut.room(), MOST_AHEAD);
        cut.has_read(MOST_AHEAD - 1);
        assert_eq!(cut.room(), 1);
        cut.has_read(1);
        assert_eq!(cut.room(), 0);
        cut.answered();
        assert_eq!(cut.room(), u32::MAX);
    }

    #[test]
    fn a_row_of_requests_read_ahead_gets_no_new_room_with_each_answer() {
        let cut = Cut::default();
        cut.answering();
        cut.has_read(MOST_AHEAD);
        // The next one of the row begins before anything is read.
        cut.answered();
        cut.answering();
        assert_eq!(cut.room(), 0);
    }

    #[test]
    fn after_some_requests_in_a_row_others_come_first() {
        let cut = Cut::default();
        for _ in 0..3 {
            let row: Vec<bool> = (0..=MOST_IN_A_ROW).map(|_| cut.answering()).collect();
            let (last, before) = row.split_last().unwrap();
            assert!(*last && before.iter().all(|others_first| !others_first));
            cut.looked_at();
        }
    }

    #[test]
    fn who_reads_a_body_gets_as_much_as_it_asks_for() {
        let cut = Cut::default();
        cut.answering();
        for _ in 0..100 {
            cut.has_read(MOST_AHEAD);
            cut.asked();
            assert_eq!(cut.room(), MOST_AHEAD);
        }
    }
}
