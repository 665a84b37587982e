//! Wake-ups between instances: "stream so-and-so has reached number n", and what is said in passing.
//!
//! A wake-up is only a hint: the rows are the truth, and every instance compares its streams with
//! the table now and then. What is said in passing is stored nowhere and may be lost. Both are
//! gathered for a few milliseconds and sent on a connection of their own, outside any business
//! transaction (a NOTIFY there makes commits wait for each other).
//!
//! An instance that begins to listen says so by its bare name; whoever hears it answers that it is
//! known from now on, and the newcomer compares itself with the table: see [`Neighbours`].

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::StreamExt as _;
use shared_kernel::StreamId;
use tokio::sync::{Notify, mpsc};
use tokio_postgres::{AsyncMessage, Client, NoTls};
use uuid::Uuid;

use crate::log::neighbours::Neighbours;

const EVENTS: &str = "guichet_events";
const PASSING: &str = "guichet_passing";
/// Stands behind an instance's name.
const SEPARATOR: char = ' ';
/// Behind the name: who began to listen is known.
const KNOWN: &str = "*";
const GATHER: Duration = Duration::from_millis(5);
/// NOTIFY refuses payloads of 8,000 bytes.
const MAX_PAYLOAD_BYTES: usize = 7_500;
const RECONNECT: Duration = Duration::from_secs(1);

/// A stream has reached a number.
pub type WakeupHint = (StreamId, u64);

/// What this instance tells the others.
pub struct Told {
    /// What it committed.
    pub hints: mpsc::UnboundedReceiver<Vec<WakeupHint>>,
    /// What it says in passing: a line each, without a line break. One too long for NOTIFY is lost.
    pub passing: mpsc::Receiver<String>,
}

/// Hears the other instances.
pub trait WakeupListener: Send + Sync {
    /// From now on everything is heard; what was said before may have been missed.
    fn connected(&self);

    /// Others have brought these streams to these numbers.
    fn reached(&self, hints: Vec<WakeupHint>);

    /// Another has said this in passing.
    fn passing(&self, line: &str);
}

/// The exchange of hints over one database.
pub struct Wakeups {
    url: String,
    /// Tells our own hints from others'.
    instance: Uuid,
    neighbours: Arc<Neighbours>,
    /// Rings when another instance began to listen.
    greeted: Notify,
}

impl Wakeups {
    /// Makes an exchange. `instance` is this process's own.
    pub fn new(url: String, instance: Uuid, neighbours: Arc<Neighbours>) -> Self {
        Self {
            url,
            instance,
            neighbours,
            greeted: Notify::new(),
        }
    }

    /// Sends what is told and hands what others send to the listener. Runs until the hints' sender
    /// is gone; a lost connection is opened again.
    pub async fn run(self, mut told: Told, listener: impl WakeupListener) {
        loop {
            match self.session(&mut told, &listener).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "wake-ups between instances are interrupted"),
            }
            tokio::time::sleep(RECONNECT).await;
            // What was told without a connection is old by now; the comparison finds all that counts.
            while told.hints.try_recv().is_ok() {}
            while told.passing.try_recv().is_ok() {}
        }
    }

    async fn session(
        &self,
        told: &mut Told,
        listener: &impl WakeupListener,
    ) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        let mut messages =
            futures_util::stream::poll_fn(move |cx| connection.poll_message(cx)).boxed();
        let sending = async {
            let setup = format!("SET synchronous_commit = off; LISTEN {EVENTS}; LISTEN {PASSING}");
            client.batch_execute(&setup).await?;
            listener.connected();
            self.send_all(&client, told).await
        };
        tokio::pin!(sending);
        loop {
            tokio::select! {
                ended = &mut sending => return ended,
                message = messages.next() => match message {
                    Some(Ok(AsyncMessage::Notification(note))) => {
                        self.hear(note.channel(), note.payload(), listener);
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    // The connection has ended; the sender will say why.
                    None => return sending.await,
                },
            }
        }
    }

    fn hear(&self, channel: &str, payload: &str, listener: &impl WakeupListener) {
        let Some((other, said)) = of_another(payload, self.instance) else {
            return;
        };
        // A command that tells something and ends is nobody to be told.
        if !other.is_nil() {
            self.neighbours.met();
        }
        match said {
            // It may have been away, and forgotten what it had to tell.
            "" => {
                self.greeted.notify_one();
                listener.connected();
            }
            KNOWN => listener.connected(),
            lines if channel == PASSING => {
                lines.split('\n').for_each(|line| listener.passing(line));
            }
            hints => {
                let hints = parse(hints);
                if !hints.is_empty() {
                    listener.reached(hints);
                }
            }
        }
    }

    async fn send_all(
        &self,
        client: &Client,
        told: &mut Told,
    ) -> Result<(), tokio_postgres::Error> {
        let notify = client.prepare("SELECT pg_notify($1, $2)").await?;
        let name = self.instance.to_string();
        client.execute(&notify, &[&EVENTS, &name]).await?;
        loop {
            let (mut latest, mut lines) = (HashMap::new(), Vec::new());
            tokio::select! {
                hints = told.hints.recv() => match hints {
                    Some(hints) => keep_latest(&mut latest, hints),
                    None => return Ok(()),
                },
                Some(line) = told.passing.recv() => lines.push(line),
                () = self.greeted.notified() => {
                    let known = format!("{name}{SEPARATOR}{KNOWN}");
                    client.execute(&notify, &[&EVENTS, &known]).await?;
                    continue;
                }
                () = self.neighbours.unknown() => {
                    client.execute(&notify, &[&EVENTS, &name]).await?;
                    continue;
                }
            }
            tokio::time::sleep(GATHER).await;
            while let Ok(hints) = told.hints.try_recv() {
                keep_latest(&mut latest, hints);
            }
            while let Ok(line) = told.passing.try_recv() {
                lines.push(line);
            }
            let events = payloads(self.instance, &latest);
            let passing = passing(self.instance, &lines);
            let to_events = events.iter().map(|payload| (EVENTS, payload));
            let to_passing = passing.iter().map(|payload| (PASSING, payload));
            for (channel, payload) in to_events.chain(to_passing) {
                client.execute(&notify, &[&channel, &payload]).await?;
            }
        }
    }
}

