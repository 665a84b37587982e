use shared_kernel::{Actor, Role};

use super::*;
use crate::testing::{Desk, actor, asked, at, customer_id, message, reply_of_staff, staff_id};

/// Ticket `TICKET-C1` of customer C1, message `R1` of theirs, its reply `R2`, and `R3`, deleted.
fn desk() -> Desk {
    let deleted = Message {
        deleted_at: Some(at(5)),
        ..message("R3")
    };
    let mut desk = Desk::with([message("R1"), reply_of_staff("R2", "R1"), deleted]);
    desk.tickets
        .push(("TICKET-C1".to_owned(), customer_id("C1")));
    desk.met.push((customer_id("C1"), staff_id("S1")));
    desk
}

fn owner() -> Actor {
    actor("C1", Role::Customer)
}

fn stranger() -> Actor {
    actor("C2", Role::Customer)
}

fn staff() -> [Actor; 2] {
    [actor("S2", Role::Staff), actor("A1", Role::Admin)]
}

fn joins(actor: &Actor, conversation: &str) -> bool {
    asked(async || may_join(&desk(), actor, conversation).await.unwrap()).is_some()
}

#[test]
fn a_customer_follows_their_own_conversations_and_tickets_and_no_others() {
    for id in ["R1", "TICKET-C1"] {
        assert!(joins(&owner(), id), "{id}");
        assert!(!joins(&stranger(), id), "{id}");
    }
}

#[test]
fn staff_follow_every_conversation_and_every_ticket() {
    for by in staff() {
        assert!(joins(&by, "R1") && joins(&by, "TICKET-C1"));
    }
}

#[test]
fn who_takes_part_is_said_of_what_may_be_followed() {
    let of = |id: &str| asked(async || may_join(&desk(), &owner(), id).await.unwrap());
    let message = of("R1").unwrap();
    assert_eq!((message.customer, message.staff), (customer_id("C1"), None));
    assert_eq!(message.subject, About::Message);
    assert_eq!(of("TICKET-C1").unwrap().subject, About::Ticket);
}

#[test]
fn nobody_follows_a_reply_or_what_was_deleted() {
    for by in [owner(), stranger()].into_iter().chain(staff()) {
        assert!(!joins(&by, "R2") && !joins(&by, "R3"));
    }
}

#[test]
fn what_is_not_there_is_followed_by_nobody() {
    for by in [owner(), actor("A1", Role::Admin)] {
        for id in ["R9", "TICKET-9", "", "../x", "é", &"x".repeat(51)] {
            assert!(!joins(&by, id), "{id:?}");
        }
    }
}

#[test]
fn a_message_is_asked_for_before_a_ticket_of_the_same_id() {
    let mut desk = desk();
    // A reply, so nobody joins it, whatever ticket has its id.
    desk.tickets.push(("R2".to_owned(), customer_id("C1")));
    let joined = asked(async || may_join(&desk, &owner(), "R2").await.unwrap());
    assert_eq!(joined, None);
}

#[test]
fn a_customer_and_the_staff_member_they_met_share_a_conversation_and_two_of_one_side_do_not() {
    let shares = |actor: &Actor, other: &str| {
        let other = UserId::parse(other).unwrap();
        asked(async || share_conversation(&desk(), actor, &other).await.unwrap())
    };
    assert!(shares(&owner(), "S1"));
    assert!(shares(&actor("S1", Role::Staff), "C1"));
    assert!(!shares(&owner(), "S2") && !shares(&stranger(), "S1"));
    assert!(!shares(&owner(), "C1") && !shares(&owner(), "C2"));
    assert!(!shares(&actor("S1", Role::Staff), "S1"));
    assert!(
        !shares(&actor("C1", Role::Staff), "S1"),
        "as staff they have not met"
    );
}

#[test]
fn who_wrote_a_message_is_told_to_whoever_may_see_it() {
    let author = |actor: &Actor, id: &str| {
        asked(async || author_of(&desk(), actor, id).await.unwrap()).map(|id| id.to_string())
    };
    assert_eq!(author(&owner(), "R2").as_deref(), Some("S1"));
    assert_eq!(
        author(&actor("A1", Role::Admin), "R1").as_deref(),
        Some("C1")
    );
    for (by, id) in [
        (stranger(), "R2"),
        (owner(), "R3"),
        (owner(), "R9"),
        (owner(), "é"),
    ] {
        assert_eq!(author(&by, id), None, "{id}");
    }
}
