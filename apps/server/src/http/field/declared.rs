//! Declaring a request's fields, once for reading and for the OpenAPI document.

use serde_json::Value;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Schema, SchemaType, Type};

use super::Refusal;
use super::declaration::Declared;
use super::members::Members;

/// Declares the fields of a request, once for reading and for the OpenAPI document.
///
/// `required`, `nullable` (it must be there, and may be null) and `optional` (null is as good as nothing) are what the
/// document says; what is really asked for is up to [`Errors::required`](crate::http::field::Errors::required). Case and `_` in a
/// name make no difference to callers, so `order_number` takes `orderNumber` too. Behind the name stand others it is
/// known by, behind the type the words for its being empty where the specification has some:
/// `required customerId | buyer: CustomerId = "ID client requis",`.
macro_rules! fields {
    ($(#[doc = $about:expr])* $vis:vis struct $name:ident {
        $($(#[doc = $doc:expr])* $need:ident $field:ident $(| $other:ident)*: $kind:ty $(= $words:literal)?,)*
    }) => {
        $(#[doc = $about])*
        #[derive(Debug, Default, PartialEq)]
        #[allow(non_snake_case, clippy::allow_attributes, reason = "fields are spelled as callers spell them")]
        $vis struct $name {
            $($(#[doc = $doc])* pub(in crate::http) $field: $crate::http::field::Field<$kind>,)*
        }

        impl $crate::http::field::FieldNames for $name {
            const FIELDS: &'static [$crate::http::field::Declared] = &[$($crate::http::field::Declared {
                name: stringify!($field),
                others: &[$(stringify!($other),)*],
                required: $crate::http::field::is_required(stringify!($need)),
                words: {
                    const WORDS: &[&str] = &[$($words)?];
                    WORDS.first().copied()
                },
                members: <$kind as $crate::http::field::Parse>::MEMBERS,
                is_map: <$kind as $crate::http::field::Parse>::IS_MAP,
                is_list: <$kind as $crate::http::field::Parse>::IS_LIST,
                is_guarded: <$kind as $crate::http::field::Parse>::IS_GUARDED,
            },)*];

            fn of_members(mut members: $crate::http::field::Members) -> Self {
                // In the order they are declared in.
                Self { $($field: members.take_next(),)* }
            }
        }

        impl $name {
            fn described() -> Vec<$crate::http::field::Described> {
                vec![$($crate::http::field::Described {
                    name: stringify!($field),
                    need: $crate::http::field::Need::$need,
                    about: concat!($($doc,)*).trim(),
                    schema: <$kind as $crate::http::field::Parse>::schema(),
                },)*]
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                $crate::http::field::Described::object(Self::described()).into()
            }
        }

        impl utoipa::ToSchema for $name {}

        impl utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::http::field::Described::query(Self::described())
            }
        }
    };
}
pub(in crate::http) use fields;

/// The fields a request may have; others are told.
pub trait FieldNames: Sized {
    /// In their order.
    const FIELDS: &'static [Declared];

    /// Reads them, all of them.
    fn of_members(members: Members) -> Self;

    /// The refusal of a field that is missing, in its own words where it has some.
    fn missing(name: &str) -> Refusal {
        let declared = Self::FIELDS.iter().find(|field| field.name == name);
        let words = declared.and_then(|field| field.words);
        words.map_or_else(
            || Refusal::new("required", "champ requis"),
            Refusal::required,
        )
    }
}

/// Reads an object that stands in a field.
///
/// # Errors
/// A refusal of anything else.
pub(in crate::http) fn object_of<T: FieldNames>(value: &Value) -> Result<T, Refusal> {
    let object = value.as_object().ok_or_else(|| Refusal::kind("un objet"))?;
    Ok(T::of_members(Members::of_object(T::FIELDS, object)))
}

/// Whether a field has to be there, in the words of `fields!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(non_camel_case_types, reason = "the words of `fields!`")]
pub enum Need {
    required,
    /// There, but maybe null.
    nullable,
    /// Absent, or null, which is the same.
    optional,
}

/// A field, as the document describes it.
pub struct Described {
    pub name: &'static str,
    pub need: Need,
    pub about: &'static str,
    pub schema: Object,
}

impl Described {
    /// The fields of a JSON body.
    pub fn object(fields: Vec<Self>) -> Object {
        let mut object = ObjectBuilder::new();
        for mut field in fields {
            if field.need != Need::required {
                or_null(&mut field.schema);
            }
            if !field.about.is_empty() {
                field.schema.description = Some(field.about.to_owned());
            }
            object = object.property(field.name, whole(field.schema));
            if field.need != Need::optional {
                object = object.required(field.name);
            }
        }
        object.build()
    }

    /// The parameters of a query.
    pub fn query(fields: Vec<Self>) -> Vec<Parameter> {
        fields
            .into_iter()
            .map(|field| {
                ParameterBuilder::new()
                    .name(field.name)
                    .parameter_in(ParameterIn::Query)
                    .required(if field.need == Need::optional {
                        Required::False
                    } else {
                        Required::True
                    })
                    .description((!field.about.is_empty()).then_some(field.about))
                    .schema(Some(field.schema))
                    .build()
            })
            .collect()
    }
}

/// A description as the library has it: what a list of things is comes as extensions (`parsed::list_of`), which it
/// would write in another order each time.
fn whole(mut described: Object) -> Schema {
    let mut extensions = described.extensions.take().unwrap_or_default();
    let item = extensions
        .remove("items")
        .map(serde_json::from_value::<Object>);
    let Some(Ok(item)) = item else {
        return described.into();
    };
    let most = extensions.get("maxItems").and_then(Value::as_u64);
    let mut list = ArrayBuilder::new().items(item).build();
    list.schema_type = described.schema_type;
    list.description = described.description;
    list.max_items = most.and_then(|most| most.try_into().ok());
    list.into()
}

/// The same, or null.
pub fn or_null(schema: &mut Object) {
    if let SchemaType::Type(kind) = &schema.schema_type {
        schema.schema_type = SchemaType::Array(vec![kind.clone(), Type::Null]);
    }
    if let Some(words) = &mut schema.enum_values {
        words.push(Value::Null);
    }
}
