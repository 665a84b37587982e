//! SQL written by hand, bound with types, prepared once per connection.
//!
//! Diesel prepares its own `sql_query` anew at each call, which costs a round trip; this one is
//! cached by its text. `{}` marks a bound value. Text is never put together from what came from
//! outside: only from constants, so the number of distinct statements is bounded; where conditions
//! are put together freely (`filtered_list.rs`), [`Statement::rarely`] keeps it small.

use std::borrow::Cow;
use std::time::Duration;

use diesel::deserialize::QueryableByName;
use diesel::expression::{IntoSql, TypedExpressionType};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel::sql_types::{HasSqlType, SingleValue, SqlType, Untyped};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::time::timeout;

type Bind = Box<dyn QueryFragment<Pg> + Send>;

/// How long a statement may go without an answer. The server's own limit is shorter; this one is
/// for a server that fell silent.
const SILENCE: Duration = Duration::from_secs(7);

/// Where a value is bound.
const MARK: &str = "{}";

pub(crate) struct Statement {
    text: Cow<'static, str>,
    binds: Vec<Bind>,
    patient: bool,
    rare: bool,
}

impl Statement {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            text: text.into(),
            binds: Vec::new(),
            patient: false,
            rare: false,
        }
    }

    /// Lets it take as long as it takes.
    pub(crate) fn patiently(mut self) -> Self {
        self.patient = true;
        self
    }

    /// Says that few others will ask the same: it is not kept prepared, which costs a round trip
    /// each time, but no memory on every connection.
    pub(crate) fn rarely(mut self) -> Self {
        self.rare = true;
        self
    }

    /// Binds the next `{}`.
    pub(crate) fn bind<ST, T>(mut self, value: T) -> Self
    where
        ST: SqlType + SingleValue + TypedExpressionType + Send + 'static,
        T: diesel::expression::AsExpression<ST>,
        T::Expression: QueryFragment<Pg> + Send + 'static,
        Pg: HasSqlType<ST>,
    {
        self.binds.push(Box::new(value.into_sql::<ST>()));
        self
    }

    pub(crate) async fn rows<T>(self, conn: &AsyncPgConnection) -> QueryResult<Vec<T>>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        let patient = self.patient;
        answered(patient, RunQueryDsl::load(self, &mut &*conn)).await
    }

    pub(crate) async fn row<T>(self, conn: &AsyncPgConnection) -> QueryResult<Option<T>>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        Ok(self.rows(conn).await?.into_iter().next())
    }

    pub(crate) async fn run(self, conn: &AsyncPgConnection) -> QueryResult<usize> {
        let patient = self.patient;
        answered(patient, RunQueryDsl::execute(self, &mut &*conn)).await
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.rare {
            out.unsafe_to_cache_prepared();
        }
        let mut pieces = self.text.split(MARK);
        out.push_sql(pieces.next().unwrap_or_default());
        let mut binds = self.binds.iter();
        for piece in pieces {
            let bind = binds.next().ok_or_else(|| self.miscounted())?;
            bind.walk_ast(out.reborrow())?;
            out.push_sql(piece);
        }
        if binds.next().is_some() {
            Err(self.miscounted())
        } else {
            Ok(())
        }
    }
}

impl Statement {
    fn miscounted(&self) -> Error {
        Error::QueryBuilderError(format!("binds and marks differ in: {}", self.text).into())
    }
}

/// Waits for an answer, but not for ever.
pub(crate) async fn answered<T>(
    patient: bool,
    asking: impl Future<Output = QueryResult<T>>,
) -> QueryResult<T> {
    if patient {
        return asking.await;
    }
    timeout(SILENCE, asking).await.unwrap_or_else(|_| {
        let silence = Box::new("the database fell silent".to_owned());
        Err(Error::DatabaseError(
            DatabaseErrorKind::ClosedConnection,
            silence,
        ))
    })
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}
