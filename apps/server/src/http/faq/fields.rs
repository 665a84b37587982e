//! How the knowledge base's own types are read from a request.

use std::collections::BTreeMap;

use faq_domain::article::{Answer, Question};
use faq_domain::{CategoryId, Locale, Order, Tag, Tags};
use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, Object, ObjectBuilder, Schema, SchemaType, Type,
};

use crate::http::field::{
    Declared, Described, Errors, Field, FieldNames as _, Parse, Refusal, digits_or_text, fields,
    is_blank, list_of, object_of, or_null, text_of,
};

fn typed(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(kind))
}

/// A box of a form that was left empty.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(is_blank)
}

impl Parse for CategoryId {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::parse(&digits_or_text(value)?).ok_or_else(|| {
            Refusal::new(
                "invalid_id",
                "de 1 à 50 caractères parmi a-z, 0-9, « - » et « _ »",
            )
        })
    }

    fn schema() -> Object {
        typed(Type::String)
            .pattern(Some("^[a-z0-9_-]{1,50}$"))
            .build()
    }
}

impl Parse for Locale {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::parse(text_of(value)?)
            .ok_or_else(|| Refusal::new("invalid_locale", "doit être une langue comme fr ou en"))
    }

    fn schema() -> Object {
        typed(Type::String)
            .min_length(Some(2))
            .max_length(Some(Self::MAX_CHARS))
            .build()
    }
}

impl Parse for Order {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        Self::new(i64::parse(value)?)
            .ok_or_else(|| Refusal::new("out_of_range", "doit être un nombre entier à partir de 0"))
    }

    fn schema() -> Object {
        typed(Type::Integer)
            .minimum(Some(0))
            .maximum(Some(i32::MAX))
            .build()
    }
}

impl Parse for Tags {
    fn parse(value: &Value) -> Result<Self, Refusal> {
        let wrong = || Refusal::new("wrong_type", "doit être une liste de textes");
        let too_many = || {
            let message = format!("au plus {} étiquettes", Self::MAX);
            Refusal::new("too_many", message)
        };
        let items = value.as_array().ok_or_else(wrong)?;
        let tags = items.iter().filter(|item| !is_empty(item)).map(|item| {
            let tag = digits_or_text(item).map_err(|_| wrong())?;
            Tag::parse(tag).map_err(Refusal::from)
        });
        Self::new(tags.collect::<Result<_, _>>()?).ok_or_else(too_many)
    }

    fn schema() -> Object {
        list_of(&Tag::schema(), Self::MAX)
    }
}

/// `tags=a,b` of a query.
#[derive(Debug, PartialEq)]
pub struct TagList(pub Vec<String>);

impl Parse for TagList {
    const IS_LIST: bool = true;

    fn parse(value: &Value) -> Result<Self, Refusal> {
        let list = String::parse(value)?;
        let tags = list.split(',').filter(|tag| !is_blank(tag));
        // What no article could have finds none.
        let tidy = |tag: &str| Tag::parse(tag).map_or_else(|_| tag.to_owned(), Tag::into_string);
        Ok(Self(tags.map(tidy).collect()))
    }

    fn schema() -> Object {
        typed(Type::String).max_length(Some(1_000)).build()
    }
}

fields! {
    /// A question and its answer in another language.
    pub struct TranslationBody {
        optional question: Question,
        optional answer: Answer,
    }
}

impl TranslationBody {
    /// A form whose boxes for this language were left empty says nothing in it. `{}` comes from no form.
    fn is_left_empty(&self) -> bool {
        let boxes = [self.question.empties(), self.answer.empties()];
        self.question.is_empty() && self.answer.is_empty() && boxes.contains(&true)
    }
}

impl Parse for TranslationBody {
    const MEMBERS: &'static [Declared] = Self::FIELDS;

    fn parse(value: &Value) -> Result<Self, Refusal> {
        object_of(value)
    }

    fn schema() -> Object {
        Described::object(Self::described())
    }
}

/// `translations`: texts by language; null takes a language away.
#[derive(Debug, PartialEq)]
pub struct Translations(BTreeMap<Locale, Field<TranslationBody>>);

impl Parse for Translations {
    const MEMBERS: &'static [Declared] = TranslationBody::FIELDS;
    const IS_MAP: bool = true;

    fn parse(value: &Value) -> Result<Self, Refusal> {
        let wrong = || Refusal::new("wrong_type", "doit être un objet de langues");
        let given = value.as_object().ok_or_else(wrong)?;
        let mut translations = BTreeMap::new();
        for (tag, said) in given {
            if is_empty(said) && !said.is_null() {
                continue;
            }
            let locale = <Locale as Parse>::parse(&Value::String(tag.clone()))?;
            let said = match said {
                Value::Null => Field::Null,
                said => TranslationBody::parse(said).map_or_else(Field::Refused, Field::Given),
            };
            if translations.insert(locale, said).is_some() {
                return Err(Refusal::new(
                    "repeated",
                    "une langue est donnée plusieurs fois",
                ));
            }
        }
        Ok(Self(translations))
    }

    fn schema() -> Object {
        let mut text = TranslationBody::schema();
        or_null(&mut text);
        text.description = Some("A text, or null to take the language away.".to_owned());
        typed(Type::Object)
            .additional_properties(Some(AdditionalProperties::from(Schema::Object(text))))
            .build()
    }
}

/// What is said in one language, as far as it was given and fine.
pub type GivenText = (Option<Question>, Option<Answer>);

impl Translations {
    /// Takes every text; `None` for a language that is to go. What is wrong is named by its
    /// language: `translations.en.answer`.
    pub fn read(self, errors: &mut Errors) -> BTreeMap<Locale, Option<GivenText>> {
        let mut read = BTreeMap::new();
        for (locale, said) in self.0 {
            let name = format!("translations.{locale}");
            let is_null = matches!(said, Field::Null);
            match errors.optional(&name, said) {
                Some(body) if body.is_left_empty() => {}
                Some(body) => {
                    let question = errors.optional(&format!("{name}.question"), body.question);
                    let answer = errors.optional(&format!("{name}.answer"), body.answer);
                    read.insert(locale, Some((question, answer)));
                }
                None if is_null => {
                    read.insert(locale, None);
                }
                None => {}
            }
        }
        read
    }
}
