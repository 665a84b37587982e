//! The private durable cluster and its databases.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use pg_embedded::{Binaries, Cluster, ClusterOptions, Purpose};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::{Outcome, say, server};

/// A cluster that keeps what it is told, in a folder that goes at the end.
pub(crate) struct Desk {
    // Before the folder: the cluster stops first.
    cluster: Cluster,
    binaries: Binaries,
    folder: TempDir,
    disk: String,
}

impl Desk {
    pub(crate) fn open() -> Outcome<Self> {
        let binaries = Binaries::find()?;
        let (parent, disk) = real_disk()?;
        let folder = tempfile::Builder::new()
            .prefix("guichet-bench-")
            .tempdir_in(parent)?;
        // Run as root, PostgreSQL uses another account, which must be able to pass through.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
        let cluster = Cluster::start(ClusterOptions {
            binaries: binaries.clone(),
            data_dir: folder.path().to_owned(),
            purpose: Purpose::Real,
        })?;
        say(format!("cluster in {}", cluster.folder().display()));
        Ok(Self {
            cluster,
            binaries,
            folder,
            disk,
        })
    }

    pub(crate) fn close(&mut self) -> Outcome<()> {
        self.cluster.stop()?;
        // Kept elsewhere when PostgreSQL's account could not enter our folder.
        if !self.cluster.folder().starts_with(self.folder.path()) {
            fs::remove_dir_all(self.cluster.folder())?;
        }
        Ok(())
    }

    pub(crate) fn version(&self) -> u32 {
        self.binaries.version()
    }

    /// The file system the cluster is on.
    pub(crate) fn disk(&self) -> &str {
        &self.disk
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.binaries.dir().join(name)
    }

    /// A folder for a program's own files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.cluster
            .folder()
            .join(self.version().to_string())
            .join("postgres.log")
    }

    pub(crate) fn postmaster(&self) -> u32 {
        self.cluster.pid()
    }

    pub(crate) fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    pub(crate) async fn client(&self, database: &str) -> Outcome<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// A new database with the schema in it.
    pub(crate) async fn make_database(&self, name: &str) -> Outcome<()> {
        let admin = self.client("postgres").await?;
        admin
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await?;
        server::tool(self, name, &["migrate"]).await?;
        Ok(())
    }

    /// A setting of the whole cluster; `None` takes it back.
    pub(crate) async fn set(&self, settings: &[(&str, Option<&str>)]) -> Outcome<()> {
        let admin = self.client("postgres").await?;
        for (name, value) in settings {
            let change = match value {
                Some(value) => format!("ALTER SYSTEM SET {name} = '{value}'"),
                None => format!("ALTER SYSTEM RESET {name}"),
            };
            admin.batch_execute(&change).await?;
        }
        admin.batch_execute("SELECT pg_reload_conf()").await?;
        Ok(())
    }

    /// Both sides of a comparison begin with a clean slate: what a checkpoint makes dear (whole pages in the log) is
    /// dear to both.
    pub(crate) async fn checkpoint(&self) -> Outcome<()> {
        let admin = self.client("postgres").await?;
        admin.batch_execute("CHECKPOINT").await?;
        Ok(())
    }
}

/// The first temporary folder that is not memory: commits there would cost nothing.
fn real_disk() -> Outcome<(PathBuf, String)> {
    let mounts = fs::read_to_string("/proc/mounts")?;
    let own_program = std::env::current_exe()?;
    [std::env::temp_dir(), "/var/tmp".into()]
        .into_iter()
        .chain(own_program.parent().map(Path::to_owned))
        .find_map(|folder| {
            let system = file_system(&mounts, &folder)?;
            let memory = ["tmpfs", "ramfs"].contains(&system.as_str());
            (folder.is_dir() && !memory).then_some((folder, system))
        })
        .ok_or_else(|| "no temporary folder on a real disk; set TMPDIR".into())
}

fn file_system(mounts: &str, folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    mounts
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ').skip(1);
            Some((Path::new(words.next()?), words.next()?))
        })
        .filter(|(mount, _)| folder.starts_with(mount))
        .max_by_key(|(mount, _)| mount.components().count())
        .map(|(_, system)| system.to_owned())
}
