//! One key, one effect, one answer.

use diesel::sql_types::{BigInt, Binary, Bool, Nullable, SmallInt, Text};
use diesel_async::AsyncPgConnection;
use shared_kernel::{Claim, IdempotencyKey, StoreError, StoredAnswer};

use crate::error::from_diesel;
use crate::unit::statement::Statement;

#[derive(diesel::QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

#[derive(diesel::QueryableByName)]
struct AnswerRow {
    #[diesel(sql_type = Binary)]
    fingerprint: Vec<u8>,
    #[diesel(sql_type = SmallInt)]
    status: i16,
    #[diesel(sql_type = Nullable<Text>)]
    etag: Option<String>,
    #[diesel(sql_type = Binary)]
    body: Vec<u8>,
}

/// The lock is taken before the answer is looked for, in a statement of its own: whoever gets it
/// sees what the one before committed.
pub(crate) async fn claim(
    conn: &AsyncPgConnection,
    key: &IdempotencyKey,
) -> Result<Claim, StoreError> {
    let sql = "SELECT pg_try_advisory_xact_lock(hashtextextended({}, 0)) AS locked";
    let lock: Option<Locked> = Statement::new(sql)
        .bind::<Text, _>(format!("{}\n{}", key.scope, key.key))
        .row(conn)
        .await
        .map_err(from_diesel)?;
    let sql =
        "SELECT fingerprint, status, etag, body FROM idempotency_key WHERE scope = {} AND key = {}";
    let answer: Option<AnswerRow> = Statement::new(sql)
        .bind::<Text, _>(key.scope.clone())
        .bind::<Text, _>(key.key.clone())
        .row(conn)
        .await
        .map_err(from_diesel)?;
    Ok(match answer {
        Some(row) if row.fingerprint != key.fingerprint => Claim::Mismatch,
        Some(row) => Claim::Answered(StoredAnswer {
            status: u16::try_from(row.status).unwrap_or_default(),
            etag: row.etag,
            body: row.body,
        }),
        None if lock.is_some_and(|lock| lock.locked) => Claim::Fresh,
        None => Claim::InFlight,
    })
}

pub(crate) async fn remember(
    conn: &AsyncPgConnection,
    key: &IdempotencyKey,
    answer: &StoredAnswer,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO idempotency_key (scope, key, fingerprint, status, etag, body) \
               VALUES ({}, {}, {}, {}, {}, {})";
    Statement::new(sql)
        .bind::<Text, _>(key.scope.clone())
        .bind::<Text, _>(key.key.clone())
        .bind::<Binary, _>(key.fingerprint.clone())
        .bind::<SmallInt, _>(i16::try_from(answer.status).unwrap_or_default())
        .bind::<Nullable<Text>, _>(answer.etag.clone())
        .bind::<Binary, _>(answer.body.clone())
        .run(conn)
        .await
        .map_err(from_diesel)?;
    Ok(())
}

/// Forgets answers older than `hours`. Answers how many.
pub(crate) async fn forget(conn: &AsyncPgConnection, hours: i64) -> Result<usize, StoreError> {
    let sql = "DELETE FROM idempotency_key WHERE created_at < now() - {} * interval '1 hour'";
    Statement::new(sql)
        .bind::<BigInt, _>(hours)
        .run(conn)
        .await
        .map_err(from_diesel)
}
