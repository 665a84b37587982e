//! Deltas of figures, as a commit appends them.

use analytics_domain::Delta;
use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Text};

use crate::unit::statement::Statement;

/// Adds deltas: a CTE of the statement that commits.
pub(crate) const CTE: &str = "\
figured AS (
    INSERT INTO ticket_figure_delta (day, measure, status, priority, category, agent, count, total)
    SELECT * FROM unnest({}, {}, {}, {}, {}, {}, {}, {})
        AS d (day, measure, status, priority, category, agent, count, total) /*if known*/
)";

/// Binds deltas to [`CTE`].
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
