//! What the server leans on, in the test's hands: a PostgreSQL that can be stopped and killed, a
//! network that can fall silent, and the checks of what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use pg_embedded::{Binaries, Cluster, ClusterOptions, Purpose};
use tempfile::TempDir;
use testkit::admin_client;
use testkit::process::{Signal, data_folder, send_signal};
use testkit::smtp_sink::ReceivedMail;
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const DATABASE: &str = "guichet";

/// A durable cluster of the test's own.
pub struct Postgres {
    cluster: Option<Cluster>,
    pub url: String,
    folder: TempDir,
}

impl Postgres {
    pub async fn start() -> Self {
        let folder = data_folder();
        let cluster = start_cluster(folder.path()).await;
        store_pg::create_database(&cluster.url("postgres"), DATABASE)
            .await
            .unwrap();
        Self {
            url: cluster.url(DATABASE),
            cluster: Some(cluster),
            folder,
        }
    }

    /// Ends every session and stops.
    pub async fn stop(&mut self) {
        let mut cluster = self.cluster.take().unwrap();
        let stopping = tokio::task::spawn_blocking(move || cluster.stop().unwrap());
        stopping.await.unwrap();
    }

    /// SIGKILL to the postmaster.
    pub async fn kill(&mut self) {
        let mut cluster = self.cluster.take().unwrap();
        send_signal(cluster.pid(), Signal::KILL);
        let ended = tokio::task::spawn_blocking(move || {
            while cluster.is_running() {
                std::thread::yield_now();
            }
        });
        ended.await.unwrap();
    }

    /// Starts it again, in the same place.
    pub async fn start_again(&mut self) {
        let cluster = start_cluster(self.folder.path()).await;
        assert_eq!(cluster.url(DATABASE), self.url);
        self.cluster = Some(cluster);
    }

    /// The unix socket's path.
    fn socket(&self) -> String {
        let client: tokio_postgres::Config = self.url.parse().unwrap();
        let folder = client.get_hosts().iter().find_map(|host| match host {
            tokio_postgres::config::Host::Unix(path) => Some(path.display().to_string()),
            tokio_postgres::config::Host::Tcp(_) => None,
        });
        format!("{}/.s.PGSQL.5432", folder.unwrap())
    }
}

/// The cluster in a data folder, up. Of a stopped server's folder it is that server's.
pub async fn start_cluster(data_dir: &Path) -> Cluster {
    let options = ClusterOptions {
        binaries: Binaries::find().unwrap(),
        data_dir: data_dir.to_owned(),
        purpose: Purpose::Real,
    };
    let starting = tokio::task::spawn_blocking(move || Cluster::start(options).unwrap());
    starting.await.unwrap()
}

/// What a server left in its data folder's cluster.
pub async fn database_in(cluster: &Cluster) -> tokio_postgres::Client {
    admin_client(&cluster.url(DATABASE)).await
}

/// A network path to PostgreSQL that can fall silent: connections stay open and new ones are
/// taken, but nothing is passed on.
pub struct Network {
    pub url: String,
    silent: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Network {
    pub async fn to(postgres: &Postgres) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (silent, state) = watch::channel(false);
        let accepting = tokio::spawn(accept(listener, postgres.socket(), state));
        Self {
            url: url_at(address),
            silent,
            accepting,
        }
    }

    pub fn fall_silent(&self) {
        self.silent.send(true).unwrap();
    }

    /// What was held back is passed on.
    pub fn speak(&self) {
        self.silent.send(false).unwrap();
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn url_at(address: SocketAddr) -> String {
    format!("postgres://guichet@{address}/{DATABASE}")
}

async fn accept(listener: TcpListener, socket: String, silent: watch::Receiver<bool>) {
    let mut passing = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (socket, silent) = (socket.clone(), silent.clone());
        passing.spawn(async move {
            let Ok(server) = UnixStream::connect(socket).await else {
                return;
            };
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::select! {
                () = pass(&mut from_client, &mut to_server, silent.clone()) => {}
                () = pass(&mut from_server, &mut to_client, silent) => {}
            }
        });
        while passing.try_join_next().is_some() {}
    }
}

async fn pass(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    to: &mut (impl tokio::io::AsyncWrite + Unpin),
    mut silent: watch::Receiver<bool>,
) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(n) = from.read(&mut bytes).await {
        if n == 0 || silent.wait_for(|silent| !silent).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..n]).await.is_err() {
            return;
        }
    }
}

