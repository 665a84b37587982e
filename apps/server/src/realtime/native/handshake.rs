//! Opening a native socket.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};

use super::NATIVE;
use super::session::{Opening, Socket};
use crate::realtime::connection::Connection;
use crate::realtime::door::{HandshakeRefused, token_in_headers};
use crate::realtime::gateway::Gateway;
use crate::realtime::wire;

/// Where native sockets are opened.
pub const PATH: &str = "/ws/messaging";

/// Adds the route. Needs `web::Data<Gateway>` in the application.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route(PATH, web::get().to(open));
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
    let admitted = gateway.admit(&request)?;
    let connection = Connection::new(&NATIVE, gateway.settings.outbox)
        .map_err(|_| HandshakeRefused::Unavailable)?;
    let settings = &gateway.settings;
    let (most, stall) = (settings.message_bytes, settings.write_stall);
    let (response, wire, incoming) = wire::open(&request, body, Some("bearer"), most, stall)?;
    let OpenQuery { token, after } = query.into_inner();
    let opening = Opening {
        token: token_in_headers(request.headers()).or(token),
        after,
    };
    let socket = Socket::new(Arc::clone(&gateway), connection, wire, incoming);
    actix_web::rt::spawn(async move {
        socket.run(opening).await;
        drop(admitted);
    });
    Ok(response)
}
