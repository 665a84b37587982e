//! Lists: totals that need no counting agree with counting; cost does not grow with history.

use shared_kernel::{Limit, PageNumber};
use support_domain::ports::{Assignee, SortBy, SortOrder, Start, TicketFilter, TicketWindow};
use support_domain::rights::Scope;
use support_domain::{Category, Priority, Status, StatusGroup, TicketQueries as _};
use testkit::statements::Statements;

use crate::cost::{cost_of, leave_alone};
use crate::desk::{Desk, Dice, staff_id, user};
use crate::figures::{AGENTS, enter_people, live_through};

const TICKETS: &str = "___xtr_msg";

fn first_page(limit: u32) -> TicketWindow {
    TicketWindow {
        sort_by: SortBy::CreatedAt,
        order: SortOrder::Descending,
        start: Start::Page(PageNumber::FIRST),
        limit: Limit::new(limit).unwrap(),
    }
}

fn any_or<T: Copy>(all: &[T]) -> Vec<Option<T>> {
    all.iter().copied().map(Some).chain([None]).collect()
}

/// Every combination the figures can answer, with the same condition in SQL.
fn combinations() -> Vec<(TicketFilter, String)> {
    let mut all = Vec::new();
    let groups = any_or(&[StatusGroup::Open, StatusGroup::Closed]);
    for group in groups {
        for status in any_or(&Status::ALL) {
            for priority in any_or(&Priority::ALL) {
                for category in any_or(&Category::ALL) {
                    for agent in any_or(&AGENTS[..1]) {
                        let mut sql =
                            "SELECT count(*) FROM ___xtr_msg WHERE msg_kind = 'ticket'".to_owned();
                        let mut and = |condition: Option<String>| {
                            sql.extend(condition.map(|condition| format!(" AND {condition}")));
                        };
                        and(group.map(|group| {
                            format!("msg_open = '{}'", u8::from(group == StatusGroup::Open))
                        }));
                        and(status.map(|status| format!("msg_status = '{}'", status.as_str())));
                        and(priority
                            .map(|priority| format!("msg_priority = '{}'", priority.as_str())));
                        and(category
                            .map(|category| format!("msg_category = '{}'", category.as_str())));
                        and(agent.map(|agent| format!("msg_cnfa_id = '{agent}'")));
                        let filter = TicketFilter {
                            group,
                            status,
                            priority,
                            category,
                            assignee: agent.map(|agent| Assignee::Is(staff_id(agent))),
                            ..TicketFilter::all(Scope::All)
                        };
                        all.push((filter, sql));
                    }
                }
            }
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_from_figures_equal_a_count_for_every_combination_of_filters() {
    let desk = Desk::new().await;
    enter_people(&desk).await;
    let mut dice = Dice::new(7);
    for n in 0..300 {
        live_through(&desk, &mut dice, &format!("TICKET-{n}")).await;
        // Half folded, half not.
        if n == 150 {
            desk.store.fold_figures(100_000).await.unwrap();
        }
    }
    let client = desk.database.client().await;
    let combinations = combinations();
    assert_eq!(combinations.len(), 3 * 6 * 5 * 6 * 2);
    for (filter, sql) in combinations {
        let counted: i64 = client.query_one(&sql, &[]).await.unwrap().get(0);
        let listed = desk.store.list(&filter, &first_page(1)).await.unwrap();
        assert_eq!(i64::try_from(listed.page.total).unwrap(), counted, "{sql}");
        assert_eq!(listed.page.items.is_empty(), counted == 0, "{sql}");
        assert_eq!(listed.page.has_more, counted > 1, "{sql}");
    }
}

/// Fifty thousand tickets, one in ten open, in an analysed table.
async fn fifty_thousand(desk: &Desk) {
    enter_people(desk).await;
    let client = desk.database.client().await;
    client
        .batch_execute(
            "INSERT INTO ___xtr_msg (msg_id, msg_kind, msg_cst_id, msg_subject, msg_content, msg_date, msg_open, msg_close,
                msg_priority, msg_category, msg_status, msg_contact_key, updated_at)
             SELECT 'TICKET-' || n, 'ticket', 'cst-' || 1 + n % 4, 'Sujet ' || n, 'Message ' || n, now() - n * interval '1 minute',
                CASE WHEN n % 10 = 0 THEN '1' ELSE '0' END, CASE WHEN n % 10 = 0 THEN '0' ELSE '1' END,
                (ARRAY['urgent', 'high', 'normal', 'low'])[1 + n % 4], 'general',
                CASE WHEN n % 10 = 0 THEN 'open' ELSE 'closed' END, 'x@example.com', now()
             FROM generate_series(1, 50000) n",
        )
        .await
        .unwrap();
    client
        .batch_execute("VACUUM ANALYZE ___xtr_msg")
        .await
        .unwrap();
    leave_alone(desk, TICKETS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_staff_list_reads_a_pageful_of_rows_whatever_the_order() {
    let desk = Desk::new().await;
    fifty_thousand(&desk).await;
    desk.store.rebuild_figures().await.unwrap();
    let open = TicketFilter {
        group: Some(StatusGroup::Open),
        ..TicketFilter::all(Scope::All)
    };
    let every = TicketFilter::all(Scope::All);
    let (newest, oldest) = (SortOrder::Descending, SortOrder::Ascending);
    for (filter, sort_by, order, total) in [
        (&open, SortBy::CreatedAt, newest, 5_000),
        (&open, SortBy::CreatedAt, oldest, 5_000),
        (&every, SortBy::CreatedAt, newest, 50_000),
        (&every, SortBy::UpdatedAt, newest, 50_000),
        (&every, SortBy::UpdatedAt, oldest, 50_000),
        (&every, SortBy::Priority, newest, 50_000),
        (&every, SortBy::Subject, oldest, 50_000),
        (&every, SortBy::Subject, newest, 50_000),
    ] {
        let window = TicketWindow {
            sort_by,
            order,
            ..first_page(20)
        };
        // Ten pages by cursor: prepared statements change their plans after five runs.
        let cost = cost_of(&desk, TICKETS, async |store| {
            let mut window = window.clone();
            for _ in 0..10 {
                let page = store.list(filter, &window).await.unwrap();
                assert_eq!((page.page.items.len(), page.page.total), (20, total));
                window.start = Start::After(page.next.unwrap());
            }
        })
        .await;
        assert_eq!(cost.scanned, 0, "{sort_by:?} {order:?}: {cost:?}");
        assert!(cost.fetched <= 10 * 60, "{sort_by:?} {order:?}: {cost:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_takes_as_many_statements_for_a_hundred_rows_as_for_one() {
    let desk = Desk::new().await;
    fifty_thousand(&desk).await;
    let statements = Statements::of(&desk.database).await;
    let store = desk.store_at(&statements.url);
    let filter = TicketFilter::all(Scope::All);
    // The first time a session is opened and the statements are prepared.
    let mut costs = Vec::new();
    for limit in [1, 100, 1, 100] {
        let page = first_page(limit);
        let (listed, run) = statements.run_by(store.list(&filter, &page)).await;
        assert_eq!(
            listed.unwrap().page.items.len(),
            usize::try_from(limit).unwrap()
        );
        costs.push(run);
    }
    assert_eq!(costs[2].len(), costs[3].len(), "{costs:#?}");
    assert!(!costs[2].is_empty(), "they went another way");
}

/// A customer with the latest of them.
async fn enter_few(desk: &Desk) {
    let client = desk.database.client().await;
    for sql in [
        "INSERT INTO ___xtr_customer (cst_id, cst_name) VALUES ('cst-few', 'Few')",
        "UPDATE ___xtr_msg SET msg_cst_id = 'cst-few' WHERE msg_date > now() - interval '20 minutes'",
        "VACUUM ANALYZE ___xtr_msg",
    ] {
        client.batch_execute(sql).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_search_looks_through_their_own_alone_whatever_it_is_for() {
    let desk = Desk::new().await;
    fifty_thousand(&desk).await;
    let few = user("cst-few").as_customer();
    enter_few(&desk).await;
    let count = "SELECT count(*) FROM ___xtr_msg WHERE msg_cst_id = 'cst-few'";
    let count = u64::try_from(desk.number(count).await).unwrap();
    assert!((15..=20).contains(&count));
    for words in ["-nulle", "message", "sujet OU message", "-sujet"] {
        let filter = TicketFilter {
            keyword: Some(words.to_owned()),
            ..TicketFilter::all(Scope::Own {
                customer: few.clone(),
                email: None,
            })
        };
        let cost = cost_of(&desk, TICKETS, async |store| {
            for _ in 0..10 {
                let page = store.list(&filter, &first_page(20)).await.unwrap();
                let found = if words == "-sujet" { 0 } else { count };
                assert_eq!(page.page.total, found, "{words}");
            }
        })
        .await;
        assert_eq!(cost.scanned, 0, "{words}: {cost:?}");
        assert!(cost.fetched <= 10 * 100, "{words}: {cost:?}");
    }
}
