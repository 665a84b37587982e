use serde_json::{Value, json};

use super::*;

fn file() -> Value {
    json!({
        "categories": [{ "id": "orders", "name": "Commandes", "description": "", "icon": null, "order": 1, "published": true }],
        "articles": [{ "id": "FAQ-1", "category": "orders", "order": 1, "published": true, "tags": ["suivi"],
            "texts": { "fr": { "question": "Où est ma commande ?", "answer": "Elle est en chemin vers vous." } } }],
    })
}

fn wrong_with(pointer: &str, value: Value) -> Vec<String> {
    let mut file = file();
    *file.pointer_mut(pointer).unwrap() = value;
    read(&file.to_string()).unwrap_err()
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
        ["categories[0].id: not a value this can have"]
    );
    assert_eq!(
        wrong_with("/articles/0/tags", json!(["x", ""])),
        ["articles[0].tags[1]: at least 1 characters"]
    );
    assert_eq!(
        wrong_with("/articles/0/texts", json!({})),
        ["articles[0].texts: not a value this can have"]
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
    assert!(read(&twice).unwrap_err()[0].contains("order is there twice"));
}

#[test]
fn every_fault_is_named_and_ids_are_there_once() {
    let mut file = file();
    let twice = file["articles"][0].clone();
    file["articles"].as_array_mut().unwrap().push(twice);
    file["articles"][0]["order"] = json!(-1);
    file["categories"][0]["name"] = json!("");
    let wrong = read(&file.to_string()).unwrap_err();
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    file["articles"][0]["order"] = json!(1);
    file["categories"][0]["name"] = json!("Commandes");
    assert_eq!(
        read(&file.to_string()).unwrap_err(),
        ["articles: FAQ-1 is there twice"]
    );
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
    assert_eq!(refused, ["the file is UTF-16; save it as UTF-8"]);
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
