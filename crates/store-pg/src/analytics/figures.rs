//! Figures: deltas appended by writers, folded by a job, summed by readers.

use analytics_domain::ticket_totals::Tally;
use analytics_domain::{Delta, FigureQueries, TicketTotals};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Date, Text, Timestamptz};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Adds deltas: a part of the statement that commits.
pub(crate) const ADDING: &str = "\
figured AS (
    INSERT INTO ticket_figure_delta (day, measure, status, priority, category, agent, count, total)
    SELECT * FROM unnest({}, {}, {}, {}, {}, {}, {}, {})
        AS d (day, measure, status, priority, category, agent, count, total) /*if known*/
)";

/// Binds deltas to [`ADDING`].
pub(crate) fn bind(statement: Statement, deltas: &[Delta]) -> Statement {
    let text = |of: fn(&Delta) -> &str| -> Vec<String> {
        deltas.iter().map(|delta| of(delta).to_owned()).collect()
    };
    let days: Vec<NaiveDate> = deltas.iter().map(|delta| delta.cell.day).collect();
    let counts: Vec<i64> = deltas.iter().map(|delta| delta.count).collect();
    let totals: Vec<i64> = deltas.iter().map(|delta| delta.total).collect();
    statement
        .bind::<Array<Date>, _>(days)
        .bind::<Array<Text>, _>(text(|d| d.cell.measure.as_str()))
        .bind::<Array<Text>, _>(text(|d| d.cell.status))
        .bind::<Array<Text>, _>(text(|d| d.cell.priority))
        .bind::<Array<Text>, _>(text(|d| d.cell.category))
        .bind::<Array<Text>, _>(text(|d| &d.cell.agent))
        .bind::<Array<BigInt>, _>(counts)
        .bind::<Array<BigInt>, _>(totals)
}

/// Totals over all days, folded and not yet folded, in one snapshot.
pub(crate) const ALL_DAYS: &str = "\
(SELECT measure, status, priority, category, agent, count, total FROM ticket_figure WHERE day = '0001-01-01'
 UNION ALL
 SELECT measure, status, priority, category, agent, count, total FROM ticket_figure_delta)";

#[derive(diesel::QueryableByName)]
struct SumRow {
    #[diesel(sql_type = Text)]
    measure: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Text)]
    priority: String,
    #[diesel(sql_type = Text)]
    category: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

#[derive(diesel::QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[async_trait]
impl FigureQueries for PgStore {
    async fn ticket_totals(&self, now: DateTime<Utc>) -> Result<TicketTotals, StoreError> {
        let conn = self.connection().await?;
        let sql = format!(
            "SELECT measure, status, priority, category, sum(count)::bigint AS count, sum(total)::bigint AS total \
             FROM {ALL_DAYS} f GROUP BY measure, status, priority, category"
        );
        let rows: Vec<SumRow> = Statement::new(sql).rows(&conn).await.map_err(from_diesel)?;
        let recent = "SELECT count(*) AS count FROM ___xtr_msg \
                      WHERE msg_kind = 'ticket' AND msg_date > {}";
        let recent: Option<CountRow> = Statement::new(recent)
            .bind::<Timestamptz, _>(now - TimeDelta::hours(24))
            .row(&conn)
            .await
            .map_err(from_diesel)?;
        let mut totals = TicketTotals {
            last_24h: recent.map_or(0, |row| row.count),
            ..TicketTotals::default()
        };
        for row in rows {
            add(&mut totals, row);
        }
        Ok(totals)
    }
}

fn add(totals: &mut TicketTotals, row: SumRow) {
    let tally = match row.measure.as_str() {
        "answers" => &mut totals.answers,
        "resolutions" => &mut totals.resolutions,
        "ratings" => &mut totals.ratings,
        "tickets" => {
            *totals.by_status.entry(row.status).or_default() += row.count;
            *totals.by_priority.entry(row.priority).or_default() += row.count;
            *totals.by_category.entry(row.category).or_default() += row.count;
            return;
        }
        // Messages have figures of their own.
        _ => return,
    };
    *tally = Tally {
        count: tally.count + row.count,
        total: tally.total + row.total,
    };
}

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
const FOLD_LOCK: i64 = 0x0066_6967_7572_6573;

#[derive(diesel::QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

/// What the figures must be, counted from the tickets and ratings themselves.
const RECOUNTED: &str = "\
SELECT (msg_date AT TIME ZONE {})::date AS day, 'tickets' AS measure, msg_status AS status, msg_priority AS priority,
    msg_category AS category, coalesce(msg_cnfa_id, '') AS agent, count(*) AS count, 0::bigint AS total
FROM ___xtr_msg WHERE msg_kind = 'ticket' GROUP BY 1, 3, 4, 5, 6
UNION ALL
SELECT (msg_first_response_at AT TIME ZONE {})::date, 'answers', '', msg_priority, msg_category, coalesce(msg_cnfa_id, ''),
    count(*), sum(trunc(extract(epoch FROM msg_first_response_at - msg_date)))::bigint
