use serde_json::{Value, json};

use super::*;

fn file() -> Value {
    json!({
        "categories": [{ "id": "orders", "name": "Commandes", "description": "", "icon": null, "order": 1, "published": true }],
        "articles": [{ "id": "FAQ-1", "category": "orders", "order": 1, "published": true, "tags": ["suivi"],
            "texts": { "fr": { "question": "Où est ma commande ?", "answer": "Elle est en chemin vers vous." } } }],
    })
}

fn wrong(text: &str) -> Vec<String> {
    read(text).unwrap_err().told().to_vec()
}

fn wrong_with(pointer: &str, value: Value) -> Vec<String> {
    let mut file = file();
    *file.pointer_mut(pointer).unwrap() = value;
    wrong(&file.to_string())
}

#[test]
fn a_language_that_is_there_twice_is_wrong_and_no_article_is_lost_in_silence() {
    let text =
        json!({ "question": "Où est ma commande ?", "answer": "Elle est en chemin vers vous." });
    assert_eq!(
        wrong_with("/articles/0/texts", json!({ "FR": text, "fr": text })),
        ["articles[0].texts.fr: this language is there twice"]
    );
}

#[test]
fn what_is_wrong_is_named_by_its_place() {
    assert_eq!(
        wrong_with("/articles/0/texts/fr/question", json!("Quoi ?")),
        ["articles[0].texts.fr.question: at least 10 characters"]
    );
    assert_eq!(
        wrong_with("/categories/0/id", json!("No!")),
        ["categories[0].id: must be 1 to 50 of a-z, 0-9, - and _"]
    );
    assert_eq!(
        wrong_with("/articles/0/tags", json!(["x", ""])),
        ["articles[0].tags[1]: at least 1 characters"]
    );
    assert_eq!(
        wrong_with("/articles/0/texts", json!({})),
        ["articles[0].texts: must be in 1 to 20 languages"]
    );
    let unknown = wrong_with("/articles/0", json!({ "ident": "FAQ-1" }));
    assert!(unknown[0].contains("unknown field `ident`"), "{unknown:?}");
}

#[test]
fn what_is_of_another_type_is_named_by_its_member_and_an_id_may_be_a_number() {
    for (pointer, value, told) in [
        (
            "/articles/0/order",
            json!("first"),
            "articles[0].order: must be a whole number",
        ),
        (
            "/articles/0/published",
            json!(2),
            "articles[0].published: must be true or false",
        ),
        (
            "/articles/0/tags/0",
            json!(5.5),
            "articles[0].tags[0]: must be a text",
        ),
        (
            "/articles/0/id",
            json!([]),
            "articles[0].id: must be a text",
        ),
        (
            "/articles/0/texts/fr/answer",
            json!(null),
            "articles[0].texts.fr.answer: invalid type: null, expected a string",
        ),
        (
            "/articles/0/texts/fr",
            json!({"question": "Où est ma commande ?"}),
            "articles[0].texts.fr: missing field `answer`",
        ),
        (
            "/categories/0",
            json!(1),
            "categories[0]: invalid type: integer `1`, expected struct CategoryEntry",
        ),
        (
            "/categories/0/name",
            json!({}),
            "categories[0].name: must be a text",
        ),
        (
            "/categories",
            json!({}),
            "categories: invalid type: map, expected a sequence",
        ),
    ] {
        assert_eq!(wrong_with(pointer, value), [told], "{pointer}");
    }
    let mut numbered = file();
    numbered["categories"][0]["id"] = json!(12);
    numbered["articles"][0]["category"] = json!(12);
    let base = read(&numbered.to_string()).unwrap();
    assert_eq!(base.articles[0].content.category.as_str(), "12");
    let twice = file()
        .to_string()
        .replace("\"order\":1", "\"order\":1,\"order\":2");
    assert!(wrong(&twice)[0].contains("order is there twice"));
}

