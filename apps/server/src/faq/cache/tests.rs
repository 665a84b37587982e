use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::*;

#[derive(Debug, PartialEq, Eq)]
struct Text(&'static str, usize);

impl Weigh for Text {
    fn weight(&self) -> usize {
        self.1
    }
}

type Texts = Cache<u32, Text>;

async fn put(cache: &Texts, key: u32, weight: usize) {
    let found = cache
        .load(&key, || async move { Ok((Some(Text("here", weight)), ())) })
        .await;
    assert!(found.unwrap().is_some());
}

#[tokio::test]
async fn what_was_loaded_is_kept_and_what_is_not_there_is_not() {
    let cache = Texts::new(100);
    put(&cache, 1, 10).await;
    assert_eq!(*cache.peek(&1).unwrap(), Text("here", 10));
    let absent = cache.load(&2, || async { Ok((None, ())) }).await.unwrap();
    assert!(absent.is_none() && cache.peek(&2).is_none());
    assert_eq!(cache.size(), (1, 10));
}

#[tokio::test]
async fn a_load_that_began_before_a_change_is_not_kept() {
    let cache = Texts::new(100);
    let (go, gate) = oneshot::channel::<()>();
    let other = cache.clone();
    let early = tokio::spawn(async move {
        let load = || async move {
            let _ = gate.await;
            Ok((Some(Text("old", 1)), ()))
        };
        other.load(&1, load).await.unwrap().unwrap().0
    });
    tokio::task::yield_now().await;
    cache.clear();
    // Whoever asks after the change does not wait for the load from before.
    let fresh = cache
        .load(&1, || async { Ok((Some(Text("new", 1)), ())) })
        .await
        .unwrap();
    assert_eq!(fresh.unwrap().0, "new");
    go.send(()).unwrap();
    assert_eq!(early.await.unwrap(), "old");
    assert_eq!(cache.peek(&1).unwrap().0, "new");
}

#[tokio::test]
async fn many_who_ask_at_once_cause_one_load() {
    static LOADS: AtomicUsize = AtomicUsize::new(0);
    let cache = Texts::new(100);
    let asking = (0..100).map(|_| {
        cache.load(&1, || async {
            LOADS.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok((Some(Text("one", 1)), ()))
        })
    });
    let all = futures_util::future::join_all(asking).await;
    assert!(
        all.into_iter()
            .all(|found| found.unwrap().unwrap().0 == "one")
    );
    assert_eq!(LOADS.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failure_reaches_everybody_who_waited_and_is_not_kept() {
    let cache = Texts::new(100);
    let failing = || async {
        tokio::task::yield_now().await;
        Err::<(Option<Text>, ()), _>(StoreError::Collision)
    };
    let (one, other) = tokio::join!(cache.load(&1, failing), cache.load(&1, failing));
    assert!(one.is_err() && other.is_err());
    put(&cache, 1, 1).await;
}

#[tokio::test]
async fn a_load_goes_on_when_whoever_asked_hangs_up() {
    let cache = Texts::new(100);
    let (go, gate) = oneshot::channel::<()>();
    {
        let asking = cache.load(&1, || async move {
            let _ = gate.await;
            Ok((Some(Text("late", 1)), ()))
        });
        tokio::pin!(asking);
        assert!(futures_util::poll!(asking.as_mut()).is_pending());
    }
    go.send(()).unwrap();
    let waited = cache
        .load(&1, || async {
            Err::<(Option<Text>, ()), _>(StoreError::Collision)
        })
        .await;
    assert_eq!(waited.unwrap().unwrap().0, "late");
}

#[tokio::test]
async fn it_never_holds_more_than_its_limit_and_what_is_asked_for_stays() {
    let cache = Texts::new(100);
    put(&cache, 0, 10).await;
    for key in 1..200 {
        assert!(cache.peek(&0).is_some(), "asked for each time, so kept");
        put(&cache, key, 10).await;
        assert!(cache.size().1 <= 100, "{:?}", cache.size());
    }
    put(&cache, 999, 1_000).await;
    assert!(
        cache.peek(&999).is_none(),
        "more than all there is room for"
    );
    assert_eq!(cache.size().1, 100);
}
