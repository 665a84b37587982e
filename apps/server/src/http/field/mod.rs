//! Fields of a request, read straight into the domain's types.
//!
//! A request type is a struct of [`Field`]s, declared with `fields!` (`declared`). Reading one never
//! fails: what is wrong with each field is kept in it, so that [`Errors`] can report all of them at
//! once. How members reach their fields, whatever they are spelled like, is in `members`; how each type
//! is read, and what OpenAPI says of it, in `parsed`: a limit is written once, in the domain. What people
//! read a field is called is in `views`.

mod declaration;
mod declared;
mod given;
mod members;
mod parsed;

pub use declaration::Declared;
pub(in crate::http) use declaration::is_required;
pub use declared::{Described, FieldNames, Need, or_null};
pub(in crate::http) use declared::{fields, object_of};
pub use members::Members;
pub(in crate::http) use parsed::{digits_or_text, list_of, one_of, text_of, words_schema};

use serde::de::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::openapi::schema::Object;

use super::problem::{FieldError, Problem};

/// Whether there is nothing to read in a text: forms send what was left empty as `""`. No form sends NUL, so that is
/// for the field's type to refuse.
pub(in crate::http) fn is_blank(text: &str) -> bool {
    shared_kernel::is_blank(text) && !text.contains('\0')
}

/// A field as it came.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    /// Not there, or null.
    #[default]
    Absent,
    /// Null was written out; [`Field::Absent`] for most purposes.
    Null,
    /// A text with nothing in it, as forms send what was left empty: [`Field::Absent`] for most purposes.
    /// What it is when it may be empty, else why it may not.
    Blank(Result<T, Refusal>),
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

impl<T: Parse> Field<T> {
    fn read(value: &Value) -> Self {
        Self::read_by(value, T::parse)
    }

    /// The same of a query.
    fn read_parameter(value: &Value) -> Self {
        Self::read_by(value, T::parse_parameter)
    }

    fn read_by(value: &Value, parse: fn(&Value) -> Result<T, Refusal>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::String(text) if is_blank(text) => Self::Blank(parse(value)),
            value => parse(value).map_or_else(Self::Refused, Self::Given),
        }
    }
}

impl<T: Parse> Field<T> {
    /// The same field, given again: it stands if that says the same. Where one of the two is refused, why says more than
    /// that they differ.
    fn and_again(self, again: Self) -> Self {
        match (self, again) {
            (refused @ Self::Refused(_), _) | (_, refused @ Self::Refused(_)) => refused,
            (Self::Given(one), Self::Given(other)) if one.says_the_same(&other) => Self::Given(one),
            _ => Self::Refused(Refusal::new("repeated", "donné plusieurs fois")),
        }
    }
}

impl<T> Field<T> {
    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Absent | Self::Null | Self::Blank(_))
    }

    /// Whether it is there, as nothing: what stands there is to be taken away.
    pub fn empties(&self) -> bool {
        matches!(self, Self::Null | Self::Blank(_))
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable, e.g. `too_short`.
    pub code: &'static str,
    /// For people, in French, without the field's name.
    pub message: String,
    /// The message says by itself which field it is about.
    names_the_field: bool,
}

impl Refusal {
    /// A refusal in words that stand behind the field's.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            names_the_field: false,
        }
    }

    /// The refusal of an empty field in words of its own.
    pub fn required(words: &str) -> Self {
        Self {
            names_the_field: true,
            ..Self::new("required", words)
        }
    }

    /// What people are told of this field.
    fn of_field(&self, field: &str) -> String {
        if self.names_the_field {
            self.message.clone()
        } else {
            format!("{} : {}", views::label(field), self.message)
        }
    }

    pub(super) fn kind(expected: &str) -> Self {
        Self::new("wrong_type", format!("doit être {expected}"))
    }
}

/// A type a field can be read into.
pub trait Parse: Sized + PartialEq {
    /// The fields in it, when it is an object.
    const MEMBERS: &'static [Declared] = &[];

