//! A circuit breaker: a channel that keeps failing is left alone for a while.
//!
//! Closed: mails pass. After some temporary failures in a row it opens: nothing passes for a
//! pause that doubles each time, up to a limit. Then it is half open: one mail passes as a
//! trial, and its outcome closes or opens the breaker again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use shared_kernel::Clock;

use crate::channel::{DeliveryError, EmailChannel};
use crate::message::RenderedEmail;

/// When a breaker opens and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Temporary failures in a row that open it.
    pub failures: u32,
    /// The first pause.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// A trial that has not ended after this counts as never made, so that a cancelled one blocks nothing.
    pub trial: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 5,
            first_pause: Duration::from_secs(5),
            longest_pause: Duration::from_mins(1),
            trial: Duration::from_mins(1),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed {
        failures: u32,
    },
    Open {
        until: DateTime<Utc>,
        pause: Duration,
    },
    HalfOpen {
        trial_ends: DateTime<Utc>,
        pause: Duration,
    },
}

/// The state machine alone: no I/O, time as an argument.
#[derive(Debug)]
pub struct Breaker {
    policy: BreakerPolicy,
    state: State,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(policy: BreakerPolicy) -> Self {
        Self {
            policy,
            state: State::Closed { failures: 0 },
        }
    }

    /// Asks to pass.
    ///
    /// # Errors
    /// How long to wait before asking again.
    pub fn admit(&mut self, now: DateTime<Utc>) -> Result<(), Duration> {
        let (closed_until, pause, longest) = match self.state {
            State::Closed { .. } => return Ok(()),
            State::Open { until, pause } => (until, pause, Duration::MAX),
            // A trial usually ends at once: whoever comes meanwhile is not sent away for as long
            // as one that hangs would take.
            State::HalfOpen { trial_ends, pause } => (trial_ends, pause, self.policy.first_pause),
        };
        if now < closed_until {
            let left = (closed_until - now).to_std().unwrap_or(pause);
            return Err(left.min(longest));
        }
        self.state = State::HalfOpen {
            trial_ends: after(now, self.policy.trial),
            pause,
        };
        Ok(())
    }

    /// The other side answered, were it to refuse a mail: it is alive.
    pub fn record_answer(&mut self) {
        self.state = State::Closed { failures: 0 };
    }

    /// The other side could not take a mail now.
    pub fn record_failure(&mut self, now: DateTime<Utc>) {
        self.state = match self.state {
            State::Closed { failures } if failures + 1 < self.policy.failures => State::Closed {
                failures: failures + 1,
            },
            State::Closed { .. } => self.open(now, self.policy.first_pause),
            State::HalfOpen { pause, .. } => self.open(now, pause.saturating_mul(2)),
            // A mail that had passed before the breaker opened: the pause is set already.
            open @ State::Open { .. } => open,
        };
    }

    /// Whether nothing passes at this instant.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.state, State::Open { until, .. } if now < until)
    }

    /// Whether mails pass freely.
    fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    fn open(&self, now: DateTime<Utc>, pause: Duration) -> State {
        let pause = pause.min(self.policy.longest_pause);
        State::Open {
            until: after(now, pause),
            pause,
        }
    }
}

