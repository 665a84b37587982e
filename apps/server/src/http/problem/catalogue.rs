//! Every problem by name: its status, its stable code and its two explanations.

use actix_web::http::StatusCode;

use super::{FieldError, Problem};
use views::label;

impl Problem {
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
            "Send Content-Type: application/json.",
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

    pub fn admins_only() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "admins_only",
            "Accès réservé aux administrateurs",
            "This route needs a token with the role admin.",
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

    /// A caller wrote more than one person can.
    pub fn too_many_writes(seconds: u64) -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "Trop de demandes, merci de réessayer dans un instant",
            "Too many writes by this caller.",
        )
        .retry_after(seconds)
    }

    /// Too many others are before this request.
    pub fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Le service est très sollicité, merci de réessayer dans un instant",
            "Too many large answers are being prepared, for this address above all.",
        )
        .retry_after(2)
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
            "The database cannot be reached at the moment. Repeat the request; a write with the same Idempotency-Key takes effect once.",
        )
        .retry_after(2)
    }

    /// A page of an origin that may not call.
    pub fn origin_not_allowed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            "Origine non autorisée",
            "Pages of this origin may not call this server: add the origin to http.allowed_origins (GUICHET__HTTP__ALLOWED_ORIGINS).",
        )
    }

    /// A page of an origin that may call, but not so.
    pub fn question_refused(message: &str, detail: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_origin_refused",
            message,
            detail,
        )
    }

    /// The server stops, or takes no more clients.
    pub fn stopping() -> Self {
        let words = "Service momentanément indisponible";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", words, words).retry_after(5)
    }

    /// A field claims to be the caller and is somebody else.
    pub fn not_the_caller(field: &str) -> Self {
        Self::identity_mismatch(&format!("{field} is not the caller"))
    }

    /// A request claims to come from somebody else.
    pub fn identity_mismatch(detail: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "identity_mismatch",
            "Cet identifiant n'est pas le vôtre",
            detail,
        )
    }

    pub(super) fn unknown_reference(field: &'static str) -> Self {
        Self::validation(vec![FieldError {
            field: field.to_owned(),
            code: "unknown",
            message: format!("{} : inconnu", label(field)),
        }])
    }

    /// A field names a person who is not there; `route` is where they can be entered.
    pub(super) fn unknown_person(field: &'static str, route: &str) -> Self {
        let mut problem = Self::validation(vec![FieldError {
            field: field.to_owned(),
            code: "unknown",
            message: format!(
                "{} : inconnu, cette personne doit d'abord se connecter une fois ou être ajoutée",
                label(field)
            ),
        }]);
        problem.detail = format!(
            "{field} names nobody: people are known once they signed in, or were entered with POST {route} or `guichet people import`."
        );
        problem
    }

    /// A request enters somebody who is there.
    pub(super) fn already_there(detail: &str) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "already_there",
            "Quelqu'un porte déjà cet identifiant",
            detail,
        )
    }

    /// Nobody has this id.
    pub fn person_not_found(code: &'static str, message: &'static str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            code,
            message,
            "There is nobody with this id.",
        )
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