    /// Whether it is an object of objects by any names, such as languages; `MEMBERS` are those of each.
    const IS_MAP: bool = false;

    /// Whether it would do harm to pass over: then what may be a slip of its name is refused.
    const IS_GUARDED: bool = false;

    /// Whether it is a list, which a query may write as `name=a,b`, `name=a&name=b` or `name[]=a&name[]=b`.
    const IS_LIST: bool = false;

    /// Reads a JSON value; of a query, always a string.
    fn parse(value: &Value) -> Result<Self, Refusal>;

    /// Reads it from a query, where a `+` that was not encoded has become a blank.
    fn parse_parameter(value: &Value) -> Result<Self, Refusal> {
        Self::parse(value)
    }

    /// Whether two values are one, where a field is given twice.
    fn says_the_same(&self, other: &Self) -> bool {
        self == other
    }

    /// What OpenAPI says of it.
    fn schema() -> Object;
}

impl<'de, T: Parse> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::read(&Value::deserialize(deserializer)?))
    }
}

/// Collects what is wrong with the fields of a request.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// Adds a refusal of a field.
    pub fn add(&mut self, field: &str, refusal: &Refusal) {
        self.0.push(FieldError {
            field: field.to_owned(),
            code: refusal.code,
            message: refusal.of_field(field),
        });
    }

    /// Takes a field that must be there, and not empty.
    pub fn required<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        // "At least 10 characters" says more than "required".
        if let Field::Blank(Err(refusal)) = &field
            && refusal.code == "too_short"
        {
            self.add(name, refusal);
            return None;
        }
        let taken = self.optional(name, field);
        if taken.is_none() && !self.0.iter().any(|error| error.field == name) {
            self.add(name, &Refusal::new("required", "champ requis"));
        }
        taken
    }

    /// Takes a field that may be there. An empty text is as good as none.
    pub fn optional<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        match field {
            Field::Given(value) => Some(value),
            Field::Absent | Field::Null | Field::Blank(_) => None,
            Field::Refused(refusal) => {
                self.add(name, &refusal);
                None
            }
        }
    }

    /// Takes a field of a change: an empty text makes what is there empty, where that may be.
    pub fn emptied<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        match field {
            Field::Blank(Ok(value)) => Some(value),
            field => self.optional(name, field),
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
    use serde_json::json;
    use shared_kernel::{
        Body, Code, EmailAddress, Label, PageNumber, PhoneNumber, SingleLine, StaffId,
    };
    use support_domain::Priority;

    use super::*;

    fields! {
        /// A form.
        struct Form {
            required name: SingleLine<2, 10>,
            optional email: EmailAddress,
            optional page: PageNumber,
            optional published: bool,
            optional staff_id: StaffId,
        }
    }

    fn form(value: &Value) -> Form {
        Form::of_members(Members::of_json(Form::FIELDS, value.to_string().as_bytes()).unwrap())
    }

    fn refused(value: &Value) -> Vec<(String, &'static str)> {
        let form = form(value);
        let mut errors = Errors::default();
        errors.required("name", form.name);
        errors.optional("email", form.email);
        errors.optional("page", form.page);
        errors.optional("published", form.published);
        errors.optional("staff_id", form.staff_id);
        let errors = errors.0.into_iter();
        errors.map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn every_refused_field_is_reported_at_once() {
        let all = refused(&json!({"name": ["a"], "email": "x", "page": 0, "unknown": 1}));
        let expected = [
            ("name", "wrong_type"),
            ("email", "invalid_email"),
            ("page", "out_of_range"),
        ];
        assert_eq!(all, expected.map(|(field, code)| (field.to_owned(), code)));
    }

    #[test]
    fn null_absent_and_empty_are_the_same_to_an_optional_field() {
        for nothing in [json!(null), json!(""), json!(" \t")] {
            let all = json!({"name": "Jean", "email": nothing, "page": nothing,
                "published": nothing, "staff_id": nothing});
            assert_eq!(refused(&all), [], "{nothing}");
        }
        assert_eq!(refused(&json!({})), [("name".to_owned(), "required")]);
    }

    #[test]
    fn an_empty_required_field_is_refused_in_the_words_that_say_most() {
        let told = |value: Value| {
            let mut errors = Errors::default();
            errors.required("name", form(&value).name);
            errors
                .0
                .into_iter()
                .map(|error| error.message)
                .collect::<Vec<_>>()
        };
        assert_eq!(told(json!({"name": ""})), ["Nom : au moins 2 caractères"]);
        assert_eq!(told(json!({})), ["Nom : champ requis"]);
        let mut errors = Errors::default();
        let blank: Field<StaffId> = Field::read(&json!(""));
        errors.required("staff_id", blank);
        assert_eq!(errors.0[0].message, "Membre du support : champ requis");
    }

    #[test]
    fn a_change_may_empty_what_may_be_empty() {
        let mut errors = Errors::default();
        let blank: Field<Body<0, 10>> = Field::read(&json!(""));
        assert!(errors.emptied("description", blank).is_some());
        let blank: Field<Body<1, 10>> = Field::read(&json!(""));
        assert_eq!(errors.emptied("content", blank), None);
        assert!(errors.finish().is_ok());
    }

    #[test]
    fn ids_may_be_numbers_and_flags_what_systems_write_for_them() {
        let id: Field<StaffId> = Field::read(&json!(42));
        assert_eq!(id, Field::Given(StaffId::parse("42").unwrap()));
        let id: Field<StaffId> = Field::read(&json!(42.0));
        assert_eq!(id, Field::Given(StaffId::parse("42").unwrap()));
        for wrong in [json!(-1), json!(1.5), json!(true), json!([1])] {
            assert!(
                matches!(Field::<StaffId>::read(&wrong), Field::Refused(_)),
                "{wrong}"
            );
        }
        for (flags, expected) in [
            (
                [
                    json!(true),
                    json!(1),
                    json!("true"),
                    json!("1"),
                    json!("TRUE"),
                    json!(1.0),
                ],
                true,
            ),
            (
                [
                    json!(false),
                    json!(0),
                    json!("false"),
                    json!("0"),
                    json!("False"),
                    json!("０"),
                ],
                false,
            ),
        ] {
            for flag in flags {
                assert_eq!(Field::read(&flag), Field::Given(expected), "{flag}");
            }
        }
        for wrong in [json!(2), json!("oui"), json!([]), json!(1.5)] {
            assert!(
                matches!(Field::<bool>::read(&wrong), Field::Refused(_)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn words_and_codes_may_be_numbers_of_which_no_digit_is_lost_and_phones_and_prose_may_not() {
        let code: Field<Code<1, 20>> = Field::read(&json!(12345));
        assert_eq!(code, Field::Given(Code::parse("12345").unwrap()));
        let label: Field<Label<1, 20>> = Field::read(&json!(308.0));
        assert_eq!(label, Field::Given(Label::parse("308").unwrap()));
        let refused = |value: &str| {
            let value: Value = serde_json::from_str(value).unwrap();
            match Field::<Code<1, 50>>::read(&value) {
                Field::Refused(refusal) => refusal.code,
                other => panic!("{other:?}"),
            }
        };
        for lost in ["-1", "1.5", "1e300", "123456789012345678901", "true"] {
            assert_eq!(refused(lost), "wrong_type", "{lost}");
        }
        for number in [json!(612_345_678), json!(33_612_345_678_u64)] {
            let Field::Refused(refusal) = Field::<PhoneNumber>::read(&number) else {
                panic!("{number}");
            };
            assert_eq!(refusal.code, "wrong_type");
            assert!(refusal.message.contains("zéro"), "{}", refusal.message);
        }
        assert!(matches!(
            Field::<SingleLine<1, 9>>::read(&json!(5)),
            Field::Refused(_)
        ));
    }

    #[test]
    fn a_word_of_a_closed_list_is_the_same_in_capitals_and_with_other_separators() {
        use support_domain::ports::{SortBy, SortOrder};

        assert_eq!(
            Field::read(&json!("URGENT")),
            Field::Given(Priority::Urgent)
        );
        assert_eq!(
            Field::read(&json!("DESC")),
            Field::Given(SortOrder::Descending)
        );
        for by in ["updated_at", "updatedAt", "UPDATED-AT", " updated_at\n"] {
            assert_eq!(
                Field::read(&json!(by)),
                Field::Given(SortBy::UpdatedAt),
                "{by}"
            );
        }
        for wrong in [
            json!("urgents"),
            json!("u"),
            json!(1),
            json!(["low"]),
            json!("ur gent"),
            json!("urg\nent"),
            json!("ur\u{2028}gent"),
            json!("ur\tgent"),
        ] {
            assert!(
                matches!(Field::<Priority>::read(&wrong), Field::Refused(_)),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_blank_in_an_address_of_a_query_was_a_plus_and_in_a_body_it_is_a_blank() {
        let given = |mail: &str| Field::Given(EmailAddress::parse(mail).unwrap());
        assert_eq!(Field::read_parameter(&json!("a b@x.fr")), given("a+b@x.fr"));
        assert_eq!(Field::read_parameter(&json!(" a@x.fr ")), given("a@x.fr"));
        let link = json!("mailto: a@x.fr");
        assert_eq!(Field::read_parameter(&link), given("a@x.fr"));
        for wrong in ["a@x .fr", "a @", "a b"] {
            let read: Field<EmailAddress> = Field::read_parameter(&json!(wrong));
            assert!(matches!(read, Field::Refused(_)), "{wrong}");
        }
        let read: Field<EmailAddress> = Field::read(&json!("a b@x.fr"));
        assert!(matches!(read, Field::Refused(_)));
    }

    #[test]
    fn numbers_of_a_query_are_whole_and_in_range() {
        for bad in ["0", "-1", "1.5", "1e3", "1 OR 1", "99999999999999999999"] {
            let refused = refused(&json!({"name": "Jean", "page": bad}));
            assert_eq!(refused.len(), 1, "{bad}");
        }
        for fine in ["7", "7.0", "７", " 7"] {
            assert_eq!(
                refused(&json!({"name": "Jean", "page": fine})),
                [],
                "{fine}"
            );
        }
    }

    /// The names of every parameter of a query and every property of a body.
    fn documented(document: &Value) -> std::collections::BTreeSet<String> {
        let mut names = std::collections::BTreeSet::new();
        let operations = document["paths"].as_object().unwrap().values();
        for operation in operations.flat_map(|path| path.as_object().unwrap().values()) {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let of_query = parameters.filter(|parameter| parameter["in"] == "query");
            names.extend(
                of_query.filter_map(|parameter| Some(parameter["name"].as_str()?.to_owned())),
            );
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let schema = match schema["$ref"].as_str() {
                Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
                None => schema,
            };
            collect(&mut names, schema);
        }
        names
    }

    fn collect(names: &mut std::collections::BTreeSet<String>, schema: &Value) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            names.insert(name.clone());
            collect(names, property);
            collect(names, &property["additionalProperties"]);
        }
    }

    #[test]
    fn every_field_of_every_request_has_a_word_for_people() {
        let document = serde_json::to_value(crate::http::routes::document()).unwrap();
        let names = documented(&document);
        assert!(names.contains("license_plate") && names.contains("sort_by"));
        let nameless: Vec<_> = names
            .iter()
            .filter(|name| !views::is_labelled(name))
            .collect();
        assert_eq!(nameless, [""; 0]);
    }
}
