use chrono::DateTime;
use faq_domain::{Answer, Article, CategoryId, Content, Order, Question, Tags, Text, Texts};
use shared_kernel::{FaqId, UserId};

use super::*;

fn kept() -> Kept {
    let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let text = Text {
        question: Question::from_stored("Comment suivre ma commande ?".into()),
        answer: Answer::from_stored("Ouvrez **Mes commandes**, puis suivez le colis.".into()),
    };
    let content = Content {
        category: CategoryId::parse("orders").unwrap(),
        order: Order::default(),
        published: true,
        tags: Tags::default(),
        texts: Texts::new(Locale::french(), text),
    };
    let article = Article {
        id: FaqId::parse("FAQ-1").unwrap(),
        content,
        created_by: UserId::parse("claire").unwrap(),
        created_at: at,
        updated_at: at,
        version: 3,
    };
    let file = ArticleFile {
        article,
        category_published: true,
        counters: counters(5, 10),
    };
    Kept::new(file, 0)
}

fn counters(changes: i64, views: i64) -> Counters {
    Counters {
        views,
        changes,
        ..Counters::default()
    }
}

fn served(kept: &Kept) -> Arc<Served> {
    kept.served(&Languages::default()).unwrap()
}

fn views(kept: &Kept) -> i64 {
    let body: serde_json::Value = serde_json::from_slice(&served(kept).body).unwrap();
    body["views"].as_i64().unwrap()
}

#[test]
fn the_same_bytes_are_served_until_something_changes() {
    let kept = kept();
    let first = served(&kept);
    assert!(Arc::ptr_eq(&first, &served(&kept)));
    kept.update(Some(counters(5, 10)), Some(0));
    assert!(Arc::ptr_eq(&first, &served(&kept)), "nothing changed");
    kept.update(Some(counters(6, 11)), None);
    let second = served(&kept);
    assert_ne!(first.tag, second.tag);
    assert_ne!(first.body, second.body);
}

#[test]
fn of_two_states_of_the_counters_the_later_is_shown_whichever_is_heard_last() {
    let kept = kept();
    kept.update(Some(counters(8, 14)), None);
    kept.update(Some(counters(7, 12)), None);
    assert_eq!(views(&kept), 14);
}

#[test]
fn views_that_are_not_written_down_are_shown_on_top() {
    let kept = kept();
    kept.update(None, Some(2));
    assert_eq!(views(&kept), 12);
    kept.update(Some(counters(6, 12)), Some(0));
    assert_eq!(views(&kept), 12);
}

#[test]
fn the_counters_of_a_vote_are_shown_to_its_voter_before_anybody_else() {
    let kept = kept();
    let before = served(&kept);
    let voted = kept.served_with(counters(6, 11), 1, &Languages::default());
    let body: serde_json::Value = serde_json::from_slice(&voted.unwrap().body).unwrap();
    assert_eq!(body["views"], 12);
    assert!(Arc::ptr_eq(&before, &served(&kept)));
    kept.update(None, Some(1));
    assert_eq!(views(&kept), 11);
}
