//! SQL written by hand, bound with types, prepared once per connection.
//!
//! Diesel prepares its own `sql_query` anew at each call, which costs a round trip; this one is
//! cached by its text. `{}` marks a bound value. Text is never put together from what came from
//! outside: only from constants, so the number of distinct statements is bounded; where conditions
//! are put together freely (`filtered_list.rs`), [`Statement::rarely`] keeps it small.

use std::borrow::Cow;
use std::fmt;
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

/// A statement's text.
pub(crate) enum StatementText {
    Whole(Cow<'static, str>),
    Parted(&'static Parted),
}

/// A long text, taken apart at its marks once and for all: it is walked over several times at each use.
pub(crate) struct Parted(Box<[Box<str>]>);

impl Parted {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.split(MARK).map(Box::from).collect())
    }
}

impl From<&'static str> for StatementText {
    fn from(text: &'static str) -> Self {
        Self::Whole(text.into())
    }
}

impl From<String> for StatementText {
    fn from(text: String) -> Self {
        Self::Whole(text.into())
    }
}

impl From<&'static Parted> for StatementText {
    fn from(text: &'static Parted) -> Self {
        Self::Parted(text)
    }
}

impl fmt::Display for StatementText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(text) => f.write_str(text),
            Self::Parted(Parted(pieces)) => f.write_str(&pieces.join(MARK)),
        }
    }
}

pub(crate) struct Statement {
    text: StatementText,
    binds: Vec<Bind>,
    patient: bool,
    rare: bool,
}

impl Statement {
    pub(crate) fn new(text: impl Into<StatementText>) -> Self {
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

    /// The same for the one text that has this number: it is found among those prepared by the
    /// number, where others are by reading all of their text.
    pub(crate) async fn rows_of<const NUMBER: usize, T>(
        self,
        conn: &AsyncPgConnection,
    ) -> QueryResult<Vec<T>>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        let patient = self.patient;
        answered(
            patient,
            RunQueryDsl::load(WithStaticId::<NUMBER>(self), &mut &*conn),
        )
        .await
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
        match &self.text {
            StatementText::Whole(text) => self.walk(text.split(MARK), out),
            StatementText::Parted(parted) => self.walk(parted.0.iter().map(|piece| &**piece), out),
        }
    }
}

impl Statement {
    fn walk<'b>(
        &'b self,
        mut pieces: impl Iterator<Item = &'b str>,
        mut out: AstPass<'_, 'b, Pg>,
    ) -> QueryResult<()> {
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

/// A statement found among the prepared ones by its number, which the compiler knows.
struct WithStaticId<const NUMBER: usize>(Statement);

impl<const NUMBER: usize> QueryFragment<Pg> for WithStaticId<NUMBER> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<const NUMBER: usize> QueryId for WithStaticId<NUMBER> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const NUMBER: usize> Query for WithStaticId<NUMBER> {
    type SqlType = Untyped;
}
