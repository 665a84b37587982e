//! The schema comes up once, whoever asks, and goes down again.

use std::path::Path;

use testkit::{TestDatabase, admin_client};
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
