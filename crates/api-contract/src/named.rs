//! What has a name is referred to by it: the library writes out what stands in an envelope, and a client would get the
//! same type twice.

use std::collections::BTreeMap;

use utoipa::openapi::schema::{Ref, Schema};
use utoipa::openapi::{OpenApi, RefOr};

use crate::parts;

/// Refers to every object by its name, wherever it stands inside another.
pub(crate) fn refer(document: &mut OpenApi) {
    let Some(components) = &mut document.components else {
        return;
    };
    let named = components.schemas.clone();
    for schema in components.schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            parts::each(schema, &mut |part| refer_inside(part, &named));
        }
    }
}

fn refer_inside(schema: &mut RefOr<Schema>, named: &BTreeMap<String, RefOr<Schema>>) {
    let RefOr::T(inner) = schema else {
        return;
    };
    let has_fields = matches!(inner, Schema::Object(object) if !object.properties.is_empty());
    let same =
        |(_, other): &(&String, &RefOr<Schema>)| matches!(other, RefOr::T(other) if other == inner);
    match named.iter().filter(|_| has_fields).find(same) {
        Some((name, _)) => *schema = RefOr::Ref(Ref::from_schema_name(name.as_str())),
        None => parts::each(inner, &mut |part| refer_inside(part, named)),
    }
}
