//! What people paste: blanks, hyphens and marks nobody sees, and ids of other systems.

use serde_json::json;
use shared_kernel::Role;
use testkit::TestServer;
use testkit::ws_client::WsClient;

use super::problems::{assert_problem, assert_refused};
use crate::chat::{MESSAGES, WAIT};
use crate::desk::{CONTACT, FAQ, JEAN, at, count, form_with, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_formatting_in_a_pasted_form_is_tidied_away() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let form = form_with(
        "\u{feff}mailto:paul@example.com\u{a0}",
        json!({
            "name": "\u{200e}Paul\u{a0}Saint\u{2011}Martin\n",
            "phone": "\u{202a}+33\u{202f}6\u{a0}12\u{2011}34\u{2009}56\t78\u{202c}",
            "order_number": "CMD\u{2011}497955\u{2013}AIS\u{200b}",
            "subject": "Em\u{ad}bray\u{200b}age qui patine\r\n",
            "message": "Bonjour,\r\n\r\nmon embrayage patine.\u{2028}Merci \u{202f}!",
            "vehicle_info": { "brand": "Peugeot\u{a0}", "license_plate": "AB\u{2011}123\u{2011}CD" },
        }),
    );
    let created = server.api.post(CONTACT, &form).await.expect(201);
    let id = created.text_at("/msg_id").to_owned();
    let shown = staff.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.text_at("/msg_subject"), "Embrayage qui patine");
    assert_eq!(
        shown.text_at("/msg_content"),
        "Bonjour,\n\nmon embrayage patine.\nMerci \u{202f}!"
    );
    for tidy in [
        "\"+33 6 12-34 56 78\"",
        "\"paul@example.com\"",
        "\"CMD-497955-AIS\"",
        "\"Peugeot\"",
        "\"AB-123-CD\"",
        "Saint-Martin\"",
    ] {
        assert!(shown.text.contains(tidy), "{tidy} in {}", shown.text);
    }
    // So may the id be that somebody copied.
    let pasted = format!("%E2%80%8B{}%20", id.replace('-', "%E2%80%91"));
    staff.get(&at(&pasted, "")).await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_that_come_along_are_never_refused() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    let form = form_with(
        "paul@exam\u{8}ple。com",
        json!({
            "name": "Paul\nD\u{92}Arcy\u{7f}",
            "phone": "06 12\r\n34 56 78",
            "order_number": "CMD\u{96}497955\nAIS",
            "subject": "Embrayage\nqui\u{2028}patine\u{85} \r\nmais l\u{92}hiver\u{8} seulement",
            "message": "Bonjour,\r\nl\u{92}embrayage\u{8} patine\u{85}\u{7f}\u{1b}",
            "vehicle_info": { "brand": "Peugeot\u{b}", "license_plate": "AB\u{96}123\u{96}CD\u{8}" },
        }),
    );
    let created = server.api.post(CONTACT, &form).await.expect(201);
    let id = created.text_at("/msg_id").to_owned();
    let shown = staff.get(&at(&id, "")).await.expect(200);
    assert_eq!(
        shown.text_at("/msg_subject"),
        "Embrayage qui patine… mais l’hiver seulement"
    );
    assert_eq!(
        shown.text_at("/msg_content"),
        "Bonjour,\nl’embrayage patine…"
    );
    for tidy in [
        "\"06 12 34 56 78\"",
        "\"paul@example.com\"",
        "\"CMD-497955 AIS\"",
        "\"Peugeot\"",
        "\"AB-123-CD\"",
        "D’Arcy\"",
    ] {
        assert!(shown.text.contains(tidy), "{tidy} in {}", shown.text);
    }
    let said = json!({ "message": "L\u{92}embrayage\u{8} est arrivé" });
    let said = staff.post(&at(&id, "/responses"), &said).await.expect(201);
    assert_eq!(said.text_at("/msg_content"), "L’embrayage est arrivé");
    let note = json!({ "customerId": "cst-jean", "staffId": "staff-claire", "subject": "Ma\ncommande\u{85}", "content": "Bon\u{8}jour" });
    let jean = server.customer("cst-jean", JEAN);
    let sent = jean.post(MESSAGES, &note).await.expect(201);
    assert_eq!(sent.text_at("/data/subject"), "Ma commande…");
    assert_eq!(sent.text_at("/data/content"), "Bonjour");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_in_letters_and_in_punycode_is_one_customer() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    for mail in [
        "jean@exämple.fr",
        "Jean@xn--exmple-cua.fr",
        "jean@EXÄMPLE。fr",
    ] {
        ticket_by(&server.api, mail).await;
    }
    assert_eq!(count(&server, "___xtr_customer").await, 1);
    for asked in ["jean@ex%C3%A4mple.fr", "jean@XN--exmple-cua.fr"] {
        let list = format!("{CONTACT}/tickets?customer_email={asked}");
        let found = staff.get(&list).await.expect(200);
        assert_eq!(found.body["total"], 3, "{asked}");
    }
    // Whoever proves it in one spelling has what was written in the other.
    let jean = server.customer("cst-jean", "jean@xn--exmple-cua.fr");
    let own = jean.get(&format!("{CONTACT}/tickets")).await.expect(200);
    assert_eq!(own.body["total"], 3);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_search_finds_what_the_typed_one_finds() {
    let server = TestServer::start().await;
    let search = async |words: &str| {
        let found = server.api.get(&format!("{FAQ}?search={words}")).await;
        found.expect(200).text
    };
    let typed = search("suivre%20commande").await;
    assert_ne!(typed, "[]");
    assert_eq!(
        search("%EF%BB%BFsui%C2%ADvre%09com%E2%80%8Bmande%0A").await,
        typed
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_see_is_no_name_no_subject_and_no_message() {
    let server = TestServer::start().await;
    for unseen in [
        "\u{200b}",
        "\u{2800}",
        "\u{3164}",
        "\u{feff}",
        "\u{e0041}",
        "\u{301}",
        "\u{202e}",
        "\u{a0}",
    ] {
        for field in ["name", "subject", "message"] {
            let form = form_with(JEAN, json!({ field: unseen.repeat(40) }));
            assert_refused(&server.api.post(CONTACT, &form).await, &[field]);
        }
    }
    assert_eq!(count(&server, "___xtr_msg").await, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_break_of_a_form_counts_as_one_character() {
    let server = TestServer::start().await;
    let (staff, jean) = (
        server.staff("staff-claire"),
        server.customer("cst-jean", JEAN),
    );
    let id = ticket_by(&jean, JEAN).await;
    staff
        .put(&at(&id, "/status"), &json!({ "status": "closed" }))
        .await
        .expect(200);
    let long = json!({ "rating": 5, "feedback": "é\r\n".repeat(1_000) + "é" });
    let refused = jean.post(&at(&id, "/satisfaction"), &long).await;
    assert_refused(&refused, &["feedback"]);
    let fits = json!({ "rating": 5, "feedback": "é\r\n".repeat(1_000) });
    let rated = jean.post(&at(&id, "/satisfaction"), &fits).await;
    assert!([200, 201].contains(&rated.status), "{}", rated.text);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_whose_domain_is_a_number_is_refused() {
    let server = TestServer::start().await;
    for domain in [
        "127.0.0.1",
        "0x7f.1",
        "１２７.0.0.1",
        "2130706433",
        "localhost",
    ] {
        let form = form_with(&format!("a@{domain}"), json!({}));
        assert_refused(&server.api.post(CONTACT, &form).await, &["email"]);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_people_are_as_long_and_odd_as_openid_connect_allows() {
    let server = TestServer::start().await;
    let pad = |start: &str| format!("{start}{}", "7".repeat(255 - start.len()));
    let (owner, agent) = (
        pad("https://issuer.example/users?a=1&b=%2F|"),
        pad("arn:aws:iam::123456789012:user/\"x\"\\#"),
    );
    let caller = |role, id: &str, mail| server.api.with_token(&server.token(role, id, Some(mail)));
    let customer = caller(Role::Customer, &owner, JEAN);
    let staff = caller(Role::Staff, &agent, "agent@shop.example");
    for person in [&customer, &staff] {
        person.get(MESSAGES).await.expect(200);
    }
    let token = server.token(Role::Staff, &agent, None);
    let mut socket = WsClient::connect(&server.socket_url(), &token).await;
    socket.wait_for("connected", WAIT).await;

    let said = json!({ "customerId": owner, "staffId": agent, "subject": "Question", "content": "Bonjour" });
    let sent = customer.post(MESSAGES, &said).await.expect(201);
    let message = sent.text_at("/data/id").to_owned();
    let heard = socket.wait_for("newMessage", WAIT).await;
    assert!(heard.to_string().contains(&message), "{heard}");
    socket
        .send(&json!({ "event": "typing", "id": 1, "data": { "recipientId": owner, "isTyping": true } }))
        .await;
    let ack = socket.wait_for_ack(1, WAIT).await;
    assert!(!ack.to_string().contains("bad_payload"), "{ack}");

    let ticket = ticket_by(&customer, JEAN).await;
    let assigned = json!({ "staff_id": agent });
    let assigned = staff
        .put(&at(&ticket, "/assign"), &assigned)
        .await
        .expect(200);
    assert!(assigned.text.contains("user/"), "{}", assigned.text);
    for query in [
        format!("{MESSAGES}?customerId={}", in_query(&owner)),
        format!("{CONTACT}/tickets?assigned_to={}", in_query(&agent)),
        format!(
            "{MESSAGES}/presence?ids={}",
            vec![in_query(&owner); 10].join(",")
        ),
    ] {
        staff.get(&query).await.expect(200);
    }
    for (path, id) in [("staff", &agent), ("customers", &owner)] {
        let path = format!("/api/{path}/{}", in_query(id));
        let shown = staff.get(&path).await.expect(200);
        assert!(
            shown.text.contains(&json!(id).to_string()),
            "{}",
            shown.text
        );
    }
    let longer = format!("{owner}7");
    let said = json!({ "customerId": longer, "staffId": agent, "subject": "Question", "content": "Bonjour" });
    let refused = staff.post(MESSAGES, &said).await;
    assert_refused(&refused, &["customerId"]);
    let token =
        server.token_of(&json!({ "sub": longer, "role": "customer", "exp": 4_000_000_000_i64 }));
    let refused = server.api.with_token(&token).get(MESSAGES).await;
    assert_problem(&refused, 401, refused.text_at("/code"));
    server.stop().await;
}

fn in_query(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
