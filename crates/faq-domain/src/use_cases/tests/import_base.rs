use shared_kernel::StoreError;

use crate::error::FaqError;
use crate::testing::{
    Base as Store, QUESTION, category_id, content, details, faq_id, outline, said, user,
};
use crate::use_cases::{
    Base, BaseArticle, CreateCategory, ImportError, Imported, delete_article, import_base,
};
use crate::version::Change;

fn category(id: &str, name: &str) -> CreateCategory {
    CreateCategory {
        id: category_id(id),
        details: details(name),
    }
}

fn article(id: &str, category: &str, question: &str) -> BaseArticle {
    BaseArticle {
        id: faq_id(id),
        content: content(category, question),
    }
}

/// Runs the import of a file. Answers what came of it and the events it tells.
fn imported(store: &mut Store, file: Base) -> (Result<Imported, ImportError>, Vec<String>) {
    let (done, told) = said(store, async |tx, with| {
        import_base(tx, with, &user("S1"), file).await
    });
    (done, outline(&told))
}

#[test]
fn everything_new_is_entered_categories_first_each_in_the_order_of_their_ids() {
    let file = Base {
        categories: vec![category("vidange", "Vidange"), category("pneus", "Pneus")],
        articles: vec![
            article("FAQ-B", "orders", QUESTION),
            article("FAQ-A", "pneus", QUESTION),
        ],
    };
    let mut store = Store::new();
    let (done, told) = imported(&mut store, file);
    assert_eq!(
        told,
        [
            "pneus v1 imported",
            "vidange v1 imported",
            "FAQ-A v1 imported",
            "FAQ-B v1 imported",
        ]
    );
    let counts = Imported {
        categories: 2,
        articles: 2,
        unchanged: 0,
    };
    assert_eq!(done.unwrap(), counts);
    let kept = store.last_of_article("FAQ-A");
    assert_eq!((kept.change, &kept.by), (Change::Imported, &user("S1")));
    assert_eq!(store.article("FAQ-A").unwrap().created_by, user("S1"));
}

#[test]
fn only_what_the_file_says_otherwise_gets_a_version() {
    let mut store = Store::with("FAQ-A", content("orders", QUESTION));
    let file = |name, question| Base {
        categories: vec![category("orders", name)],
        articles: vec![article("FAQ-A", "orders", question)],
    };
    let (done, told) = imported(&mut store, file("orders", QUESTION));
    assert_eq!((told.len(), store.writes), (0, 0));
    assert_eq!(done.unwrap().unchanged, 2);
    let (_, told) = imported(&mut store, file("Commandes", "Où est mon colis ?"));
    assert_eq!(told, ["orders v2 imported", "FAQ-A v2 imported"]);
    let after = store.article("FAQ-A").unwrap();
    assert_eq!(after.content, content("orders", "Où est mon colis ?"));
    assert_eq!(after.created_by, user("S0"), "still its first author");
}

#[test]
fn what_the_file_does_not_name_stays() {
    let mut store = Store::with("FAQ-A", content("orders", QUESTION));
    let (done, told) = imported(&mut store, Base::default());
    assert_eq!((done.unwrap(), told.len()), (Imported::default(), 0));
    assert!(store.article("FAQ-A").is_some());
}

#[test]
fn a_deleted_article_goes_on_counting_its_versions() {
    let mut store = Store::with("FAQ-A", content("orders", QUESTION));
    let (done, _) = said(&mut store, async |tx, with| {
        delete_article(tx, with, &user("S1"), &faq_id("FAQ-A"), None).await
    });
    done.unwrap();
    let file = Base {
        articles: vec![article("FAQ-A", "orders", QUESTION)],
        ..Base::default()
    };
    let (_, told) = imported(&mut store, file);
    assert_eq!(told, ["FAQ-A v3 imported"]);
}

#[test]
fn every_article_without_category_is_named_by_its_place_in_the_file() {
    let file = Base {
        articles: vec![
            article("FAQ-B", "pneus", QUESTION),
            article("FAQ-C", "orders", QUESTION),
            article("FAQ-A", "batteries", QUESTION),
        ],
        ..Base::default()
    };
    let (done, told) = imported(&mut Store::new(), file);
    let error = done.unwrap_err();
    assert!(matches!(&error, ImportError::UnknownCategories(places) if places == &[0, 2]));
    assert_eq!(
        error.to_string(),
        "articles[0].category: unknown category\narticles[2].category: unknown category"
    );
    assert_eq!(told, [""; 0]);
}

#[test]
fn an_article_somebody_else_is_entering_makes_the_import_try_again() {
    let mut store = Store::new();
    store.being_entered.insert("FAQ-A".to_owned());
    let file = Base {
        articles: vec![article("FAQ-A", "orders", QUESTION)],
        ..Base::default()
    };
    let (done, told) = imported(&mut store, file);
    assert_eq!(told.len(), 0);
    let collided = matches!(
        done,
        Err(ImportError::Faq(FaqError::Store(StoreError::Collision)))
    );
    assert!(collided);
}
