//! Problems of bodies that are not what they should be.

use actix_web::http::StatusCode;

use super::Problem;

impl Problem {
    /// A form was due.
    pub fn no_form() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Le corps de la requête doit être un formulaire",
            "Send Content-Type: application/x-www-form-urlencoded, as the page does. JSON is taken by POST /api/support/contact/ticket/{ticketId}/satisfaction.",
        )
    }

    /// The body is compressed, or encoded otherwise.
    pub fn encoded_body() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Le corps de la requête doit être envoyé sans Content-Encoding",
            "Bodies with Content-Encoding are not read: send the body as it is, without the header.",
        )
    }

    /// JSON it may be, or nothing; an object it is not.
    pub fn no_json_object() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "malformed_json",
            "Le corps de la requête doit être un objet JSON",
            "The body must be a JSON object.",
        )
    }
}
