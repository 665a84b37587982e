//! An answer, before it is sent: so that it can be kept for a repeated request.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;
use shared_kernel::StoredAnswer;

use super::problem::Problem;

/// Status, entity tag and body.
pub struct Answer(StoredAnswer);

impl Answer {
    /// An answer with a JSON body.
    ///
    /// # Errors
    /// 500 when the body cannot be written as JSON, which is a defect.
    pub fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(body).map_err(|_| Problem::internal())?;
        Ok(Self(StoredAnswer {
            status: status.as_u16(),
            etag: None,
            body,
        }))
    }

    /// An answer whose JSON is written already.
    pub fn ready(status: StatusCode, body: &[u8]) -> Self {
        Self(StoredAnswer {
            status: status.as_u16(),
            etag: None,
            body: body.to_vec(),
        })
    }

    /// An answer that only says that it is done.
    pub fn no_content() -> Self {
        Self(StoredAnswer {
            status: StatusCode::NO_CONTENT.as_u16(),
            etag: None,
            body: Vec::new(),
        })
    }

    /// Adds the entity tag of a version.
    #[must_use]
    pub fn version(self, version: u64) -> Self {
        self.tagged(etag(version))
    }

    /// Adds an entity tag.
    #[must_use]
    pub fn tagged(mut self, tag: String) -> Self {
        self.0.etag = Some(tag);
        self
    }

    pub(super) fn stored(&self) -> &StoredAnswer {
        &self.0
    }
}

/// The entity tag of a version.
pub fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

impl From<StoredAnswer> for Answer {
    fn from(stored: StoredAnswer) -> Self {
        Self(stored)
    }
}

impl From<Answer> for HttpResponse {
    fn from(Answer(stored): Answer) -> Self {
        let status =
            StatusCode::from_u16(stored.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        if !stored.body.is_empty() {
            response.content_type("application/json");
        }
        if let Some(etag) = stored.etag {
            response.insert_header((header::ETAG, etag));
        }
        response.body(stored.body)
    }
}
