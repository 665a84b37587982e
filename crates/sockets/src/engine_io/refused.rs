//! Requests an engine refuses, with the numbers and words clients of the protocol know.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Neither polling nor websocket.
    #[error("Transport unknown")]
    UnknownTransport,
    /// No such session, or no longer.
    #[error("Session ID unknown")]
    UnknownSession,
    /// A method the protocol has no use for.
    #[error("Bad handshake method")]
    BadMethod,
    /// A transport the session no longer uses, a body that is no payload, a second poll.
    #[error("Bad request")]
    BadRequest,
    /// A page of another site.
    #[error("Forbidden")]
    Forbidden,
    /// Not version 4 of the protocol.
    #[error("Unsupported protocol version")]
    UnsupportedVersion,
    /// A body above the limit.
    #[error("Payload too large")]
    TooLarge,
}

impl Refused {
    fn code(self) -> u8 {
        match self {
            Self::UnknownTransport => 0,
            Self::UnknownSession => 1,
            Self::BadMethod => 2,
            Self::BadRequest | Self::TooLarge => 3,
            Self::Forbidden => 4,
            Self::UnsupportedVersion => 5,
        }
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let body = json!({"code": self.code(), "message": self.to_string()});
        HttpResponse::build(self.status_code()).json(body)
    }
}
