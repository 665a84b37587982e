use chrono::{TimeDelta, TimeZone as _};
use proptest::prelude::*;
use shared_kernel::EmailKey;

use super::*;
use crate::satisfaction::Rating;

fn at(minutes: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 9, 0, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn ticket() -> Ticket {
    Ticket {
        id: TicketId::parse("TICKET-ABCD1234").unwrap(),
        customer: CustomerId::parse("CST-1").unwrap(),
        assignee: None,
        order: None,
        subject: Subject::parse("Problème démarrage véhicule").unwrap(),
        message: Message::parse("Mon véhicule ne démarre plus depuis ce matin.").unwrap(),
        priority: Priority::High,
        category: Category::Technical,
        status: Status::Open,
        vehicle: None,
        order_number: None,
        unverified: false,
        contact: Contact {
            email: EmailKey::from_stored("jean@example.com".to_owned()),
            name: None,
            phone: None,
            signed_in: true,
        },
        created_at: at(0),
        updated_at: at(0),
        first_response_at: None,
        closed_at: None,
        closings: 0,
        staff_responses: 0,
        satisfaction: None,
        version: 1,
    }
}

fn staff(id: &str) -> StaffId {
    StaffId::parse(id).unwrap()
}

fn five_stars() -> Satisfaction {
    Satisfaction {
        rating: Rating::new(5).unwrap(),
        feedback: None,
        rated_at: at(99),
    }
}

#[test]
fn assigning_a_new_ticket_puts_it_in_progress() {
    let mut ticket = ticket();
    assert!(ticket.assign(Some(staff("S1")), at(1)));
    assert_eq!(ticket.status, Status::InProgress);
    assert!(
        !ticket.assign(Some(staff("S1")), at(2)),
        "the same assignee again changes nothing"
    );
    assert_eq!(ticket.updated_at, at(1));
}

#[test]
fn taking_an_unanswered_ticket_away_makes_it_new_again() {
    let mut ticket = ticket();
    ticket.assign(Some(staff("S1")), at(1));
    ticket.assign(None, at(2));
    assert_eq!(ticket.status, Status::Open);
}

#[test]
fn whoever_spoke_last_decides_between_waiting_and_in_progress() {
    let mut ticket = ticket();
    ticket.customer_answered(at(1));
    assert_eq!(ticket.status, Status::Open, "nobody of support spoke yet");
    ticket.support_answered(at(2));
    assert_eq!(ticket.status, Status::WaitingCustomer);
    ticket.customer_answered(at(3));
    assert_eq!(ticket.status, Status::InProgress);
}

#[test]
fn the_first_response_is_the_first_one() {
    let mut ticket = ticket();
    ticket.support_answered(at(2));
    ticket.support_answered(at(9));
    assert_eq!(ticket.first_response_at, Some(at(2)));
    assert_eq!(ticket.staff_responses, 2);
}

#[test]
fn support_resolves_and_the_customer_closes() {
    let (mut by_support, mut by_customer) = (ticket(), ticket());
    assert!(by_support.request_status(StatusGroup::Closed, Side::Support, at(5)));
    assert!(by_customer.request_status(StatusGroup::Closed, Side::Customer, at(5)));
    assert_eq!(by_support.status, Status::Resolved);
    assert_eq!(by_customer.status, Status::Closed);
    assert_eq!(by_support.closed_at, Some(at(5)));
}

#[test]
fn asking_for_the_present_status_changes_nothing() {
    let mut ticket = ticket();
    ticket.support_answered(at(1));
    let before = ticket.clone();
    assert!(!ticket.request_status(StatusGroup::Open, Side::Support, at(2)));
    assert_eq!(ticket, before);
}

#[test]
fn a_customers_answer_reopens_a_closed_ticket() {
    let mut ticket = ticket();
    ticket.request_status(StatusGroup::Closed, Side::Support, at(5));
    ticket.customer_answered(at(6));
    assert_eq!((ticket.status, ticket.closed_at), (Status::Open, None));
    ticket.support_answered(at(7));
    ticket.request_status(StatusGroup::Closed, Side::Customer, at(8));
    ticket.customer_answered(at(9));
    assert_eq!(ticket.status, Status::InProgress);
    assert_eq!(ticket.closings, 2);
}

#[test]
fn support_may_add_to_a_closed_ticket_without_reopening_it() {
    let mut ticket = ticket();
    ticket.request_status(StatusGroup::Closed, Side::Support, at(5));
    ticket.support_answered(at(6));
    assert_eq!(ticket.status, Status::Resolved);
}

#[test]
fn only_a_closed_ticket_can_be_rated_and_rating_closes_it() {
    let mut ticket = ticket();
    assert_eq!(ticket.rate(five_stars(), at(1)), Rated::StillOpen);
    ticket.request_status(StatusGroup::Closed, Side::Support, at(5));
    assert_eq!(ticket.rate(five_stars(), at(6)), Rated::Taken);
    assert_eq!(ticket.status, Status::Closed);
    assert_eq!(
        ticket.closed_at,
        Some(at(5)),
        "the closing that stands is support's"
    );
}

#[test]
fn a_closing_is_rated_once() {
    let mut ticket = ticket();
    ticket.request_status(StatusGroup::Closed, Side::Support, at(5));
    ticket.rate(five_stars(), at(6));
    let one_star = Satisfaction {
        rating: Rating::new(1).unwrap(),
        ..five_stars()
    };
    assert_eq!(ticket.rate(five_stars(), at(7)), Rated::SameAgain);
    assert_eq!(ticket.rate(one_star.clone(), at(8)), Rated::AlreadyRated);
    ticket.customer_answered(at(9));
    ticket.request_status(StatusGroup::Closed, Side::Support, at(10));
    assert_eq!(
        ticket.rate(one_star, at(11)),
        Rated::Taken,
        "a new closing, a new rating"
    );
}

#[test]
fn a_resolved_ticket_closes_after_seven_quiet_days() {
    let mut ticket = ticket();
    ticket.request_status(StatusGroup::Closed, Side::Support, at(0));
    let week = TimeDelta::days(DAYS_RESOLVED_UNTIL_CLOSED);
    assert!(!ticket.close_when_quiet(at(-1) + week));
    assert!(ticket.close_when_quiet(at(0) + week));
    assert_eq!(ticket.status, Status::Closed);
}

#[derive(Debug, Clone)]
enum Step {
    Support,
    Customer,
    Request(StatusGroup, Side),
    Assign(Option<u8>),
    Escalate,
    Rate,
    Quiet,
}

fn step() -> impl Strategy<Value = Step> {
    let group = prop_oneof![Just(StatusGroup::Open), Just(StatusGroup::Closed)];
    let side = prop_oneof![Just(Side::Customer), Just(Side::Support)];
    prop_oneof![
        Just(Step::Support),
        Just(Step::Customer),
        (group, side).prop_map(|(group, side)| Step::Request(group, side)),
        proptest::option::of(0..3u8).prop_map(Step::Assign),
        Just(Step::Escalate),
        Just(Step::Rate),
        Just(Step::Quiet),
    ]
}

fn apply(ticket: &mut Ticket, step: &Step, now: DateTime<Utc>) {
    match step {
        Step::Support => ticket.support_answered(now),
        Step::Customer => ticket.customer_answered(now),
        Step::Request(group, side) => {
            ticket.request_status(*group, *side, now);
        }
        Step::Assign(id) => {
            ticket.assign(id.map(|n| StaffId::parse(format!("S{n}")).unwrap()), now);
        }
        Step::Escalate => ticket.escalate(now),
        Step::Rate => {
            ticket.rate(five_stars(), now);
        }
        Step::Quiet => {
            ticket.close_when_quiet(now);
        }
    }
}

proptest! {
    /// Whatever happens, the flags, the closing and the rating tell one story.
    #[test]
    fn every_history_leaves_a_ticket_that_makes_sense(steps in proptest::collection::vec(step(), 0..40)) {
        let mut ticket = ticket();
        for (n, step) in steps.iter().enumerate() {
            let before = ticket.clone();
            apply(&mut ticket, step, at(i64::try_from(n).unwrap() * 60 * 24));
            prop_assert_eq!(ticket.status.is_open(), ticket.closed_at.is_none());
            prop_assert!(ticket.satisfaction.is_none() || ticket.status == Status::Closed);
            prop_assert!(ticket.closings >= before.closings);
            prop_assert_eq!(ticket.status == Status::WaitingCustomer && before.status != Status::WaitingCustomer,
                matches!(step, Step::Support) && before.status.is_open() && before.status != Status::WaitingCustomer);
            prop_assert!(before.first_response_at.is_none() || ticket.first_response_at == before.first_response_at);
            if ticket.status == Status::Open {
                prop_assert!(ticket.assignee.is_none() && ticket.first_response_at.is_none());
            }
        }
    }
}
