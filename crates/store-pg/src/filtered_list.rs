//! Filtered lists: the conditions somebody asked for, as one statement, and its rows as a page.
//!
//! A list adds a condition only where its filter is given, so that indexes serve. To add a filter:
//! one line where the list's [`Filters`] are made.

use std::borrow::Cow;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel_async::AsyncPgConnection;
use shared_kernel::{Limit, StoreError};

use crate::bigint::from_bigint;
use crate::error::from_diesel;
use crate::unit::statement::Statement;

/// Statements of more conditions are not kept prepared: filters and orders combine to thousands,
/// some 70 kB each on every connection, and any customer could ask for them all.
const MOST_KEPT_CONDITIONS: usize = 4;

/// A condition and how to bind its values.
struct Condition {
    sql: Cow<'static, str>,
    bind: Box<dyn FnOnce(Statement) -> Statement + Send>,
}

/// The conditions of a list, all of which must hold.
#[derive(Default)]
pub(crate) struct Filters(Vec<Condition>);

impl Filters {
    /// A condition that binds nothing.
    pub(crate) fn add(&mut self, sql: &'static str) {
        self.add_bound(sql, |statement| statement);
    }

    /// A condition that binds this text, where there is one.
    pub(crate) fn add_text(&mut self, sql: &'static str, text: Option<impl Into<String>>) {
        if let Some(text) = text.map(Into::into) {
            self.add_bound(sql, |statement| statement.bind::<Text, _>(text));
        }
    }

    /// A condition that binds its marks by itself.
    pub(crate) fn add_bound(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        bind: impl FnOnce(Statement) -> Statement + Send + 'static,
    ) {
        self.0.push(Condition {
            sql: sql.into(),
            bind: Box::new(bind),
        });
    }

    /// `{head} WHERE {conditions} {tail}`. What `tail` binds is still to be bound.
    pub(crate) fn select(self, head: &str, tail: &str) -> Statement {
        self.select_bound(head, |statement| statement, tail)
    }

    /// The same, with what `head` binds.
    pub(crate) fn select_bound(
        self,
        head: &str,
        bind_head: impl FnOnce(Statement) -> Statement,
        tail: &str,
    ) -> Statement {
        let sql = format!("{head} WHERE {} {tail}", self.joined());
        self.bound(bind_head(Statement::new(sql)))
    }

    /// How many rows of `from` there are.
    pub(crate) fn count(self, from: &str) -> Statement {
        let sql = format!(
            "SELECT count(*) AS count FROM {from} WHERE {}",
            self.joined()
        );
        self.bound(Statement::new(sql))
    }

    fn joined(&self) -> String {
        let conditions: Vec<&str> = self.0.iter().map(|one| &*one.sql).collect();
        conditions.join(" AND ")
    }

    fn bound(self, mut unbound: Statement) -> Statement {
        if self.0.len() > MOST_KEPT_CONDITIONS {
            unbound = unbound.rarely();
        }
        self.0
            .into_iter()
            .fold(unbound, |statement, one| (one.bind)(statement))
    }
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The `count` a statement answers.
pub(crate) async fn total(
    conn: &AsyncPgConnection,
    counting: Statement,
) -> Result<u64, StoreError> {
    let row: Option<CountRow> = counting.row(conn).await.map_err(from_diesel)?;
    Ok(row.map_or(0, |row| from_bigint(row.count)))
}

/// `SELECT {columns} …` of which only the beginnings of its texts (`msg_content`) are read: the head to put
/// around it, whose end is [`END_OF_BEGINNINGS`]. They are cut outside, where the page's rows are known:
/// whatever is sorted before would be read whole.
pub(crate) fn with_beginnings(columns: &str) -> String {
    let names = columns.split(',').map(|column| {
        let name = column.trim();
        match name.split_once('.').map_or(name, |(_, name)| name) {
            "msg_content" => "left(msg_content, {}) AS msg_content",
            name => name,
        }
    });
    let names: Vec<&str> = names.collect();
    format!("SELECT {} FROM (SELECT {columns}", names.join(", "))
}

/// Closes what [`with_beginnings`] opened.
pub(crate) const END_OF_BEGINNINGS: &str = ") AS page";

/// Binds what [`with_beginnings`] left open: a character more than each row of a page shows, which tells
/// that there is more.
pub(crate) fn bind_beginning(statement: Statement, limit: Limit) -> Statement {
    let most = i32::try_from(limit.text_share().saturating_add(1)).unwrap_or(i32::MAX);
    statement.bind::<Integer, _>(most)
}

/// Binds `LIMIT {} OFFSET {}`, to read one row more than asked for: it tells whether more follow.
pub(crate) fn bind_page(statement: Statement, limit: Limit, offset: i64) -> Statement {
    statement
        .bind::<BigInt, _>(i64::from(limit.get()) + 1)
        .bind::<BigInt, _>(offset)
}

/// The rows asked for, and whether more follow: of those read as [`bind_page`] says.
pub(crate) fn page<R, T>(rows: Vec<R>, limit: Limit) -> Result<(Vec<T>, bool), StoreError>
where
    T: TryFrom<R, Error = StoreError>,
{
    let wanted = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let has_more = rows.len() > wanted;
    let items = rows.into_iter().take(wanted).map(T::try_from);
    Ok((items.collect::<Result<_, _>>()?, has_more))
}

#[cfg(test)]
mod tests {
    use diesel::pg::Pg;
    use diesel::query_builder::QueryFragment as _;

    use super::*;

    #[test]
    fn texts_are_cut_outside_of_what_is_sorted() {
        assert_eq!(
            with_beginnings("m.msg_id, m.msg_content, r.rating"),
            "SELECT msg_id, left(msg_content, {}) AS msg_content, rating FROM (SELECT m.msg_id, m.msg_content, r.rating"
        );
    }

    #[test]
    fn only_lists_of_few_conditions_are_kept_prepared() {
        let is_kept = |conditions: usize| {
            let mut filters = Filters::default();
            for _ in 0..conditions {
                filters.add_text("a = {}", Some("b"));
            }
            let list = filters.select("SELECT 1 FROM t", "");
            list.is_safe_to_cache_prepared(&Pg).unwrap()
        };
        assert!(is_kept(MOST_KEPT_CONDITIONS));
        assert!(!is_kept(MOST_KEPT_CONDITIONS + 1));
    }
}
