//! The one mapping from what went wrong to what the caller is told (RFC 9457).
//!
//! A [`Problem`] knows its status, its stable code and its French message. Time, path and request
//! id are added where the answer leaves (`middleware::finish`). Anything unforeseen is a 500 and
//! says nothing of itself. To add a problem: a row in [`Problem::new`]'s callers, or a `From`.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use messages_domain::MessagesError;
use serde::Serialize;
use shared_kernel::StoreError;
use support_domain::SupportError;
use utoipa::ToSchema;

use crate::auth::TokenRefused;

/// One refused field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, with its path inside the request, e.g. `vehicle_info.year`.
    pub field: String,
    /// Stable, e.g. `too_short`.
    pub code: &'static str,
    /// For people, in French.
    pub message: String,
}

/// Why a request was not done.
#[derive(Debug, Clone)]
pub struct Problem {
    pub status: StatusCode,
    pub code: &'static str,
    /// For people, in French, in the words of the specification.
    pub message: String,
    /// For developers, in English.
    pub detail: String,
    pub errors: Vec<FieldError>,
    pub retry_after_seconds: Option<u64>,
}

impl Problem {
    /// A problem with its stable code and its two explanations.
    pub fn new(status: StatusCode, code: &'static str, message: &str, detail: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            detail: detail.to_owned(),
            errors: Vec::new(),
            retry_after_seconds: None,
        }
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// Fields were refused.
    pub fn validation(errors: Vec<FieldError>) -> Self {
        let message = errors
            .first()
            .map_or("Requête invalide", |error| error.message.as_str());
        let mut problem = Self::new(
            StatusCode::BAD_REQUEST,
            "validation_failed",
            message,
            "One or more fields were refused; `errors` names each of them.",
        );
        problem.errors = errors;
        problem
    }

    pub fn malformed_json(detail: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed_json",
            "Le corps de la requête n'est pas un JSON valide",
            detail,
        )
    }

    pub fn unsupported_media_type() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Le corps de la requête doit être du JSON",
            "Send Content-Type: application/json, without Content-Encoding.",
        )
    }

    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "La requête est trop volumineuse",
            "The body is larger than http.max_body_bytes.",
        )
    }

    pub fn body_timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "body_timeout",
            "La requête a mis trop de temps à arriver",
            "The body did not arrive within http.body_timeout_seconds.",
        )
    }

    pub fn ticket_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "ticket_not_found",
            "Ticket non trouvé",
            "There is no such ticket for this caller.",
        )
    }

    pub fn staff_only() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "staff_only",
            "Accès réservé au support",
            "This route needs a token with the role staff or admin.",
        )
    }

    pub fn invalid_link() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "invalid_link",
            "Ce lien n'est pas valide ou a expiré",
            "The signed link is not valid, has expired, or belongs to an earlier closing.",
        )
    }

    pub fn rate_limited(seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "Trop de demandes, merci de réessayer dans un instant",
            "Too many requests from this address.",
        )
        .retry_after(seconds)
    }

    pub fn idempotency_in_flight() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "idempotency_in_flight",
            "Cette demande est déjà en cours de traitement",
            "A request with this Idempotency-Key has not finished yet; try again.",
        )
        .retry_after(1)
    }

    pub fn idempotency_mismatch() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_mismatch",
            "Cette clé d'idempotence a déjà servi pour une autre demande",
            "This Idempotency-Key was used with another body.",
        )
    }

    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "database_unavailable",
            "Service momentanément indisponible",
            "The database cannot be reached at the moment; nothing was changed.",
        )
        .retry_after(2)
    }

    /// A field claims to be the caller and is somebody else.
    pub fn identity_mismatch(detail: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "identity_mismatch",
            "Cet identifiant n'est pas le vôtre",
            detail,
        )
    }

    fn unknown_reference(field: &'static str) -> Self {
        Self::validation(vec![FieldError {
            field: field.to_owned(),
            code: "unknown",
            message: format!("{field} : inconnu"),
        }])
    }

    /// The reader's place lies outside what is kept.
    pub fn resync_required() -> Self {
        Self::new(
            StatusCode::GONE,
            "resync_required",
            "Votre position est trop ancienne, rechargez les données",
            "The cursor is not of this log, or older than what is kept: load everything anew and go on without it.",
        )
    }

    /// A defect of ours. Says nothing of itself.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "Erreur interne",
            "The server failed; the request id helps us find out why.",
        )
    }

    /// What a bare status means, for answers the framework gives by itself.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(
                status,
                "route_not_found",
                "Ressource introuvable",
                "There is no such route.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "method_not_allowed",
                "Méthode non autorisée",
                "The route exists, but not with this method; see Allow.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::unsupported_media_type(),
            StatusCode::REQUEST_TIMEOUT => Self::body_timeout(),
            status if status.is_client_error() => Self::new(
                status,
                "bad_request",
                "Requête invalide",
                "The request could not be understood.",
            ),
            _ => Self::internal(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Leaves the body to `middleware::finish`, which knows the request.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<TokenRefused> for Problem {
    fn from(refused: TokenRefused) -> Self {
        let message = match refused {
            TokenRefused::Missing => "Authentification requise",
            TokenRefused::Expired => "Session expirée",
            TokenRefused::Invalid => "Jeton invalide",
        };
        Self::new(
            StatusCode::UNAUTHORIZED,
            refused.code(),
            message,
            &refused.to_string(),
        )
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => {
                tracing::warn!(
                    error = &*cause as &dyn std::error::Error,
                    "the database is not available"
                );
                Self::unavailable()
            }
            StoreError::Collision => Self::unavailable(),
            StoreError::Stale | StoreError::Duplicate(_) | StoreError::MissingReference(_) => {
                Self::new(
                    StatusCode::CONFLICT,
                    "conflict",
                    "La ressource a changé entre-temps",
                    "Something else changed what this request was about; read it again.",
                )
            }
            StoreError::Defect(cause) => {
                tracing::error!(
                    error = &*cause as &dyn std::error::Error,
                    "the store failed"
                );
                Self::internal()
            }
        }
    }
}

