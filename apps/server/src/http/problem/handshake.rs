//! What a refused handshake is answered with. Clients of sockets know a shorter body than the rest
//! of the API has, without time, path and request id.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use realtime::HandshakeRefused;
use serde_json::json;

use super::Problem;

/// A problem in the words for sockets.
#[derive(Debug)]
struct HandshakeProblem(Problem);

/// For `realtime`, which knows no statuses.
pub fn answer_refused(refused: HandshakeRefused) -> actix_web::Error {
    HandshakeProblem(refused.into()).into()
}

impl std::fmt::Display for HandshakeProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for HandshakeProblem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let problem = &self.0;
        let mut response = HttpResponse::build(problem.status);
        if let Some(seconds) = problem.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        response.content_type("application/problem+json").body(
            json!({
                "type": "about:blank", "title": problem.status.canonical_reason(),
                "status": problem.status.as_u16(), "statusCode": problem.status.as_u16(),
                "code": problem.code, "detail": problem.detail, "message": problem.message,
            })
            .to_string(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::{MessageBody as _, to_bytes};

    #[actix_web::test]
    async fn the_answer_is_what_clients_of_sockets_know() {
        for (refused, status, retry, title, code, message) in [
            (
                HandshakeRefused::Origin,
                403,
                None,
                "Forbidden",
                "origin_not_allowed",
                "Origine non autorisée",
            ),
            (
                HandshakeRefused::TooManyFromAddress,
                429,
                Some("5"),
                "Too Many Requests",
                "too_many_connections",
                "Trop de connexions depuis cette adresse",
            ),
            (
                HandshakeRefused::Unavailable,
                503,
                Some("5"),
                "Service Unavailable",
                "unavailable",
                "Service momentanément indisponible",
            ),
        ] {
            let response = answer_refused(refused).error_response();
            assert_eq!(response.status().as_u16(), status);
            let headers = response.headers();
            let text = |name| headers.get(name).map(|value| value.to_str().unwrap());
            assert_eq!(text(header::CONTENT_TYPE), Some("application/problem+json"));
            assert_eq!(text(header::RETRY_AFTER), retry);
            let body = to_bytes(response.into_body().boxed()).await.unwrap();
            let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
            let expected = json!({
                "type": "about:blank", "title": title, "status": status, "statusCode": status,
                "code": code, "detail": message, "message": message,
            });
            assert_eq!(body, expected);
        }
    }
}
