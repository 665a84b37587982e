//! Requests to an engine's path: a handshake, a poll, a POST, a WebSocket.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, UPGRADE};
use actix_web::web::{Bytes, BytesMut, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use engineioxide_core::{Sid, TransportType};
use futures_util::StreamExt as _;
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::core::Core;
use super::polling::Polling;
use super::sessions::{Handover, Request, Way};
use super::{Engine, EngineApp, Refused, packets, upgrade, websocket};
use crate::close::CloseReason;
use crate::websocket::{self as wire, Incoming, Wire};

#[derive(Deserialize)]
struct Parameters {
    #[serde(rename = "EIO")]
    version: Option<String>,
    transport: Option<String>,
    sid: Option<String>,
}

impl<A: EngineApp> Engine<A> {
    /// Answers a request to the engine's path, of any method.
    ///
    /// # Errors
    /// [`Refused`], or the app's refusal of a new client.
    pub async fn handle(
        self: &Arc<Self>,
        request: HttpRequest,
        body: Payload,
    ) -> Result<HttpResponse, actix_web::Error> {
        self.app.allows(&request)?;
        let parameters = Query::<Parameters>::from_query(request.query_string())
            .map_err(|_| Refused::BadRequest)?
            .into_inner();
        let transport = match parameters.transport.as_deref() {
            Some("polling") => TransportType::Polling,
            Some("websocket") => TransportType::Websocket,
            _ => return Err(Refused::UnknownTransport.into()),
        };
        let sid = match parameters.sid {
            Some(sid) => Some(sid.parse::<Sid>().map_err(|_| Refused::UnknownSession)?),
            None => None,
        };
        let Some(sid) = sid else {
            if request.method() != Method::GET {
                return Err(Refused::BadMethod.into());
            }
            if parameters.version.as_deref() != Some("4") {
                return Err(Refused::UnsupportedVersion.into());
            }
            return match transport {
                TransportType::Polling => self.open_polling(&request),
                TransportType::Websocket => self.open_websocket(&request, body),
            };
        };
        let way = self.sessions.find(sid).ok_or(Refused::UnknownSession)?;
        match (transport, way) {
            (TransportType::Websocket, way) => self.open_upgrade(&request, body, way),
            (TransportType::Polling, Way::Polling(requests)) => match *request.method() {
                Method::GET => poll(requests).await,
                Method::POST => self.post(sid, requests, body).await,
                _ => Err(Refused::BadMethod.into()),
            },
            (TransportType::Polling, Way::WebSocket) => Err(Refused::BadRequest.into()),
        }
    }

    fn open_polling(&self, request: &HttpRequest) -> Result<HttpResponse, actix_web::Error> {
        let app = self.app.on_connect(request)?;
        let seat = self.sessions.enter();
        let requests = seat.use_polling();
        let core = Core::new(app, &self.settings, seat);
        let open = core.open_packet(&[TransportType::Websocket]);
        actix_web::rt::spawn(Polling::new(core, requests).run());
        Ok(text(packets::payload(&[open])))
    }

    fn open_websocket(
        &self,
        request: &HttpRequest,
        body: Payload,
    ) -> Result<HttpResponse, actix_web::Error> {
        let (response, wire, incoming) = self.websocket(request, body)?;
        let app = self.app.on_connect(request)?;
        let core = Box::new(Core::new(app, &self.settings, self.sessions.enter()));
        let waiting = vec![core.open_packet(&[])];
        let handover = Handover { core, waiting };
        actix_web::rt::spawn(websocket::run(handover, wire, incoming));
        Ok(response)
    }

    fn open_upgrade(
        &self,
        request: &HttpRequest,
        body: Payload,
        way: Way<A::Session>,
    ) -> Result<HttpResponse, actix_web::Error> {
        let (response, wire, incoming) = self.websocket(request, body)?;
        let settings = Arc::clone(&self.settings);
        actix_web::rt::spawn(async move {
            let (wait, close_wait) = (settings.upgrade_timeout, settings.close_wait);
            match way {
                Way::Polling(requests) => {
                    upgrade::run(requests, wire, incoming, wait, close_wait).await;
                }
                // Clients of the protocol expect this one to be accepted, and then closed.
                Way::WebSocket => {
                    wire.close(&CloseReason::Protocol, incoming, close_wait)
                        .await;
                }
            }
        });
        Ok(response)
    }

    fn websocket(
        &self,
        request: &HttpRequest,
        body: Payload,
    ) -> Result<(HttpResponse, Wire, Incoming), actix_web::Error> {
        if !request.headers().contains_key(UPGRADE) || request.method() != Method::GET {
            return Err(Refused::BadRequest.into());
        }
        let (most, stall) = (self.settings.max_payload, self.settings.write_stall);
        wire::open(request, body, None, most, stall)
    }

    async fn post(
        &self,
        sid: Sid,
        requests: mpsc::Sender<Request<A::Session>>,
        body: Payload,
    ) -> Result<HttpResponse, actix_web::Error> {
        let read = read(body, self.settings.max_payload);
        let body = timeout(self.settings.upgrade_timeout, read)
            .await
            .map_err(|_| Refused::BadRequest)??;
        let Ok(packets) = packets::parse_payload(&body) else {
            // What was lost cannot be told: the session ends.
            self.sessions.forget(sid);
            return Err(Refused::BadRequest.into());
        };
        requests
            .send(Request::Packets(packets))
            .await
            .map_err(|_| Refused::UnknownSession)?;
        Ok(text("ok".to_owned()))
    }
}

async fn poll<S>(requests: mpsc::Sender<Request<S>>) -> Result<HttpResponse, actix_web::Error> {
    let (reply, answer) = oneshot::channel();
    requests
        .send(Request::Poll(reply))
        .await
        .map_err(|_| Refused::UnknownSession)?;
    // Only the session's place among the sessions keeps its task alive.
    drop(requests);
    match answer.await {
        Ok(body) => Ok(text(body)),
        Err(_) => Err(Refused::BadRequest.into()),
    }
}

async fn read(mut body: Payload, most: usize) -> Result<Bytes, Refused> {
    let mut read = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Refused::BadRequest)?;
        if read.len() + chunk.len() > most {
            return Err(Refused::TooLarge);
        }
        read.extend_from_slice(&chunk);
    }
    Ok(read.freeze())
}

fn text(body: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=UTF-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}