impl From<SupportError> for Problem {
    fn from(error: SupportError) -> Self {
        let detail = error.to_string();
        match error {
            SupportError::TicketNotFound => Self::ticket_not_found(),
            SupportError::Forbidden(_) => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Action non autorisée",
                &detail,
            ),
            SupportError::IdentityMismatch { .. } => Self::identity_mismatch(&detail),
            SupportError::UnknownReference { field } => Self::unknown_reference(field),
            SupportError::VersionMismatch => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale_version",
                "Le ticket a été modifié entre-temps",
                &detail,
            ),
            SupportError::StillOpen => Self::new(
                StatusCode::CONFLICT,
                "ticket_still_open",
                "Le ticket n'est pas encore fermé",
                &detail,
            ),
            SupportError::AlreadyRated => Self::new(
                StatusCode::CONFLICT,
                "already_rated",
                "Ce ticket a déjà été noté",
                &detail,
            ),
            SupportError::OutdatedLink => Self::invalid_link(),
            SupportError::Store(error) => error.into(),
        }
    }
}

impl From<MessagesError> for Problem {
    fn from(error: MessagesError) -> Self {
        let detail = error.to_string();
        match error {
            MessagesError::MessageNotFound => Self::new(
                StatusCode::NOT_FOUND,
                "message_not_found",
                "Message non trouvé",
                &detail,
            ),
            MessagesError::NotFoundOrRefused => Self::new(
                StatusCode::NOT_FOUND,
                "message_not_found",
                "Message non trouvé ou accès refusé",
                &detail,
            ),
            MessagesError::IdentityMismatch { .. } => Self::identity_mismatch(&detail),
            MessagesError::UnknownReference { field } => Self::unknown_reference(field),
            MessagesError::NotTheAuthor => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Action non autorisée",
                &detail,
            ),
            MessagesError::Store(error) => error.into(),
        }
    }
}

/// The body of an error answer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemBody<'a> {
    /// Identifies the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// For developers, in English.
    pub detail: &'a str,
    /// The HTTP status again, for earlier clients.
    pub status_code: u16,
    /// For people, in French.
    pub message: &'a str,
    /// Stable.
    pub code: &'a str,
    /// When, in UTC.
    pub timestamp: String,
    /// The route, without its query.
    pub path: &'a str,
    /// Quote it when asking for help.
    pub request_id: &'a str,
    /// Every refused field.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: &'a [FieldError],
}
