//! Where to go on in a list, as an opaque text; and how an answer without an envelope says it.
//!
//! To let a list take a cursor: [`Cursors`] of its name, a tuple of what it is sorted by for `written` and
//! `taken`, a field `cursor` of its query, and `told` where the answer is the bare list.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use request_text::names;
use request_text::pairs::pairs;
use request_text::times::from_micros;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::field::{Errors, Field, Refusal};

/// Says where a bare list goes on.
pub const NEXT: &str = "X-Next-Cursor";

/// The cursors of a list, by its name: another list does not take them.
pub struct Cursors(pub &'static str);

impl Cursors {
    /// Writes a position.
    pub fn written(&self, position: &impl Serialize) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&(self.0, position)).unwrap_or_default())
    }

    fn read<T: DeserializeOwned>(&self, text: &str) -> Option<T> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (list, position): (String, T) = serde_json::from_slice(&bytes).ok()?;
        (list == self.0).then_some(position)
    }

    /// Takes the field `cursor`: what `position` makes of it, and a refusal for what is no cursor of
    /// this list.
    pub fn taken<T: DeserializeOwned, P>(
        &self,
        errors: &mut Errors,
        cursor: Field<String>,
        position: impl FnOnce(T) -> Option<P>,
    ) -> Option<P> {
        let text = errors.optional("cursor", cursor)?;
        let found = self.read(text.trim()).and_then(position);
        if found.is_none() {
            let refusal = Refusal::new("invalid_cursor", "curseur invalide");
            errors.add("cursor", &refusal);
        }
        found
    }
}

/// The place of a row in a list sorted by an instant and an id, in microseconds; none at an instant that no
/// row can have.
pub fn instant_and_id<I, E>(
    (micros, id): (i64, String),
    parse: impl FnOnce(String) -> Result<I, E>,
) -> Option<(i64, I)> {
    from_micros(micros)?;
    Some((micros, parse(id).ok()?))
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
        let name = pair.name.ok()?;
        let replaced = where_to.iter().map(|(name, _)| *name);
        let mut replaced = replaced.chain(["page", "cursor"]);
        let is_kept = !replaced.any(|other| names::same(other, &name));
        is_kept.then_some((name, pair.value.ok()?))
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

    const LIST: Cursors = Cursors("list");

    fn position(text: &str) -> Option<(i64, String)> {
        let mut errors = Errors::default();
        LIST.taken(&mut errors, Field::Given(text.to_owned()), Some)
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_anything_else_is_none() {
        let written = LIST.written(&(7, "a"));
        for text in [written.clone(), format!("{written} ")] {
            assert_eq!(position(&text), Some((7, "a".to_owned())));
        }
        let other = Cursors("other").written(&(7, "a"));
        let wrong = LIST.written(&("a", 7));
        for text in ["", "x", "AAAA", &LIST.written(&7), &wrong, &other] {
            assert_eq!(position(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_that_no_row_can_have_is_no_place() {
        let place =
            |micros| instant_and_id((micros, "MSG-1".to_owned()), shared_kernel::EntryId::parse);
        assert!(place(1_700_000_000_000_000).is_some());
        for micros in [-210_866_803_200_000_001, i64::MIN, i64::MAX] {
            assert_eq!(place(micros), None, "{micros}");
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
