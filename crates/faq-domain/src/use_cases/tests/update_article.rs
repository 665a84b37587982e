use std::collections::BTreeMap;

use crate::article::Question;
use crate::error::FaqError;
use crate::locale::Locale;
use crate::order::Order;
use crate::testing::{Base, QUESTION, category_id, content, faq_id, outline, refused, said, user};
use crate::use_cases::{UpdateArticle, UpdateText, update_article};
use crate::version::Change;

fn base() -> Base {
    Base::with("FAQ-A", content("orders", QUESTION))
}

fn asking(locale: &str, question: &str) -> UpdateArticle {
    let text = UpdateText {
        question: Some(Question::parse(question).unwrap()),
        answer: None,
    };
    UpdateArticle {
        texts: BTreeMap::from([(Locale::parse(locale).unwrap(), Some(text))]),
        ..UpdateArticle::default()
    }
}

#[test]
fn a_change_is_kept_as_a_version_and_told() {
    let mut base = base();
    let by = user("S1");
    let (file, told) = said(&mut base, async |tx, with| {
        let ask = asking("fr", "Où est mon colis ?");
        update_article(tx, with, &by, &faq_id("FAQ-A"), ask).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["FAQ-A v2 updated"]);
    assert_eq!(
        file.article.content,
        content("orders", "Où est mon colis ?")
    );
    assert_eq!(file.article.updated_at, base.now);
    assert_eq!(
        file.article.created_by,
        user("S0"),
        "still its first author"
    );
    assert_eq!(file.counters.views, 5);
    assert_eq!(base.article("FAQ-A"), Some(&file.article));
    let kept = base.last_of_article("FAQ-A");
    assert_eq!(
        (&kept.article, kept.change),
        (&file.article, Change::Updated)
    );
    assert_eq!((&kept.by, kept.at), (&by, base.now));
}

#[test]
fn what_changes_nothing_makes_no_version_and_tells_nobody() {
    let same = UpdateArticle {
        category: Some(category_id("orders")),
        order: Some(Order::default()),
        published: Some(true),
        ..asking("fr", QUESTION)
    };
    for ask in [same, UpdateArticle::default()] {
        let mut base = base();
        let (file, told) = said(&mut base, async |tx, with| {
            update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask).await
        });
        assert_eq!((told.len(), base.writes), (0, 0));
        assert_eq!(file.unwrap().article.version, 1);
    }
}

#[test]
fn moved_into_an_unpublished_category_it_is_no_longer_public() {
    let ask = UpdateArticle {
        category: Some(category_id("drafts")),
        ..UpdateArticle::default()
    };
    let (file, told) = said(&mut base(), async |tx, with| {
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask).await
    });
    assert!(!file.unwrap().is_public());
    assert_eq!(outline(&told), ["FAQ-A v2 updated"]);
}

#[test]
fn only_the_version_that_stands_changes() {
    let ask = |version| UpdateArticle {
        expected_version: Some(shared_kernel::Versions::from(version)),
        ..asking("fr", "Où est mon colis ?")
    };
    let mut base = base();
    let error = refused(&mut base, async |tx, with| {
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask(2)).await
    });
    assert!(matches!(error, FaqError::VersionMismatch));
    let (file, _) = said(&mut base, async |tx, with| {
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask(1)).await
    });
    assert_eq!(file.unwrap().article.version, 2);
}

#[test]
fn what_is_not_there_is_refused() {
    let elsewhere = UpdateArticle {
        category: Some(category_id("pneus")),
        ..UpdateArticle::default()
    };
    let error = refused(&mut base(), async |tx, with| {
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), elsewhere).await
    });
    assert!(matches!(error, FaqError::UnknownCategory));
    let error = refused(&mut base(), async |tx, with| {
        let ask = UpdateArticle::default();
        update_article(tx, with, &user("S1"), &faq_id("FAQ-9"), ask).await
    });
    assert!(matches!(error, FaqError::ArticleNotFound));
}

#[test]
fn an_article_is_never_left_with_half_a_text_or_none() {
    let error = refused(&mut base(), async |tx, with| {
        let ask = asking("en", "Where is my parcel?");
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask).await
    });
    assert!(matches!(error, FaqError::HalfAText { .. }));
    let error = refused(&mut base(), async |tx, with| {
        let ask = UpdateArticle {
            texts: BTreeMap::from([(Locale::french(), None)]),
            ..UpdateArticle::default()
        };
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask).await
    });
    assert!(matches!(error, FaqError::Languages));
}
