//! Votes: one per visitor and article, and the counters in the same transaction.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Binary, Bool, Text, Timestamptz};
use faq_domain::readers::{ReaderTx, Visitor};
use faq_domain::{Counters, Scope};
use shared_kernel::{FaqId, StoreError};

use super::counters::CounterRow;
use super::rows::held_by;
use crate::error::from_diesel;
use crate::unit::statement::Statement;
use crate::unit::tx::PgTx;

/// The vote, and what it changes; `xmax` tells a row that was there from a new one. A vote that
/// says the same again changes nothing. The counters' row is locked last: voters wait for each
/// other, and never crosswise.
const VOTE: &str = "\
WITH cast_vote AS (
    INSERT INTO faq_vote AS v (faq_id, visitor, helpful, voted_at) VALUES ({}, {}, {}, {})
    ON CONFLICT (faq_id, visitor) DO UPDATE SET helpful = excluded.helpful, voted_at = excluded.voted_at
        WHERE v.helpful <> excluded.helpful
    RETURNING v.faq_id, v.helpful, CASE WHEN v.xmax = 0 THEN 0 ELSE 1 END AS taken_back
)
INSERT INTO faq_counter AS c (faq_id, helpful, not_helpful, changes)
SELECT faq_id, CASE WHEN helpful THEN 1 ELSE -taken_back END, CASE WHEN helpful THEN -taken_back ELSE 1 END, 1
FROM cast_vote
ON CONFLICT (faq_id) DO UPDATE SET helpful = c.helpful + excluded.helpful,
    not_helpful = c.not_helpful + excluded.not_helpful, changes = c.changes + 1, changed = pg_current_xact_id()
RETURNING c.views, c.helpful, c.not_helpful, c.changes";

#[async_trait]
impl ReaderTx for PgTx {
    async fn hold_readable(&mut self, id: &FaqId, scope: Scope) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT FROM ___xtr_faq f JOIN ___xtr_faq_category c ON c.cat_id = f.faq_category \
             WHERE f.faq_id = {{}} AND {} FOR KEY SHARE OF f",
            held_by(scope)
        );
        let found = Statement::new(sql)
            .bind::<Text, _>(id.as_str().to_owned())
            .run(self.begun().await?)
            .await
            .map_err(from_diesel)?;
        Ok(found > 0)
    }

    async fn vote(
        &mut self,
        id: &FaqId,
        visitor: &Visitor,
        helpful: bool,
        now: DateTime<Utc>,
    ) -> Result<Counters, StoreError> {
        let conn = self.begun().await?;
        let changed: Option<CounterRow> = Statement::new(VOTE)
            .bind::<Text, _>(id.as_str().to_owned())
            .bind::<Binary, _>(visitor.as_bytes().to_vec())
            .bind::<Bool, _>(helpful)
            .bind::<Timestamptz, _>(now)
            .row(conn)
            .await
            .map_err(from_diesel)?;
        let row = match changed {
            Some(row) => Some(row),
            None => Statement::new(
                "SELECT views, helpful, not_helpful, changes FROM faq_counter WHERE faq_id = {}",
            )
            .bind::<Text, _>(id.as_str().to_owned())
            .row(conn)
            .await
            .map_err(from_diesel)?,
        };
        Ok(row.map(CounterRow::into_counters).unwrap_or_default())
    }
}
