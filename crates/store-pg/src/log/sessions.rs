//! Which conversations a socket has joined, so that it is in them again when it comes back: on this
//! instance or another. A row a socket that has joined any.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Jsonb, Text};
use serde_json::{Value, json};
use shared_kernel::{StoreError, UserId};

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Sockets of one user that are remembered; more than may be open at once.
const MOST_OF_ONE_USER: i64 = 64;

const KEEP: &str = "\
WITH gone AS (
    DELETE FROM socket_session WHERE session = ANY (ARRAY(
        SELECT session FROM socket_session WHERE user_id = {} AND session <> {} ORDER BY kept_at DESC OFFSET {}))
)
INSERT INTO socket_session AS s (session, user_id, joined) VALUES ({}, {}, {})
ON CONFLICT (session) DO UPDATE SET joined = excluded.joined, kept_at = now() WHERE s.user_id = excluded.user_id";

const FORGET: &str = "DELETE FROM socket_session WHERE session = {} AND user_id = {}";

const KEPT: &str = "UPDATE socket_session SET kept_at = now() WHERE session = {} AND user_id = {} RETURNING joined";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    joined: Value,
}

impl PgStore {
    /// Keeps what a socket has joined, each with where it began to hear it; nothing is kept of one
    /// that has joined nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let conn = self.connection().await?;
        let (session, user) = (session.to_owned(), user.as_str().to_owned());
        let keeping = if joined.is_empty() {
            Statement::new(FORGET)
                .bind::<Text, _>(session)
                .bind::<Text, _>(user)
        } else {
            Statement::new(KEEP)
                .bind::<Text, _>(user.clone())
                .bind::<Text, _>(session.clone())
                .bind::<BigInt, _>(MOST_OF_ONE_USER - 1)
                .bind::<Text, _>(session)
                .bind::<Text, _>(user)
                .bind::<Jsonb, _>(json!(joined))
        };
        keeping.run(&conn).await.map_err(from_diesel)?;
        Ok(())
    }

    /// What a socket of this user had joined.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_joined(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let conn = self.connection().await?;
        let row: Option<Row> = Statement::new(KEPT)
            .bind::<Text, _>(session.to_owned())
            .bind::<Text, _>(user.as_str().to_owned())
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(row.map(|row| read(row.joined)).unwrap_or_default())
    }
}

fn read(joined: Value) -> BTreeMap<String, u64> {
    let Value::Object(joined) = joined else {
        return BTreeMap::new();
    };
    let numbers = joined
        .into_iter()
        .filter_map(|(id, since)| Some((id, since.as_u64()?)));
    numbers.collect()
}
