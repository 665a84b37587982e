//! What staff write for each other, and their addresses, get out by no exit.

use serde_json::json;
use testkit::{Answer, Api};

use super::people::People;
use crate::desk::{JEAN, LIST, SEARCH, all_mail_sent, at, ids};

/// Everything a customer can read of a ticket.
async fn all_a_customer_reads(customer: &Api, id: &str, word: &str) -> Vec<Answer> {
    let again = json!({ "status": "open" });
    vec![
        customer.get(&at(id, "")).await.expect(200),
        customer.get(&at(id, "/responses")).await.expect(200),
        customer.get(LIST).await.expect(200),
        customer.get(SEARCH).await.expect(200),
        customer
            .get(&format!("{SEARCH}?keyword={word}"))
            .await
            .expect(200),
        customer.put(&at(id, "/status"), &again).await.expect(200),
        customer
            .post(&at(id, "/responses"), &json!({ "message": "D'accord." }))
            .await
            .expect(201),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_notes_reach_a_customer_by_no_exit() {
    let people = People::gather().await;
    let id = people.ticket(false).await;
    let staff = people.staff();
    let note = json!({ "message": "Un zygomate suspect", "internal": true });
    let added = staff.post(&at(&id, "/responses"), &note).await.expect(201);
    assert_eq!(
        added.text_at("/msg_content"),
        "[NOTE INTERNE] Un zygomate suspect"
    );
    let with_note = json!({ "status": "open", "internal_note": "Deuxième zygomate" });
    staff.put(&at(&id, "/status"), &with_note).await.expect(200);
    let reason = json!({ "reason": "Troisième zygomate" });
    staff.post(&at(&id, "/escalate"), &reason).await.expect(200);
    let public = json!({ "message": "Nous regardons." });
    staff
        .post(&at(&id, "/responses"), &public)
        .await
        .expect(201);

    for answer in all_a_customer_reads(people.owner(), &id, "zygomate").await {
        for word in ["zygomate", "NOTE INTERNE", "ESCALADE", "\"internal\":true"] {
            assert!(!answer.text.contains(word), "{word}: {}", answer.text);
        }
    }
    let found = people
        .owner()
        .get(&format!("{SEARCH}?keyword=zygomate"))
        .await
        .expect(200);
    assert_eq!((ids(&found), &found.body["total"]), (vec![], &json!(0)));
    let thread = people.owner().get(&at(&id, "/responses")).await.expect(200);
    assert_eq!(thread.body["total"], 2, "{}", thread.text);

    // Staff find the notes, in every place.
    let thread = staff.get(&at(&id, "/responses")).await.expect(200);
    assert_eq!(thread.body["total"], 5, "{}", thread.text);
    assert!(thread.text.contains("[ESCALADE] Troisième zygomate"));
    let found = staff.get(&format!("{SEARCH}?keyword=zygomate")).await;
    assert_eq!(ids(&found.expect(200)), [id.as_str()]);

    all_mail_sent(&people.server).await;
    for mail in people.server.smtp.mails() {
        if mail.rcpt_to == [JEAN] {
            let text = format!("{:?}{:?}", mail.part("text/plain"), mail.part("text/html"));
            assert!(!text.contains("zygomate"), "{text}");
        }
    }
    people.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_learn_the_name_of_staff_but_not_their_address() {
    let people = People::gather().await;
    let id = people.ticket(false).await;
    let claire = json!({ "staff_id": "staff-claire" });
    let staff = people.staff();
    staff.put(&at(&id, "/assign"), &claire).await.expect(200);
    let public = json!({ "message": "Nous regardons." });
    staff
        .post(&at(&id, "/responses"), &public)
        .await
        .expect(201);

    let shown = staff.get(&at(&id, "")).await.expect(200);
    assert_eq!(
        shown.text_at("/staff/cnfa_mail"),
        "staff-claire@shop.example"
    );
    let shown = people.owner().get(&at(&id, "")).await.expect(200);
    assert!(
        !shown.text_at("/staff/cnfa_name").is_empty(),
        "{}",
        shown.text
    );
    for answer in all_a_customer_reads(people.owner(), &id, "regardons").await {
        assert!(!answer.text.contains("@shop.example"), "{}", answer.text);
        assert!(!answer.text.contains("unverified"), "{}", answer.text);
    }
    people.server.stop().await;
}
