//! Loops of clients, and what they saw.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::Outcome;
use crate::http::Connection;

/// Answer times, sorted.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// Both samples as one.
    pub(crate) fn joined(all: Vec<Self>) -> Self {
        Self::new(all.into_iter().flat_map(|times| times.0).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of a hundred stayed below.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let index = self.0.len() * percent / 100;
        let last = self.0.len().saturating_sub(1);
        self.0.get(index.min(last)).copied().unwrap_or_default()
    }

    /// p50 and p99 in words.
    pub(crate) fn words(&self) -> String {
        format!(
            "p50 {}, p99 {}",
            milliseconds(self.percentile(50)),
            milliseconds(self.percentile(99))
        )
    }
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// What a closed loop achieved.
pub(crate) struct Sample {
    pub(crate) times: Times,
    pub(crate) took: Duration,
}

impl Sample {
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is small")]
    pub(crate) fn per_second(&self) -> f64 {
        self.times.len() as f64 / self.took.as_secs_f64()
    }
}

/// `clients` connections, each sending its next request when the last is answered. `request` makes the bytes from a
/// number no other request has. Any other status than `expected` ends the measurement.
pub(crate) async fn closed_loop(
    address: SocketAddr,
    clients: usize,
    lasting: Duration,
    expected: u16,
    request: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
) -> Outcome<Sample> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let request = Arc::new(request);
    let mut connections = Vec::with_capacity(clients);
    for _ in 0..clients {
        connections.push(Connection::open(address).await?);
    }
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for mut connection in connections {
        let request = Arc::clone(&request);
        running.spawn(async move {
            let mut times = Vec::new();
            while begun.elapsed() < lasting {
                let bytes = request(NEXT.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                let answer = connection.call(&bytes).await?;
                times.push(sent.elapsed());
                if answer.status != expected {
                    let text = String::from_utf8_lossy(answer.body).into_owned();
                    return Err(format!("status {}: {text}", answer.status).into());
                }
            }
            Outcome::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(client) = running.join_next().await {
        times.extend(client??);
    }
    Ok(Sample {
        times: Times::new(times),
        took: begun.elapsed(),
    })
}
