//! A database per test, cloned from a migrated template.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use pg_embedded::{Binaries, Cluster, ClusterOptions, Purpose};
use tokio_postgres::{Client, NoTls};

const TEMPLATE: &str = "template_guichet";
const PREFIX: &str = "guichet-test-";

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static TEMPLATE_READY: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A migrated database of its own.
pub struct TestDatabase {
    /// How to reach it.
    pub url: String,
}

impl TestDatabase {
    /// Clones the template.
    ///
    /// # Panics
    /// When no PostgreSQL can be started.
    pub async fn new() -> Self {
        TEMPLATE_READY.get_or_init(make_template).await;
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::SeqCst));
        admin("postgres")
            .await
            .batch_execute(&format!(
                "CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"
            ))
            .await
            .expect("the template can be cloned");
        Self {
            url: cluster().url(&name),
        }
    }

    /// A connection of the test's own.
    ///
    /// # Panics
    /// When the database cannot be reached.
    pub async fn client(&self) -> Client {
        admin_client(&self.url).await
    }
}

/// A plain connection to any database.
///
/// # Panics
/// When it cannot be reached.
pub async fn admin_client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls)
        .await
        .expect("the database can be reached");
    tokio::spawn(connection);
    client
}

async fn admin(database: &str) -> Client {
    admin_client(&cluster().url(database)).await
}

async fn make_template() {
    let client = admin("postgres").await;
    client
        .batch_execute(&format!("CREATE DATABASE {TEMPLATE}"))
        .await
        .expect("a new cluster has no template yet");
    store_pg::migrate(&cluster().url(TEMPLATE))
        .await
        .expect("the migrations run");
}

/// The cluster of this test program. It goes when the program goes.
fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        let base = base_folder();
        remove_leftovers(&base);
        let data_dir = base.join(format!("{PREFIX}{}", std::process::id()));
        let binaries =
            Binaries::find().expect("PostgreSQL's programs (cargo xtask test fetches them)");
        let options = ClusterOptions {
            binaries,
            data_dir,
            purpose: Purpose::ThrowAway,
        };
        std::thread::spawn(move || Cluster::start(options).expect("a throw-away cluster starts"))
            .join()
            .expect("the starting thread ends well")
    })
}

/// In memory where the system offers it.
fn base_folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if fs::metadata(memory).is_ok_and(|meta| meta.is_dir()) {
        memory.to_owned()
    } else {
        std::env::temp_dir()
    }
}

/// Folders of test programs that are gone. One that bears our own number is another's, for ours is
/// not made yet.
fn remove_leftovers(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let is_ours = pid.parse() == Ok(std::process::id());
        if is_ours || !Path::new("/proc").join(pid).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
