//! An operation, completed by what its handler takes and how it refuses.

use std::collections::BTreeMap;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{Object, Ref, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, PathItem, RefOr, Required, Response};

use crate::absent::without_null;
use crate::answers::{Answers, tell_header};
use crate::terms::{Body, Refusal, Terms};

/// Completes the operation of a route, if its note is in the document.
pub(crate) fn complete(
    document: &mut OpenApi,
    answers: &Answers,
    method: &str,
    path: &str,
    terms: Terms,
) {
    let item = document.paths.paths.get_mut(path);
    let Some(operation) = item.and_then(|item| operation_of(item, method)) else {
        return;
    };
    let said = operation.parameters.take().unwrap_or_default();
    operation.parameters = Some(parameters(path, said, terms.parameters));
    operation.security = (!terms.security.is_empty()).then_some(terms.security);
    let responses = &mut operation.responses.responses;
    refuse(answers, responses, &terms.refusals);
    // Refusals have them too.
    for (name, about) in terms.answer_headers {
        tell_header(responses, name, about);
    }
    if let Some(body) = terms.body {
        let said = operation.request_body.take();
        operation.request_body = Some(RefOr::T(request_body(said, &body)));
        if let Some(components) = &mut document.components {
            components.schemas.insert(body.name, body.schema);
            components.schemas.extend(body.inner);
        }
    }
}

fn operation_of<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "PUT" => item.put.as_mut(),
        "POST" => item.post.as_mut(),
        "PATCH" => item.patch.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

/// Those of the path, those the handler takes, and what else its note knows of.
fn parameters(
    path: &str,
    said: Vec<RefOr<Parameter>>,
    taken: Vec<Parameter>,
) -> Vec<RefOr<Parameter>> {
    let same = |one: &Parameter, other: &Parameter| {
        one.name == other.name && one.parameter_in == other.parameter_in
    };
    let mut all = taken;
    for parameter in said {
        if let RefOr::T(mut parameter) = parameter
            && !all.iter().any(|one| same(one, &parameter))
        {
            // Nothing outside a body can be null.
            if let Some(schema) = &mut parameter.schema {
                without_null(schema);
            }
            all.push(parameter);
        }
    }
    for name in path.split(['{', '}']).skip(1).step_by(2) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(Object::with_type(SchemaType::Type(Type::String))))
            .build();
        if !all.iter().any(|one| same(one, &parameter)) {
            all.push(parameter);
        }
    }
    let place = |parameter: &Parameter| match parameter.parameter_in {
        ParameterIn::Path => 0,
        ParameterIn::Header => 2,
        _ => 1,
    };
    all.sort_by_key(place);
    all.into_iter().map(RefOr::T).collect()
}

/// The body the handler takes; its example is the note's.
fn request_body(said: Option<RefOr<RequestBody>>, taken: &Body) -> RequestBody {
    let mut body = match said {
        Some(RefOr::T(said)) => said,
        _ => RequestBody::new(),
    };
    body.required = taken.required.then_some(Required::True);
    if body.content.is_empty() {
        let schema = RefOr::<Schema>::Ref(Ref::from_schema_name(taken.name.as_str()));
        let content = ContentBuilder::new().schema(Some(schema)).build();
        body.content
            .insert("application/json".to_owned(), RefOr::T(content));
    }
    body
}

/// Adds the refusals: the note's words first, then the terms', none twice.
fn refuse(
    answers: &Answers,
    responses: &mut BTreeMap<String, RefOr<Response>>,
    refusals: &[Refusal],
) {
    for refusal in refusals {
        let status = refusal.status.to_string();
        match responses.get_mut(&status) {
            Some(RefOr::T(said)) => {
                answers.add_problem(said);
                if !refusal.unless_said && !said.description.contains(refusal.about) {
                    said.description = format!("{}. {}", said.description, refusal.about);
                }
            }
            Some(RefOr::Ref(_)) => {}
            None => {
                let problem = answers.problem(refusal.about);
                responses.insert(status, RefOr::T(problem));
            }
        }
    }
    if !refusals.is_empty() {
        let problem = answers.problem("Any other problem, such as a defect of the server");
        responses.insert("default".to_owned(), RefOr::T(problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, about: &'static str, unless_said: bool) -> Refusal {
        Refusal {
            status,
            about,
            unless_said,
        }
    }

    #[test]
    fn a_status_is_explained_in_the_words_of_the_note_and_by_each_term_once() {
        let mut responses = BTreeMap::from([
            ("400".to_owned(), RefOr::T(Response::new("No such person"))),
            ("404".to_owned(), RefOr::T(Response::new("Never was"))),
        ]);
        let terms = [
            refusal(400, "Refused fields", false),
            refusal(400, "Refused fields", false),
            refusal(404, "No such ticket", true),
            refusal(401, "No valid token", true),
        ];
        let answers = Answers::with::<String>("X-Next");
        refuse(&answers, &mut responses, &terms);
        let words = |status: &str| match responses.get(status) {
            Some(RefOr::T(response)) => response.description.as_str(),
            _ => "",
        };
        assert_eq!(words("400"), "No such person. Refused fields");
        assert_eq!(words("404"), "Never was");
        assert_eq!(words("401"), "No valid token");
    }

    #[test]
    fn the_placeholders_of_a_path_are_its_parameters() {
        let found = parameters("/a/{one}/b/{two}/c", Vec::new(), Vec::new());
        let names: Vec<_> = found
            .into_iter()
            .filter_map(|parameter| match parameter {
                RefOr::T(parameter) => Some(parameter.name),
                RefOr::Ref(_) => None,
            })
            .collect();
        assert_eq!(names, ["one", "two"]);
    }
}
