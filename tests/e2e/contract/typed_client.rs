//! A client generated from the document compiles, and does what clients by hand do.

use serde_json::json;
use shared_kernel::Role;
use testkit::{TestServer, typed_client};

use crate::desk::{JEAN, LIST, article_by, ticket_by};

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_compiles_and_takes_a_ticket_away_from_whoever_has_it() {
    let server = TestServer::start().await;
    let staff = server.staff("staff-claire");
    staff.get(LIST).await.expect(200);
    article_by(&staff, json!({})).await;
    let ticket = ticket_by(&server.customer("cst-jean", JEAN), JEAN).await;
    let given = json!({
        "staff": server.token(Role::Staff, "staff-claire", None),
        "ticket": ticket,
    });
    let base = format!("http://{}", server.server.address);
    let Some(saw) = typed_client::run(&base, &given).await else {
        return server.stop().await;
    };
    assert_eq!(saw["assigned"], "staff-claire");
    assert_eq!(saw["unassigned"], true, "{saw}");
    // Assigned and taken away: two versions more than at first.
    assert_eq!(saw["versions"], json!([3, "\"3\""]));
    assert_eq!(saw["stale"], json!([412, "read it again"]));
    let form = saw["form"].as_str().unwrap_or_default();
    assert!(form.contains("email:invalid_email"), "{saw}");
    assert_eq!(saw["refused"], json!(["unauthorized", "Bearer"]), "{saw}");
    assert_eq!(saw["list"], json!([1, [null], null]), "{saw}");
    assert_eq!(saw["articles"][0], 1, "{saw}");
    assert!(saw["articles"][1].as_u64() >= Some(1), "{saw}");
    assert_eq!(saw["score"], json!(null));
    assert_eq!(saw["read"], "message_not_found");
    assert_eq!(saw["status"], "open");
    server.stop().await;
}
