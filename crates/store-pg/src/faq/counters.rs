//! What readers did, as servers follow it: which counters changed, and whether anything was written.

use diesel::sql_types::{BigInt, Nullable, Text, Uuid as SqlUuid};
use faq_domain::Counters;
use shared_kernel::{FaqId, StoreError, StreamId};
use uuid::Uuid;

use crate::error::{bad_row, from_diesel};
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Where the knowledge base's stream stands; any difference means that something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaqPosition {
    /// Nothing before the first event.
    pub epoch: Option<Uuid>,
    pub last_seq: i64,
}

/// What happened since somebody looked last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaqNews {
    pub position: FaqPosition,
    /// Counters that changed, some of them perhaps seen before.
    pub counters: Vec<(FaqId, Counters)>,
    /// Every change that is not in here belongs to this transaction or a later one.
    pub horizon: i64,
}

#[derive(diesel::QueryableByName)]
struct NewsRow {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    epoch: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    last_seq: Option<i64>,
    #[diesel(sql_type = BigInt)]
    horizon: i64,
    #[diesel(sql_type = Nullable<Text>)]
    faq_id: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    views: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    helpful: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    not_helpful: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    changes: Option<i64>,
}

/// One statement, so one view of the database. A transaction that was still running at the last
/// look is not older than that look's horizon, so it is found at the latest when it has ended. Numbers
/// beyond all transactions come with a backup from another cluster, and are old.
const NEWS: &str = "\
SELECT s.epoch, s.last_seq, h.horizon, c.faq_id, c.views, c.helpful, c.not_helpful, c.changes
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h
LEFT JOIN event_stream s ON s.stream_id = {}
LEFT JOIN faq_counter c ON c.changed >= {}::text::xid8 AND c.changed < pg_snapshot_xmax(pg_current_snapshot())";

impl PgStore {
    /// Looks for what happened since a horizon; nothing has any before the first look, whose
    /// counters nobody needs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn faq_news(&self, since: Option<i64>) -> Result<FaqNews, StoreError> {
        let conn = self.background_connection().await?;
        let stream = StreamId::knowledge_base().as_str().to_owned();
        let rows: Vec<NewsRow> = Statement::new(NEWS)
            .bind::<Text, _>(stream)
            .bind::<Text, _>(since.unwrap_or(i64::MAX).to_string())
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        let first = rows
            .first()
            .ok_or_else(|| StoreError::defect("a snapshot without a horizon"))?;
        Ok(FaqNews {
            position: FaqPosition {
                epoch: first.epoch,
                last_seq: first.last_seq.unwrap_or_default(),
            },
            horizon: first.horizon,
            counters: rows
                .iter()
                .filter_map(NewsRow::counters)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl NewsRow {
    fn counters(&self) -> Option<Result<(FaqId, Counters), StoreError>> {
        let counters = CounterRow {
            views: self.views?,
            helpful: self.helpful?,
            not_helpful: self.not_helpful?,
            changes: self.changes?,
        };
        let id = FaqId::parse(self.faq_id.clone()?);
        let bad = |_| bad_row("faq_counter", "?", "faq_id");
        Some(id.map_err(bad).map(|id| (id, counters.into_counters())))
    }
}

/// The counters of a row.
#[derive(Debug, Clone, Copy, diesel::QueryableByName)]
pub(super) struct CounterRow {
    #[diesel(sql_type = BigInt)]
    pub(super) views: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) helpful: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) not_helpful: i64,
    #[diesel(sql_type = BigInt)]
    pub(super) changes: i64,
}

impl CounterRow {
    pub(super) fn into_counters(self) -> Counters {
        Counters {
            views: self.views,
            helpful: self.helpful,
            not_helpful: self.not_helpful,
            changes: self.changes,
        }
    }
}
