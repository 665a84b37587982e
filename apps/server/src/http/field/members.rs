//! The members of an object, of a body or of a query, put to the fields they are declared as.

use std::fmt;

use request_text::names;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::declaration::Declared;
use super::{Field, Parse, Refusal};
use crate::http::warnings::Warning;

/// Members nobody declared that are kept, to look for misspelt ones among them.
const MOST_UNREAD: usize = 40;
/// Longer names are no slips.
const LONGEST_UNREAD: usize = 60;

/// What one declared field was given.
#[derive(Debug, Default)]
enum Given {
    #[default]
    Nothing,
    Value(Value),
    /// Twice, and not the same.
    Contradiction,
    NotText,
}

/// Members of one object.
#[derive(Debug)]
pub struct Members {
    declared: &'static [Declared],
    given: Vec<Given>,
    next: usize,
    unread: Vec<String>,
    /// Of a query.
    are_parameters: bool,
    /// The first name of a query that is no text, as far as it is one.
    garbled: Option<String>,
}

impl Members {
    fn of(declared: &'static [Declared]) -> Self {
        Self {
            declared,
            given: declared.iter().map(|_| Given::Nothing).collect(),
            next: 0,
            unread: Vec::new(),
            are_parameters: false,
            garbled: None,
        }
    }

    /// The parameters of a query or a form.
    pub(in crate::http) fn of_pairs(declared: &'static [Declared], encoded: &[u8]) -> Self {
        let mut members = Self::of(declared);
        members.are_parameters = true;
        for pair in request_text::pairs::pairs(encoded) {
            match (pair.name, pair.value) {
                (Err(garbled), _) => members.garbled = members.garbled.or(Some(garbled.0)),
                (Ok(name), Ok(value)) => members.give(&name, Value::String(value)),
                (Ok(name), Err(_)) => members.give_no_text(&name),
            }
        }
        members
    }

    /// Fails for a name that is no text: it may have been meant as any of the declared ones.
    ///
    /// # Errors
    /// The name, as far as it can be read, and what is wrong with it.
    pub(in crate::http) fn are_named(&self) -> Result<(), (&str, Refusal)> {
        let garbled = self.garbled.as_deref();
        garbled.map_or(Ok(()), |name| Err((name, not_text())))
    }

    /// The members of a JSON object; others are passed over without being read.
    ///
    /// # Errors
    /// The parser's, and for a member that stands there twice.
    pub(in crate::http) fn of_json(
        declared: &'static [Declared],
        bytes: &[u8],
    ) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let members = Reading(Self::of(declared)).deserialize(&mut reader)?;
        reader.end()?;
        Ok(members)
    }

    /// The members of an object that was read.
    pub(super) fn of_object(declared: &'static [Declared], object: &Map<String, Value>) -> Self {
        let mut members = Self::of(declared);
        for (name, value) in object {
            members.give(name, value.clone());
        }
        members
    }

    fn place(&self, spelled: &str) -> Option<usize> {
        place(self.declared, spelled)
    }

    fn give(&mut self, spelled: &str, value: Value) {
        let Some(place) = self.place(spelled) else {
            return self.leave(spelled);
        };
        let is_list = self.declared.get(place).is_some_and(|field| field.is_list);
        if let Some(given) = self.given.get_mut(place) {
            *given = match std::mem::take(given) {
                Given::Nothing => Given::Value(value),
                Given::Value(former) => both(former, value, is_list),
                lost @ (Given::Contradiction | Given::NotText) => lost,
            };
        }
    }

    fn give_no_text(&mut self, spelled: &str) {
        let place = self.place(spelled);
        if let Some(given) = place.and_then(|place| self.given.get_mut(place)) {
            *given = Given::NotText;
        }
    }

    fn leave(&mut self, spelled: &str) {
        if self.unread.len() < MOST_UNREAD && spelled.len() <= LONGEST_UNREAD {
            self.unread.push(spelled.to_owned());
        }
    }

    /// Reads the field that is declared next.
    pub(in crate::http) fn take_next<T: Parse>(&mut self) -> Field<T> {
        let place = self.next;
        self.next += 1;
        let declared = self.declared.get(place);
        let words = declared.and_then(|declared| declared.words);
        let absent = || {
            let required = declared.is_some_and(|declared| declared.required);
            let words = words.filter(|_| required);
            words.map(|words| Field::Refused(Refusal::required(words)))
        };
        let given = self.given.get_mut(place).map(std::mem::take);
        match given.unwrap_or_default() {
            Given::Nothing => absent().unwrap_or(Field::Absent),
            Given::Value(Value::Null) => absent().unwrap_or(Field::Null),
            Given::Value(value) => {
                let field = if self.are_parameters {
                    Field::read_parameter(&value)
                } else {
                    Field::read(&value)
                };
                match (field, words) {
                    (Field::Blank(_), Some(words)) => Field::Refused(Refusal::required(words)),
                    (field, _) => field,
                }
            }
            Given::Contradiction => {
                Field::Refused(Refusal::new("repeated", "donné plusieurs fois"))
            }
            Given::NotText => Field::Refused(not_text()),
        }
    }

    /// The members nobody reads that look like misspelt ones.
    pub(in crate::http) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        warn_of(&mut warnings, "", &self.unread, self.declared);
        for (declared, given) in self.declared.iter().zip(&self.given) {
            if let (false, Given::Value(Value::Object(object))) =
                (declared.members.is_empty(), given)
            {
                let unread = object
                    .keys()
                    .filter(|name| place(declared.members, name).is_none())
                    .take(MOST_UNREAD);
                let within = format!("{}.", declared.name);
                warn_of(&mut warnings, &within, unread, declared.members);
            }
        }
        warnings
    }
}