/// Proves that what was acknowledged is kept once, and that nothing is half there. Answers how
/// many tickets there are.
pub async fn check_kept(
    client: &tokio_postgres::Client,
    acked: &BTreeMap<String, String>,
) -> usize {
    let rows = client
        .query(
            "SELECT msg_contact_key, msg_id, (SELECT count(*) FROM event WHERE kind = 'ticket.created' \
               AND stream_id LIKE 'staff-%' AND payload #>> '{ticket,msg_id}' = msg_id) \
             FROM ___xtr_msg WHERE msg_kind = 'ticket'",
            &[],
        )
        .await
        .unwrap();
    let mut kept: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let (email, id, events): (String, String, i64) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(events, 1, "{id} has one event for staff");
        kept.entry(email).or_default().push(id);
    }
    let lost: Vec<_> = acked
        .keys()
        .filter(|email| !kept.contains_key(*email))
        .collect();
    assert!(
        lost.is_empty(),
        "{} acknowledged tickets lost: {lost:?}",
        lost.len()
    );
    for (email, ids) in &kept {
        assert_eq!(ids.len(), 1, "{email} was entered more than once: {ids:?}");
        if let Some(id) = acked.get(email) {
            assert_eq!(ids.first(), Some(id), "the ticket that was acknowledged");
        }
    }
    let orphans = "SELECT count(*) FROM event e WHERE kind = 'ticket.created' AND NOT EXISTS \
        (SELECT 1 FROM ___xtr_msg WHERE msg_id = e.payload #>> '{ticket,msg_id}')";
    let gaps = "SELECT count(*) FROM event_stream s WHERE last_seq <> (SELECT count(*) FROM event e WHERE e.stream_id = s.stream_id)";
    for (what, sql) in [
        ("events without a ticket", orphans),
        ("streams with gaps", gaps),
    ] {
        let found: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
        assert_eq!(found, 0, "{what}");
    }
    rows.len()
}

/// Proves that every ticket's two mails arrived, more often only under one Message-ID. Answers
/// how many came more than once.
pub fn check_mails(mails: &[ReceivedMail], acked: &BTreeMap<String, String>) -> usize {
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    let mut to_customer: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut to_staff: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for mail in mails {
        let id = mail.header("Message-ID").unwrap();
        *copies.entry(id.clone()).or_default() += 1;
        match mail.header("X-Guichet-Template").as_deref() {
            Some("contact_confirmation") => {
                to_customer
                    .entry(mail.rcpt_to.concat())
                    .or_default()
                    .insert(id);
            }
            Some("new_ticket_staff") => {
                let ticket = mail.header("In-Reply-To").unwrap();
                to_staff.entry(ticket).or_default().insert(id);
            }
            other => panic!("an unexpected mail: {other:?}"),
        }
    }
    for (email, ticket) in acked {
        assert_eq!(
            to_customer.get(email).map(BTreeSet::len),
            Some(1),
            "confirmation to {email}"
        );
        let about = to_staff
            .iter()
            .filter(|(root, _)| root.contains(ticket.as_str()));
        let ids: usize = about.map(|(_, ids)| ids.len()).sum();
        assert_eq!(ids, 1, "mail to staff about {ticket}");
    }
    copies.values().filter(|n| **n > 1).count()
}

/// Waits until `acked` tickets' mails can all be there.
pub fn enough_mails(mails: &[ReceivedMail], tickets: usize) -> bool {
    let distinct: BTreeSet<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    distinct.len() >= 2 * tickets
}

/// Settings every server of these tests has.
pub fn settings(more: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("SUPPORT_EMAIL", "support@shop.example".to_owned()),
        ("GUICHET__LIMITS__ENABLED", "false".to_owned()),
        ("GUICHET__JOBS__LEASE_SECONDS", "5".to_owned()),
        ("GUICHET__MAIL__CONVERSATION_SECONDS", "4".to_owned()),
        ("GUICHET__REALTIME__DRAIN_SECONDS", "1".to_owned()),
    ];
    all.extend_from_slice(more);
    all
}

/// How long anything may take on a busy machine before the test calls it lost.
pub const LONG: Duration = Duration::from_mins(1);
