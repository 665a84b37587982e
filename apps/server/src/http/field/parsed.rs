//! How each type is read from a request, and what the document says of it.

use std::borrow::Cow;

use request_text::names;
use serde_json::Value;
use shared_kernel::scalars::{digits, flag, whole_number};
use shared_kernel::{
    Body, Code, CustomerId, EmailAddress, EntryId, IdError, Label, Limit, OrderId, PageNumber,
    PhoneNumber, SingleLine, StaffId, TextError, UserId, tidy,
};
use support_domain::{Category, Priority, Rating, StatusGroup};
use utoipa::openapi::KnownFormat;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaFormat, SchemaType, Type};

use super::{Parse, Refusal};

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

pub(in crate::http) fn text_of(value: &Value) -> Result<&str, Refusal> {
    value.as_str().ok_or_else(|| Refusal::kind("un texte"))
}

/// A text of letters and digits; systems that take digits for a number write one. None when digits
/// went lost on the way.
pub(in crate::http) fn digits_or_text(value: &Value) -> Result<Cow<'_, str>, Refusal> {
    match value.as_number().and_then(digits) {
        Some(digits) if !digits.starts_with('-') => Ok(digits.into()),
        _ => text_of(value).map(Into::into),
    }
}

/// A whole number, as JSON has it or as a query spells it.
fn whole(value: &Value) -> Result<i64, Refusal> {
    whole_number(value).ok_or_else(|| Refusal::kind("un nombre entier"))
}

fn object(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind))
}

/// A word of a closed list. Case and separators make no other word, as they make no other name; a blank inside makes
/// two of one.
pub(in crate::http) fn one_of<T>(
    value: &Value,
    parse: impl Fn(&str) -> Option<T>,
    words: &[&str],
) -> Result<T, Refusal> {
    let text = tidy::copied(text_of(value)?);
    let is_one = !text.contains(' ');
    let word = words.iter().find(|word| is_one && names::same(word, &text));
    word.and_then(|word| parse(word)).ok_or_else(|| {
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

/// A list of at most so many. The library's description of a type has no place for its items.
pub(in crate::http) fn list_of(item: &Object, most: usize) -> Object {
    let mut list = object(Type::Array).build();
    let item = serde_json::to_value(item).unwrap_or_default();
    list.extensions = Some(Extensions::from_iter([
        ("items", item),
        ("maxItems", most.into()),
    ]));
    list
}

macro_rules! text_field {
    ($($text:ident by $read:path: $about:literal,)*) => {$(
        impl<const MIN: usize, const MAX: usize> Parse for $text<MIN, MAX> {
            fn parse(value: &Value) -> Result<Self, Refusal> {
                Ok(Self::parse($read(value)?)?)
            }

            fn schema() -> Object {
                object(Type::String)
                    .min_length(Some(MIN))
                    .max_length(Some(MAX))
                    .description(Some($about))
                    .build()
            }
        }
    )*};
}
text_field!(
    SingleLine by text_of: "One line. What nobody sees is tidied away and does not count.",
    Body by text_of: "A line break counts as one character, and is stored as a line feed. What nobody sees is tidied away and does not count.",
    Label by digits_or_text: "Blanks and hyphens of any kind are tidied to one of ASCII's.",
    Code by digits_or_text: "Blanks, hyphens and digits of any kind are tidied to those of ASCII.",
);

impl Parse for EmailAddress {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::typed(text_of(value)?).map_err(|error| match error {
            TextError::Form => Refusal::new("invalid_email", "adresse e-mail invalide"),
            other => other.into(),
        })
    }

    fn parse_parameter(value: &Value) -> Result<Self, Refusal> {
        // No address has a blank, so one in it was a `+`.
        let meant = |text: &str| Value::String(text.trim().replace(' ', "+"));
        <Self as Parse>::parse(value)
            .or_else(|refusal| <Self as Parse>::parse(&meant(text_of(value)?)).map_err(|_| refusal))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    fn schema() -> Object {
        object(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Email)))
            .description(Some(
                "Its domain is a name of two labels at least. A pasted `mailto:` is tidied away.",
            ))
            .build()
    }
}

impl Parse for PhoneNumber {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        if value.is_number() {
            let lost = "un texte : un nombre perd le zéro ou le « + » du début";
            return Err(Refusal::kind(lost));
        }
        Self::parse(text_of(value)?).map_err(|error| match error {
            TextError::Form => Refusal::new("invalid_phone", "numéro de téléphone invalide"),
            other => other.into(),
        })
    }

    fn schema() -> Object {
        object(Type::String)
            .max_length(Some(PhoneNumber::MAX_CHARS))
            .description(Some("4 to 15 digits. Blanks, hyphens and digits of any kind are tidied to those of ASCII."))
            .build()
    }
}

macro_rules! id_field {
    ($($id:ty),*) => {$(
        impl Parse for $id {
            fn parse(value: &Value) -> Result<Self, Refusal> {
                Ok(Self::typed(&digits_or_text(value)?)?)
            }

            fn schema() -> Object {
                object(Type::String).min_length(Some(1)).max_length(Some(Self::MAX_CHARS)).build()
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
        flag(value).ok_or_else(|| Refusal::kind("true ou false"))
    }

    fn schema() -> Object {
        object(Type::Boolean).build()
    }
}

impl Parse for String {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Ok(SingleLine::<0, 1_000>::parse(text_of(value)?)?.into_string())
    }

    fn schema() -> Object {
        object(Type::String).max_length(Some(1_000)).build()
    }
}
