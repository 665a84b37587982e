//! What the layers below call an error, in the words of the outside.

use actix_web::http::StatusCode;
use faq_domain::FaqError;
use messages_domain::MessagesError;
use realtime::HandshakeRefused;
use shared_kernel::StoreError;
use support_domain::SupportError;

use super::{FieldError, Problem};
use crate::auth::TokenRefused;

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

impl From<HandshakeRefused> for Problem {
    fn from(refused: HandshakeRefused) -> Self {
        let says = |status, code, message| Self::new(status, code, message, message);
        match refused {
            HandshakeRefused::Origin => says(
                StatusCode::FORBIDDEN,
                "origin_not_allowed",
                "Origine non autorisée",
            ),
            HandshakeRefused::TooManyFromAddress => says(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_connections",
                "Trop de connexions depuis cette adresse",
            )
            .retry_after(5),
            HandshakeRefused::Unavailable => says(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Service momentanément indisponible",
            )
            .retry_after(5),
        }
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

impl From<FaqError> for Problem {
    fn from(error: FaqError) -> Self {
        let detail = error.to_string();
        let absent = |code, message| Self::new(StatusCode::NOT_FOUND, code, message, &detail);
        match error {
            FaqError::ArticleNotFound => absent("faq_not_found", "FAQ not found"),
            FaqError::CategoryNotFound => absent("category_not_found", "Category not found"),
            FaqError::VersionNotFound => absent("version_not_found", "Version non trouvée"),
            FaqError::UnknownCategory => Self::unknown_reference("category"),
            FaqError::CategoryExists => Self::new(
                StatusCode::CONFLICT,
                "category_exists",
                "Une catégorie porte déjà cet identifiant",
                &detail,
            ),
            FaqError::CategoryNotEmpty => Self::new(
                StatusCode::BAD_REQUEST,
                "category_not_empty",
                "Cannot delete category with existing FAQs",
                &detail,
            ),
            FaqError::Languages => Self::validation(vec![FieldError {
                field: "translations".to_owned(),
                code: "out_of_range",
                message: "translations : il faut de 1 à 20 langues".to_owned(),
            }]),
            FaqError::HalfAText { locale, field } => Self::validation(vec![FieldError {
                field: field.to_owned(),
                code: "required",
                message: format!("{field} : requis dans une nouvelle langue ({locale})"),
            }]),
            FaqError::VersionMismatch => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "stale_version",
                "L'article a été modifié entre-temps",
                &detail,
            ),
            FaqError::Store(error) => error.into(),
        }
    }
}
