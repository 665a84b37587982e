//! What a ticket contributes to the figures, and what a change of it moves.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::cell::{Cell, Delta, Measure};

/// What the figures need to know of a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketFacts {
    pub status: &'static str,
    pub priority: &'static str,
    pub category: &'static str,
    /// Empty when nobody has it.
    pub agent: String,
    pub created_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
}

/// A rating as it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// 1 to 5.
    pub stars: u8,
    pub at: DateTime<Utc>,
}

/// The deltas of a change: what the ticket contributes now less what it did. `before` is `None`
/// for a new ticket. `day_of` tells the day of an instant in the shop's zone.
pub fn deltas(
    before: Option<&TicketFacts>,
    after: &TicketFacts,
    day_of: &dyn Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<Delta> {
    let old = before
        .map(|facts| contributions(facts, day_of))
        .unwrap_or_default();
    difference(old, contributions(after, day_of))
}

/// What the figures need to know of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageFacts {
    /// A deleted message counts nowhere.
    pub deleted: bool,
    pub status: &'static str,
    pub priority: &'static str,
    /// The staff member in the conversation; empty when there is none.
    pub agent: String,
    pub created_at: DateTime<Utc>,
    /// Written by a customer and not read by support.
    pub unread_by_support: bool,
}

/// The deltas of a message's change; `before` is `None` for a new message.
pub fn message_deltas(
    before: Option<&MessageFacts>,
    after: &MessageFacts,
    day_of: &dyn Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<Delta> {
    let old = before
        .map(|facts| message_contributions(facts, day_of))
        .unwrap_or_default();
    difference(old, message_contributions(after, day_of))
}

fn message_contributions(
    facts: &MessageFacts,
    day_of: &dyn Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<(Cell, i64)> {
    if facts.deleted {
        return Vec::new();
    }
    let cell = |measure, status| Cell {
        day: day_of(facts.created_at),
        measure,
        status,
        priority: facts.priority,
        category: "",
        agent: facts.agent.clone(),
    };
    let unread = facts
        .unread_by_support
        .then(|| (cell(Measure::UnreadBySupport, ""), 0));
    std::iter::once((cell(Measure::Messages, facts.status), 0))
        .chain(unread)
        .collect()
}

/// What was contributed is taken away, what is contributed is added.
fn difference(old: Vec<(Cell, i64)>, new: Vec<(Cell, i64)>) -> Vec<Delta> {
    let mut sums: BTreeMap<Cell, (i64, i64)> = BTreeMap::new();
    let signed = old
        .into_iter()
        .map(|(cell, total)| (cell, -1, -total))
        .chain(new.into_iter().map(|(cell, total)| (cell, 1, total)));
    for (cell, count, total) in signed {
        let sum = sums.entry(cell).or_default();
        sum.0 += count;
        sum.1 += total;
    }
    sums.into_iter()
        .filter(|(_, sum)| *sum != (0, 0))
        .map(|(cell, (count, total))| Delta { cell, count, total })
        .collect()
}

/// The delta of a rating. It stays where it was given: a rating is not taken back by reopening.
pub fn rating_delta(
    facts: &TicketFacts,
    given: Given,
    day_of: &dyn Fn(DateTime<Utc>) -> NaiveDate,
) -> Delta {
    let cell = cell(facts, Measure::Ratings, "", day_of(given.at));
    Delta {
        cell,
        count: 1,
        total: i64::from(given.stars),
    }
}

fn contributions(
    facts: &TicketFacts,
    day_of: &dyn Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<(Cell, i64)> {
    let seconds = |until: DateTime<Utc>| (until - facts.created_at).num_seconds();
    let created = (
        cell(
            facts,
            Measure::Tickets,
            facts.status,
            day_of(facts.created_at),
        ),
        0,
    );
    let answered = facts
        .first_response_at
        .map(|at| (cell(facts, Measure::Answers, "", day_of(at)), seconds(at)));
    let resolved = facts.closed_at.map(|at| {
        (
            cell(facts, Measure::Resolutions, "", day_of(at)),
            seconds(at),
        )
    });
    std::iter::once(created)
        .chain(answered)
        .chain(resolved)
        .collect()
}

fn cell(facts: &TicketFacts, measure: Measure, status: &'static str, day: NaiveDate) -> Cell {
    Cell {
        day,
        measure,
        status,
        priority: facts.priority,
        category: facts.category,
        agent: facts.agent.clone(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone as _};

    use super::*;

    fn facts() -> TicketFacts {
        TicketFacts {
            status: "open",
            priority: "normal",
            category: "general",
            agent: String::new(),
            created_at: Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap(),
            first_response_at: None,
            closed_at: None,
        }
    }

    fn utc_day(at: DateTime<Utc>) -> NaiveDate {
        at.date_naive()
    }

    #[test]
    fn a_new_ticket_counts_once_on_its_day() {
        let deltas = deltas(None, &facts(), &utc_day);
        assert_eq!(deltas.len(), 1);
        assert_eq!(
            (deltas[0].cell.measure, deltas[0].count, deltas[0].total),
            (Measure::Tickets, 1, 0)
        );
    }

    #[test]
    fn a_change_that_touches_no_figure_moves_nothing() {
        assert_eq!(deltas(Some(&facts()), &facts(), &utc_day), []);
    }

    #[test]
    fn an_answer_moves_the_status_and_counts_its_seconds() {
        let mut after = facts();
        after.status = "waiting_customer";
        after.first_response_at = Some(after.created_at + TimeDelta::minutes(30));
        let deltas = deltas(Some(&facts()), &after, &utc_day);
        let answer = deltas
            .iter()
            .find(|d| d.cell.measure == Measure::Answers)
            .unwrap();
        assert_eq!((answer.count, answer.total), (1, 1800));
        let moved: i64 = deltas
            .iter()
            .filter(|d| d.cell.measure == Measure::Tickets)
            .map(|d| d.count)
            .sum();
        assert_eq!(moved, 0, "one status loses what another gains");
    }

    #[test]
    fn a_deleted_message_leaves_every_figure() {
        let open = MessageFacts {
            deleted: false,
            status: "open",
            priority: "normal",
            agent: String::new(),
            created_at: facts().created_at,
            unread_by_support: true,
        };
        assert_eq!(message_deltas(None, &open, &utc_day).len(), 2);
        let deleted = MessageFacts {
            deleted: true,
            ..open.clone()
        };
        assert!(
            message_deltas(Some(&open), &deleted, &utc_day)
                .iter()
                .all(|delta| delta.count == -1)
        );
    }

    #[test]
    fn reopening_takes_the_closing_back() {
        let mut closed = facts();
        closed.status = "resolved";
        closed.closed_at = Some(closed.created_at + TimeDelta::hours(2));
        let total: i64 = deltas(Some(&closed), &facts(), &utc_day)
            .iter()
            .filter(|d| d.cell.measure == Measure::Resolutions)
            .map(|d| d.count)
            .sum();
        assert_eq!(total, -1);
    }
}
