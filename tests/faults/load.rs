//! Clients that post tickets and remember what they were told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use testkit::form;
use testkit::process::Process;
use tokio::task::JoinSet;

/// How long a client waits before it calls an answer missing.
const ANSWER: Duration = Duration::from_secs(30);

/// One request and what came of it.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub at: Instant,
    pub took: Duration,
    /// `None` when the connection broke or nothing answered in time.
    pub status: Option<u16>,
    pub retry_after: bool,
}

#[derive(Default)]
struct Seen {
    attempts: Vec<Attempt>,
    /// Ticket ids by the address they were posted under, once a 201 came.
    acked: BTreeMap<String, String>,
}

/// Clients at work.
pub struct Load {
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
    clients: JoinSet<()>,
}

/// What all clients saw.
pub struct Report {
    pub attempts: Vec<Attempt>,
    pub acked: BTreeMap<String, String>,
}

/// One client: every ticket under an address and an `Idempotency-Key` of its own, repeated until
/// it is acknowledged, as a good client does.
struct Poster {
    client: Client,
    url: String,
    number: usize,
    pause: Duration,
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
}

impl Load {
    /// Starts `clients` that post with a pause after each request.
    pub fn start(server: &Process, clients: usize, pause: Duration) -> Self {
        Self::on_port(server.port, clients, pause)
    }

    /// The same, where the server is not at hand.
    pub fn on_port(port: u16, clients: usize, pause: Duration) -> Self {
        let mut load = Self {
            seen: Arc::default(),
            stop: Arc::default(),
            clients: JoinSet::new(),
        };
        for number in 0..clients {
            let poster = Poster {
                client: Client::builder().timeout(ANSWER).build().unwrap(),
                url: format!("http://127.0.0.1:{port}/api/support/contact"),
                number,
                pause,
                seen: Arc::clone(&load.seen),
                stop: Arc::clone(&load.stop),
            };
            load.clients.spawn(poster.run());
        }
        load
    }

    /// How many tickets were acknowledged so far.
    pub fn acked(&self) -> usize {
        lock(&self.seen).acked.len()
    }

    /// When the last acknowledgement after `since` came, the first one that is.
    pub fn first_success_after(&self, since: Instant) -> Option<Instant> {
        lock(&self.seen)
            .attempts
            .iter()
            .filter(|attempt| attempt.at >= since && attempt.status == Some(201))
            .map(|attempt| attempt.at + attempt.took)
            .min()
    }

    /// Lets every client finish the ticket it is at, then answers what they saw.
    pub async fn finish(mut self) -> Report {
        self.stop.store(true, Ordering::SeqCst);
        while let Some(client) = self.clients.join_next().await {
            client.unwrap();
        }
        let seen = std::mem::take(&mut *lock(&self.seen));
        Report {
            attempts: seen.attempts,
            acked: seen.acked,
        }
    }
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Poster {
    async fn run(self) {
        let mut n = 0;
        while !self.stop.load(Ordering::SeqCst) {
            let email = format!("c{}-{n}@load.example", self.number);
            n += 1;
            loop {
                let (attempt, id) = self.post(&email).await;
                let status = attempt.status;
                self.remember(attempt, &email, id);
                tokio::time::sleep(self.pause).await;
                if status == Some(201) {
                    break;
                }
            }
        }
    }

    fn remember(&self, attempt: Attempt, email: &str, id: Option<String>) {
        let mut seen = lock(&self.seen);
        seen.attempts.push(attempt);
        if let Some(id) = id {
            seen.acked.insert(email.to_owned(), id);
        }
    }

    async fn post(&self, email: &str) -> (Attempt, Option<String>) {
        let at = Instant::now();
        let sent = self
            .client
            .post(&self.url)
            .header("Idempotency-Key", email)
            .header("content-type", "application/json")
            .body(form(email).to_string())
            .send();
        let mut attempt = Attempt {
            at,
            took: Duration::ZERO,
            status: None,
            retry_after: false,
        };
        let mut id = None;
        if let Ok(response) = sent.await {
            let status = response.status();
            attempt.retry_after = response.headers().contains_key("retry-after");
            // An answer that breaks off is none.
            if let Ok(text) = response.text().await {
                attempt.status = Some(status.as_u16());
                let body: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                if status == StatusCode::CREATED {
                    id = body["msg_id"].as_str().map(str::to_owned);
                    assert!(id.is_some(), "a 201 names its ticket: {text}");
                }
            }
        }
        attempt.took = at.elapsed();
        (attempt, id)
    }
}

impl Report {
    /// How often each status came; 0 stands for no answer.
    pub fn statuses(&self) -> BTreeMap<u16, usize> {
        let mut counts = BTreeMap::new();
        for attempt in &self.attempts {
            *counts.entry(attempt.status.unwrap_or(0)).or_default() += 1;
        }
        counts
    }

    /// The slowest answer with this status.
    pub fn slowest(&self, status: u16) -> Duration {
        let took = |attempt: &Attempt| attempt.took;
        let of_status = |attempt: &&Attempt| attempt.status == Some(status);
        self.attempts
            .iter()
            .filter(of_status)
            .map(took)
            .max()
            .unwrap_or_default()
    }

    /// The answer time within which `percent` of the tickets were acknowledged.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut took: Vec<_> = self
            .attempts
            .iter()
            .filter(|attempt| attempt.status == Some(201))
            .map(|attempt| attempt.took)
            .collect();
        took.sort();
        took.get((took.len() * percent / 100).min(took.len().saturating_sub(1)))
            .copied()
            .unwrap_or_default()
    }

    /// Fails on any answer but these; a broken connection is always allowed where 0 is named.
    pub fn only(&self, allowed: &[u16]) {
        let statuses = self.statuses();
        assert!(
            statuses.keys().all(|status| allowed.contains(status)),
            "{statuses:?}"
        );
    }
}
