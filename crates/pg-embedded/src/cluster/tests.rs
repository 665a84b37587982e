//! On PostgreSQL's real programs.

use std::{
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Command,
    time::Duration,
};

use rustix::process::{Pid, kill_process};
use tempfile::TempDir;

use super::*;

/// How long something may take to come true. It costs only a test that fails.
const PATIENCE: Duration = Duration::from_mins(1);

fn dir_with_mode(mode: u32) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
    dir
}

/// A folder any account may enter.
fn open_dir() -> TempDir {
    dir_with_mode(0o755)
}

fn start(dir: &Path, purpose: Purpose) -> Result<Cluster, ClusterError> {
    Cluster::start(ClusterOptions {
        binaries: Binaries::find().unwrap(),
        data_dir: dir.into(),
        purpose,
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A session of its own, closed by dropping the runtime it runs on.
async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(async move { drop(connection.await) });
    client
}

/// Runs one statement; the first column of the first row, or nothing.
fn sql(cluster: &Cluster, statement: &str) -> String {
    runtime().block_on(async {
        let client = connect(&cluster.url("postgres")).await;
        let answer = client.simple_query(statement).await.unwrap();
        answer
            .iter()
            .find_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .unwrap_or_default()
    })
}

fn kill_nine(cluster: &mut Cluster) {
    let pid = Pid::from_raw(i32::try_from(cluster.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    postmaster::wait_until(PATIENCE, Duration::from_millis(2), || {
        (!cluster.is_running()).then_some(())
    })
    .expect("a killed process ends");
}

#[test]
fn a_cluster_starts_keeps_its_data_over_a_warm_restart_and_is_closed_to_others() {
    let dir = open_dir();
    let mut cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    assert!(cluster.is_running());
    sql(&cluster, "CREATE TABLE t AS SELECT 'œuf à 5 €' AS word");
    let major = Binaries::find().unwrap().version().to_string();
    assert!(
        dir.path()
            .join("pg")
            .join(major)
            .join("data/PG_VERSION")
            .exists()
    );
    assert_eq!(
        fs::metadata(cluster.folder()).unwrap().mode() & 0o777,
        0o700
    );
    cluster.stop().unwrap();
    assert!(!cluster.is_running());
    cluster.stop().expect("a second stop is nothing to do");
    drop(cluster);

    let cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    assert_eq!(sql(&cluster, "SELECT word FROM t"), "œuf à 5 €");
    let folder = cluster.folder().to_owned();
    cluster.discard().unwrap();
    assert!(!folder.exists());
}

#[test]
fn real_data_is_durable_whatever_the_configuration_files_say_and_throw_away_is_not() {
    let dir = open_dir();
    let mut cluster = start(dir.path(), Purpose::Real).unwrap();
    sql(&cluster, "ALTER SYSTEM SET fsync = off");
    cluster.stop().unwrap();
    drop(cluster);
    let cluster = start(dir.path(), Purpose::Real).unwrap();
    for setting in [
        "fsync",
        "synchronous_commit",
        "full_page_writes",
        "data_checksums",
    ] {
        assert_eq!(sql(&cluster, &format!("SHOW {setting}")), "on", "{setting}");
    }
    let folder = cluster.folder().to_owned();
    cluster.discard().unwrap();
    assert!(folder.exists(), "real data is never deleted");

    let other = open_dir();
    let cluster = start(other.path(), Purpose::ThrowAway).unwrap();
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(
            sql(&cluster, &format!("SHOW {setting}")),
            "off",
            "{setting}"
        );
    }
    drop(cluster);

    // Neither folder opens for the other purpose.
    for (dir, purpose) in [
        (dir.path(), Purpose::ThrowAway),
        (other.path(), Purpose::Real),
    ] {
        let error = start(dir, purpose).unwrap_err();
        assert!(
            matches!(error, ClusterError::OtherPurpose { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let dir = open_dir();
    let cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    let error = start(dir.path(), Purpose::ThrowAway).unwrap_err();
    assert!(matches!(error, ClusterError::InUse { .. }));
    assert!(
        error
            .to_string()
            .contains(&dir.path().display().to_string()),
        "{error}"
    );
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
}

#[test]
fn committed_rows_survive_kill_nine_of_the_postmaster_with_a_session_open() {
    let dir = open_dir();
    let mut cluster = start(dir.path(), Purpose::Real).unwrap();
    sql(
        &cluster,
        "CREATE TABLE t AS SELECT generate_series(1, 1000) AS n",
    );
    // Its backend outlives the postmaster for a moment and must be waited for.
    let url = cluster.url("postgres");
    let session = std::thread::spawn(move || {
        runtime().block_on(async {
            connect(&url)
                .await
                .simple_query("SELECT pg_sleep(120)")
                .await
                .unwrap_err()
        })
    });
    postmaster::wait_until(PATIENCE, Duration::from_millis(5), || {
        (sql(
            &cluster,
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'",
        ) == "1")
            .then_some(())
    })
    .expect("the session begins");
    kill_nine(&mut cluster);
    drop(cluster);
    let cluster = start(dir.path(), Purpose::Real).unwrap();
    assert_eq!(sql(&cluster, "SELECT count(*) FROM t"), "1000");
    session.join().unwrap();
}

#[test]
fn a_stale_process_id_that_now_belongs_to_someone_else_does_not_stop_the_start() {
    let dir = open_dir();
    let mut cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    kill_nine(&mut cluster);
    let pid_file = cluster.folder.data().join("postmaster.pid");
    drop(cluster);
    let stale = fs::read_to_string(&pid_file).unwrap();
    let rest = stale.split_once('\n').unwrap().1;
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).unwrap();
    let cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
}

#[test]
fn the_cluster_outlives_the_thread_that_started_it() {
    let dir = open_dir();
    let path = dir.path().to_owned();
    let mut cluster = std::thread::spawn(move || start(&path, Purpose::ThrowAway).unwrap())
        .join()
        .unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
    assert!(cluster.is_running());
}

#[test]
fn a_long_path_still_gets_a_socket() {
    let dir = open_dir();
    let deep = dir.path().join("a".repeat(100));
    let cluster = start(&deep, Purpose::ThrowAway).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
    cluster.discard().unwrap();
}

#[test]
fn a_folder_closed_to_the_account_moves_the_cluster_and_finds_it_again() {
    let dir = dir_with_mode(0o700);
    let mut cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    assert_eq!(
        cluster.folder().starts_with(dir.path()),
        !account::is_root()
    );
    sql(&cluster, "CREATE TABLE kept ()");
    cluster.stop().unwrap();
    drop(cluster);
    let cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    assert_eq!(sql(&cluster, "SELECT count(*) FROM kept"), "0");
    cluster.discard().unwrap();
}

#[test]
fn a_failed_start_shows_the_end_of_the_log() {
    let dir = open_dir();
    let mut cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    cluster.stop().unwrap();
    let control = cluster.folder.data().join("global/pg_control");
    drop(cluster);
    fs::write(&control, vec![0; 8192]).unwrap();
    let message = start(dir.path(), Purpose::ThrowAway)
        .unwrap_err()
        .to_string();
    assert!(message.contains("incompatible with server"), "{message}");
}

#[test]
fn an_interrupted_initdb_is_begun_again() {
    let dir = open_dir();
    let binaries = Binaries::find().unwrap();
    let unfinished = dir
        .path()
        .join("pg")
        .join(binaries.version().to_string())
        .join("data.new");
    fs::create_dir_all(&unfinished).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "half").unwrap();
    let cluster = start(dir.path(), Purpose::ThrowAway).unwrap();
    assert_eq!(sql(&cluster, "SELECT 1"), "1");
}

#[test]
fn real_data_of_another_version_never_gives_way_to_an_empty_cluster() {
    let dir = open_dir();
    fs::create_dir_all(dir.path().join("pg/9/data")).unwrap();
    let error = start(dir.path(), Purpose::Real).unwrap_err();
    assert!(
        matches!(error, ClusterError::OtherVersion { found: 9, .. }),
        "{error}"
    );
}

/// Names the folder for [`stand_in_server`].
const STAND_IN_DIR: &str = "PG_EMBEDDED_TEST_DIR";

#[test]
#[ignore = "not a test: the process that `a_server_killed_with_kill_nine_can_be_started_again_at_once` kills"]
fn stand_in_server() {
    let dir = std::env::var_os(STAND_IN_DIR).unwrap();
    let cluster = start(Path::new(&dir), Purpose::Real).unwrap();
    sql(&cluster, "CREATE TABLE t AS SELECT 42 AS n");
    fs::write(Path::new(&dir).join("started"), cluster.pid().to_string()).unwrap();
    loop {
        std::thread::park();
    }
}

#[test]
fn a_server_killed_with_kill_nine_can_be_started_again_at_once() {
    let dir = open_dir();
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cluster::tests::stand_in_server", "--ignored"])
        .env(STAND_IN_DIR, dir.path())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let old_pid = postmaster::wait_until(PATIENCE, Duration::from_millis(5), || {
        fs::read_to_string(dir.path().join("started"))
            .ok()
            .filter(|pid| !pid.is_empty())
    })
    .expect("the server starts");
    server.kill().unwrap();
    server.wait().unwrap();

    let cluster = start(dir.path(), Purpose::Real).unwrap();
    assert_eq!(sql(&cluster, "SELECT n FROM t"), "42");
    assert!(!Path::new("/proc").join(old_pid).join("exe").exists());
}
