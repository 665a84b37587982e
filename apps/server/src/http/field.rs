//! Fields of a request, read straight into the domain's types.
//!
//! A request type is a struct of [`Field`]s, declared with `fields!`. Reading one never fails: what is wrong with each
//! field is kept in it, so that [`Errors`] can report all of them at once. The OpenAPI schema of a
//! field comes from the same type, so a limit is written once, in the domain.

use serde::de::{Deserialize, Deserializer};
use serde_json::Value;
use shared_kernel::{
    Body, CustomerId, EmailAddress, EntryId, IdError, Limit, OrderId, PageNumber, PhoneNumber,
    SingleLine, StaffId, TextError, UserId,
};
use support_domain::{Category, Priority, Rating, Status, StatusGroup};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{KnownFormat, Required};

use super::problem::{FieldError, Problem};

/// A field as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    /// Not there, or null.
    #[default]
    Absent,
    /// Null was written out; [`Field::Absent`] for most purposes.
    Null,
    /// There, but not what it should be.
    Refused(Refusal),
    /// There and fine.
    Given(T),
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, e.g. `too_short`.
    pub code: &'static str,
    /// For people, in French, without the field's name.
    pub message: String,
}

impl Refusal {
    /// A refusal in words.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    fn kind(expected: &str) -> Self {
        Self::new("wrong_type", format!("doit être {expected}"))
    }
}

impl From<TextError> for Refusal {
    fn from(error: TextError) -> Self {
        match error {
            TextError::TooShort { min } => Self::new(
                "too_short",
                format!("au moins {min} caractère{}", plural(min)),
            ),
            TextError::TooLong { max } => Self::new(
                "too_long",
                format!("au plus {max} caractère{}", plural(max)),
            ),
            TextError::ControlCharacter => {
                Self::new("control_character", "caractères de contrôle interdits")
            }
            TextError::Form => Self::new("invalid_format", "format invalide"),
        }
    }
}

impl From<IdError> for Refusal {
    fn from(_: IdError) -> Self {
        Self::new("invalid_id", "identifiant invalide")
    }
}

fn plural(n: usize) -> &'static str {
    if n > 1 { "s" } else { "" }
}

/// A type a field can be read into.
pub trait Parse: Sized {
    /// Reads a JSON value; of a query, always a string.
    fn parse(value: &Value) -> Result<Self, Refusal>;

    /// What OpenAPI says of it.
    fn schema() -> Object;
}

impl<'de, T: Parse> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(match &value {
            Value::Null => Self::Null,
            value => T::parse(value).map_or_else(Self::Refused, Self::Given),
        })
    }
}

