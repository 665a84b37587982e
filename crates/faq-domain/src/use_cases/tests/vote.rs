use crate::error::FaqError;
use crate::readers::Visitor;
use crate::rights::Scope;
use crate::testing::{Base, QUESTION, content, faq_id, read};
use crate::use_cases::vote;

fn visitor(number: u8) -> Visitor {
    Visitor::new([number; Visitor::BYTES])
}

/// How many found it helpful, and how many did not, after this vote.
fn voted(base: &mut Base, scope: Scope, by: u8, helpful: bool) -> Result<(i64, i64), FaqError> {
    read(base, async |tx, with| {
        vote(tx, with, scope, &faq_id("FAQ-A"), &visitor(by), helpful).await
    })
    .map(|done| (done.value.helpful, done.value.not_helpful))
}

#[test]
fn a_visitor_has_one_vote_and_may_change_it() {
    let mut base = Base::with("FAQ-A", content("orders", QUESTION));
    for (by, helpful, counted) in [
        (1, true, (1, 0)),
        (1, true, (1, 0)),
        (2, true, (2, 0)),
        (1, false, (1, 1)),
    ] {
        let after = voted(&mut base, Scope::Published, by, helpful).unwrap();
        assert_eq!(after, counted);
    }
}

#[test]
fn only_who_may_read_an_article_votes_on_it() {
    let mut base = Base::with("FAQ-A", content("drafts", QUESTION));
    let refused = voted(&mut base, Scope::Published, 1, true);
    assert!(matches!(refused, Err(FaqError::ArticleNotFound)));
    assert_eq!(voted(&mut base, Scope::All, 1, true).unwrap(), (1, 0));
}

#[test]
fn there_is_no_vote_on_an_article_that_is_not_there() {
    let refused = voted(&mut Base::new(), Scope::All, 1, true);
    assert!(matches!(refused, Err(FaqError::ArticleNotFound)));
}
