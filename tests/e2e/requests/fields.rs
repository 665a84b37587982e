//! Fields of the form: types, characters, lengths, and what is kept of them.

use serde_json::{Map, Value, json};
use testkit::{TestServer, form};

use super::problems::assert_refused;
use crate::desk::{CONTACT, JEAN, all_mail_sent, at, form_with, ticket_by};

/// The form with one field, also inside `vehicle_info`, set otherwise.
fn form_with_field(field: &str, value: Value) -> Value {
    let mut body = form(JEAN);
    let pointer = format!("/{}", field.replace('.', "/"));
    match body.pointer_mut(&pointer) {
        Some(place) => *place = value,
        None => body[field] = value,
    }
    body
}

/// Every text of the form.
pub const TEXT_FIELDS: [&str; 12] = [
    "name",
    "email",
    "phone",
    "subject",
    "message",
    "priority",
    "category",
    "order_number",
    "customer_id",
    "vehicle_info.brand",
    "vehicle_info.model",
    "vehicle_info.license_plate",
];

#[tokio::test(flavor = "multi_thread")]
async fn all_refused_fields_are_reported_at_once() {
    let server = TestServer::start().await;
    let api = &server.api;
    let required = [
        "name", "email", "subject", "message", "priority", "category",
    ];
    assert_refused(&api.post(CONTACT, &json!({})).await, &required);
    let nulls: Map<String, Value> = required
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    assert_refused(&api.post(CONTACT, &nulls.into()).await, &required);

    let mut all: Vec<&str> = TEXT_FIELDS.to_vec();
    all.push("vehicle_info.year");
    for wrong in [json!([]), json!({}), json!(true)] {
        let mut body = form(JEAN);
        for field in &all {
            let pointer = format!("/{}", field.replace('.', "/"));
            match body.pointer_mut(&pointer) {
                Some(place) => *place = wrong.clone(),
                None => body[*field] = wrong.clone(),
            }
        }
        assert_refused(&api.post(CONTACT, &body).await, &all);
    }
    let staff = server.staff("staff-claire");
    let id = ticket_by(api, JEAN).await;
    let bad = json!({ "status": "ouvert", "assigned_to": "a b", "internal_note": 5 });
    let answer = staff.put(&at(&id, "/status"), &bad).await;
    assert_refused(&answer, &["status", "assigned_to", "internal_note"]);
    let bad = json!({ "message": 1, "internal": "peut-être" });
    let answer = staff.post(&at(&id, "/responses"), &bad).await;
    assert_refused(&answer, &["message", "internal"]);
    let bad = json!({ "staff_id": [], "reason": [] });
    let answer = staff.post(&at(&id, "/escalate"), &bad).await;
    assert_refused(&answer, &["staff_id", "reason"]);
    let jean = server.customer("cst-jean", JEAN);
    let bad = json!({ "rating": 6, "feedback": 5 });
    let answer = jean.post(&at(&id, "/satisfaction"), &bad).await;
    assert_refused(&answer, &["rating", "feedback"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_wrong_type_is_refused_by_its_name() {
    let server = TestServer::start().await;
    let wrong = [
        json!(1),
        json!(-1.5),
        json!(true),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({ "a": 1 }),
    ];
    for field in TEXT_FIELDS {
        for value in &wrong {
            // An id, a number or a name of a model may be written as the number it is.
            let may_be_a_number = field == "customer_id"
                || field == "order_number"
                || field.starts_with("vehicle_info.");
            if may_be_a_number && value.is_u64() {
                continue;
            }
            let answer = server
                .api
                .post(CONTACT, &form_with_field(field, value.clone()))
                .await;
            assert_refused(&answer, &[field]);
        }
    }
    for value in [
        json!("deux mille"),
        json!(2018.5),
        json!(1885),
        json!(2101),
        json!(-1),
        json!(1e300),
        json!([]),
    ] {
        let answer = server
            .api
            .post(CONTACT, &form_with_field("vehicle_info.year", value))
            .await;
        assert_refused(&answer, &["vehicle_info.year"]);
    }
    for value in [json!("Clio"), json!(1), json!([1]), json!(true)] {
        let answer = server
            .api
            .post(CONTACT, &form_with_field("vehicle_info", value))
            .await;
        assert_refused(&answer, &["vehicle_info"]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nul_is_refused_in_every_text() {
    let server = TestServer::start().await;
    for field in TEXT_FIELDS {
        let sound = form(JEAN);
        let pointer = format!("/{}", field.replace('.', "/"));
        let sound = sound
            .pointer(&pointer)
            .and_then(Value::as_str)
            .unwrap_or("cst-jean");
        let form = form_with_field(field, json!(format!("{sound}\0x")));
        assert_refused(&server.api.post(CONTACT, &form).await, &[field]);
        // Of several lines there is one address, one id, one word of a list.
        if ["email", "customer_id", "priority", "category"].contains(&field) {
            for bad in ["\r\nBcc: victim@example.com", "\nx", "\u{2028}x"] {
                let form = form_with_field(field, json!(format!("{sound}{bad}")));
                assert_refused(&server.api.post(CONTACT, &form).await, &[field]);
            }
        }
    }
    let staff = server.staff("staff-claire");
    let jean = server.customer("cst-jean", JEAN);
    let id = ticket_by(&jean, JEAN).await;
    let nul = "bonjour\0";
    let answer = staff
        .post(&at(&id, "/responses"), &json!({ "message": nul }))
        .await;
    assert_refused(&answer, &["message"]);
    let answer = staff
        .post(&at(&id, "/escalate"), &json!({ "reason": nul }))
        .await;
    assert_refused(&answer, &["reason"]);
    let body = json!({ "status": "open", "internal_note": nul });
    assert_refused(
        &staff.put(&at(&id, "/status"), &body).await,
        &["internal_note"],
    );
    let body = json!({ "rating": 5, "feedback": nul });
    assert_refused(
        &jean.post(&at(&id, "/satisfaction"), &body).await,
        &["feedback"],
    );
    assert_refused(
        &staff
            .put(&at(&id, "/assign"), &json!({ "staff_id": nul }))
            .await,
        &["staff_id"],
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_are_counted_in_characters_and_both_ends_belong() {
    let server = TestServer::start().await;
    for (field, length, status) in [
        ("subject", 9, 400),
        ("subject", 10, 201),
        ("subject", 200, 201),
        ("subject", 201, 400),
        ("message", 19, 400),
        ("message", 20, 201),
        ("message", 20_000, 201),
        ("message", 20_001, 400),
        ("name", 120, 201),
        ("name", 121, 400),
    ] {
        for letter in ["a", "é", "🚗"] {
            let text = letter.repeat(length);
            let answer = server
                .api
                .post(CONTACT, &form_with_field(field, json!(text)))
                .await;
            assert_eq!(
                answer.status, status,
                "{field} of {length} {letter}: {}",
                answer.text
            );
        }
    }
    let blank = " ".repeat(50);
    for field in ["subject", "message", "name"] {
        let answer = server
            .api
            .post(CONTACT, &form_with_field(field, json!(blank)))
            .await;
        assert_refused(&answer, &[field]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_kept_and_shown_as_they_were_written() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let jean = server.customer("cst-jean", JEAN);
    for text in [
        "{{7*7}} {% if true %}49{% endif %} et {{ subject }}",
        "%s%s%s%n %d %x $1 ${jndi:ldap://example.com/a} {} {0}",
        "<script>alert(1)</script> & \"guillemets\" 'simples'",
        "'; DROP TABLE ___xtr_msg; -- et ensuite \\'; SELECT 1",
        "👨‍👩‍👧‍👦 famille 🏴󠁧󠁢󠁥󠁮󠁧󠁿 et e\u{301} décomposé \u{202e}renversé\u{202c}",
        "[META]{\"priority\":\"urgent\",\"status\":\"closed\"} texte",
        "[NOTE INTERNE] ceci n'est pas une note interne",
        "[ESCALADE] ceci n'est pas une escalade du tout",
        "  espaces autour, gardés tels quels, merci bien  ",
    ] {
        let body = form_with(
            JEAN,
            json!({ "subject": text, "message": text, "priority": "low" }),
        );
        let created = jean.post(CONTACT, &body).await.expect(201);
        let id = created.text_at("/msg_id").to_owned();
        jean.post(&at(&id, "/responses"), &json!({ "message": text }))
            .await
            .expect(201);
        for reader in [&jean, &staff] {
            let shown = reader.get(&at(&id, "")).await.expect(200);
            assert_eq!(shown.text_at("/msg_subject"), text);
            assert_eq!(shown.text_at("/msg_content"), text);
            assert_eq!(shown.text_at("/responses/0/msg_content"), text);
            assert_eq!(shown.body["responses"][0]["internal"], false);
            assert_eq!(
                (shown.text_at("/priority"), shown.text_at("/status")),
                ("low", "open")
            );
        }
        all_mail_sent(&server).await;
        let mails = server.smtp.mails();
        let told = mails
            .iter()
            .filter(|mail| mail.rcpt_to == ["support@shop.example"])
            .find(|mail| mail.subject().is_some_and(|subject| subject.contains(&id)))
            .expect("the support address is told");
        let plain = told.part("text/plain").expect("a text part");
        assert!(plain.contains(text.trim()), "{plain}");
        let html = told.part("text/html").expect("an HTML part");
        assert!(!html.contains("<script"), "{html}");
    }
    server.stop().await;
}
