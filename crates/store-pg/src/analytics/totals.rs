//! Totals of figures, as readers sum them.

use analytics_domain::ticket_totals::Tally;
use analytics_domain::{FigureQueries, Measure, TicketTotals};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Text, Timestamptz};
use shared_kernel::StoreError;

use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

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
    if row.measure == Measure::Tickets.as_str() {
        *totals.by_status.entry(row.status).or_default() += row.count;
        *totals.by_priority.entry(row.priority).or_default() += row.count;
        *totals.by_category.entry(row.category).or_default() += row.count;
        return;
    }
    let tallies = [
        (Measure::Answers, &mut totals.answers),
        (Measure::Resolutions, &mut totals.resolutions),
        (Measure::Ratings, &mut totals.ratings),
    ];
    // Messages have figures of their own.
    for (measure, tally) in tallies {
        if row.measure == measure.as_str() {
            *tally = Tally {
                count: tally.count + row.count,
                total: tally.total + row.total,
            };
        }
    }
}
