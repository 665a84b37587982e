//! What reading cost: rows and blocks of one table, in the test's own database.
//!
//! PostgreSQL counts these for a database and a table whoever reads. So nobody else may: the table
//! is left alone by its housekeeping, and only one store works between two looks. How long it took
//! says nothing, for others use the machine too.

use store_pg::PgStore;

use crate::desk::Desk;

/// What some work cost of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Rows read by sequential scans.
    pub scanned: i64,
    /// Rows fetched through indexes.
    pub fetched: i64,
    /// Blocks of the table and its indexes that were looked at, each time.
    pub blocks: i64,
}

const COUNTERS: &str = "\
SELECT coalesce(seq_tup_read, 0), coalesce(idx_tup_fetch, 0),
    coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0) + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
FROM pg_stat_user_tables JOIN pg_statio_user_tables USING (relid) WHERE pg_stat_user_tables.relname = $1";

/// Keeps PostgreSQL's own housekeeping from reading a table, and from learning about it, behind a
/// test's back.
pub async fn leave_alone(desk: &Desk, table: &str) {
    let client = desk.database.client().await;
    client
        .batch_execute(&format!(
            "ALTER TABLE {table} SET (autovacuum_enabled = false)"
        ))
        .await
        .unwrap();
}

/// Runs `work` on a store of its own and answers what it cost of a table that is left alone. A
/// session hands in its counters when it ends, so its end is awaited. The desk's own store is
/// closed.
pub async fn cost_of(desk: &Desk, table: &str, work: impl AsyncFn(&PgStore)) -> Cost {
    desk.store.close();
    alone(desk).await;
    let before = counters(desk, table).await;
    let store = desk.another_store();
    work(&store).await;
    store.close();
    alone(desk).await;
    let after = counters(desk, table).await;
    Cost {
        scanned: after.scanned - before.scanned,
        fetched: after.fetched - before.fetched,
        blocks: after.blocks - before.blocks,
    }
}

async fn alone(desk: &Desk) {
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid()";
    testkit::eventually("other sessions to end", async || {
        (desk.number(others).await == 0).then_some(())
    })
    .await;
}

async fn counters(desk: &Desk, table: &str) -> Cost {
    let client = desk.database.client().await;
    let row = client.query_one(COUNTERS, &[&table]).await.unwrap();
    Cost {
        scanned: row.get(0),
        fetched: row.get(1),
        blocks: row.get(2),
    }
}