FROM ___xtr_msg WHERE msg_kind = 'ticket' AND msg_first_response_at IS NOT NULL GROUP BY 1, 4, 5, 6
UNION ALL
SELECT (msg_closed_at AT TIME ZONE {})::date, 'resolutions', '', msg_priority, msg_category, coalesce(msg_cnfa_id, ''),
    count(*), sum(trunc(extract(epoch FROM msg_closed_at - msg_date)))::bigint
FROM ___xtr_msg WHERE msg_kind = 'ticket' AND msg_closed_at IS NOT NULL GROUP BY 1, 4, 5, 6
UNION ALL
SELECT (rated_at AT TIME ZONE {})::date, 'ratings', '', priority, category, agent, count(*), sum(rating)::bigint
FROM ticket_rating GROUP BY 1, 4, 5, 6
UNION ALL
SELECT (msg_date AT TIME ZONE {})::date, 'messages', CASE msg_open WHEN '1' THEN 'open' ELSE 'closed' END, msg_priority, '',
    coalesce(msg_cnfa_id, ''), count(*), 0::bigint
FROM ___xtr_msg WHERE msg_kind = 'message' AND msg_deleted_at IS NULL GROUP BY 1, 3, 4, 6
UNION ALL
SELECT (msg_date AT TIME ZONE {})::date, 'unread_by_support', '', msg_priority, '', coalesce(msg_cnfa_id, ''), count(*), 0::bigint
FROM ___xtr_msg WHERE msg_kind = 'message' AND msg_deleted_at IS NULL AND msg_author_kind = 'customer' AND msg_read_at IS NULL
GROUP BY 1, 4, 6";

/// How often the zone is bound in [`RECOUNTED`].
const ZONES: usize = 6;

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

    /// Counts every figure anew from the tickets. Writers wait meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rebuild_figures(&self) -> Result<(), StoreError> {
        let mut conn = self.connection().await?;
        let zone = self.lent.zone.name().to_owned();
        let sql = format!(
            "WITH counted AS ({RECOUNTED}) \
             INSERT INTO ticket_figure (day, measure, status, priority, category, agent, count, total) \
             SELECT day, measure, status, priority, category, agent, count, total FROM counted \
             UNION ALL SELECT DATE '0001-01-01', measure, status, priority, category, agent, sum(count)::bigint, sum(total)::bigint \
             FROM counted GROUP BY measure, status, priority, category, agent"
        );
        conn.transaction(async |conn| {
            // Before the tables, as the folder does: the two must not wait for each other.
            Statement::new("SELECT pg_advisory_xact_lock({})")
                .bind::<BigInt, _>(FOLD_LOCK)
                .patiently()
                .run(conn)
                .await?;
            conn.batch_execute(
                "SET LOCAL statement_timeout = 0; LOCK TABLE ___xtr_msg, ticket_rating IN SHARE MODE; \
                 TRUNCATE ticket_figure, ticket_figure_delta",
            )
            .await?;
            let mut statement = Statement::new(sql).patiently();
            for _ in 0..ZONES {
                statement = statement.bind::<Text, _>(zone.clone());
            }
            statement.run(conn).await
        })
        .await
        .map_err(from_diesel)?;
        Ok(())
    }

    /// The cells in which the kept figures and a recount differ, in words. Empty when all agree.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn figure_differences(&self) -> Result<Vec<String>, StoreError> {
        #[derive(diesel::QueryableByName)]
        struct Difference {
            #[diesel(sql_type = Text)]
            words: String,
        }
        let zone = self.lent.zone.name().to_owned();
        let sql = format!(
            "WITH counted AS ({RECOUNTED}), kept AS ( \
               SELECT day, measure, status, priority, category, agent, sum(count) AS count, sum(total) AS total FROM \
               (SELECT day, measure, status, priority, category, agent, count, total FROM ticket_figure WHERE day > '0001-01-01' \
                UNION ALL SELECT day, measure, status, priority, category, agent, count, total FROM ticket_figure_delta) f \
               GROUP BY day, measure, status, priority, category, agent HAVING sum(count) <> 0 OR sum(total) <> 0) \
             SELECT concat_ws(' ', day, measure, status, priority, category, agent, 'kept', k.count, k.total, 'counted', c.count, c.total) AS words \
             FROM kept k FULL JOIN counted c USING (day, measure, status, priority, category, agent) \
             WHERE (k.count, k.total) IS DISTINCT FROM (c.count, c.total)"
        );
        let conn = self.connection().await?;
        let mut statement = Statement::new(sql).patiently();
        for _ in 0..ZONES {
            statement = statement.bind::<Text, _>(zone.clone());
        }
        let rows: Vec<Difference> = statement.rows(&conn).await.map_err(from_diesel)?;
        Ok(rows.into_iter().map(|row| row.words).collect())
    }
}