/// Declares the fields of a request, once for reading and for the OpenAPI document.
///
/// `required` and `optional` are what the document says; what is really asked for is up to
/// [`Errors::required`].
macro_rules! fields {
    ($(#[doc = $about:expr])* $vis:vis struct $name:ident {
        $($(#[doc = $doc:expr])* $need:ident $field:ident: $kind:ty,)*
    }) => {
        $(#[doc = $about])*
        #[derive(Debug, Default, serde::Deserialize)]
        #[serde(default)]
        #[allow(non_snake_case, clippy::allow_attributes, reason = "fields are spelled as callers spell them")]
        $vis struct $name {
            $($(#[doc = $doc])* pub(in crate::http) $field: $crate::http::field::Field<$kind>,)*
        }

        impl $crate::http::field::FieldNames for $name {
            const NAMES: &'static [&'static str] = &[$(stringify!($field),)*];
        }

        impl $name {
            fn described() -> Vec<$crate::http::field::Described> {
                vec![$($crate::http::field::Described {
                    name: stringify!($field),
                    required: stringify!($need) == "required",
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

/// The fields a request may have; others are ignored.
pub trait FieldNames {
    /// As they are spelled.
    const NAMES: &'static [&'static str];
}

/// A field, as the document describes it.
pub struct Described {
    pub name: &'static str,
    pub required: bool,
    pub about: &'static str,
    pub schema: Object,
}

impl Described {
    /// The fields of a JSON body.
    pub fn object(fields: Vec<Self>) -> Object {
        let mut object = ObjectBuilder::new();
        for mut field in fields {
            if !field.about.is_empty() {
                field.schema.description = Some(field.about.to_owned());
            }
            object = object.property(field.name, field.schema);
            if field.required {
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
                    .required(if field.required {
                        Required::True
                    } else {
                        Required::False
                    })
                    .description((!field.about.is_empty()).then_some(field.about))
                    .schema(Some(field.schema))
                    .build()
            })
            .collect()
    }
}

/// Collects what is wrong with the fields of a request.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Adds a refusal of a field.
    pub fn add(&mut self, field: &str, refusal: &Refusal) {
        let message = format!("{field} : {}", refusal.message);
        self.0.push(FieldError {
            field: field.to_owned(),
            code: refusal.code,
            message,
        });
    }

    /// Takes a field that must be there.
    pub fn required<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        let taken = self.optional(name, field);
        if taken.is_none() && !self.0.iter().any(|error| error.field == name) {
            self.add(name, &Refusal::new("required", "champ requis"));
        }
        taken
    }

    /// Takes a field that may be there.
    pub fn optional<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        match field {
            Field::Given(value) => Some(value),
            Field::Absent | Field::Null => None,
            Field::Refused(refusal) => {
                self.add(name, &refusal);
                None
            }
        }
    }

    /// Takes all that was collected.
    pub fn into_problem(self) -> Problem {
        Problem::validation(self.0)
    }

    /// Fails if anything was collected.
    ///
    /// # Errors
    /// A validation problem with every refused field.
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.into_problem())
        }
    }
}

fn text(value: &Value) -> Result<&str, Refusal> {
    value.as_str().ok_or_else(|| Refusal::kind("un texte"))
}

/// A whole number, as JSON has it or as a query spells it.
fn whole(value: &Value) -> Result<i64, Refusal> {
    match value {
        Value::String(text) => text.parse().map_err(|_| Refusal::kind("un nombre entier")),
        other => other
            .as_i64()
            .ok_or_else(|| Refusal::kind("un nombre entier")),
    }
}

fn object(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind))
}

pub(in crate::http) fn one_of<T: Copy>(
    value: &Value,
    parse: impl Fn(&str) -> Option<T>,
    words: &[&str],
) -> Result<T, Refusal> {
    parse(text(value)?).ok_or_else(|| {
        Refusal::new(
            "invalid_choice",
            format!("doit être l'une des valeurs {}", words.join(", ")),
        )
    })
}

pub(in crate::http) fn words_schema(words: &[&'static str]) -> Object {
    object(Type::String)
        .enum_values(Some(words.to_vec()))
        .build()
}

impl<const MIN: usize, const MAX: usize> Parse for SingleLine<MIN, MAX> {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Ok(Self::parse(text(value)?)?)
    }

    fn schema() -> Object {
        object(Type::String)
            .min_length(Some(MIN))
            .max_length(Some(MAX))
            .build()
    }
}

impl<const MIN: usize, const MAX: usize> Parse for Body<MIN, MAX> {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Ok(Self::parse(text(value)?)?)
    }

    fn schema() -> Object {
        object(Type::String)
            .min_length(Some(MIN))
            .max_length(Some(MAX))
            .build()
    }
}

impl Parse for EmailAddress {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::parse(text(value)?).map_err(|error| match error {
            TextError::Form => Refusal::new("invalid_email", "adresse e-mail invalide"),
            other => other.into(),
        })
    }

    fn schema() -> Object {
        object(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
            .build()
    }
}

impl Parse for PhoneNumber {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::parse(text(value)?).map_err(|error| match error {
            TextError::Form => Refusal::new("invalid_phone", "numéro de téléphone invalide"),
            other => other.into(),
        })
    }

    fn schema() -> Object {
        object(Type::String).max_length(Some(32)).build()
    }
}

macro_rules! id_field {
    ($($id:ty),*) => {$(
        impl Parse for $id {
            fn parse(value: &Value) -> Result<Self, Refusal> {
                Ok(Self::parse(text(value)?)?)
            }

            fn schema() -> Object {
                object(Type::String).min_length(Some(1)).max_length(Some(shared_kernel::ids::MAX_ID_CHARS)).build()
            }
        }
    )*};
}
id_field!(CustomerId, StaffId, OrderId, EntryId, UserId);

macro_rules! word_field {
    ($($word:ty => $all:expr),* $(,)?) => {$(
        impl Parse for $word {
            fn parse(value: &Value) -> Result<Self, Refusal> {
                one_of(value, Self::parse, &$all)
            }

            fn schema() -> Object {
                words_schema(&$all)
            }
        }
    )*};
}
word_field!(
    messages_domain::Priority => messages_domain::Priority::ALL.map(messages_domain::Priority::as_str),
    Priority => Priority::ALL.map(Priority::as_str),
    Category => Category::ALL.map(Category::as_str),
    StatusGroup => [StatusGroup::Open, StatusGroup::Closed].map(StatusGroup::as_str),
);

