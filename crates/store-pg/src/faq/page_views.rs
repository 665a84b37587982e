//! Views: counted once per visitor, article and half hour, many in one statement.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz};
use faq_domain::Counters;
use faq_domain::readers::View;
use shared_kernel::StoreError;

use super::counters::CounterRow;
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// What became of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedView {
    /// When a view of this visitor was last counted: this one, or one that was lately.
    pub counted_at: Option<DateTime<Utc>>,
    /// The article's counters now; nothing when this batch did not change them.
    pub counters: Option<Counters>,
}

#[derive(diesel::QueryableByName)]
struct CountedRow {
    #[diesel(sql_type = Bool)]
    counted: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    counted_before: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<BigInt>)]
    views: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    helpful: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    not_helpful: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    changes: Option<i64>,
}

/// Articles are locked first, and in order: so a batch and a deletion, or two batches, wait for
/// each other and never crosswise. Views of articles that are gone fall out.
const COUNT: &str = "\
WITH seen AS (
    SELECT * FROM unnest({}, {}, {}) WITH ORDINALITY AS s (faq_id, visitor, at, ord)
), article AS MATERIALIZED (
    SELECT faq_id FROM ___xtr_faq WHERE faq_id IN (SELECT faq_id FROM seen) ORDER BY faq_id FOR KEY SHARE
), counted AS (
    INSERT INTO faq_view AS v (faq_id, visitor, counted_at)
    SELECT s.faq_id, s.visitor, s.at FROM seen s JOIN article USING (faq_id) ORDER BY s.faq_id, s.visitor
    ON CONFLICT (faq_id, visitor) DO UPDATE SET counted_at = excluded.counted_at
        WHERE v.counted_at <= excluded.counted_at - interval '30 minutes'
    RETURNING v.faq_id, v.visitor
), counter AS (
    INSERT INTO faq_counter AS c (faq_id, views, changes)
    SELECT faq_id, count(*), 1 FROM counted GROUP BY faq_id ORDER BY faq_id
    ON CONFLICT (faq_id) DO UPDATE SET views = c.views + excluded.views, changes = c.changes + 1,
        changed = pg_current_xact_id()
    RETURNING c.faq_id, c.views, c.helpful, c.not_helpful, c.changes
)
SELECT k.faq_id IS NOT NULL AS counted, v.counted_at AS counted_before, c.views, c.helpful, c.not_helpful, c.changes
FROM seen s
LEFT JOIN counted k USING (faq_id, visitor)
LEFT JOIN faq_view v USING (faq_id, visitor)
LEFT JOIN counter c USING (faq_id)
ORDER BY s.ord";

impl PgStore {
    /// Counts views, at most one for each visitor and article, and says what became of each, in
    /// order. Counting the same ones again counts none: an outcome that got lost may be asked for
    /// again. The commit does not wait for the disk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count_views(&self, views: &[View]) -> Result<Vec<CountedView>, StoreError> {
        let conn = self.background_connection().await?;
        let article = |view: &View| view.article.as_str().to_owned();
        let rows: Vec<CountedRow> = Statement::new(COUNT)
            .bind::<Array<Text>, _>(views.iter().map(article).collect::<Vec<_>>())
            .bind::<Array<Binary>, _>(
                views
                    .iter()
                    .map(|v| v.visitor.as_bytes().to_vec())
                    .collect::<Vec<_>>(),
            )
            .bind::<Array<Timestamptz>, _>(views.iter().map(|v| v.at).collect::<Vec<_>>())
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let outcome = |(view, row): (&View, CountedRow)| CountedView {
            counted_at: if row.counted {
                Some(view.at)
            } else {
                row.counted_before
            },
            counters: row.counters(),
        };
        Ok(views.iter().zip(rows).map(outcome).collect())
    }
}

impl CountedRow {
    fn counters(&self) -> Option<Counters> {
        Some(
            CounterRow {
                views: self.views?,
                helpful: self.helpful?,
                not_helpful: self.not_helpful?,
                changes: self.changes?,
            }
            .into_counters(),
        )
    }
}
