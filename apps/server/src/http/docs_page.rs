//! `GET /docs/`: the API page. It asks nobody outside.
//!
//! Its files are part of the program. Whoever asks for one gets those bytes themselves and no copy.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, Resource, guard, web};
use utoipa_swagger_ui::{Config, SwaggerFile, serve};

use super::problem::Problem;

/// Files that were asked for. Only those that are there, so they are few.
#[derive(Default)]
struct Files(Mutex<HashMap<String, Shared>>);

#[derive(Clone)]
struct Shared {
    bytes: Bytes,
    kind: Arc<str>,
    is_gzipped: bool,
}

impl From<SwaggerFile<'static>> for Shared {
    fn from(file: SwaggerFile<'static>) -> Self {
        Self {
            bytes: match file.bytes {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            },
            kind: file.content_type.into(),
            is_gzipped: file.gzpipped,
        }
    }
}

impl Files {
    fn get(&self, path: &str) -> Option<Shared> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.get(path) {
            return Some(shared.clone());
        }
        let config = Config::new(["/api/openapi.json"]).validator_url("none");
        let shared: Shared = serve(path, Arc::new(config)).ok().flatten()?.into();
        known.insert(path.to_owned(), shared.clone());
        Some(shared)
    }
}

/// The page and its files.
pub(super) fn page() -> Resource {
    web::resource("/docs/{file:.*}")
        .guard(guard::Any(guard::Get()).or(guard::Head()))
        .app_data(web::Data::new(Files::default()))
        .to(file)
}

async fn file(files: web::Data<Files>, path: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = files
        .get(&path)
        .ok_or_else(|| Problem::of_status(StatusCode::NOT_FOUND))?;
    let mut response = HttpResponse::Ok();
    if file.is_gzipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.content_type(&*file.kind).body(file.bytes))
}
