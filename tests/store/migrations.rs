//! The schema comes up once, whoever asks, and goes down again.

use std::path::Path;

use testkit::{TestDatabase, admin_client, eventually};
use tokio::task::JoinSet;

/// An empty database beside a migrated one.
async fn empty(beside: &TestDatabase, name: &str) -> String {
    let client = beside.client().await;
    client
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let (server, _) = beside.url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// What the schema is made of, without what migrations note about themselves.
async fn shape(url: &str) -> Vec<String> {
    let sql = "SELECT format('%s %s %s %s %s', c.relname, c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) \
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relname NOT LIKE '\\_\\_diesel%' \
        UNION ALL SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE '\\_\\_diesel%' \
        UNION ALL SELECT 'text search ' || cfgname FROM pg_ts_config WHERE cfgnamespace = 'public'::regnamespace ORDER BY 1";
    let rows = admin_client(url).await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_five_migrators_at_once_each_migration_is_run_by_one() {
    let database = TestDatabase::new().await;
    let url = empty(&database, "migrated_by_five").await;
    let known = store_pg::pending_migrations(&url).await.unwrap();
    assert!(known > 0);
    let mut migrators = JoinSet::new();
    for _ in 0..5 {
        let url = url.clone();
        migrators.spawn(async move { store_pg::migrate(&url).await });
    }
    let mut ran = Vec::new();
    while let Some(result) = migrators.join_next().await {
        ran.extend(result.unwrap().unwrap());
    }
    assert_eq!(ran.len(), known, "{ran:?}");
    assert_eq!(store_pg::pending_migrations(&url).await.unwrap(), 0);
    assert_eq!(shape(&url).await, shape(&database.url).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_migration_goes_down_and_comes_up_again() {
    let database = TestDatabase::new().await;
    let before = shape(&database.url).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut downs: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("down.sql"))
        .filter(|down| down.exists())
        .collect();
    downs.sort();
    let client = database.client().await;
    for down in downs.iter().rev() {
        client
            .batch_execute(&std::fs::read_to_string(down).unwrap())
            .await
            .unwrap();
    }
    client
        .batch_execute("DELETE FROM __diesel_schema_migrations")
        .await
        .unwrap();
    assert_eq!(
        shape(&database.url).await,
        Vec::<String>::new(),
        "nothing is left"
    );
    let ran = store_pg::migrate(&database.url).await.unwrap();
    assert_eq!(ran.len(), downs.len());
    assert_eq!(shape(&database.url).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_an_up_to_date_database_does_nothing() {
    let database = TestDatabase::new().await;
    assert_eq!(
        store_pg::migrate(&database.url).await.unwrap(),
        Vec::<String>::new()
    );
}

/// Takes the migrations of these versions back.
async fn take_back(database: &TestDatabase, versions: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with(versions)
        })
        .collect();
    names.sort();
    let client = database.client().await;
    for name in names.iter().rev() {
        let down = std::fs::read_to_string(name.join("down.sql")).unwrap();
        client.batch_execute(&down).await.unwrap();
    }
    let sql = "DELETE FROM __diesel_schema_migrations WHERE version LIKE $1 || '%'";
    let gone = client
        .execute(sql, &[&versions.replace('-', "")])
        .await
        .unwrap();
    assert_eq!(gone, names.len() as u64);
}

const WIDER: &str = "2026-11-30";

async fn longest_owner(database: &TestDatabase) -> i32 {
    let sql = "SELECT character_maximum_length::integer FROM information_schema.columns \
        WHERE table_name = '___xtr_msg' AND column_name = 'msg_cst_id'";
    database
        .client()
        .await
        .query_one(sql, &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_for_a_persons_id_holds_as_much_as_openid_connect_allows() {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    let sql = "SELECT table_name || '.' || column_name FROM information_schema.columns \
        WHERE table_schema = 'public' AND character_maximum_length < 255 \
        AND column_name ~ '(cst|cnfa|author|user|staff|customer|assigned|agent)_?(id|to)?$|_by$' \
        AND column_name !~ 'name'";
    let narrow = client.query(sql, &[]).await.unwrap();
    let narrow: Vec<String> = narrow.iter().map(|row| row.get(0)).collect();
    assert_eq!(narrow, Vec::<String>::new());
    let (owner, agent) = ("c".repeat(255), "s".repeat(255));
    for sql in [
        "INSERT INTO ___xtr_customer (cst_id, cst_name) VALUES ($1, 'x')",
        "INSERT INTO ___config_admin (cnfa_id, cnfa_name) VALUES ($1, 'x')",
        "INSERT INTO ___xtr_order (ord_id, ord_cst_id, ord_reference, ord_total_ttc) VALUES ('1', $1, 'x', 1)",
    ] {
        let id = if sql.contains("admin") {
            &agent
        } else {
            &owner
        };
        client.execute(sql, &[id]).await.unwrap();
    }
    let sql = "INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_cnfa_id, msg_author_id, msg_author_kind, \
        msg_priority, msg_subject, msg_content) VALUES ('1', 'message', $1, $2, $1, 'customer', 'normal', 'x', 'x')";
    client.execute(sql, &[&owner, &agent]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_grow_as_soon_as_the_tables_are_free_and_nobody_waits_meanwhile() {
    let database = TestDatabase::new().await;
    take_back(&database, WIDER).await;
    assert_eq!(longest_owner(&database).await, 50);
    let (mut client, other) = (database.client().await, database.client().await);
    client
        .execute(
            "INSERT INTO ___xtr_customer (cst_id, cst_name) VALUES ('7', 'x')",
            &[],
        )
        .await
        .unwrap();
    // Somebody has the table open for long; no statement of theirs runs any more, which an index would wait for.
    let long = client.transaction().await.unwrap();
    long.batch_execute("SELECT FROM ___xtr_msg").await.unwrap();
    let url = database.url.clone();
    let migrating = tokio::spawn(async move { store_pg::migrate(&url).await });
    eventually("it has tried in vain", async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
        let waiting: i64 = other.query_one(sql, &[]).await.unwrap().get(0);
        (waiting > 0).then_some(())
    })
    .await;
    // Others read and write, and wait at most as long as one attempt does.
    for n in 0..5 {
        let id = format!("new-{n}");
        let sql = "INSERT INTO ___xtr_customer (cst_id, cst_name) VALUES ($1, 'x')";
        other.execute(sql, &[&id]).await.unwrap();
        other.query("SELECT FROM ___xtr_msg", &[]).await.unwrap();
    }
    assert_eq!(longest_owner(&database).await, 50);
    long.commit().await.unwrap();
    let ran = migrating.await.unwrap().unwrap();
    assert!(
        ran.iter().all(|name| name.starts_with("20261130")),
        "{ran:?}"
    );
    assert_eq!(longest_owner(&database).await, 255);
    let sql = "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE indisvalid AND relname IN \
        ('idx_msg_staff', 'idx_msg_messages_customer', 'idx_msg_messages_staff', 'idx_msg_customer')";
    let indexes: i64 = other.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(indexes, 4);
    let sql = "SELECT count(*) FROM pg_constraint WHERE NOT convalidated";
    let unproven: i64 = other.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(unproven, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_whose_statements_would_be_of_other_types_are_opened_anew() {
    let database = TestDatabase::new().await;
    take_back(&database, WIDER).await;
    let of_the_release_before = format!("{}?application_name=guichet", database.url);
    let (old, other) = (
        admin_client(&of_the_release_before).await,
        database.client().await,
    );
    let kept = old
        .prepare("SELECT cst_id FROM ___xtr_customer")
        .await
        .unwrap();
    old.query(&kept, &[]).await.unwrap();
    store_pg::migrate(&database.url).await.unwrap();
    eventually("its connection has ended", async || {
        old.is_closed().then_some(())
    })
    .await;
    let again = admin_client(&of_the_release_before).await;
    again
        .query("SELECT cst_id FROM ___xtr_customer", &[])
        .await
        .unwrap();
    other.query("SELECT 1", &[]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_whose_building_was_interrupted_is_built_anew() {
    let database = TestDatabase::new().await;
    let client = database.client().await;
    client
        .batch_execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_msg_staff'::regclass; \
             DELETE FROM __diesel_schema_migrations WHERE version = '20261130000004'",
        )
        .await
        .unwrap();
    let ran = store_pg::migrate(&database.url).await.unwrap();
    assert_eq!(ran.len(), 1);
    let sql = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_msg_staff'::regclass";
    assert!(client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0));
}
