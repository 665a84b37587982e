//! Folding deltas into the totals, so that readers sum few rows.

use diesel::sql_types::{BigInt, Bool};
use diesel_async::AsyncConnection as _;
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

const FOLD: &str = "\
WITH taken AS (
    DELETE FROM ticket_figure_delta WHERE id IN (SELECT id FROM ticket_figure_delta ORDER BY id LIMIT {})
    RETURNING day, measure, status, priority, category, agent, count, total
), doubled AS (
    SELECT * FROM taken
    UNION ALL
    SELECT DATE '0001-01-01', measure, status, priority, category, agent, count, total FROM taken
)
INSERT INTO ticket_figure AS f (day, measure, status, priority, category, agent, count, total)
SELECT day, measure, status, priority, category, agent, sum(count), sum(total) FROM doubled
GROUP BY day, measure, status, priority, category, agent
ON CONFLICT (day, measure, status, priority, category, agent)
DO UPDATE SET count = f.count + excluded.count, total = f.total + excluded.total";

/// One folder at a time: "figures" in ASCII.
pub(super) const FOLD_LOCK: i64 = 0x0066_6967_7572_6573;

#[derive(diesel::QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

impl PgStore {
    /// Folds up to `limit` deltas into the totals. False when another instance is folding.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fold_figures(&self, limit: u32) -> Result<bool, StoreError> {
        let mut conn = self.background_connection().await?;
        conn.transaction(async |conn| {
            let lock: Option<Locked> =
                Statement::new("SELECT pg_try_advisory_xact_lock({}) AS locked")
                    .bind::<BigInt, _>(FOLD_LOCK)
                    .row(conn)
                    .await?;
            if !lock.is_some_and(|lock| lock.locked) {
                return Ok(false);
            }
            Statement::new(FOLD)
                .bind::<BigInt, _>(i64::from(limit))
                .run(conn)
                .await?;
            Ok(true)
        })
        .await
        .map_err(from_diesel)
    }
}
