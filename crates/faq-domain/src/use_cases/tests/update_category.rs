use crate::category::{CategoryName, Icon};
use crate::error::FaqError;
use crate::testing::{Base, QUESTION, category_id, content, outline, refused, said, user};
use crate::use_cases::{UpdateCategory, update_category};
use crate::version::Change;

fn named(name: &str) -> UpdateCategory {
    UpdateCategory {
        name: Some(CategoryName::parse(name).unwrap()),
        ..UpdateCategory::default()
    }
}

#[test]
fn a_change_is_kept_as_a_version_and_told() {
    let mut base = Base::with("FAQ-A", content("orders", QUESTION));
    let by = user("S1");
    let (file, told) = said(&mut base, async |tx, with| {
        update_category(tx, with, &by, &category_id("orders"), named("Commandes")).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["orders v2 updated"]);
    assert_eq!(file.category.details.name.as_str(), "Commandes");
    assert!(file.category.details.published, "not named");
    assert_eq!(file.category.updated_at, base.now);
    assert_eq!(file.articles, 1);
    assert_eq!(base.category("orders"), Some(&file.category));
    let kept = base.last_of_category("orders");
    assert_eq!(
        (&kept.category, kept.change),
        (&file.category, Change::Updated)
    );
    assert_eq!((&kept.by, kept.at), (&by, base.now));
}

#[test]
fn an_icon_can_be_given_and_taken_away() {
    let mut base = Base::new();
    let icon = Icon::parse("📦").unwrap();
    for icon in [Some(icon), None] {
        let ask = UpdateCategory {
            icon: Some(icon.clone()),
            ..UpdateCategory::default()
        };
        let (file, _) = said(&mut base, async |tx, with| {
            update_category(tx, with, &user("S1"), &category_id("orders"), ask).await
        });
        assert_eq!(file.unwrap().category.details.icon, icon);
    }
}

#[test]
fn what_changes_nothing_makes_no_version_and_tells_nobody() {
    let mut base = Base::with("FAQ-A", content("orders", QUESTION));
    for ask in [named("orders"), UpdateCategory::default()] {
        let (file, told) = said(&mut base, async |tx, with| {
            update_category(tx, with, &user("S1"), &category_id("orders"), ask).await
        });
        assert_eq!((told.len(), base.writes), (0, 0));
        let file = file.unwrap();
        assert_eq!((file.category.version, file.articles), (1, 1));
    }
}

#[test]
fn a_category_that_is_not_there_is_not_found() {
    let error = refused(&mut Base::new(), async |tx, with| {
        update_category(tx, with, &user("S1"), &category_id("pneus"), named("Pneus")).await
    });
    assert!(matches!(error, FaqError::CategoryNotFound));
}
