//! Opening a native socket.

use std::sync::Arc;

use actix_web::http::header::ALLOW;
use actix_web::{HttpRequest, HttpResponse, web};
use sockets::{bearer, websocket};

use super::NATIVE;
use super::session::{Opening, Socket};
use crate::gateway::Gateway;
use crate::hub::connection::Connection;

/// Where native sockets are opened.
const PATH: &str = "/ws/messaging";

/// Adds the route. Needs `web::Data<Gateway>` in the application.
pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    // Only a GET can be upgraded.
    let refused = || async {
        HttpResponse::MethodNotAllowed()
            .insert_header((ALLOW, "GET"))
            .finish()
    };
    let opening = web::resource(PATH).route(web::get().to(open));
    cfg.service(opening.default_service(web::to(refused)));
}

#[derive(serde::Deserialize)]
struct OpenQuery {
    token: Option<String>,
    after: Option<String>,
}

async fn open(
    request: HttpRequest,
    body: web::Payload,
    query: web::Query<OpenQuery>,
    gateway: web::Data<Gateway>,
) -> Result<HttpResponse, actix_web::Error> {
    let admitted = gateway
        .admit(&request)
        .map_err(|refused| gateway.answer(refused))?;
    let connection = Connection::new(&NATIVE, gateway.settings.outbox);
    let settings = &gateway.settings;
    let (most, stall) = (settings.message_bytes, settings.write_stall);
    let protocol = Some(bearer::SUBPROTOCOL);
    let (response, wire, incoming) = websocket::open(&request, body, protocol, most, stall)?;
    let OpenQuery { token, after } = query.into_inner();
    let opening = Opening {
        token: bearer::in_handshake(request.headers())
            .map(ToOwned::to_owned)
            .or(token),
        after,
    };
    let socket = Socket::new(Arc::clone(&gateway), connection, wire, incoming);
    actix_web::rt::spawn(async move {
        socket.run(opening).await;
        drop(admitted);
    });
    Ok(response)
}