#[test]
fn every_fault_is_named_and_ids_are_there_once() {
    let mut file = file();
    let twice = file["articles"][0].clone();
    file["articles"].as_array_mut().unwrap().push(twice);
    file["articles"][0]["order"] = json!(-1);
    file["categories"][0]["name"] = json!("");
    assert_eq!(
        wrong(&file.to_string()),
        [
            "categories[0].name: at least 1 characters",
            "articles[0].order: must be 0 or more"
        ]
    );
    file["articles"][0]["order"] = json!(1);
    file["categories"][0]["name"] = json!("Commandes");
    assert_eq!(wrong(&file.to_string()), ["articles: FAQ-1 is there twice"]);
}

#[test]
fn a_file_of_another_system_is_read_or_told_why_not() {
    let text = serde_json::to_string_pretty(&file())
        .unwrap()
        .replace('\n', "\r\n");
    let marked = format!("\u{feff}{text}").into_bytes();
    assert_eq!(read_bytes(marked).unwrap().articles.len(), 1);
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let refused = read_bytes(wide).unwrap_err();
    assert_eq!(refused.told(), ["the file is UTF-16; save it as UTF-8"]);
}

#[test]
fn ids_and_tags_may_be_numbers_and_flags_what_systems_write_for_them() {
    let mut file = file();
    for (pointer, value) in [
        ("/categories/0/id", json!(12)),
        ("/categories/0/name", json!(308)),
        ("/categories/0/order", json!("1")),
        ("/categories/0/published", json!(1)),
        ("/articles/0/id", json!(7)),
        ("/articles/0/category", json!(12.0)),
        ("/articles/0/order", json!(2.0)),
        ("/articles/0/published", json!("False")),
        ("/articles/0/tags", json!([308, "suivi"])),
    ] {
        *file.pointer_mut(pointer).unwrap() = value;
    }
    let base = read(&file.to_string()).unwrap();
    let (shelf, article) = (&base.categories[0], &base.articles[0]);
    assert_eq!((shelf.id.as_str(), shelf.details.published), ("12", true));
    assert_eq!(shelf.details.name.as_str(), "308");
    assert_eq!(article.id.as_str(), "7");
    assert_eq!(article.content.category.as_str(), "12");
    assert_eq!(article.content.order.get(), 2);
    assert!(!article.content.published);
    let tags: Vec<_> = article.content.tags.iter().collect();
    assert_eq!(tags, ["308", "suivi"]);
}

#[test]
fn every_fault_says_why_and_categories_the_file_has_not_are_kept_to_be_asked_for() {
    let mut file = file();
    let mut other = file["articles"][0].clone();
    other["id"] = json!("FAQ 2");
    other["category"] = json!("nowhere");
    other["tags"] = json!((0..=20).map(|n| n.to_string()).collect::<Vec<_>>());
    other["texts"]["français"] = other["texts"]["fr"].clone();
    file["articles"].as_array_mut().unwrap().push(other);
    file["articles"][0]["order"] = json!(-4);
    file["articles"][0]["category"] = json!("elsewhere");
    file["categories"][0]["icon"] = json!(5);
    file["categories"][0]["order"] = json!(3_000_000_000_u64);
    let faults = read(&file.to_string()).unwrap_err();
    assert_eq!(
        faults.told(),
        [
            "categories[0].icon: invalid type: integer `5`, expected a string",
            "categories[0].order: must be 2147483647 or less",
            "articles[0].order: must be 0 or more",
            "articles[1].id: an id is made of printable ASCII without spaces, that of a thing without slashes",
            "articles[1].tags: at most 20 tags",
            "articles[1].texts.français: must be a language, as fr or en-us",
        ]
    );
    assert!(faults.ask_the_base());
    assert_eq!(
        faults.unknown(|id| id.as_str() == "elsewhere"),
        ["articles[1].category: unknown category"]
    );
    file["articles"].as_array_mut().unwrap().truncate(1);
    file["articles"][0]["category"] = json!("orders");
    // A category of the file is one, whatever is wrong with the rest of it.
    assert!(!read(&file.to_string()).unwrap_err().ask_the_base());
}