fn after(now: DateTime<Utc>, pause: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(pause)
        .ok()
        .and_then(|pause| now.checked_add_signed(pause))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A channel behind a breaker.
pub struct BreakerChannel {
    inner: Arc<dyn EmailChannel>,
    clock: Arc<dyn Clock>,
    breaker: Mutex<Breaker>,
}

impl BreakerChannel {
    /// Puts a breaker before a channel.
    pub fn new(inner: Arc<dyn EmailChannel>, clock: Arc<dyn Clock>, policy: BreakerPolicy) -> Self {
        Self {
            inner,
            clock,
            breaker: Mutex::new(Breaker::new(policy)),
        }
    }

    /// Whether mail is paused now, for the health page.
    pub fn is_open(&self) -> bool {
        let now = self.clock.now();
        self.with(|breaker| breaker.is_open(now))
    }

    /// Takes the outcome in, and tells operators when it stops or frees mail.
    fn record(&self, outcome: &Result<(), DeliveryError>) {
        let now = self.clock.now();
        let failure = match outcome {
            Err(DeliveryError::Temporary {
                reason,
                channel_down: true,
                ..
            }) => Some(reason),
            Ok(()) | Err(_) => None,
        };
        let (was_open, was_closed, is_open, is_closed) = self.with(|breaker| {
            let (open, closed) = (breaker.is_open(now), breaker.is_closed());
            if failure.is_some() {
                breaker.record_failure(now);
            } else {
                breaker.record_answer();
            }
            (open, closed, breaker.is_open(now), breaker.is_closed())
        });
        let channel = self.inner.describe();
        if let Some(reason) = failure.filter(|_| is_open && !was_open) {
            tracing::warn!(%channel, %reason, "no mail leaves: the channel refuses it, what waits is sent later");
        }
        if is_closed && !was_closed {
            tracing::info!(%channel, "mail leaves again");
        }
        metrics::gauge!("guichet_mail_held_back").set(if is_closed { 0.0 } else { 1.0 });
    }

    fn with<T>(&self, act: impl FnOnce(&mut Breaker) -> T) -> T {
        act(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl EmailChannel for BreakerChannel {
    async fn send(&self, email: &RenderedEmail) -> Result<(), DeliveryError> {
        let now = self.clock.now();
        self.with(|breaker| breaker.admit(now))
            .map_err(|pause| DeliveryError::Temporary {
                reason: format!(
                    "not tried: {} failed several times in a row",
                    self.inner.describe()
                ),
                retry_after: Some(pause),
                channel_down: true,
            })?;
        let outcome = self.inner.send(email).await;
        self.record(&outcome);
        outcome
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::testing::{desk, notification};
    use crate::{Template, render};

    const SECOND: Duration = Duration::from_secs(1);

    fn policy() -> BreakerPolicy {
        BreakerPolicy {
            failures: 3,
            first_pause: 4 * SECOND,
            longest_pause: 10 * SECOND,
            trial: 60 * SECOND,
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn opened() -> Breaker {
        let mut breaker = Breaker::new(policy());
        for _ in 0..3 {
            breaker.admit(at(0)).unwrap();
            breaker.record_failure(at(0));
        }
        breaker
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_an_answer_starts_the_count_again() {
        let mut breaker = Breaker::new(policy());
        breaker.record_failure(at(0));
        breaker.record_failure(at(0));
        breaker.record_answer();
        breaker.record_failure(at(0));
        breaker.record_failure(at(0));
        assert_eq!(breaker.admit(at(0)), Ok(()));
        breaker.record_failure(at(0));
        assert_eq!(breaker.admit(at(1)), Err(3 * SECOND));
    }

    #[test]
    fn after_the_pause_one_mail_passes_and_the_others_wait_for_its_outcome() {
        let mut breaker = opened();
        assert!(breaker.is_open(at(3)) && !breaker.is_open(at(4)));
        assert_eq!(breaker.admit(at(4)), Ok(()));
        // Not for as long as a trial that hangs would take.
        assert_eq!(breaker.admit(at(4)), Err(policy().first_pause));
        breaker.record_answer();
        assert_eq!(breaker.admit(at(4)), Ok(()));
    }

    #[test]
    fn each_failed_trial_doubles_the_pause_up_to_the_limit() {
        let mut breaker = opened();
        let mut now = 4;
        for pause in [8, 10, 10] {
            breaker.admit(at(now)).unwrap();
            breaker.record_failure(at(now));
            assert_eq!(breaker.admit(at(now)), Err(pause * SECOND));
            now += i64::from(pause);
        }
    }

    #[test]
    fn a_trial_that_never_ended_blocks_nothing_for_ever() {
        let mut breaker = opened();
        breaker.admit(at(4)).unwrap();
        assert_eq!(breaker.admit(at(63)), Err(SECOND));
        assert_eq!(breaker.admit(at(64)), Ok(()));
    }

    #[test]
    fn a_straggler_does_not_lengthen_the_pause() {
        let mut breaker = opened();
        breaker.record_failure(at(3));
        assert_eq!(breaker.admit(at(4)), Ok(()));
    }

    struct Scripted(Mutex<VecDeque<Result<(), DeliveryError>>>);

    #[async_trait]
    impl EmailChannel for Scripted {
        async fn send(&self, _: &RenderedEmail) -> Result<(), DeliveryError> {
            self.0.lock().unwrap().pop_front().unwrap()
        }

        fn describe(&self) -> String {
            "script".to_owned()
        }
    }

    struct Stopped;

    impl Clock for Stopped {
        fn now(&self) -> DateTime<Utc> {
            at(0)
        }
    }

    #[tokio::test]
    async fn a_mail_refused_or_put_off_does_not_open_it_and_an_open_one_does_not_try() {
        let failed = || Err(DeliveryError::channel_down("421"));
        let refused = || Err(DeliveryError::permanent("550"));
        let put_off = || Err(DeliveryError::put_off("451"));
        let script = [
            refused(),
            put_off(),
            put_off(),
            put_off(),
            failed(),
            failed(),
            failed(),
        ];
        let inner = Arc::new(Scripted(Mutex::new(script.into())));
        let channel =
            BreakerChannel::new(Arc::<Scripted>::clone(&inner), Arc::new(Stopped), policy());
        let mail = render(&notification(Template::StatusUpdated), &desk()).unwrap();
        for _ in 0..7 {
            assert!(channel.send(&mail).await.is_err());
        }
        assert!(channel.is_open());
        assert!(matches!(
            channel.send(&mail).await,
            Err(DeliveryError::Temporary { retry_after: Some(pause), .. }) if pause == 4 * SECOND
        ));
    }
}
