//! Whose web pages may open sockets and call the API: the list alone, else the public address. In both
//! dialects, and as browsers ask before they call.

use reqwest::Method;
use testkit::ws_client::WsClient;
use testkit::{TestOptions, TestServer};

use crate::desk::FAQ;

const SHOP: &str = "https://shop.example";
const APP: &str = "capacitor://localhost";
/// Where the test server says it is reached.
const PUBLIC: &str = "https://aide.shop.example";
const EVIL: &str = "https://evil.example";

async fn server_with(settings: Vec<(&'static str, String)>) -> TestServer {
    TestServer::start_with(TestOptions {
        settings,
        ..TestOptions::default()
    })
    .await
}

/// Whether pages of an origin may open sockets; both dialects say the same.
async fn opens(server: &TestServer, origin: &str) -> bool {
    let native = WsClient::connect_with(&server.socket_url(), &[("Origin", origin)]).await;
    let caller = server.api.with_header("Origin", origin);
    let polling = caller.get("/socket.io/?EIO=4&transport=polling").await;
    let native = native.map_or_else(|status| status, |_| 101);
    match (native, polling.status) {
        (101, 200) => true,
        (403, 403) => false,
        both => panic!("{origin}: {both:?}"),
    }
}

/// Whether a browser that asks for a page of an origin is told that it may call.
async fn calls(server: &TestServer, origin: &str) -> bool {
    let page = server.api.with_header("Origin", origin);
    let read = page.get(FAQ).await.expect(200);
    let asked = page
        .with_header("Access-Control-Request-Method", "POST")
        .with_header(
            "Access-Control-Request-Headers",
            "authorization,content-type",
        )
        .call(Method::OPTIONS, "/api/support/contact", None)
        .await;
    let allowed = read.header("access-control-allow-origin") == origin;
    assert_eq!(
        asked.header("access-control-allow-origin") == origin,
        allowed,
        "{origin}"
    );
    if allowed {
        let exposed = read.header("access-control-expose-headers").to_lowercase();
        assert!(exposed.contains("www-authenticate"), "{exposed}");
    }
    allowed
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_list_its_origins_alone_are_let_in() {
    // As people write them; browsers send them otherwise.
    let list = format!("{}/, {APP}/", SHOP.to_uppercase());
    let server = server_with(vec![("GUICHET__HTTP__ALLOWED_ORIGINS", list)]).await;
    let own = format!("http://{}", server.server.address);
    for (origin, let_in) in [
        (SHOP, true),
        (APP, true),
        (PUBLIC, false),
        (own.as_str(), false),
        (EVIL, false),
        ("https://shop.example.evil.example", false),
        ("capacitor://evil", false),
        ("ionic://localhost", false),
        ("null", false),
    ] {
        assert_eq!(opens(&server, origin).await, let_in, "sockets, {origin}");
        assert_eq!(calls(&server, origin).await, let_in, "calls, {origin}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_list_sockets_are_for_pages_of_the_public_address() {
    let server = server_with(Vec::new()).await;
    let own = format!("http://{}", server.server.address);
    for (origin, let_in) in [
        (PUBLIC, true),
        (own.as_str(), false),
        (SHOP, false),
        (EVIL, false),
    ] {
        assert_eq!(opens(&server, origin).await, let_in, "{origin}");
        assert!(!calls(&server, origin).await, "{origin}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_list_or_a_public_address_sockets_are_for_pages_of_the_host_they_ask() {
    let server = server_with(vec![("PUBLIC_URL", String::new())]).await;
    let own = format!("http://{}", server.server.address);
    for (origin, let_in) in [
        (own.as_str(), true),
        (SHOP, false),
        (EVIL, false),
        ("null", false),
    ] {
        assert_eq!(opens(&server, origin).await, let_in, "{origin}");
    }
    server.stop().await;
}
