//! The Socket.IO dialect: the namespace `/messaging` at `/socket.io/`.
//!
//! `dialect` is how events stand on the wire, `messaging` leads a client to what all dialects share.
//! Packets, acks and transports are the `sockets` crate's.

mod dialect;
mod messaging;

use actix_web::{HttpRequest, HttpResponse, web};

pub use self::messaging::{MessagingEngine, messaging_engine};

/// Where Socket.IO clients connect.
const PATH: &str = "/socket.io/";

/// Adds the route.
pub(crate) fn configure(app: &mut web::ServiceConfig) {
    app.service(web::resource([PATH, "/socket.io"]).to(serve));
}

async fn serve(
    request: HttpRequest,
    body: web::Payload,
    engine: web::Data<MessagingEngine>,
) -> Result<HttpResponse, actix_web::Error> {
    engine.handle(request, body).await
}
