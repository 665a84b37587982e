use crate::error::FaqError;
use crate::testing::{Base, QUESTION, content, faq_id, outline, refused, said, user};
use crate::use_cases::delete_article;
use crate::version::Change;

fn base() -> Base {
    Base::with("FAQ-A", content("orders", QUESTION))
}

#[test]
fn the_article_goes_and_its_last_version_says_what_it_was() {
    let mut base = base();
    let (done, told) = said(&mut base, async |tx, with| {
        delete_article(
            tx,
            with,
            &user("S1"),
            &faq_id("FAQ-A"),
            Some(&shared_kernel::Versions::from(1)),
        )
        .await
    });
    done.unwrap();
    assert_eq!(outline(&told), ["FAQ-A v2 deleted"]);
    assert_eq!(base.article("FAQ-A"), None);
    let kept = base.last_of_article("FAQ-A");
    assert_eq!((kept.change, kept.article.version), (Change::Deleted, 2));
    assert_eq!(kept.article.content, content("orders", QUESTION));
    assert_eq!((&kept.by, kept.at), (&user("S1"), base.now));
}

#[test]
fn only_the_version_that_stands_is_deleted() {
    let error = refused(&mut base(), async |tx, with| {
        delete_article(
            tx,
            with,
            &user("S1"),
            &faq_id("FAQ-A"),
            Some(&shared_kernel::Versions::from(2)),
        )
        .await
    });
    assert!(matches!(error, FaqError::VersionMismatch));
}

#[test]
fn an_article_that_is_not_there_is_not_found() {
    let error = refused(&mut base(), async |tx, with| {
        delete_article(tx, with, &user("S1"), &faq_id("FAQ-9"), None).await
    });
    assert!(matches!(error, FaqError::ArticleNotFound));
}
