//! The statement that commits, put together from a common table expression (CTE) for each kind of
//! row there is something of.
//!
//! To add a kind: its SQL beside the table it writes, a [`Cte`], and what is bound to it in
//! `commit.rs`.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::analytics::deltas;
use crate::jobs::enqueue;
use crate::link::session::Session;
use crate::log::entries;
use crate::messages::{insert, named};

/// Where a CTE says on what condition it writes.
const CONDITION: &str = "/*if known*/";

/// A CTE of the statement, in the order they are put together and bound in.
#[derive(Clone, Copy)]
pub(super) enum Cte {
    /// Asks whether those taken on trust are there; the others stand on its answer.
    NamedCheck,
    Messages,
    Events,
    Jobs,
    Deltas,
}

impl Cte {
    pub(super) const ALL: [Self; 5] = [
        Self::NamedCheck,
        Self::Messages,
        Self::Events,
        Self::Jobs,
        Self::Deltas,
    ];

    const fn bit(self) -> usize {
        1 << self as usize
    }

    fn text(self) -> Cow<'static, str> {
        match self {
            Self::NamedCheck => named::CTE.into(),
            Self::Messages => format!("inserted AS ({})", insert::INSERT).into(),
            Self::Events => entries::CTES.into(),
            Self::Jobs => enqueue::CTE.into(),
            Self::Deltas => deltas::CTE.into(),
        }
    }
}

/// Which CTEs a statement has, a bit each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct CteSet(usize);

const _: () = assert!(
    CteSet::COUNT <= Session::NUMBERS,
    "a session remembers for each which it has prepared"
);

impl CteSet {
    /// How many combinations there are.
    const COUNT: usize = 1 << Cte::ALL.len();

    /// The CTEs for which this is true.
    pub(super) fn of(is_in: impl Fn(Cte) -> bool) -> Self {
        let all = Cte::ALL.into_iter().filter(|cte| is_in(*cte));
        Self(all.map(Cte::bit).sum())
    }

    /// Which combination this is, below [`Self::COUNT`].
    pub(super) const fn number(self) -> usize {
        self.0
    }

    pub(super) fn has(self, cte: Cte) -> bool {
        self.0 & cte.bit() != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The CTEs, in their order.
    pub(super) fn iter(self) -> impl Iterator<Item = Cte> {
        Cte::ALL.into_iter().filter(move |cte| self.has(*cte))
    }

    /// The statement, put together at most once for each combination.
    pub(super) fn text(self) -> Cow<'static, str> {
        static TEXTS: [OnceLock<String>; CteSet::COUNT] =
            [const { OnceLock::new() }; CteSet::COUNT];
        match TEXTS.get(self.number()) {
            Some(text) => text.get_or_init(|| self.put_together()).as_str().into(),
            None => self.put_together().into(),
        }
    }

    fn put_together(self) -> String {
        let ctes: Vec<_> = self.iter().map(Cte::text).collect();
        let condition = if self.has(Cte::NamedCheck) {
            "WHERE (SELECT all_are FROM known)"
        } else {
            ""
        };
        let answer = if self.has(Cte::Events) {
            "SELECT stream_id, last_seq, at FROM numbered"
        } else {
            "SELECT ''::text AS stream_id, 0::bigint AS last_seq, now() AS at WHERE false"
        };
        let ctes = ctes.join(", ").replace(CONDITION, condition);
        format!("WITH {ctes} {answer}")
    }
}
