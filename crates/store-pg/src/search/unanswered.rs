//! Searches that found nothing.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use faq_domain::Locale;
use faq_domain::unanswered::{Unanswered, UnansweredPosition, UnansweredQueries};
use shared_kernel::StoreError;

use crate::error::{bad_row, from_diesel};
use crate::filtered_list::Filters;
use crate::unit::statement::Statement;
use crate::unit::store::PgStore;

/// Different searches kept: those asked most often, and the latest ones whatever their number, so
/// that new ones have a chance to become frequent.
const MOST_KEPT: i64 = 5_000;
const LATEST_KEPT: i64 = 1_000;

/// In one order, so that two instances cannot lock crosswise.
const COUNT: &str = "\
INSERT INTO faq_unanswered AS u (query, locale, times, first_at, last_at)
SELECT * FROM unnest({}::text[], {}::text[], {}::bigint[], {}::timestamptz[], {}::timestamptz[]) AS a(query, locale, times, first_at, last_at)
ORDER BY a.query, a.locale
ON CONFLICT (query, locale) DO UPDATE SET times = u.times + excluded.times,
    first_at = least(u.first_at, excluded.first_at), last_at = greatest(u.last_at, excluded.last_at)";

const FORGET: &str = "\
DELETE FROM faq_unanswered u USING (
    (SELECT query, locale FROM faq_unanswered ORDER BY times DESC, last_at DESC, query, locale OFFSET {})
    INTERSECT
    (SELECT query, locale FROM faq_unanswered ORDER BY last_at DESC, query, locale OFFSET {})) over
WHERE u.query = over.query AND u.locale = over.locale";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    query: String,
    #[diesel(sql_type = Text)]
    locale: String,
    #[diesel(sql_type = BigInt)]
    times: i64,
    #[diesel(sql_type = Timestamptz)]
    first_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    last_at: DateTime<Utc>,
}

#[async_trait]
impl UnansweredQueries for PgStore {
    async fn count_unanswered(&self, asked: Vec<Unanswered>) -> Result<(), StoreError> {
        let conn = self.background_connection().await?;
        let texts = |of: fn(&Unanswered) -> String| asked.iter().map(of).collect::<Vec<_>>();
        let instants = |of: fn(&Unanswered) -> DateTime<Utc>| asked.iter().map(of).collect();
        let first: Vec<DateTime<Utc>> = instants(|asked| asked.first_at);
        let last: Vec<DateTime<Utc>> = instants(|asked| asked.last_at);
        let times: Vec<i64> = asked
            .iter()
            .map(|asked| i64::try_from(asked.times).unwrap_or(i64::MAX))
            .collect();
        Statement::new(COUNT)
            .bind::<Array<Text>, _>(texts(|asked| asked.query.clone()))
            .bind::<Array<Text>, _>(texts(|asked| asked.locale.to_string()))
            .bind::<Array<BigInt>, _>(times)
            .bind::<Array<Timestamptz>, _>(first)
            .bind::<Array<Timestamptz>, _>(last)
            .run(&conn)
            .await
            .map_err(from_diesel)?;
        Statement::new(FORGET)
            .bind::<BigInt, _>(MOST_KEPT)
            .bind::<BigInt, _>(LATEST_KEPT)
            .run(&conn)
            .await
            // They were counted, and must not be again; the next batch forgets what this one did not.
            .inspect_err(
                |error| tracing::debug!(%error, "old unanswered searches stay for a while"),
            )
            .ok();
        Ok(())
    }

    async fn unanswered(&self, limit: u32) -> Result<Vec<Unanswered>, StoreError> {
        self.listed(Filters::default(), limit).await
    }

    async fn unanswered_after(
        &self,
        last: &UnansweredPosition,
        limit: u32,
    ) -> Result<Vec<Unanswered>, StoreError> {
        const AFTER: &str = "(times, last_at) <= ({}, {}) AND ((times, last_at) < ({}, {}) OR (query, locale) > ({}, {}))";
        let times = i64::try_from(last.times).unwrap_or(i64::MAX);
        let at = DateTime::from_timestamp_micros(last.micros).unwrap_or_default();
        let (query, locale) = (last.query.clone(), last.locale.to_string());
        let mut after = Filters::default();
        after.add_bound(AFTER, move |statement| {
            statement
                .bind::<BigInt, _>(times)
                .bind::<Timestamptz, _>(at)
                .bind::<BigInt, _>(times)
                .bind::<Timestamptz, _>(at)
                .bind::<Text, _>(query)
                .bind::<Text, _>(locale)
        });
        self.listed(after, limit).await
    }
}

impl PgStore {
    async fn listed(&self, mut wanted: Filters, limit: u32) -> Result<Vec<Unanswered>, StoreError> {
        wanted.add("true");
        let conn = self.connection().await?;
        let listing = wanted.select(
            "SELECT query, locale, times, first_at, last_at FROM faq_unanswered",
            "ORDER BY times DESC, last_at DESC, query, locale LIMIT {}",
        );
        let rows: Vec<Row> = listing
            .bind::<BigInt, _>(i64::from(limit))
            .rows(&conn)
            .await
            .map_err(from_diesel)?;
        rows.into_iter()
            .map(|row| {
                let locale = Locale::parse(&row.locale)
                    .ok_or_else(|| bad_row("faq_unanswered", &row.query, "locale"))?;
                Ok(Unanswered {
                    query: row.query,
                    locale,
                    times: u64::try_from(row.times).unwrap_or_default(),
                    first_at: row.first_at,
                    last_at: row.last_at,
                })
            })
            .collect()
    }
}