fn warn_of<'a>(
    warnings: &mut Vec<Warning>,
    within: &str,
    unread: impl IntoIterator<Item = &'a String>,
    declared: &[Declared],
) {
    for name in unread {
        let known = declared.iter().map(|field| field.name);
        if let Some(meant) = names::nearest(name, known) {
            warnings.push(Warning::unread(within, name, meant));
        }
    }
}

fn place(declared: &[Declared], spelled: &str) -> Option<usize> {
    declared.iter().position(|field| {
        names::same(field.name, spelled)
            || field.others.iter().any(|other| names::same(other, spelled))
    })
}

fn not_text() -> Refusal {
    Refusal::new("invalid_encoding", "n'est pas un texte en UTF-8")
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(super::is_blank)
}

/// One field, given twice: by two of its names, or again in a query.
fn both(former: Value, value: Value, is_list: bool) -> Given {
    match (&former, &value) {
        _ if is_empty(&value) || former == value => Given::Value(former),
        _ if is_empty(&former) => Given::Value(value),
        (Value::String(former), Value::String(value)) if is_list => {
            Given::Value(Value::String(format!("{former},{value}")))
        }
        _ => Given::Contradiction,
    }
}

struct Reading(Members);

impl<'de> DeserializeSeed<'de> for Reading {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Members, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reading {
    type Value = Members;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let Self(mut members) = self;
        let mut spelled: Vec<String> = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if members.place(&name).is_none() {
                map.next_value::<IgnoredAny>()?;
                members.leave(&name);
            } else if spelled.contains(&name) {
                return Err(A::Error::custom("a member stands there twice"));
            } else {
                members.give(&name, map.next_value()?);
                spelled.push(name);
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_kernel::{CustomerId, SingleLine, StaffId};

    use super::super::{FieldNames as _, fields, object_of};
    use super::*;

    fields! {
        /// A form.
        struct Form {
            required order_number: SingleLine<1, 50>,
            optional staff | staffId: StaffId,
            required customerId: CustomerId = "ID client requis",
            optional vehicle: Vehicle,
        }
    }

    fields! {
        /// In it.
        struct Vehicle {
            optional license_plate: SingleLine<1, 20>,
        }
    }

    impl Parse for Vehicle {
        const MEMBERS: &'static [Declared] = Self::FIELDS;

        fn parse(value: &Value) -> Result<Self, Refusal> {
            object_of(value)
        }

        fn schema() -> utoipa::openapi::schema::Object {
            crate::http::field::Described::object(Self::described())
        }
    }

    fn body(value: &Value) -> (Form, Vec<String>) {
        let members = Members::of_json(Form::FIELDS, value.to_string().as_bytes()).unwrap();
        let warnings = members.warnings();
        let fields = warnings.into_iter().filter_map(|warning| warning.field);
        let fields = fields.collect();
        (Form::of_members(members), fields)
    }

    fn query(text: &str) -> Form {
        Form::of_members(Members::of_pairs(Form::FIELDS, text.as_bytes()))
    }

    fn refused<T: fmt::Debug>(field: &Field<T>) -> &Refusal {
        match field {
            Field::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_member_is_taken_by_each_of_its_names() {
        for name in ["order_number", "orderNumber", "OrderNumber", "order-number"] {
            let (form, warnings) = body(&json!({ name: "A1" }));
            assert!(matches!(form.order_number, Field::Given(_)), "{name}");
            assert_eq!(warnings, [""; 0], "{name}");
        }
        for name in ["staff", "staffId", "staff_id"] {
            assert!(
                matches!(body(&json!({ name: "s" })).0.staff, Field::Given(_)),
                "{name}"
            );
        }
        let (form, _) = body(&json!({"vehicle": {"licensePlate": "AB-123-CD"}}));
        let Field::Given(vehicle) = form.vehicle else {
            panic!()
        };
        assert!(matches!(vehicle.license_plate, Field::Given(_)));
    }

    #[test]
    fn two_names_of_one_field_may_not_contradict_each_other() {
        for (first, second, fine) in [
            ("A1", json!("A1"), true),
            ("A1", json!(null), true),
            ("A1", json!(""), true),
            ("", json!("A1"), true),
            ("A1", json!("A2"), false),
        ] {
            let (form, _) = body(&json!({"order_number": first, "orderNumber": second}));
            match form.order_number {
                Field::Given(number) => assert!(fine && number.as_str() == "A1"),
                other => assert!(!fine && refused(&other).code == "repeated"),
            }
        }
        assert!(Members::of_json(Form::FIELDS, br#"{"staff":"a","staff":"a"}"#).is_err());
        assert!(Members::of_json(Form::FIELDS, br#"{"other":1,"other":2}"#).is_ok());
    }

    #[test]
    fn an_empty_field_with_words_of_its_own_is_refused_with_them() {
        for value in [
            json!({}),
            json!({"customerId": null}),
            json!({"customerId": " "}),
        ] {
            let (form, _) = body(&value);
            let refusal = refused(&form.customerId);
            assert_eq!(
                (refusal.code, refusal.message.as_str()),
                ("required", "ID client requis")
            );
        }
    }

    #[test]
    fn what_looks_misspelt_is_named_and_anything_else_is_not() {
        let (_, warnings) = body(&json!({
            "order_numbr": 1, "utm_source": 2, "vehicle": {"licence_plate": 3, "colour": 4}
        }));
        assert_eq!(warnings, ["order_numbr", "vehicle.licence_plate"]);
    }

    #[test]
    fn a_parameter_is_given_once_or_with_one_value() {
        assert!(matches!(
            query("staff[]=a&staff[]=a").staff,
            Field::Given(_)
        ));
        assert_eq!(refused(&query("staff=a&staff=b").staff).code, "repeated");
        assert!(matches!(query("staff=&staff=a").staff, Field::Given(_)));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_by_name() {
        assert_eq!(refused(&query("staff=%ff").staff).code, "invalid_encoding");
        assert_eq!(
            refused(&query("staff=a&staff=%ff").staff).code,
            "invalid_encoding"
        );
        assert!(matches!(query("other=%ff").staff, Field::Absent));
        let named = |text: &str| {
            let members = Members::of_pairs(Form::FIELDS, text.as_bytes());
            let named = members
                .are_named()
                .map_err(|(name, refusal)| (name.to_owned(), refusal.code));
            named.err()
        };
        assert_eq!(named("staff=a&other=%ff"), None);
        assert_eq!(
            named("staff=a&%E9tat=1&%ff=2"),
            Some(("\u{fffd}tat".to_owned(), "invalid_encoding"))
        );
    }
}
