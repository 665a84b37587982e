//! `/docs`: the API page. It asks nobody outside.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use utoipa_swagger_ui::{Config, serve};

use crate::http::problem::Problem;

/// Where the page is.
pub const PATH: &str = "/docs";
const INDEX: &str = "index.html";

static CONFIG: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::new(["/api/openapi.json"]).validator_url("none")));

/// The page. It names its files from the root, so that it works with and without a slash behind it.
static PAGE: LazyLock<Option<Bytes>> = LazyLock::new(|| {
    let page = String::from_utf8(file(INDEX)?.bytes.into_owned()).ok()?;
    let page = page.replace("=\"./", "=\"/docs/");
    Some(page.replace("=\"index.css", "=\"/docs/index.css").into())
});

fn file(name: &str) -> Option<utoipa_swagger_ui::SwaggerFile<'static>> {
    serve(name, Arc::clone(&CONFIG)).ok().flatten()
}

/// The page itself.
pub async fn page() -> Result<HttpResponse, Problem> {
    let page = PAGE.clone().ok_or_else(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page))
}

/// What the page is made of.
pub async fn part(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    if *name == INDEX {
        return page().await;
    }
    let absent = || Problem::of_status(actix_web::http::StatusCode::NOT_FOUND);
    let file = file(&name).ok_or_else(absent)?;
    // Shared with every other reader, not a copy each.
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    let mut response = HttpResponse::Ok();
    if file.gzpipped {
        response.insert_header((header::CONTENT_ENCODING, "gzip"));
    }
    Ok(response.content_type(file.content_type).body(bytes))
}

/// The page, for whoever asks for the server's root.
pub async fn home() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, "/docs/"))
        .finish()
}
