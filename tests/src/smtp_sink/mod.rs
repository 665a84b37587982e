//! An SMTP server that keeps what it is sent, and misbehaves on request.
//!
//! Speaks EHLO/HELO, AUTH PLAIN and LOGIN (any login is taken), MAIL, RCPT, DATA, RSET, NOOP
//! and QUIT on a loopback port. To add a way of misbehaving: a [`Behaviour`] variant, and its
//! arm where it bites in `conversation.rs`; one answer in another's place is [`SmtpSink::answer`].

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

mod conversation;
mod received_mail;

use conversation::Conversation;
pub use received_mail::ReceivedMail;

/// How the server treats mail from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Takes it.
    #[default]
    Accept,
    /// Answers RCPT with 451, as greylisting does.
    Reject451,
    /// Answers RCPT with 550: no such mailbox.
    Reject550,
    /// Hangs up in the middle of DATA; the mail is lost.
    DropDuringData,
    /// Keeps the mail and hangs up without saying 250.
    DropAfterAccept,
    /// Sends its greeting one byte a second.
    Tarpit,
    /// Hangs up as soon as it is called.
    Refuse,
}

#[derive(Default)]
struct Shared {
    mails: Mutex<Vec<ReceivedMail>>,
    logins: Mutex<Vec<(String, String)>>,
    behaviour: Mutex<Behaviour>,
    refused: Mutex<Vec<String>>,
    answers: Mutex<BTreeMap<String, String>>,
    changed: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server; it stops when dropped.
pub struct SmtpSink {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl SmtpSink {
    /// Listens on a free loopback port.
    ///
    /// # Panics
    /// When the system gives no port.
    #[expect(
        clippy::expect_used,
        reason = "a test without its server has nothing to test"
    )]
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free loopback port");
        let address = listener.local_addr().expect("a bound port");
        let shared = Arc::new(Shared::default());
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self {
            address,
            shared,
            accepting,
        }
    }

    /// The URL to configure.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes how mail is treated, from the next command on.
    pub fn behave(&self, behaviour: Behaviour) {
        *lock(&self.shared.behaviour) = behaviour;
    }

    /// Answers 550 to this recipient from now on, whatever the behaviour.
    pub fn refuse_recipient(&self, address: &str) {
        lock(&self.shared.refused).push(address.to_owned());
    }

    /// Gives this answer from now on: to a command by its verb, to a call as `GREETING`, to a mail's
    /// text as `.`.
    pub fn answer(&self, to: &str, reply: &str) {
        lock(&self.shared.answers).insert(to.to_owned(), reply.to_owned());
    }

    /// Answers by itself again.
    pub fn answer_as_ever(&self) {
        lock(&self.shared.answers).clear();
    }

    /// Every mail kept so far, in order of arrival.
    pub fn mails(&self) -> Vec<ReceivedMail> {
        lock(&self.shared.mails).clone()
    }

    /// Every login so far: user and password.
    pub fn logins(&self) -> Vec<(String, String)> {
        lock(&self.shared.logins).clone()
    }

    /// Waits until at least `n` mails have arrived.
    ///
    /// # Panics
    /// When they have not within `limit`.
    pub async fn wait_for(&self, n: usize, limit: Duration) -> Vec<ReceivedMail> {
        self.wait_until(|mails| mails.len() >= n, limit).await
    }

    /// Waits until the mails are as they should be.
    ///
    /// # Panics
    /// When they are not within `limit`; says what had arrived.
    #[expect(clippy::panic, reason = "a failed wait is a failed test")]
    pub async fn wait_until(
        &self,
        holds: impl Fn(&[ReceivedMail]) -> bool,
        limit: Duration,
    ) -> Vec<ReceivedMail> {
        let waited = tokio::time::timeout(limit, async {
            loop {
                let mut changed = std::pin::pin!(self.shared.changed.notified());
                changed.as_mut().enable();
                let mails = self.mails();
                if holds(&mails) {
                    return mails;
                }
                changed.await;
            }
        });
        waited.await.unwrap_or_else(|_| {
            let subjects: Vec<_> = self.mails().iter().map(ReceivedMail::subject).collect();
            panic!("not within {limit:?}; arrived: {subjects:?}")
        })
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, and every conversation with it.
    let mut conversations = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let conversation = Conversation {
            stream: BufReader::new(stream),
            shared: Arc::clone(&shared),
            mail: ReceivedMail::default(),
        };
        conversations.spawn(conversation.run());
        while conversations.try_join_next().is_some() {}
    }
}