fn keep_latest(latest: &mut HashMap<StreamId, u64>, hints: Vec<WakeupHint>) {
    for (stream, seq) in hints {
        let known = latest.entry(stream).or_default();
        *known = seq.max(*known);
    }
}

/// What another instance said behind its name; nothing when we said it ourselves.
fn of_another(payload: &str, own: Uuid) -> Option<(Uuid, &str)> {
    let (name, said) = payload.split_once(SEPARATOR).unwrap_or((payload, ""));
    let other = name.parse().ok()?;
    (other != own).then_some((other, said))
}

/// Puts words behind the instance's name, in as few payloads as NOTIFY can carry.
fn gather(instance: Uuid, separator: char, words: impl Iterator<Item = String>) -> Vec<String> {
    let mut all = Vec::new();
    let mut payload = String::new();
    for word in words {
        if payload.len() + 1 + word.len() > MAX_PAYLOAD_BYTES && !payload.is_empty() {
            all.push(std::mem::take(&mut payload));
        }
        let separator = if payload.is_empty() {
            payload = instance.to_string();
            SEPARATOR
        } else {
            separator
        };
        payload.push(separator);
        payload.push_str(&word);
    }
    all.push(payload);
    all.retain(|payload| !payload.is_empty() && payload.len() <= MAX_PAYLOAD_BYTES);
    all
}

/// The instance, then a line each.
fn passing(instance: Uuid, lines: &[String]) -> Vec<String> {
    gather(instance, '\n', lines.iter().cloned())
}

/// `instance stream=seq stream=seq …`.
fn payloads(instance: Uuid, hints: &HashMap<StreamId, u64>) -> Vec<String> {
    let words = hints.iter().map(|(stream, seq)| format!("{stream}={seq}"));
    gather(instance, ' ', words)
}

/// Reads `stream=seq stream=seq …`.
fn parse(hints: &str) -> Vec<WakeupHint> {
    let hints = hints.split(' ').filter_map(|word| {
        let (stream, seq) = word.rsplit_once('=')?;
        Some((StreamId::from_stored(stream.to_owned()), seq.parse().ok()?))
    });
    hints.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(payload: &str, own: Uuid) -> &str {
        of_another(payload, own).unwrap().1
    }

    #[test]
    fn hints_survive_the_journey_and_own_hints_are_ignored() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let hints: HashMap<_, _> = (0..600)
            .map(|n| (StreamId::from_stored(format!("user-a=b{n}")), n))
            .collect();
        let payloads = payloads(theirs, &hints);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let heard: HashMap<_, _> = payloads
            .iter()
            .flat_map(|payload| parse(said(payload, ours)))
            .collect();
        assert_eq!(heard, hints);
        let at_home = |payload: &String| of_another(payload, theirs).is_none();
        assert!(payloads.iter().all(at_home));
    }

    #[test]
    fn anything_else_on_the_channel_is_harmless() {
        for payload in [
            "",
            " ",
            "x",
            "x y",
            "x y=z",
            "x y=",
            "x a=99999999999999999999999",
        ] {
            assert_eq!(of_another(payload, Uuid::nil()), None, "{payload:?}");
            assert_eq!(parse(payload.trim_start_matches('x')), [], "{payload:?}");
        }
    }

    #[test]
    fn what_is_said_in_passing_arrives_in_order_and_never_at_home() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let lines: Vec<String> = (0..600)
            .map(|n| format!("{{\"n\": \"é = {n}\"}}"))
            .collect();
        let payloads = passing(theirs, &lines);
        assert!(payloads.len() > 1);
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let heard: Vec<_> = payloads
            .iter()
            .flat_map(|payload| said(payload, ours).split('\n'))
            .collect();
        assert_eq!(heard, lines);
        let at_home = |payload: &String| of_another(payload, theirs).is_none();
        assert!(payloads.iter().all(at_home));
    }

    #[test]
    fn a_line_too_long_is_lost_and_takes_no_other_with_it() {
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let lines = ["a".to_owned(), "x".repeat(8_000), "b".to_owned()];
        let payloads = passing(theirs, &lines);
        let heard: Vec<_> = payloads
            .iter()
            .flat_map(|payload| said(payload, ours).split('\n'))
            .collect();
        assert_eq!(heard, ["a", "b"]);
        assert!(passing(theirs, &[]).is_empty());
    }
}
