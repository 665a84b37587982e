use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::*;

/// Panics first, fails second, then does well.
#[derive(Default)]
struct Faltering {
    runs: AtomicUsize,
    farewells: AtomicUsize,
    ran: Notify,
}

#[async_trait]
impl Chore for Faltering {
    fn name(&self) -> &'static str {
        "faltering"
    }

    fn period(&self) -> Duration {
        Duration::from_hours(1)
    }

    async fn run(&self) -> Result<(), StoreError> {
        let run = self.runs.fetch_add(1, Ordering::SeqCst);
        self.ran.notify_one();
        match run {
            0 => panic!("as planned"),
            1 => Err(StoreError::Unavailable("as planned".into())),
            _ => Ok(()),
        }
    }

    async fn farewell(&self) {
        self.farewells.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_chore_goes_on_after_a_panic_and_a_failure_and_says_farewell_once() {
    let (chore, ledger) = (Arc::new(Faltering::default()), Arc::new(Ledger::default()));
    let stop = CancellationToken::new();
    let doing = tokio::spawn(keep_doing(
        Arc::clone(&chore) as _,
        Arc::clone(&ledger),
        stop.clone(),
    ));
    for _ in 0..3 {
        chore.ran.notified().await;
    }
    stop.cancel();
    doing.await.unwrap();
    assert_eq!(chore.runs.load(Ordering::SeqCst), 3);
    assert_eq!(chore.farewells.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_chore_that_does_not_come_back_is_stuck_and_one_that_fails_is_not() {
    let ledger = Ledger::default();
    let period = Duration::from_secs(2);
    ledger.begins("failing", period);
    ledger.ended("failing", false);
    assert!(ledger.all_go_round());
    ledger.begins("hanging", period);
    tokio::time::advance(Duration::from_secs(601)).await;
    assert!(ledger.all_go_round());
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(!ledger.all_go_round());
    ledger.ended("hanging", true);
    ledger.ended("failing", true);
    assert!(ledger.all_go_round());
}

/// Rings once at its first wait.
#[derive(Default)]
struct Rung {
    runs: AtomicUsize,
    bell: Notify,
    ran: Notify,
}

#[async_trait]
impl Chore for Rung {
    fn name(&self) -> &'static str {
        "rung"
    }

    fn period(&self) -> Duration {
        Duration::MAX
    }

    async fn run(&self) -> Result<(), StoreError> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        self.ran.notify_one();
        Ok(())
    }

    async fn rung(&self) {
        self.bell.notified().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_bell_that_rang_during_a_run_is_not_lost() {
    let (chore, stop) = (Arc::new(Rung::default()), CancellationToken::new());
    chore.bell.notify_one();
    let doing = tokio::spawn(keep_doing(
        Arc::clone(&chore) as _,
        Arc::default(),
        stop.clone(),
    ));
    for _ in 0..2 {
        chore.ran.notified().await;
    }
    stop.cancel();
    doing.await.unwrap();
    assert_eq!(chore.runs.load(Ordering::SeqCst), 2);
}
