use crate::testing::{Base, outline, said, user};
use crate::use_cases::enter_defaults;

#[test]
fn an_untouched_base_gets_its_categories_first_and_then_its_articles() {
    let mut base = Base::untouched();
    let (entered, told) = said(&mut base, async |tx, with| enter_defaults(tx, with).await);
    assert!(entered.unwrap());
    assert_eq!(
        outline(&told),
        [
            "orders v1 created",
            "shipping v1 created",
            "returns v1 created",
            "payment v1 created",
            "technical v1 created",
            "account v1 created",
            "FAQ-00000001 v1 created",
            "FAQ-00000002 v1 created",
            "FAQ-00000003 v1 created",
            "FAQ-00000004 v1 created",
        ]
    );
    assert_eq!(base.last_of_article("FAQ-00000001").by, user("guichet"));
}

#[test]
fn a_base_that_was_ever_written_to_is_left_alone() {
    let mut base = Base::new();
    let (entered, told) = said(&mut base, async |tx, with| enter_defaults(tx, with).await);
    assert!(!entered.unwrap());
    assert_eq!((told.len(), base.writes), (0, 0));
}
