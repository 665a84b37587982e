//! A way to one database that writes down which statements were run on it: what a test counts are
//! its own statements, whoever else uses the cluster and the machine.
//!
//! It reads the clients' half of PostgreSQL's protocol, version 3, as far as it says what is run.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::config::Host;

use crate::TestDatabase;

/// What a client may ask before it says who it is: encryption, in two ways.
const ASKS_FOR_ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];

type Run = Arc<Mutex<Vec<String>>>;

/// The way; it ends with the value.
pub struct Statements {
    /// The database, by this way.
    pub url: String,
    run: Run,
    accepting: JoinHandle<()>,
}

impl Statements {
    /// A way to a test's database.
    ///
    /// # Panics
    /// When the database is not one of the kit's.
    pub async fn of(database: &TestDatabase) -> Self {
        let config: tokio_postgres::Config = database.url.parse().expect("a database's URL");
        let [Host::Unix(folder)] = config.get_hosts() else {
            panic!("{} is at no socket of this machine", database.url)
        };
        let port = config.get_ports().first().expect("the kit names a port");
        let socket = folder.join(format!(".s.PGSQL.{port}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let run = Run::default();
        Self {
            url: url_at(address, &config),
            run: Arc::clone(&run),
            accepting: tokio::spawn(accept(listener, socket, run)),
        }
    }

    /// The texts of all statements run so far, one each time it was run. Who has had a statement's
    /// answer finds it here.
    pub fn run(&self) -> Vec<String> {
        lock(&self.run).clone()
    }

    /// The texts of what is run while this goes on.
    pub async fn run_by<T>(&self, doing: impl Future<Output = T>) -> (T, Vec<String>) {
        let before = lock(&self.run).len();
        let done = doing.await;
        let run = lock(&self.run).get(before..).map(<[_]>::to_vec);
        (done, run.unwrap_or_default())
    }
}

impl Drop for Statements {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn url_at(address: SocketAddr, config: &tokio_postgres::Config) -> String {
    let user = config.get_user().expect("the kit names a user");
    let database = config.get_dbname().expect("the kit names a database");
    format!("postgres://{user}@{address}/{database}")
}

fn lock(run: &Run) -> std::sync::MutexGuard<'_, Vec<String>> {
    run.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, socket: PathBuf, run: Run) {
    let mut passing = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (socket, run) = (socket.clone(), Arc::clone(&run));
        passing.spawn(async move { pass(client, socket, run).await });
        while passing.try_join_next().is_some() {}
    }
}

/// Either side's end is the other's.
async fn pass(client: TcpStream, socket: PathBuf, run: Run) -> io::Result<()> {
    client.set_nodelay(true)?;
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = UnixStream::connect(socket).await?.into_split();
    let session = Session {
        from: from_client,
        to: to_server,
        texts: HashMap::new(),
        portals: HashMap::new(),
        run,
    };
    tokio::select! {
        passed = session.pass() => passed,
        answered = copy(&mut from_server, &mut to_client) => answered.map(drop),
    }
}

/// One client's half.
struct Session {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    /// Prepared statements by name.
    texts: HashMap<Vec<u8>, String>,
    /// What stands behind a portal.
    portals: HashMap<Vec<u8>, String>,
    run: Run,
}

impl Session {
    async fn pass(mut self) -> io::Result<()> {
        while ASKS_FOR_ENCRYPTION.contains(&self.begin().await?) {}
        loop {
            let kind = self.from.read_u8().await?;
            let body = self.body().await?;
            // Before it is passed on: who has the answer must find it written down.
            self.note(kind, &body);
            self.to.write_all(&[kind]).await?;
            self.send(&body).await?;
        }
    }

    /// A message without a kind, as the first ones are; answers what it asks for.
    async fn begin(&mut self) -> io::Result<u32> {
        let body = self.body().await?;
        self.send(&body).await?;
        let code = body.first_chunk().map(|code| u32::from_be_bytes(*code));
        Ok(code.unwrap_or_default())
    }

    async fn body(&mut self) -> io::Result<Vec<u8>> {
        let length = self.from.read_u32().await?.saturating_sub(4);
        let mut body = vec![0; usize::try_from(length).unwrap_or_default()];
        self.from.read_exact(&mut body).await?;
        Ok(body)
    }

    async fn send(&mut self, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len()).unwrap_or_default() + 4;
        self.to.write_all(&length.to_be_bytes()).await?;
        self.to.write_all(body).await
    }

    fn note(&mut self, kind: u8, body: &[u8]) {
        let mut words = body.split(|byte| *byte == 0).map(<[u8]>::to_vec);
        let mut word = || words.next().unwrap_or_default();
        match kind {
            b'P' => {
                let (name, text) = (word(), word());
                self.texts.insert(name, readable(&text));
            }
            b'B' => {
                let (portal, name) = (word(), word());
                let text = self.texts.get(&name).cloned().unwrap_or_default();
                self.portals.insert(portal, text);
            }
            b'E' => {
                let text = self.portals.get(&word()).cloned().unwrap_or_default();
                lock(&self.run).push(text);
            }
            b'Q' => lock(&self.run).push(readable(&word())),
            _ => {}
        }
    }
}

fn readable(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
