//! Other names and spellings: of the system before, numbers for ids, ones for flags, and slips.

use reqwest::Method;
use serde_json::{Value, json};
use testkit::TestServer;

use super::forms::{MESSAGES, said};
use super::problems::{assert_problem, assert_refused};
use crate::desk::{
    CONTACT, FAQ, FAQ_CATEGORIES, JEAN, LIST, SEARCH, article_with, at, faq_at, form_with,
    ticket_by,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_names_of_the_system_before_are_taken_in_bodies_and_queries() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    claire.get(LIST).await.expect(200);
    let mut body = form_with(JEAN, json!({ "order_number": null, "vehicle_info": null }));
    body["orderNumber"] = json!("CMD-497955");
    body["vehicleInfo"] = json!({ "brand": "Renault", "licensePlate": "AB-123-CD" });
    let created = jean.post(CONTACT, &body).await.expect(201);
    assert_eq!(created.body["warnings"], Value::Null);
    let id = created.text_at("/msg_id").to_owned();
    let shown = claire.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.text_at("/vehicle_info/license_plate"), "AB-123-CD");
    assert_eq!(shown.text_at("/order_number"), "CMD-497955");
    for name in ["staffId", "staff_id", "assignedTo"] {
        let assigned = claire
            .put(&at(&id, "/assign"), &json!({ name: "staff-claire" }))
            .await;
        assert_eq!(
            assigned.expect(200).text_at("/msg_cnfa_id"),
            "staff-claire",
            "{name}"
        );
    }
    let closing = json!({ "status": "closed", "internalNote": "Vu" });
    claire.put(&at(&id, "/status"), &closing).await.expect(200);
    for (query, total) in [
        ("customerEmail=nobody%40example.com", 0),
        ("assignedTo=staff-claire", 1),
        ("status[]=closed", 1),
        ("status%5B%5D=open", 0),
        ("status[0]=open", 0),
        ("customerId=cst-jean&sortBy=priority&sortOrder=asc", 1),
    ] {
        for route in [LIST, SEARCH] {
            let list = claire.get(&format!("{route}?{query}")).await.expect(200);
            assert_eq!(list.body["total"], total, "{route}?{query}");
        }
    }
    jean.post(MESSAGES, &said()).await.expect(201);
    for query in ["staffId=staff-claire", "customerId=cst-jean"] {
        let list = claire.get(&format!("{MESSAGES}?{query}")).await.expect(200);
        assert_eq!(list.body["pagination"]["total"], 1, "{query}");
    }
    let both = form_with(JEAN, json!({ "orderNumber": "CMD-1" }));
    assert_refused(&jean.post(CONTACT, &both).await, &["order_number"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_as_numbers_and_flags_as_ones_are_taken() {
    let server = TestServer::start().await;
    let (jean, karim) = (server.customer("1001", JEAN), server.staff("42"));
    karim.get(LIST).await.expect(200);
    let id = jean
        .post(CONTACT, &form_with(JEAN, json!({ "customer_id": 1001 })))
        .await;
    let id = id.expect(201).text_at("/msg_id").to_owned();
    let assigned = karim
        .put(&at(&id, "/assign"), &json!({ "staffId": 42 }))
        .await;
    assert_eq!(assigned.expect(200).text_at("/msg_cnfa_id"), "42");
    let note = json!({ "message": "Vu", "internal": 1 });
    let note = karim.post(&at(&id, "/responses"), &note).await.expect(201);
    assert_eq!(note.body["internal"], true);
    let mut message = said();
    message["customerId"] = json!(1001);
    message["staffId"] = json!(42);
    jean.post(MESSAGES, &message).await.expect(201);
    for (flag, published) in [(json!(1), true), (json!("0"), false), (json!("TRUE"), true)] {
        let article = article_with(json!({ "published": flag }));
        let created = karim.post(FAQ, &article).await.expect(201);
        assert_eq!(created.body["published"], published, "{flag}");
    }
    let listed = karim
        .get(&format!("{FAQ}?published=0&limit=100"))
        .await
        .expect(200);
    assert_eq!(listed.body.as_array().map(Vec::len), Some(1));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_taken_for_texts_and_texts_for_numbers_where_nothing_is_lost() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    for (year, is_fine) in [
        (json!(2018.0), true),
        (json!("2018"), true),
        (json!("２０１８"), true),
        (json!(2018.5), false),
    ] {
        let vehicle =
            json!({ "brand": "Peugeot", "model": 308, "license_plate": 75, "year": year });
        let form = form_with(
            JEAN,
            json!({ "order_number": 12345, "vehicle_info": vehicle }),
        );
        let created = jean.post(CONTACT, &form).await;
        if !is_fine {
            assert_refused(&created, &["vehicle_info.year"]);
            continue;
        }
        let id = created.expect(201).text_at("/msg_id").to_owned();
        let shown = claire.get(&at(&id, "")).await.expect(200);
        assert_eq!(shown.text_at("/order_number"), "12345");
        assert_eq!(
            shown.body["vehicle_info"],
            json!({ "brand": "Peugeot", "model": "308", "license_plate": "75", "year": 2018 })
        );
        let close = json!({ "status": "CLOSED" });
        claire.put(&at(&id, "/status"), &close).await.expect(200);
        for rating in [json!(4.0), json!("4"), json!(4)] {
            let rate = json!({ "rating": rating });
            jean.post(&at(&id, "/satisfaction"), &rate)
                .await
                .expect(200);
        }
        let other = json!({ "rating": 4.5 });
        let refused = jean.post(&at(&id, "/satisfaction"), &other).await;
        assert_refused(&refused, &["rating"]);
    }
    let phone = form_with(JEAN, json!({ "phone": 612_345_678 }));
    let refused = jean.post(CONTACT, &phone).await;
    assert_refused(&refused, &["phone"]);
    assert!(refused.text.contains("perd le zéro"), "{}", refused.text);
    let shelf = json!({ "id": 12, "name": 308 });
    claire.post(FAQ_CATEGORIES, &shelf).await.expect(201);
    let article =
        article_with(json!({ "category": 12, "tags": [308, "embrayage"], "order": "2.0" }));
    let created = claire.post(FAQ, &article).await.expect(201);
    assert_eq!(created.body["tags"], json!(["308", "embrayage"]));
    assert_eq!(created.text_at("/category"), "12");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_closed_list_are_known_in_any_case_and_with_any_separator() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let form = form_with(JEAN, json!({ "priority": "HIGH", "category": "Technical" }));
    server.api.post(CONTACT, &form).await.expect(201);
    for (query, total) in [
        ("sort_order=DESC&sort_by=updatedAt", 1),
        ("sort_order=Asc&sort_by=MSG-DATE", 1),
        ("status=Open&priority=High&category=TECHNICAL", 1),
        ("status=in-progress", 0),
        ("status=WAITING_CUSTOMER", 0),
        ("assigned_to=None", 1),
        ("customer_email=jean+b@example.com", 0),
    ] {
        for route in [LIST, SEARCH] {
            let list = claire.get(&format!("{route}?{query}")).await.expect(200);
            assert_eq!(list.body["total"], total, "{route}?{query}");
        }
    }
    claire
        .get(&format!("{MESSAGES}?status=ALL"))
        .await
        .expect(200);
    for locale in ["en_US", "EN-us", "en"] {
        let asked = faq_at("FAQ-00000001", &format!("?locale={locale}"));
        let english = claire.get(&asked).await.expect(200);
        assert_eq!(english.text_at("/locale"), "en", "{locale}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plus_in_an_address_of_a_query_need_not_be_encoded() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    ticket_by(&server.api, "jean+garage@example.com").await;
    ticket_by(&server.api, JEAN).await;
    for written in [
        "jean+garage",
        "jean%2Bgarage",
        "jean%20garage",
        "+jean%2Bgarage",
    ] {
        let list = format!("{LIST}?customer_email={written}@example.com");
        let found = claire.get(&list).await.expect(200);
        assert_eq!(found.body["total"], 1, "{written}");
    }
    let form = form_with("jean garage@example.com", json!({}));
    assert_refused(&server.api.post(CONTACT, &form).await, &["email"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_says_null_says_nothing() {
    let server = TestServer::start().await;
    let jean = server.customer("cst-jean", JEAN);
    server.staff("staff-claire").get(LIST).await.expect(200);
    let created = jean.post(MESSAGES, &said()).await.expect(201);
    let message = format!("{MESSAGES}/{}", created.text_at("/data/id"));
    for body in ["null", " null\n", "", " ", "{}"] {
        for end in ["read", "close", "archive"] {
            let path = format!("{message}/{end}");
            let answer = jean
                .call(Method::PUT, &path, Some(body.as_bytes().to_vec()))
                .await;
            assert_eq!(answer.status, 200, "{end} {body:?}: {}", answer.text);
        }
    }
    let reply = jean
        .call(
            Method::POST,
            &format!("{message}/reply"),
            Some(b"null".to_vec()),
        )
        .await;
    assert_problem(&reply, 400, "malformed_json");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_begin_with_a_byte_order_mark() {
    let server = TestServer::start().await;
    let body = format!("\u{feff}{}", form_with(JEAN, json!({}))).into_bytes();
    let created = server.api.call(Method::POST, CONTACT, Some(body)).await;
    assert!(
        created
            .expect(201)
            .text_at("/msg_id")
            .starts_with("TICKET-")
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_internal_under_whatever_name_front_ends_have_for_it() {
    let server = TestServer::start().await;
    let id = ticket_by(&server.api, JEAN).await;
    let claire = server.staff("staff-claire");
    for name in [
        "internal",
        "isInternal",
        "is_internal",
        "private",
        "isPrivate",
        "intern",
    ] {
        let body = json!({ "message": "Client fidèle.", name: true });
        let note = claire.post(&at(&id, "/responses"), &body).await.expect(201);
        assert_eq!(note.body["internal"], true, "{name}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_of_a_body_and_what_looks_misspelt_in_a_query_is_named_in_the_answer() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let warned = |answer: &testkit::Answer| -> Vec<String> {
        let warnings = answer.body["warnings"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        warnings
            .iter()
            .map(|one| one["field"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let body = form_with(
        JEAN,
        json!({
            "order_numbr": "CMD-1", "utm_source": "mail", "vehicle_info": { "licence_plate": "AB-123-CD" },
        }),
    );
    let created = server.api.post(CONTACT, &body).await.expect(201);
    assert_eq!(
        warned(&created),
        ["order_numbr", "utm_source", "vehicle_info.licence_plate"]
    );
    assert_eq!(
        created.header("x-warnings"),
        "order_numbr, utm_source, vehicle_info.licence_plate"
    );
    let message = created.text_at("/warnings/0/message");
    assert!(message.contains("« order_number »"), "{message}");
    assert!(created.text_at("/msg_id").starts_with("TICKET-"));

    let mut slip = form_with(JEAN, json!({ "subject": null }));
    slip["suject"] = json!("Problème démarrage véhicule");
    let refused = server.api.post(CONTACT, &slip).await;
    assert_refused(&refused, &["subject"]);
    assert_eq!(warned(&refused), ["suject"]);

    let listed = claire
        .get(&format!("{LIST}?statut=open&page=1"))
        .await
        .expect(200);
    assert_eq!(warned(&listed), ["statut"]);
    let listed = claire
        .get(&format!("{FAQ}?publised=true"))
        .await
        .expect(200);
    assert!(listed.body.is_array());
    assert_eq!(listed.header("x-warnings"), "publised");
    for fine in ["?unknown=1", "?_=1764590000", "?token=x"] {
        let listed = claire.get(&format!("{LIST}{fine}")).await.expect(200);
        assert_eq!(
            (listed.header("x-warnings"), warned(&listed).len()),
            ("", 0),
            "{fine}"
        );
    }
    let shown = claire
        .get(&faq_at("FAQ-00000001", "?locle=en"))
        .await
        .expect(200);
    assert_eq!(warned(&shown), ["locle"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_route_drops_a_member_of_a_body_without_a_word() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    let admin = server.admin("admin-anne");
    claire.get(LIST).await.expect(200);
    let told = |answer: &testkit::Answer| answer.header("x-warnings").to_owned();

    let form = form_with(JEAN, json!({ "orderId": "O-1", "order_id": "O-1" }));
    let created = server.api.post(CONTACT, &form).await.expect(201);
    assert_eq!(told(&created), "orderId, order_id");
    let message = jean.post(MESSAGES, &said()).await.expect(201);
    let message = format!("{MESSAGES}/{}", message.text_at("/data/id"));
    let edit = json!({ "content": "Autrement", "status": "closed" });
    let edited = jean.put(&message, &edit).await.expect(200);
    assert_eq!(told(&edited), "status");
    let closed = json!({ "why": "fini" });
    let closed = jean.put(&format!("{message}/close"), &closed).await;
    assert_eq!(told(&closed.expect(200)), "why");
    let shelf = format!("{FAQ_CATEGORIES}/orders");
    let renamed = json!({ "name": "Commandes", "id": "other" });
    let renamed = claire.put(&shelf, &renamed).await.expect(200);
    assert_eq!(told(&renamed), "id");
    let colleague =
        json!({ "id": "karim", "name": "Karim Haddad", "active": false, "role": "admin" });
    let entered = admin.post("/api/staff", &colleague).await.expect(201);
    assert_eq!(told(&entered), "active, role");
    let article = article_with(json!({ "translations": { "en": {
        "question": "Can I change my order?", "answer": "Yes, until it is packed.", "author": "me"
    } } }));
    let article = claire.post(FAQ, &article).await.expect(201);
    assert_eq!(told(&article), "translations.en.author");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_meant_as_a_note_is_never_published() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    let id = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let path = at(&id, "/responses");
    for name in [
        "internal_note",
        "internalNote",
        "isInternalNote",
        "private_note",
        "is_note",
    ] {
        let body = json!({ "message": "Client fidèle.", name: true });
        let note = claire.post(&path, &body).await.expect(201);
        assert_eq!(note.body["internal"], true, "{name}");
    }
    for body in [
        json!({ "message": "Client fidèle.", "internal_note": "Marge à 40 %" }),
        json!({ "message": "Client fidèle.", "internl": true }),
        json!({ "message": "Client fidèle.", "Interne": true }),
    ] {
        assert_refused(&claire.post(&path, &body).await, &["internal"]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telephone_is_taken_by_each_of_its_usual_names() {
    let server = TestServer::start().await;
    let claire = server.staff("staff-claire");
    for name in ["phone", "telephone", "phoneNumber", "tel"] {
        let mut form = form_with("anne@example.com", json!({ "phone": null }));
        form[name] = json!("06 12 34 56 78");
        let created = server.api.post(CONTACT, &form).await.expect(201);
        assert_eq!(created.header("x-warnings"), "", "{name}");
        let shown = claire.get(&at(created.text_at("/msg_id"), "")).await;
        let phone = shown.expect(200).text_at("/customer/cst_phone").to_owned();
        assert!(phone.contains('6'), "{name}: {phone}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_of_a_closed_list_over_two_lines_or_with_a_blank_inside_is_none() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    claire.get(LIST).await.expect(200);
    for (field, word) in [
        ("priority", "urg\nent"),
        ("priority", "ur gent"),
        ("category", "tech\nnical"),
        ("category", "tech\u{a0}nical"),
    ] {
        let answer = jean
            .post(CONTACT, &form_with(JEAN, json!({ field: word })))
            .await;
        assert_refused(&answer, &[field]);
        assert_eq!(
            answer.text_at("/errors/0/code"),
            "invalid_choice",
            "{word:?}"
        );
    }
    for word in [" URGENT\n", "ur\u{200b}gent", "\u{a0}Urgent\u{2028}"] {
        let form = form_with(JEAN, json!({ "priority": word }));
        let created = jean.post(CONTACT, &form).await.expect(201);
        assert_eq!(created.text_at("/priority"), "urgent", "{word:?}");
    }
    let mut message = said();
    message["priority"] = json!("ur\u{2028}gent");
    assert_refused(&jean.post(MESSAGES, &message).await, &["priority"]);
    for (query, field) in [
        ("status=op%0Aen", "status"),
        ("status=in+progress", "status"),
        ("sort_by=updated%20at", "sort_by"),
        ("sort_order=de+sc", "sort_order"),
    ] {
        let refused = claire.get(&format!("{LIST}?{query}")).await;
        assert_refused(&refused, &[field]);
    }
    claire
        .get(&format!("{LIST}?status=%20OPEN%0A"))
        .await
        .expect(200);
    assert_refused(
        &claire.get(&format!("{MESSAGES}?status=clo%0Dsed")).await,
        &["status"],
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_field_by_two_names_is_repeated_only_where_they_are_read_as_two_values() {
    let server = TestServer::start().await;
    let (jean, claire) = (
        server.customer("cst-jean", JEAN),
        server.staff("staff-claire"),
    );
    claire.get(LIST).await.expect(200);
    let twice = form_with(
        JEAN,
        json!({ "order_number": "42", "orderNumber": 42, "priority": "urgent", "Priority": "URGENT",
            "email": JEAN, "Email": JEAN.to_uppercase(),
            "vehicle_info": { "year": 2018 }, "vehicleInfo": { "year": "2018" } }),
    );
    let created = jean.post(CONTACT, &twice).await.expect(201);
    assert_eq!(created.text_at("/order_number"), "42");
    assert_eq!(created.body["vehicle_info"]["year"], 2018);
    let id = created.text_at("/msg_id").to_owned();
    let note = json!({ "message": "Vu", "internal": true, "is_internal": "1", "private": 1 });
    let note = claire.post(&at(&id, "/responses"), &note).await.expect(201);
    assert_eq!(note.body["internal"], true);
    let contradicted = json!({ "message": "Vu", "internal": true, "is_internal": "0" });
    let refused = claire.post(&at(&id, "/responses"), &contradicted).await;
    assert_refused(&refused, &["internal"]);
    assert_eq!(refused.text_at("/errors/0/code"), "repeated");
    let unknown = json!({ "staff_id": 5, "assigned_to": "5" });
    let refused = claire.put(&at(&id, "/assign"), &unknown).await;
    assert_refused(&refused, &["staff_id"]);
    assert_eq!(refused.text_at("/errors/0/code"), "unknown");
    for (query, status) in [
        ("status=open&status[]=OPEN", 200),
        ("status=open&status=closed", 400),
        ("limit=10&limit=10.0", 200),
        ("date_from=2026-03-02&dateFrom=%202026-03-02", 200),
        ("customer_email=a%2Bb%40x.fr&customerEmail=A+B%40x.fr", 200),
    ] {
        claire.get(&format!("{LIST}?{query}")).await.expect(status);
    }
    server.stop().await;
}
