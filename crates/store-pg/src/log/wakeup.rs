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
use crate::log::payload::{
    SEPARATOR, WakeupHint, hint_payloads, line_payloads, parse_hints, said_by_another,
};

const EVENTS: &str = "guichet_events";
const PASSING: &str = "guichet_passing";
/// Behind the name: whoever began to listen was heard.
const HEARD: &str = "*";
const GATHER: Duration = Duration::from_millis(5);
const RECONNECT: Duration = Duration::from_secs(1);

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
        let Some((other, said)) = said_by_another(payload, self.instance) else {
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
            HEARD => listener.connected(),
            lines if channel == PASSING => {
                lines.split('\n').for_each(|line| listener.passing(line));
            }
            hints => {
                let hints = parse_hints(hints);
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
                    let answer = format!("{name}{SEPARATOR}{HEARD}");
                    client.execute(&notify, &[&EVENTS, &answer]).await?;
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
            let events = hint_payloads(self.instance, &latest);
            let passing = line_payloads(self.instance, &lines);
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
