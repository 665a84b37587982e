//! A client is without a network for a minute, 500 events happen, and the server is killed in the
//! middle of them: it misses none, in either dialect.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::node_client::NodeClient;
use testkit::process::{Process, customer_token, data_folder, free_port};
use testkit::proxy::Proxy;
use testkit::ws_client::WsClient;

use crate::conversation::{CLAIRE, JEAN, begin, hears_all, stock_hears_all, write};
use crate::outside::{LONG, settings};

const EVENTS: u32 = 500;
const AWAY: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread")]
async fn clients_cut_off_for_a_minute_while_the_server_is_killed_miss_none_of_500_events() {
    let (data, port, settings) = (data_folder(), free_port(), settings(&[]));
    let mut server = Process::serve(data.path(), port, &settings).await;
    let conversation = begin(&server).await;
    let way = Proxy::to(server.address()).await;
    let (url, token) = (
        format!("ws://{}/ws/messaging", way.address),
        customer_token(JEAN),
    );
    let mut native = WsClient::connect(&url, &token).await;
    native.wait_for("connected", LONG).await;
    let options = json!({ "tokens": [token], "transports": ["websocket"], "reconnectionDelay": 500, "reconnectionDelayMax": 1000 });
    let mut stock = NodeClient::stock(&format!("http://{}", way.address), &options);
    if let Some(stock) = &mut stock {
        stock.event("connected").await;
    }
    let cursor = native.cursor().unwrap();
    way.cut();
    assert!(native.next_or_closed(LONG).await.is_none());

    let (cut, claire) = (Instant::now(), [server.staff(CLAIRE)]);
    let mut pace = tokio::time::interval(AWAY / EVENTS);
    for n in 1..=EVENTS {
        pace.tick().await;
        if n == EVENTS / 2 {
            server.kill();
            server = Process::serve(data.path(), port, &settings).await;
        }
        write(&claire, &conversation, n).await;
    }
    let (away, back) = (cut.elapsed(), Instant::now());
    way.lead_to(server.address());
    let mut native = WsClient::connect_after(&url, &token, &cursor).await;
    let connected = native.wait_for("connected", LONG).await;
    assert_eq!(connected["data"]["recovered"], true);
    hears_all(&mut native, 1..=EVENTS).await;
    let by_native = back.elapsed();
    if let Some(stock) = &mut stock {
        assert_eq!(stock.wait_for("connect").await["recovered"], true);
        stock_hears_all(stock, 1..=EVENTS).await;
    }
    println!(
        "cut off for {away:.1?}, server killed once: {EVENTS} of {EVENTS} events in order, 0 twice; native had them \
         {by_native:.2?} after the network was back, the stock client {:.2?} (0.5 s to 1 s of it its own wait)",
        back.elapsed()
    );
    drop(server);
}
