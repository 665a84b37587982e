//! What the layers below call an error, in the words of the outside.

use actix_web::http::StatusCode;
use faq_domain::{FaqError, Half};
use identity::TokenRefused;
use messages_domain::MessagesError;
use realtime::HandshakeRefused;
use shared_kernel::StoreError;
use support_domain::{Reserved, SupportError};

use super::{FieldError, Problem};
use views::label;

impl From<TokenRefused> for Problem {
    fn from(refused: TokenRefused) -> Self {
        let message = match refused {
            TokenRefused::Missing => "Authentification requise",
            TokenRefused::Expired => "Session expirée",
            TokenRefused::Invalid => "Jeton invalide",
            TokenRefused::Unclear => {
                "Un seul en-tête Authorization, avec un jeton Bearer, est attendu"
            }
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
            HandshakeRefused::Unavailable => Self::stopping(),
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

/// The field by which requests on tickets name somebody.
fn field_of(named: support_domain::Named) -> &'static str {
    match named {
        support_domain::Named::Customer => "customer_id",
        support_domain::Named::Staff => "staff_id",
        support_domain::Named::NewAssignee => "assigned_to",
    }
}

/// Where people are entered.
const CUSTOMERS: &str = "/api/customers";
const STAFF: &str = "/api/staff";

/// The field by which requests on messages name somebody or something.
fn message_field_of(named: messages_domain::Named) -> &'static str {
    match named {
        messages_domain::Named::Customer => "customerId",
        messages_domain::Named::Staff => "staffId",
        messages_domain::Named::Order => "orderId",
    }
}

/// The rule a request broke: the domain's words, or where it has fields for them, theirs.
fn rule_of(reserved: Reserved) -> String {
    match reserved {
        Reserved::AssignmentOrNote => "assigned_to and internal_note are for staff".to_owned(),
        other => other.to_string(),
    }
}

impl From<SupportError> for Problem {
    fn from(error: SupportError) -> Self {
        let detail = error.to_string();
        match error {
            SupportError::TicketNotFound => Self::ticket_not_found(),
            SupportError::Forbidden(reserved) => Self::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Action non autorisée",
                &format!("not allowed: {}", rule_of(reserved)),
            ),
            SupportError::IdentityMismatch(named) => Self::not_the_caller(field_of(named)),
            SupportError::UnknownReference(named) => {
                let route = match named {
                    support_domain::Named::Customer => CUSTOMERS,
                    support_domain::Named::Staff | support_domain::Named::NewAssignee => STAFF,
                };
                Self::unknown_person(field_of(named), route)
            }
            SupportError::AlreadyThere(_) => Self::already_there(&detail),
            SupportError::AddressTaken(_) => Self::new(
                StatusCode::CONFLICT,
                "address_taken",
                "Un client a déjà cette adresse",
                &detail,
            ),
            SupportError::Nobody => Self::validation(vec![FieldError {
                field: "id".to_owned(),
                code: "required",
                message: "Identifiant : un identifiant ou une adresse e-mail est requis".to_owned(),
            }]),
            SupportError::NoName => Self::validation(vec![FieldError {
                field: "name".to_owned(),
                code: "invalid_name",
                message: "Nom : un nom est attendu, pas une adresse".to_owned(),
            }]),
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
            MessagesError::NotFoundOrRefused | MessagesError::DeletedBefore => {
                let is_deleted = matches!(error, MessagesError::DeletedBefore);
                let problem = Self::new(
                    StatusCode::NOT_FOUND,
                    "message_not_found",
                    "Message non trouvé ou accès refusé",
                    &detail,
                );
                if is_deleted {
                    problem
                } else {
                    problem.for_refusal()
                }
            }
            MessagesError::IdentityMismatch(named) => Self::not_the_caller(message_field_of(named)),
            MessagesError::UnknownReference(named) => {
                let field = message_field_of(named);
                match named {
                    messages_domain::Named::Customer => Self::unknown_person(field, CUSTOMERS),
                    messages_domain::Named::Staff => Self::unknown_person(field, STAFF),
                    messages_domain::Named::Order => Self::unknown_reference(field),
                }
            }
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
                message: format!("{} : il faut de 1 à 20 langues", label("translations")),
            }]),
            FaqError::HalfAText { locale, missing } => {
                let field = match missing {
                    Half::Question => "question",
                    Half::Answer => "answer",
                };
                Self::validation(vec![FieldError {
                    field: field.to_owned(),
                    code: "required",
                    message: format!(
                        "{} : requis dans une nouvelle langue ({locale})",
                        label(field)
                    ),
                }])
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The field a problem names, and what it says of it.
    fn refused(problem: impl Into<Problem>) -> (String, String) {
        let error = problem.into().errors.remove(0);
        (error.field, error.message)
    }

    #[test]
    fn whom_a_request_names_is_told_by_its_field() {
        let told = |problem: Problem, named: &str, label: &str, route: &str| {
            assert!(problem.detail.contains(route), "{}", problem.detail);
            let (field, message) = refused(problem);
            let words =
                "inconnu, cette personne doit d'abord se connecter une fois ou être ajoutée";
            assert_eq!(
                (field.as_str(), message),
                (named, format!("{label} : {words}"))
            );
        };
        let (customers, staff) = ("POST /api/customers", "POST /api/staff");
        for (named, field, label, route) in [
            (
                support_domain::Named::Customer,
                "customer_id",
                "Client",
                customers,
            ),
            (
                support_domain::Named::Staff,
                "staff_id",
                "Membre du support",
                staff,
            ),
            (
                support_domain::Named::NewAssignee,
                "assigned_to",
                "Responsable",
                staff,
            ),
        ] {
            let error = SupportError::UnknownReference(named);
            told(error.into(), field, label, route);
        }
        for (named, field, label, route) in [
            (
                messages_domain::Named::Customer,
                "customerId",
                "Client",
                customers,
            ),
            (
                messages_domain::Named::Staff,
                "staffId",
                "Membre du support",
                staff,
            ),
        ] {
            let error = MessagesError::UnknownReference(named);
            told(error.into(), field, label, route);
        }
        let order = MessagesError::UnknownReference(messages_domain::Named::Order);
        let (field, message) = refused(order);
        assert_eq!(
            (field.as_str(), message.as_str()),
            ("orderId", "Commande : inconnu")
        );
    }

    #[test]
    fn a_field_that_names_somebody_else_than_the_caller_is_named() {
        let ticket = SupportError::IdentityMismatch(support_domain::Named::Customer);
        let message = MessagesError::IdentityMismatch(messages_domain::Named::Staff);
        assert_eq!(
            Problem::from(ticket).detail,
            "customer_id is not the caller"
        );
        assert_eq!(Problem::from(message).detail, "staffId is not the caller");
    }

    #[test]
    fn what_only_one_side_does_is_told_in_the_words_of_the_request() {
        let detail = |reserved| Problem::from(SupportError::Forbidden(reserved)).detail;
        assert_eq!(
            detail(Reserved::AssignmentOrNote),
            "not allowed: assigned_to and internal_note are for staff"
        );
        assert_eq!(
            detail(Reserved::Note),
            "not allowed: internal notes are for staff"
        );
    }
}
