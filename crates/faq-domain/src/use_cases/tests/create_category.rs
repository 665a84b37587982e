use crate::error::FaqError;
use crate::testing::{Base, category_id, details, outline, refused, said, user};
use crate::use_cases::{CreateCategory, create_category, delete_category};
use crate::version::Change;

fn category(id: &str) -> CreateCategory {
    CreateCategory {
        id: category_id(id),
        details: details("Pneus"),
    }
}

#[test]
fn a_new_category_is_kept_as_its_first_version_and_told() {
    let mut base = Base::new();
    let by = user("S1");
    let (file, told) = said(&mut base, async |tx, with| {
        create_category(tx, with, &by, category("pneus")).await
    });
    let file = file.unwrap();
    assert_eq!(outline(&told), ["pneus v1 created"]);
    assert_eq!(file.articles, 0);
    assert_eq!(base.category("pneus"), Some(&file.category));
    let kept = base.last_of_category("pneus");
    assert_eq!(
        (&kept.category, kept.change),
        (&file.category, Change::Created)
    );
    assert_eq!((&kept.by, kept.at), (&by, base.now));
}

#[test]
fn one_made_anew_goes_on_counting_its_versions() {
    let mut base = Base::new();
    let (done, _) = said(&mut base, async |tx, with| {
        delete_category(tx, with, &user("S1"), &category_id("drafts")).await
    });
    done.unwrap();
    let (file, told) = said(&mut base, async |tx, with| {
        create_category(tx, with, &user("S1"), category("drafts")).await
    });
    assert_eq!(outline(&told), ["drafts v3 created"]);
    assert_eq!(file.unwrap().category.version, 3);
}

#[test]
fn an_id_is_one_categorys() {
    let error = refused(&mut Base::new(), async |tx, with| {
        create_category(tx, with, &user("S1"), category("orders")).await
    });
    assert!(matches!(error, FaqError::CategoryExists));
}
