//! Fields of a request, read straight into the domain's types.
//!
//! A request type is a struct of [`Field`]s, declared with `fields!` (`declared`). Reading one never
//! fails: what is wrong with each field is kept in it, so that [`Errors`] can report all of them at
//! once. How each type is read, and what OpenAPI says of it, is in `parsed`: a limit is written
//! once, in the domain.

mod declared;
mod parsed;

pub(in crate::http) use declared::fields;
pub use declared::{Described, FieldNames, Need, or_null};
pub use parsed::StatusChoice;
pub(in crate::http) use parsed::{list_of, one_of, words_schema};

use serde::de::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::openapi::schema::Object;

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

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Given)
    }
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

    pub(super) fn kind(expected: &str) -> Self {
        Self::new("wrong_type", format!("doit être {expected}"))
    }
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

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;
    use shared_kernel::{EmailAddress, PageNumber, SingleLine};

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
