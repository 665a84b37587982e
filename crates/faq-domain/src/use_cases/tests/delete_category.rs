use crate::error::FaqError;
use crate::testing::{Base, QUESTION, category_id, content, outline, refused, said, user};
use crate::use_cases::delete_category;
use crate::version::Change;

#[test]
fn an_empty_category_goes_and_its_last_version_says_what_it_was() {
    let mut base = Base::new();
    let before = base.category("orders").unwrap().details.clone();
    let (done, told) = said(&mut base, async |tx, with| {
        delete_category(tx, with, &user("S1"), &category_id("orders")).await
    });
    done.unwrap();
    assert_eq!(outline(&told), ["orders v2 deleted"]);
    assert_eq!(base.category("orders"), None);
    let kept = base.last_of_category("orders");
    assert_eq!((kept.change, kept.category.version), (Change::Deleted, 2));
    assert_eq!(kept.category.details, before);
    assert_eq!((&kept.by, kept.at), (&user("S1"), base.now));
}

#[test]
fn a_category_with_articles_stays() {
    let mut base = Base::with("FAQ-A", content("orders", QUESTION));
    let error = refused(&mut base, async |tx, with| {
        delete_category(tx, with, &user("S1"), &category_id("orders")).await
    });
    assert!(matches!(error, FaqError::CategoryNotEmpty));
}

#[test]
fn a_category_that_is_not_there_is_not_found() {
    let error = refused(&mut Base::new(), async |tx, with| {
        delete_category(tx, with, &user("S1"), &category_id("pneus")).await
    });
    assert!(matches!(error, FaqError::CategoryNotFound));
}