/// `status` in lists: a group, one exact state, or everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChoice {
    All,
    Group(StatusGroup),
    Exactly(Status),
}

const STATUS_CHOICES: [&str; 6] = [
    "open",
    "closed",
    "all",
    "in_progress",
    "waiting_customer",
    "resolved",
];

impl Parse for StatusChoice {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let choice = |text: &str| match text {
            "all" => Some(Self::All),
            text => StatusGroup::parse(text)
                .map(Self::Group)
                .or_else(|| Status::parse(text).map(Self::Exactly)),
        };
        one_of(value, choice, &STATUS_CHOICES)
    }

    fn schema() -> Object {
        words_schema(&STATUS_CHOICES)
    }
}

impl Parse for PageNumber {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let number = u32::try_from(whole(value)?).ok().and_then(Self::new);
        number
            .ok_or_else(|| Refusal::new("out_of_range", "doit être un nombre entier à partir de 1"))
    }

    fn schema() -> Object {
        object(Type::Integer).minimum(Some(1)).build()
    }
}

impl Parse for Limit {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let number = u32::try_from(whole(value)?).ok().and_then(Self::new);
        number.ok_or_else(|| {
            Refusal::new(
                "out_of_range",
                format!("doit être entre 1 et {}", Self::MAX),
            )
        })
    }

    fn schema() -> Object {
        object(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(Self::MAX))
            .build()
    }
}

impl Parse for Rating {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::new(whole(value)?)
            .ok_or_else(|| Refusal::new("out_of_range", "doit être entre 1 et 5"))
    }

    fn schema() -> Object {
        object(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(5))
            .build()
    }
}

impl Parse for i64 {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        whole(value)
    }

    fn schema() -> Object {
        object(Type::Integer).build()
    }
}

impl Parse for bool {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        match value {
            Value::Bool(flag) => Ok(*flag),
            Value::String(text) if text == "true" => Ok(true),
            Value::String(text) if text == "false" => Ok(false),
            _ => Err(Refusal::kind("true ou false")),
        }
    }

    fn schema() -> Object {
        object(Type::Boolean).build()
    }
}

impl Parse for String {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let text = text(value)?;
        if text.contains('\u{fffd}') || text.chars().any(char::is_control) {
            return Err(TextError::ControlCharacter.into());
        }
        if text.chars().count() > 1_000 {
            return Err(TextError::TooLong { max: 1_000 }.into());
        }
        Ok(text.to_owned())
    }

    fn schema() -> Object {
        object(Type::String).max_length(Some(1_000)).build()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Form {
        name: Field<SingleLine<2, 10>>,
        email: Field<EmailAddress>,
        page: Field<PageNumber>,
    }

    fn refused(value: Value) -> Vec<(String, &'static str)> {
        let form: Form = serde_json::from_value(value).unwrap();
        let mut errors = Errors::default();
        errors.required("name", form.name);
        errors.optional("email", form.email);
        errors.optional("page", form.page);
        errors
            .0
            .into_iter()
            .map(|error| (error.field, error.code))
            .collect()
    }

    #[test]
    fn every_refused_field_is_reported_at_once() {
        let all = refused(json!({"name": ["a"], "email": "x", "page": 0, "unknown": 1}));
        let expected = [
            ("name", "wrong_type"),
            ("email", "invalid_email"),
            ("page", "out_of_range"),
        ];
        assert_eq!(all, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn null_and_absent_are_the_same_to_an_optional_field() {
        assert_eq!(refused(json!({"name": "Jean", "email": null})), []);
        assert_eq!(refused(json!({})), [("name".to_owned(), "required")]);
    }

    #[test]
    fn numbers_of_a_query_are_whole_and_in_range() {
        for bad in [
            "0",
            "-1",
            "1.5",
            "1e3",
            "",
            "1 OR 1",
            "99999999999999999999",
        ] {
            assert_eq!(
                refused(json!({"name": "Jean", "page": bad})).len(),
                1,
                "{bad}"
            );
        }
        assert_eq!(refused(json!({"name": "Jean", "page": "7"})), []);
    }
}
