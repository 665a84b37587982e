//! Use cases in units of work: what they change and what they tell is one, and collisions are tried
//! again.

use std::cell::Cell;

use shared_kernel::{Done, StoreError};
use support_domain::{SupportError, TicketEvent, TicketFile};

use crate::desk::{Desk, customer, now, ticket};

const TICKETS: &str = "SELECT count(*) FROM ___xtr_msg WHERE msg_id = 'TICKET-EXEC0001'";

/// Inserts a ticket by the executor; `ends` decides on each attempt, counted from 1, whether it fails.
async fn insert(
    desk: &Desk,
    ends: impl Fn(u32) -> Result<(), StoreError>,
) -> (Result<(), SupportError>, u32) {
    let owner = customer("cst-1", "a@example.com");
    desk.enter(&owner).await;
    let attempts = Cell::new(0);
    let executor = desk.executor();
    let inserted = executor.run(async |tx| {
        attempts.set(attempts.get() + 1);
        let ticket = ticket("TICKET-EXEC0001", &owner, now());
        tx.insert_ticket(&ticket).await?;
        ends(attempts.get())?;
        let file = TicketFile {
            ticket,
            customer: owner.clone(),
            assignee: None,
            order: None,
        };
        Ok::<_, SupportError>(Done::telling((), vec![TicketEvent::Created { file }]))
    });
    let ended = inserted.await;
    (ended, attempts.get())
}

/// What there is of it: rows, told events, announced jobs.
async fn traces(desk: &Desk) -> (i64, usize, usize) {
    (
        desk.number(TICKETS).await,
        desk.heard.events().len(),
        desk.heard.jobs(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_use_case_tells_is_written_with_its_change() {
    let desk = Desk::new().await;
    let (ended, attempts) = insert(&desk, |_| Ok(())).await;
    ended.unwrap();
    assert_eq!((attempts, traces(&desk).await), (1, (1, 1, 2)));
    assert_eq!(desk.heard.events()[0].kind, "ticket.created");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_case_that_fails_changes_and_tells_nothing() {
    let desk = Desk::new().await;
    let (ended, attempts) = insert(&desk, |_| Err(StoreError::Stale)).await;
    assert!(matches!(ended, Err(SupportError::Store(StoreError::Stale))));
    assert_eq!((attempts, traces(&desk).await), (1, (0, 0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_case_that_collided_is_run_again_and_tells_once() {
    let desk = Desk::new().await;
    let collides_twice = |attempt| {
        if attempt < 3 {
            Err(StoreError::Collision)
        } else {
            Ok(())
        }
    };
    let (ended, attempts) = insert(&desk, collides_twice).await;
    ended.unwrap();
    assert_eq!((attempts, traces(&desk).await), (3, (1, 1, 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_away_between_being_found_and_being_named_is_looked_for_again() {
    let desk = Desk::new().await;
    let goes_away_once = |attempt| {
        if attempt < 2 {
            Err(StoreError::MissingReference("a customer".to_owned()))
        } else {
            Ok(())
        }
    };
    let (ended, attempts) = insert(&desk, goes_away_once).await;
    ended.unwrap();
    assert_eq!((attempts, traces(&desk).await), (2, (1, 1, 2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_use_case_that_goes_on_colliding_is_given_up_and_leaves_nothing() {
    let desk = Desk::new().await;
    let (ended, attempts) = insert(&desk, |_| Err(StoreError::Collision)).await;
    assert!(matches!(
        ended,
        Err(SupportError::Store(StoreError::Collision))
    ));
    assert_eq!((attempts, traces(&desk).await), (8, (0, 0, 0)));
    assert_eq!(desk.open_transactions().await, 0);
}
