//! Who is connected to which instance.
//!
//! Every instance tells of its own users and shows that it is alive; what an instance told goes
//! with it when it has not been seen for [`ALIVE_SECONDS`].

use std::collections::HashMap;

use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Uuid as SqlUuid};
use shared_kernel::{StoreError, UserId};
use uuid::Uuid;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// An instance not seen for this long is gone.
const ALIVE_SECONDS: i64 = 30;

#[derive(QueryableByName)]
struct PresenceRow {
    #[diesel(sql_type = Text)]
    user_id: String,
    #[diesel(sql_type = BigInt)]
    sockets: i64,
}

/// An instance among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alive {
    /// It was not known: it begins, or was taken for dead.
    pub is_new: bool,
    /// How many others are alive.
    pub others: usize,
}

#[derive(QueryableByName)]
struct ShownRow {
    #[diesel(sql_type = Bool)]
    is_new: bool,
}

#[derive(QueryableByName)]
struct OthersRow {
    #[diesel(sql_type = BigInt)]
    others: i64,
}

impl PgStore {
    /// Shows that an instance is alive, and forgets those that are not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn show_alive(&self, instance: Uuid) -> Result<Alive, StoreError> {
        const OTHERS: &str =
            "SELECT count(*) AS others FROM presence_instance WHERE instance <> {}";
        const ALIVE: &str = "INSERT INTO presence_instance (instance, seen_at) VALUES ({}, now()) \
            ON CONFLICT (instance) DO UPDATE SET seen_at = excluded.seen_at RETURNING xmax = 0 AS is_new";
        const GONE: &str =
            "DELETE FROM presence_instance WHERE seen_at < now() - {} * interval '1 second'";
        let conn = self.background_connection().await?;
        let shown: Option<ShownRow> = Statement::new(ALIVE)
            .bind::<SqlUuid, _>(instance)
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Statement::new(GONE)
            .bind::<BigInt, _>(ALIVE_SECONDS)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        let row: Option<OthersRow> = Statement::new(OTHERS)
            .bind::<SqlUuid, _>(instance)
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(Alive {
            is_new: shown.is_some_and(|row| row.is_new),
            others: row.map_or(0, |row| usize::try_from(row.others).unwrap_or_default()),
        })
    }

    /// Tells of changes among an instance's users: how many sockets each has now; none is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tell_presence(
        &self,
        instance: Uuid,
        changes: &[(UserId, usize)],
    ) -> Result<(), StoreError> {
        const HERE: &str = "INSERT INTO presence (instance, user_id, sockets) SELECT {}, * FROM unnest({}, {}) \
            ON CONFLICT (instance, user_id) DO UPDATE SET sockets = excluded.sockets";
        const GONE: &str = "DELETE FROM presence WHERE instance = {} AND user_id = ANY({})";
        let conn = self.background_connection().await?;
        let (here, gone): (Vec<_>, Vec<_>) = changes.iter().partition(|(_, sockets)| *sockets > 0);
        let names = |of: &[&(UserId, usize)]| {
            of.iter()
                .map(|(user, _)| user.as_str().to_owned())
                .collect::<Vec<_>>()
        };
        let sockets: Vec<i32> = here
            .iter()
            .map(|(_, n)| i32::try_from(*n).unwrap_or(i32::MAX))
            .collect();
        Statement::new(HERE)
            .bind::<SqlUuid, _>(instance)
            .bind::<Array<Text>, _>(names(&here))
            .bind::<Array<Integer>, _>(sockets)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Statement::new(GONE)
            .bind::<SqlUuid, _>(instance)
            .bind::<Array<Text>, _>(names(&gone))
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    /// An instance says goodbye, and its users go with it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_instance(&self, instance: Uuid) -> Result<(), StoreError> {
        let conn = self.background_connection().await?;
        Statement::new("DELETE FROM presence_instance WHERE instance = {}")
            .bind::<SqlUuid, _>(instance)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(())
    }

    /// How many sockets these users have on other instances than this one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sockets_elsewhere(
        &self,
        instance: Uuid,
        users: &[UserId],
    ) -> Result<HashMap<String, usize>, StoreError> {
        const SQL: &str = "SELECT p.user_id, sum(p.sockets) AS sockets FROM presence p JOIN presence_instance i USING (instance) \
            WHERE p.instance <> {} AND p.user_id = ANY({}) AND i.seen_at > now() - {} * interval '1 second' GROUP BY p.user_id";
        let names: Vec<String> = users.iter().map(|user| user.as_str().to_owned()).collect();
        let conn = self.connection().await?;
        let rows: Vec<PresenceRow> = Statement::new(SQL)
            .bind::<SqlUuid, _>(instance)
            .bind::<Array<Text>, _>(names)
            .bind::<BigInt, _>(ALIVE_SECONDS)
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(rows
            .into_iter()
            .map(|row| {
                (
                    row.user_id,
                    usize::try_from(row.sockets).unwrap_or_default(),
                )
            })
            .collect())
    }

    /// Users who have a socket on another instance than this one, each once.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn users_elsewhere(&self, instance: Uuid) -> Result<Vec<UserId>, StoreError> {
        const SQL: &str = "SELECT p.user_id, sum(p.sockets) AS sockets FROM presence p JOIN presence_instance i USING (instance) \
            WHERE p.instance <> {} AND i.seen_at > now() - {} * interval '1 second' GROUP BY p.user_id";
        let conn = self.connection().await?;
        let rows: Vec<PresenceRow> = Statement::new(SQL)
            .bind::<SqlUuid, _>(instance)
            .bind::<BigInt, _>(ALIVE_SECONDS)
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let users = rows.into_iter().map(|row| UserId::parse(row.user_id));
        Ok(users.filter_map(Result::ok).collect())
    }
}
