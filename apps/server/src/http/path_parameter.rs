//! What a path names.

use actix_web::HttpRequest;
use request_text::paths;

use super::field::{Errors, Refusal};
use super::problem::Problem;

/// Reads a parameter of the path. What could be no id names nothing.
///
/// # Errors
/// 400 naming the parameter for bytes that are no text, else `absent`.
pub(super) fn path_parameter<T>(
    request: &HttpRequest,
    name: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
    absent: impl FnOnce() -> Problem,
) -> Result<T, Problem> {
    let text = request.match_info().query(name);
    // The router puts U+FFFD where bytes are no text.
    if text.contains(char::REPLACEMENT_CHARACTER) && !paths::is_text(request.uri().path()) {
        let mut errors = Errors::default();
        let refusal = Refusal::new("invalid_encoding", "n'est pas un texte en UTF-8");
        errors.add(name, &refusal);
        return Err(errors.into_problem());
    }
    parse(&paths::piece(text)).ok_or_else(absent)
}
