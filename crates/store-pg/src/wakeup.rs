//! Wake-ups between instances: "stream so-and-so has reached number n".
//!
//! Only a hint: the rows are the truth, and every instance compares its streams with the table
//! now and then. Hints are gathered for a few milliseconds and sent on a connection of their own,
//! outside any business transaction (a NOTIFY there makes commits wait for each other).

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::StreamExt as _;
use shared_kernel::StreamId;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls};
use uuid::Uuid;

const CHANNEL: &str = "guichet_events";
const GATHER: Duration = Duration::from_millis(5);
/// NOTIFY refuses payloads of 8,000 bytes.
const MAX_PAYLOAD_BYTES: usize = 7_500;
const RECONNECT: Duration = Duration::from_secs(1);

/// A stream has reached a number.
pub type WakeupHint = (StreamId, u64);

/// The exchange of hints over one database.
pub struct Wakeups {
    url: String,
    /// Tells our own hints from others'.
    instance: Uuid,
}

impl Wakeups {
    /// Makes an exchange. `instance` is this process's own.
    pub fn new(url: String, instance: Uuid) -> Self {
        Self { url, instance }
    }

    /// Sends what comes through `outgoing` and hands what others send to `heard`; calls
    /// `connected` each time the connection stands, since hints were missed before. Runs until
    /// `outgoing` closes; a lost connection is opened again.
    pub async fn run(
        self,
        mut outgoing: mpsc::UnboundedReceiver<Vec<WakeupHint>>,
        heard: impl Fn(Vec<WakeupHint>) + Send,
        connected: impl Fn() + Send,
    ) {
        loop {
            match self.session(&mut outgoing, &heard, &connected).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "wake-ups between instances are interrupted"),
            }
            tokio::time::sleep(RECONNECT).await;
            // Hints of the time without a connection are old by now; the comparison finds all.
            while outgoing.try_recv().is_ok() {}
        }
    }

    async fn session(
        &self,
        outgoing: &mut mpsc::UnboundedReceiver<Vec<WakeupHint>>,
        heard: &(impl Fn(Vec<WakeupHint>) + Send),
        connected: &(impl Fn() + Send),
    ) -> Result<(), tokio_postgres::Error> {
        let (client, mut connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        let mut messages =
            futures_util::stream::poll_fn(move |cx| connection.poll_message(cx)).boxed();
        let sending = async {
            let setup = format!("SET synchronous_commit = off; LISTEN {CHANNEL}");
            client.batch_execute(&setup).await?;
            connected();
            self.send_all(&client, outgoing).await
        };
        tokio::pin!(sending);
        loop {
            tokio::select! {
                ended = &mut sending => return ended,
                message = messages.next() => match message {
                    Some(Ok(AsyncMessage::Notification(note))) => {
                        let hints = parse(note.payload(), self.instance);
                        if !hints.is_empty() {
                            heard(hints);
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                    // The connection has ended; the sender will say why.
                    None => return sending.await,
                },
            }
        }
    }

    async fn send_all(
        &self,
        client: &Client,
        outgoing: &mut mpsc::UnboundedReceiver<Vec<WakeupHint>>,
    ) -> Result<(), tokio_postgres::Error> {
        while let Some(first) = outgoing.recv().await {
            tokio::time::sleep(GATHER).await;
            let mut latest: HashMap<StreamId, u64> = first.into_iter().collect();
            while let Ok(more) = outgoing.try_recv() {
                for (stream, seq) in more {
                    let known = latest.entry(stream).or_default();
                    *known = seq.max(*known);
                }
            }
            for payload in payloads(self.instance, &latest) {
                client
                    .execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &payload])
                    .await?;
            }
        }
        Ok(())
    }
}

/// `instance stream=seq stream=seq …`, cut into pieces NOTIFY can carry.
fn payloads(instance: Uuid, hints: &HashMap<StreamId, u64>) -> Vec<String> {
    let mut all = Vec::new();
    let mut payload = instance.to_string();
    for (stream, seq) in hints {
        let hint = format!(" {stream}={seq}");
        if payload.len() + hint.len() > MAX_PAYLOAD_BYTES {
            all.push(std::mem::replace(&mut payload, instance.to_string()));
        }
        payload.push_str(&hint);
    }
    all.push(payload);
    all
}

/// Reads what another instance sent; nothing when we sent it ourselves.
fn parse(payload: &str, own: Uuid) -> Vec<WakeupHint> {
    let mut words = payload.split(' ');
    if words.next() == Some(own.to_string().as_str()) {
        return Vec::new();
    }
    words
        .filter_map(|word| {
            let (stream, seq) = word.rsplit_once('=')?;
            Some((StreamId::from_stored(stream.to_owned()), seq.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            .flat_map(|payload| parse(payload, ours))
            .collect();
        assert_eq!(heard, hints);
        assert!(
            payloads
                .iter()
                .all(|payload| parse(payload, theirs).is_empty())
        );
    }

    #[test]
    fn anything_else_on_the_channel_is_harmless() {
        for payload in [
            "",
            " ",
            "x",
            "x y",
            "x y=z",
            "x =",
            "x a=99999999999999999999999",
        ] {
            assert_eq!(parse(payload, Uuid::nil()), [], "{payload:?}");
        }
    }
}
