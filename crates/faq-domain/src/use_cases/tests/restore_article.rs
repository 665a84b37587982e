use shared_kernel::{StoreError, Versions};

use crate::article::{Counters, Question};
use crate::error::FaqError;
use crate::locale::Locale;
use crate::testing::{Base, QUESTION, content, faq_id, outline, refused, said, user};
use crate::use_cases::{
    RestoreArticle, UpdateArticle, UpdateText, delete_article, restore_article, update_article,
};
use crate::version::Change;

fn to(version: u64) -> RestoreArticle {
    RestoreArticle {
        id: faq_id("FAQ-A"),
        version,
        expected_version: None,
    }
}

/// Version 2 asks otherwise than version 1 did.
fn changed() -> Base {
    let mut base = Base::with("FAQ-A", content("orders", QUESTION));
    let text = UpdateText {
        question: Some(Question::parse("Où est mon colis ?").unwrap()),
        answer: None,
    };
    let ask = UpdateArticle {
        texts: [(Locale::french(), Some(text))].into(),
        ..UpdateArticle::default()
    };
    let (done, _) = said(&mut base, async |tx, with| {
        update_article(tx, with, &user("S1"), &faq_id("FAQ-A"), ask).await
    });
    done.unwrap();
    base
}

/// Version 3 is its end.
fn deleted() -> Base {
    let mut base = changed();
    let (done, _) = said(&mut base, async |tx, with| {
        delete_article(tx, with, &user("S1"), &faq_id("FAQ-A"), None).await
    });
    done.unwrap();
    base
}

#[test]
fn an_old_content_becomes_a_new_version() {
    let mut base = changed();
    let (file, told) = said(&mut base, async |tx, with| {
        restore_article(tx, with, &user("S2"), to(1)).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["FAQ-A v3 restored"]);
    assert_eq!(file.article.content, content("orders", QUESTION));
    assert_eq!(file.counters.views, 5, "readers saw this article");
    assert_eq!(base.article("FAQ-A"), Some(&file.article));
    let kept = base.last_of_article("FAQ-A");
    assert_eq!(
        (&kept.article, kept.change),
        (&file.article, Change::Restored)
    );
    assert_eq!((&kept.by, kept.at), (&user("S2"), base.now));
}

#[test]
fn a_deleted_article_comes_back_under_its_id_and_goes_on_counting_versions() {
    let mut base = deleted();
    let (file, told) = said(&mut base, async |tx, with| {
        restore_article(tx, with, &user("S2"), to(2)).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["FAQ-A v4 restored"]);
    assert_eq!(file.counters, Counters::default());
    assert_eq!(base.article("FAQ-A"), Some(&file.article));
}

#[test]
fn the_last_version_is_the_one_that_is_expected_even_of_a_deleted_article() {
    let expecting = |version| RestoreArticle {
        expected_version: Some(Versions::from(version)),
        ..to(1)
    };
    let error = refused(&mut deleted(), async |tx, with| {
        restore_article(tx, with, &user("S1"), expecting(2)).await
    });
    assert!(matches!(error, FaqError::VersionMismatch));
    let (file, _) = said(&mut deleted(), async |tx, with| {
        restore_article(tx, with, &user("S1"), expecting(3)).await
    });
    assert_eq!(file.unwrap().article.version, 4);
}

#[test]
fn what_never_was_cannot_be_restored() {
    let error = refused(&mut changed(), async |tx, with| {
        restore_article(tx, with, &user("S1"), to(9)).await
    });
    assert!(matches!(error, FaqError::VersionNotFound));
    let error = refused(&mut Base::new(), async |tx, with| {
        restore_article(tx, with, &user("S1"), to(1)).await
    });
    assert!(matches!(error, FaqError::ArticleNotFound));
}

#[test]
fn its_category_must_still_be_there() {
    let mut base = deleted();
    let (done, _) = said(&mut base, async |tx, with| {
        let id = crate::testing::category_id("orders");
        crate::use_cases::delete_category(tx, with, &user("S1"), &id).await
    });
    done.unwrap();
    let error = refused(&mut base, async |tx, with| {
        restore_article(tx, with, &user("S1"), to(1)).await
    });
    assert!(matches!(error, FaqError::UnknownCategory));
}

#[test]
fn two_who_restore_at_once_collide_and_the_second_tries_again() {
    let mut base = deleted();
    base.being_entered.insert("FAQ-A".to_owned());
    let error = refused(&mut base, async |tx, with| {
        restore_article(tx, with, &user("S1"), to(1)).await
    });
    assert!(matches!(error, FaqError::Store(StoreError::Collision)));
}
