//! What handlers take and how they refuse, and the OpenAPI document completed by it.
//!
//! A handler's note says what it is for, its answer, and what is particular. The rest follows from its [`Terms`], which
//! the types of its arguments tell, and is completed here, one concept a file: `operation` puts the terms into an
//! operation, `answers` gives every answer its headers and problems their type, `absent` tells what is left out from
//! what is null, `twins` names what is one handler under two methods, `named` refers to what has a name; `parts` is what
//! a schema is made of. Nothing here knows a route, a resource or a server.
#![warn(missing_docs)]

mod absent;
mod answers;
mod named;
mod operation;
mod parts;
mod terms;
mod twins;

use std::collections::BTreeSet;

use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

pub use terms::{Body, Refusal, Terms};

/// Completes a document of notes by the terms of its operations, each with its method and path. `P` is the body of every
/// problem, `next_part` the header in which a bare list says where it goes on.
pub fn complete<P: ToSchema>(
    document: &mut OpenApi,
    operations: impl IntoIterator<Item = (String, &'static str, Terms)>,
    next_part: &str,
) {
    let mut asked = BTreeSet::new();
    let answers = answers::Answers::with::<P>(next_part);
    for (method, path, terms) in operations {
        asked.extend(terms.body.as_ref().map(|body| body.name.clone()));
        operation::complete(document, &answers, &method, path, terms);
    }
    twins::name(document);
    absent::tell(document, &asked);
    named::refer(document);
    answers.complete::<P>(document);
}
