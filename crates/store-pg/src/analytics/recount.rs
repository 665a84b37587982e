//! Recounting figures from the tickets, ratings and messages themselves.
//!
//! To add a measure: a line in [`COUNTED`].

use analytics_domain::Measure;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use shared_kernel::StoreError;

use super::fold::FOLD_LOCK;
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// What each measure must be, by day in the zone that is bound. `:measure` stands for its word.
const COUNTED: [(Measure, &str); 6] = [
    (
        Measure::Tickets,
        "\
SELECT (msg_date AT TIME ZONE {})::date AS day, ':measure' AS measure, msg_status AS status, msg_priority AS priority,
    msg_category AS category, coalesce(msg_cnfa_id, '') AS agent, count(*) AS count, 0::bigint AS total
FROM ___xtr_msg WHERE msg_kind = 'ticket' GROUP BY 1, 3, 4, 5, 6",
    ),
    (
        Measure::Answers,
        "\
SELECT (msg_first_response_at AT TIME ZONE {})::date, ':measure', '', msg_priority, msg_category, coalesce(msg_cnfa_id, ''),
    count(*), sum(trunc(extract(epoch FROM msg_first_response_at - msg_date)))::bigint
FROM ___xtr_msg WHERE msg_kind = 'ticket' AND msg_first_response_at IS NOT NULL GROUP BY 1, 4, 5, 6",
    ),
    (
        Measure::Resolutions,
        "\
SELECT (msg_closed_at AT TIME ZONE {})::date, ':measure', '', msg_priority, msg_category, coalesce(msg_cnfa_id, ''),
    count(*), sum(trunc(extract(epoch FROM msg_closed_at - msg_date)))::bigint
FROM ___xtr_msg WHERE msg_kind = 'ticket' AND msg_closed_at IS NOT NULL GROUP BY 1, 4, 5, 6",
    ),
    (
        Measure::Ratings,
        "\
SELECT (rated_at AT TIME ZONE {})::date, ':measure', '', priority, category, agent, count(*), sum(rating)::bigint
FROM ticket_rating GROUP BY 1, 4, 5, 6",
    ),
    (
        Measure::Messages,
        "\
SELECT (msg_date AT TIME ZONE {})::date, ':measure', CASE msg_open WHEN '1' THEN 'open' ELSE 'closed' END, msg_priority, '',
    coalesce(msg_cnfa_id, ''), count(*), 0::bigint
FROM ___xtr_msg WHERE msg_kind = 'message' AND msg_deleted_at IS NULL GROUP BY 1, 3, 4, 6",
    ),
    (
        Measure::UnreadBySupport,
        "\
SELECT (msg_date AT TIME ZONE {})::date, ':measure', '', msg_priority, '', coalesce(msg_cnfa_id, ''), count(*), 0::bigint
FROM ___xtr_msg WHERE msg_kind = 'message' AND msg_deleted_at IS NULL AND msg_author_kind = 'customer' AND msg_read_at IS NULL
GROUP BY 1, 4, 6",
    ),
];

/// What the figures must be, all of them.
fn recounted() -> String {
    let counted = COUNTED.map(|(measure, sql)| sql.replace(":measure", measure.as_str()));
    counted.join("\nUNION ALL\n")
}

impl PgStore {
    /// Counts every figure anew from the tickets. Writers wait meanwhile.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rebuild_figures(&self) -> Result<(), StoreError> {
        let mut conn = self.connection().await?;
        let recounted = recounted();
        let sql = format!(
            "WITH counted AS ({recounted}) \
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
            self.in_zone(Statement::new(sql).patiently())
                .run(conn)
                .await
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
        let recounted = recounted();
        let sql = format!(
            "WITH counted AS ({recounted}), kept AS ( \
               SELECT day, measure, status, priority, category, agent, sum(count) AS count, sum(total) AS total FROM \
               (SELECT day, measure, status, priority, category, agent, count, total FROM ticket_figure WHERE day > '0001-01-01' \
                UNION ALL SELECT day, measure, status, priority, category, agent, count, total FROM ticket_figure_delta) f \
               GROUP BY day, measure, status, priority, category, agent HAVING sum(count) <> 0 OR sum(total) <> 0) \
             SELECT concat_ws(' ', day, measure, status, priority, category, agent, 'kept', k.count, k.total, 'counted', c.count, c.total) AS words \
             FROM kept k FULL JOIN counted c USING (day, measure, status, priority, category, agent) \
             WHERE (k.count, k.total) IS DISTINCT FROM (c.count, c.total)"
        );
        let conn = self.connection().await?;
        let rows: Vec<Difference> = self
            .in_zone(Statement::new(sql).patiently())
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        Ok(rows.into_iter().map(|row| row.words).collect())
    }

    /// Binds the shop's zone, once for each measure of [`COUNTED`].
    fn in_zone(&self, statement: Statement) -> Statement {
        let zone = self.lent.zone.name();
        COUNTED.iter().fold(statement, |statement, _| {
            statement.bind::<Text, _>(zone.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_measure_is_counted_once_by_days_of_one_zone() {
        for (measure, sql) in COUNTED {
            assert_eq!(sql.matches("{}").count(), 1, "{measure:?}");
            assert_eq!(sql.matches(":measure").count(), 1, "{measure:?}");
            let same = COUNTED.iter().filter(|(other, _)| *other == measure);
            assert_eq!(same.count(), 1, "{measure:?}");
        }
    }
}
