//! Which conversations a socket has joined, so that it is in them again when it comes back: on this
//! instance or another. A row a socket that has joined any, also when it has left them since: so a
//! session that is not here was forgotten.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Jsonb, Text};
use serde_json::{Value, json};
use shared_kernel::{StoreError, UserId};

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Sockets of one user that are remembered; more than may be open at once.
const MOST_OF_ONE_USER: i64 = 64;

/// Enters a session, or changes what is kept of it as is said behind.
macro_rules! entering {
    ($change:literal) => {
        concat!(
            "WITH gone AS (DELETE FROM socket_session WHERE session = ANY (ARRAY(",
            "SELECT session FROM socket_session WHERE user_id = {} AND session <> {} ORDER BY kept_at DESC OFFSET {}))) ",
            "INSERT INTO socket_session AS s (session, user_id, joined) VALUES ({}, {}, {}) ",
            "ON CONFLICT (session) DO UPDATE SET ",
            $change,
            " WHERE s.user_id = excluded.user_id"
        )
    };
}

const KEEP: &str = entering!("joined = excluded.joined, kept_at = now()");

/// What the socket says itself, when it joins or leaves, is newer.
const RENEW: &str = entering!("kept_at = now()");

const KEPT: &str = "UPDATE socket_session SET kept_at = now() WHERE session = {} AND user_id = {} RETURNING joined";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Jsonb)]
    joined: Value,
}

impl PgStore {
    /// Keeps what a socket has joined, each with where it began to hear it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        self.enter_session(KEEP, session, user, joined).await
    }

    /// Keeps on what is kept of a socket; this, where that is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn renew_joined(
        &self,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        self.enter_session(RENEW, session, user, joined).await
    }

    async fn enter_session(
        &self,
        sql: &'static str,
        session: &str,
        user: &UserId,
        joined: &BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let conn = self.connection().await?;
        Statement::new(sql)
            .bind::<Text, _>(user.as_str().to_owned())
            .bind::<Text, _>(session.to_owned())
            .bind::<BigInt, _>(MOST_OF_ONE_USER - 1)
            .bind::<Text, _>(session.to_owned())
            .bind::<Text, _>(user.as_str().to_owned())
            .bind::<Jsonb, _>(json!(joined))
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    /// What a socket of this user had joined; none where nothing is kept of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_joined(
        &self,
        session: &str,
        user: &UserId,
    ) -> Result<Option<BTreeMap<String, u64>>, StoreError> {
        let conn = self.connection().await?;
        let row: Option<Row> = Statement::new(KEPT)
            .bind::<Text, _>(session.to_owned())
            .bind::<Text, _>(user.as_str().to_owned())
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(row.map(|row| read(row.joined)))
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
