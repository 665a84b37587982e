//! Where to go on in a list, as an opaque text; and how an answer without an envelope says it.
//!
//! To let a list take a cursor: a tuple of what it is sorted by for `written` and `taken`, a field
//! `cursor` of its query, and `told` where the answer is the bare list.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use request_text::names;
use request_text::pairs::pairs;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::field::{Errors, Field, Refusal};

/// Says where a bare list goes on.
pub const NEXT: &str = "X-Next-Cursor";

/// Writes a position.
pub fn written(position: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Takes the field `cursor`: what `position` makes of it, and a refusal for what is no cursor of this
/// list.
pub fn taken<T: DeserializeOwned, P>(
    errors: &mut Errors,
    cursor: Field<String>,
    position: impl FnOnce(T) -> Option<P>,
) -> Option<P> {
    let text = errors.optional("cursor", cursor)?;
    let found = read(&text).and_then(position);
    if found.is_none() {
        let refusal = Refusal::new("invalid_cursor", "curseur invalide");
        errors.add("cursor", &refusal);
    }
    found
}

/// Says in headers that the list goes on, and where.
pub fn told(response: &mut HttpResponseBuilder, request: &HttpRequest, cursor: String) {
    let link = next_link(request, &[("cursor", cursor.clone())]);
    response
        .insert_header((header::LINK, link))
        .insert_header((NEXT, cursor));
}

/// The same question for the part that follows.
pub fn next_link(request: &HttpRequest, where_to: &[(&str, String)]) -> String {
    let asked = pairs(request.query_string().as_bytes());
    let kept = asked.filter_map(|pair| {
        let replaced = where_to.iter().map(|(name, _)| *name);
        let mut replaced = replaced.chain(["page", "cursor"]);
        let is_kept = !replaced.any(|name| names::same(name, &pair.name));
        is_kept.then_some((pair.name, pair.value.ok()?))
    });
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .extend_pairs(where_to)
        .finish();
    format!("<{}?{query}>; rel=\"next\"", request.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn position(text: &str) -> Option<(i64, String)> {
        let mut errors = Errors::default();
        taken(&mut errors, Field::Given(text.to_owned()), Some)
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_anything_else_is_none() {
        assert_eq!(position(&written(&(7, "a"))), Some((7, "a".to_owned())));
        for text in ["", "x", "AAAA", &written(&7), &written(&("a", 7))] {
            assert_eq!(position(text), None, "{text}");
        }
    }

    #[test]
    fn the_next_part_is_the_same_question_from_another_place() {
        let request = TestRequest::with_uri("/list?tags=a%20b&page=3&limit=7").to_http_request();
        assert_eq!(
            next_link(&request, &[("cursor", "c".to_owned())]),
            "</list?tags=a+b&limit=7&cursor=c>; rel=\"next\""
        );
    }
}
