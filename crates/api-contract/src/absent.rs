//! Left out, or null? What an answer does not require, it leaves out: it is never null. What may be null is always
//! there, and its view says so by `#[schema(required)]`. A request may spell out null for what it may leave out.

use std::collections::BTreeSet;

use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, RefOr};

use crate::parts;

/// Applies the rule to everything but the bodies that are asked for.
pub(crate) fn tell(document: &mut OpenApi, asked: &BTreeSet<String>) {
    let Some(components) = &mut document.components else {
        return;
    };
    for (name, schema) in &mut components.schemas {
        if !asked.contains(name) {
            leave_out(schema);
        }
    }
}

fn leave_out(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else {
        return;
    };
    if let Schema::Object(object) = schema {
        for (name, property) in &mut object.properties {
            if !object.required.contains(name) {
                without_null(property);
            }
        }
    }
    parts::each(schema, &mut leave_out);
}

/// The schema, of whatever it is of but null.
pub(crate) fn without_null(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|one| *one != Type::Null);
                if let [only] = types.as_slice() {
                    object.schema_type = SchemaType::Type(only.clone());
                }
            }
        }
        RefOr::T(Schema::OneOf(one)) => {
            one.items.retain(|item| !is_null(item));
            if let [only] = one.items.as_slice() {
                *schema = only.clone();
            }
        }
        _ => {}
    }
}

fn is_null(schema: &RefOr<Schema>) -> bool {
    let null = SchemaType::Type(Type::Null);
    matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == null)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use utoipa::{PartialSchema as _, ToSchema};

    use super::*;

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct Inner {
        text: String,
    }

    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only described")]
    struct View {
        left_out: Option<String>,
        #[schema(required)]
        null: Option<String>,
        inner_left_out: Option<Inner>,
        #[schema(required)]
        inner_null: Option<Inner>,
    }

    #[test]
    fn what_is_not_required_is_never_null_and_what_is_may_be() {
        let mut schema = View::schema();
        leave_out(&mut schema);
        let schema = serde_json::to_value(schema).unwrap();
        let inner = json!({ "$ref": "#/components/schemas/Inner" });
        let of = |name: &str| schema["properties"][name].clone();
        assert_eq!(of("left_out"), json!({ "type": "string" }));
        assert_eq!(of("null"), json!({ "type": ["string", "null"] }));
        assert_eq!(of("inner_left_out"), inner);
        let options = of("inner_null")["oneOf"].as_array().cloned().unwrap();
        assert!(options.contains(&inner) && options.contains(&json!({ "type": "null" })));
        let required: Vec<Value> = schema["required"].as_array().cloned().unwrap();
        assert_eq!(required, ["null", "inner_null"]);
    }
}
