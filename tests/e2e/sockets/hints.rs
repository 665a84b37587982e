//! The hints by which instances tell each other what they wrote, heard as another instance hears
//! them. Whoever got an event got it by a hint if there was one; without, a comparison with the log
//! finds it seconds later, and no clock has to tell the two apart.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::{TestDatabase, eventually};
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, NoTls};

/// Listens as long as it lives.
pub struct Hints {
    heard: Arc<AtomicUsize>,
    listening: JoinHandle<()>,
    /// The session ends with it.
    _client: Client,
}

impl Hints {
    /// Listens on a database from now on.
    pub async fn on(database: &TestDatabase) -> Self {
        let (client, mut connection) = tokio_postgres::connect(&database.url, NoTls)
            .await
            .expect("the database can be reached");
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        let listening = tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
                // Greetings name no stream and number.
                if matches!(message, AsyncMessage::Notification(hint) if hint.payload().contains('='))
                {
                    count.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        client
            .batch_execute("LISTEN guichet_events")
            .await
            .expect("anybody may listen");
        Self {
            heard,
            listening,
            _client: client,
        }
    }

    /// Until there were so many. Each change that is waited for before the next is one.
    pub async fn wait_for(&self, hints: usize) {
        eventually("a hint", async || {
            (self.heard.load(Ordering::SeqCst) >= hints).then_some(())
        })
        .await;
    }
}

impl Drop for Hints {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
