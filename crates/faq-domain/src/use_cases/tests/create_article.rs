use shared_kernel::StoreError;

use crate::article::Counters;
use crate::error::FaqError;
use crate::testing::{Base, QUESTION, content, faq_id, outline, refused, said, user};
use crate::use_cases::{CreateArticle, create_article, delete_article};
use crate::version::Change;

fn article(id: Option<&str>, category: &str) -> CreateArticle {
    CreateArticle {
        id: id.map(faq_id),
        content: content(category, QUESTION),
    }
}

#[test]
fn a_new_article_is_kept_as_its_first_version_and_told() {
    let mut base = Base::new();
    let by = user("S1");
    let (file, told) = said(&mut base, async |tx, with| {
        create_article(tx, with, &by, article(None, "orders")).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["FAQ-1 v1 created"]);
    assert_eq!(base.article("FAQ-1"), Some(&file.article));
    assert_eq!(file.counters, Counters::default());
    assert_eq!(
        (&file.article.created_by, file.article.created_at),
        (&by, base.now)
    );
    let kept = base.last_of_article("FAQ-1");
    assert_eq!((&kept.article, &kept.by), (&file.article, &by));
    assert_eq!((kept.change, kept.at), (Change::Created, base.now));
}

#[test]
fn it_is_public_where_its_category_is() {
    for (category, is_public) in [("orders", true), ("drafts", false)] {
        let (file, _) = said(&mut Base::new(), async |tx, with| {
            create_article(tx, with, &user("S1"), article(None, category)).await
        });
        assert_eq!(file.unwrap().is_public(), is_public, "{category}");
    }
}

#[test]
fn an_article_stands_in_a_category_that_is_there() {
    let error = refused(&mut Base::new(), async |tx, with| {
        create_article(tx, with, &user("S1"), article(None, "pneus")).await
    });
    assert!(matches!(error, FaqError::UnknownCategory));
}

#[test]
fn a_drawn_id_that_was_ever_used_is_drawn_again() {
    let mut base = Base::with("FAQ-1", content("orders", QUESTION));
    let (deleted, _) = said(&mut base, async |tx, with| {
        delete_article(tx, with, &user("S1"), &faq_id("FAQ-1"), None).await
    });
    deleted.unwrap();
    base.being_entered.insert("FAQ-2".to_owned());
    let (file, told) = said(&mut base, async |tx, with| {
        create_article(tx, with, &user("S1"), article(None, "orders")).await
    });
    assert_eq!(file.unwrap().article.id, faq_id("FAQ-3"));
    assert_eq!(outline(&told), ["FAQ-3 v1 created"]);
}

#[test]
fn five_taken_ids_are_a_conflict_and_so_is_one_that_was_named() {
    for (id, taken) in [(None, 1..=5), (Some("FAQ-9"), 9..=9)] {
        let mut base = Base::new();
        for number in taken {
            base.being_entered.insert(format!("FAQ-{number}"));
        }
        let error = refused(&mut base, async |tx, with| {
            create_article(tx, with, &user("S1"), article(id, "orders")).await
        });
        let is_conflict = matches!(error, FaqError::Store(StoreError::Duplicate(_)));
        assert!(is_conflict, "{error}");
    }
}
