//! The members of an object, of a body or of a query, put to the fields they are declared as.

use std::fmt;

use request_text::names;
use request_text::strict_json::Once;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::declaration::Declared;
use super::given::Given;
use super::{Field, Parse, Refusal};
use crate::http::warnings::Warning;

/// Members nobody declared that are kept of one object, to be told.
const MOST_UNREAD: usize = 40;
/// Letters of such a name.
const LONGEST_UNREAD: usize = 60;

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
    /// Whoever writes a body means each of its members. What stands in a query may be meant for others on the way.
    tells_all: bool,
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
            tells_all: false,
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
                (Ok(name), Err(_)) => members.lose(&name, Given::NotText),
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
    /// The parser's.
    pub(in crate::http) fn of_json(
        declared: &'static [Declared],
        bytes: &[u8],
    ) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let members = Self {
            tells_all: true,
            ..Self::of(declared)
        };
        let members = Reading(members).deserialize(&mut reader)?;
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
            given.besides(value, is_list);
        }
    }

    /// Refuses a field, whatever else it is given.
    fn lose(&mut self, spelled: &str, why: Given) {
        let place = self.place(spelled);
        if let Some(given) = place.and_then(|place| self.given.get_mut(place)) {
            *given = why;
        }
    }

    /// What nobody declared: told, or, where it may be a slip of what must not be passed over, refused.
    fn leave(&mut self, spelled: &str) {
        let spelled = shortened(spelled);
        let guarded = self.declared.iter().position(|field| {
            let names = std::iter::once(field.name).chain(field.others.iter().copied());
            field.is_guarded && names::nearest(&spelled, names).is_some()
        });
        if let Some(given) = guarded.and_then(|place| self.given.get_mut(place)) {
            *given = Given::Slip(spelled);
        } else if self.unread.len() < MOST_UNREAD && !self.unread.contains(&spelled) {
            self.unread.push(spelled);
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
            Given::Values(values) => match (self.read(&values), words) {
                (Field::Null, _) => absent().unwrap_or(Field::Null),
                (Field::Blank(_), Some(words)) => Field::Refused(Refusal::required(words)),
                (field, _) => field,
            },
            Given::Contradiction(within) => Field::Refused(Refusal::new(
                "repeated",
                format!("« {within} » est donné plusieurs fois"),
            )),
            Given::NotText => Field::Refused(not_text()),
            Given::Slip(spelled) => Field::Refused(Refusal::new(
                "unknown_field",
                format!("« {spelled} » n'est pas lu et pourrait s'y rapporter"),
            )),
        }
    }

    /// Reads what one field was given; where that is several values, they say the same once they are read.
    fn read<T: Parse>(&self, values: &[Value]) -> Field<T> {
        let read = values.iter().map(|value| {
            if self.are_parameters {
                Field::read_parameter(value)
            } else {
                Field::read(value)
            }
        });
        read.reduce(Field::and_again).unwrap_or(Field::Absent)
    }

    /// The members nobody reads: all of a body's, of a query's those that look misspelt.
    pub(in crate::http) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for name in &self.unread {
            let meant = nearest(self.declared, name);
            if self.tells_all || meant.is_some() {
                warnings.push(Warning::unread("", name, meant));
            }
        }
        for (declared, given) in self.declared.iter().zip(&self.given) {
            let Given::Values(values) = given else {
                continue;
            };
            for object in values.iter().filter_map(Value::as_object) {
                warn_within(&mut warnings, declared, object);
            }
        }
        warnings
    }
}

/// Warns of what nobody reads in an object that stands in a field, or in each of several.
fn warn_within(warnings: &mut Vec<Warning>, declared: &Declared, object: &Map<String, Value>) {
    let each = object.iter().filter_map(|(key, value)| {
        let object = value.as_object().filter(|_| declared.is_map)?;
        Some((format!("{}.{}.", declared.name, shortened(key)), object))
    });
    let whole = (format!("{}.", declared.name), object);
    let whole = (!declared.is_map && !declared.members.is_empty()).then_some(whole);
    for (within, object) in whole.into_iter().chain(each) {
        let unread = object.keys();
        let unread = unread.filter(|name| place(declared.members, name).is_none());
        for name in unread.take(MOST_UNREAD.saturating_sub(warnings.len())) {
            let meant = nearest(declared.members, name);
            warnings.push(Warning::unread(&within, &shortened(name), meant));
        }
    }
}

fn nearest(declared: &'static [Declared], name: &str) -> Option<&'static str> {
    names::nearest(name, declared.iter().map(|field| field.name))
}

/// A stranger's name, as far as it is told.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST_UNREAD) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
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
        while let Some(name) = map.next_key::<String>()? {
            if members.place(&name).is_none() {
                map.next_value::<IgnoredAny>()?;
                members.leave(&name);
                continue;
            }
            let read: Once = map.next_value()?;
            match read.contradiction {
                Some(within) => members.lose(&name, Given::Contradiction(shortened(&within))),
                None => members.give(&name, read.value),
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
            optional notes: Notes,
            optional hidden | secret: Hidden,
        }
    }

    #[derive(Debug, PartialEq)]
    struct Notes;

    impl Parse for Notes {
        const MEMBERS: &'static [Declared] = Vehicle::FIELDS;
        const IS_MAP: bool = true;

        fn parse(_: &Value) -> Result<Self, Refusal> {
            Ok(Self)
        }

        fn schema() -> utoipa::openapi::schema::Object {
            bool::schema()
        }
    }

    #[derive(Debug, PartialEq)]
    struct Hidden;

    impl Parse for Hidden {
        const IS_GUARDED: bool = true;

        fn parse(_: &Value) -> Result<Self, Refusal> {
            Ok(Self)
        }

        fn schema() -> utoipa::openapi::schema::Object {
            bool::schema()
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
    }

    fn raw(text: &str) -> Form {
        Form::of_members(Members::of_json(Form::FIELDS, text.as_bytes()).unwrap())
    }

    #[test]
    fn a_member_that_stands_there_twice_is_refused_only_where_it_says_two_things() {
        for fine in [
            r#"{"staff":"a","staff":"a"}"#,
            r#"{"staff":"5","staff":5}"#,
            r#"{"staff":"","staff":"a"}"#,
            r#"{"other":1,"other":2,"staff":"a"}"#,
        ] {
            assert!(matches!(raw(fine).staff, Field::Given(_)), "{fine}");
        }
        let twice = raw(r#"{"staff":"a","staff":"b","vehicle":{}}"#);
        assert_eq!(refused(&twice.staff).code, "repeated");
        assert!(matches!(twice.vehicle, Field::Given(_)));
        let same = r#"{"vehicle":{"license_plate":"A","license_plate":"A"}}"#;
        assert!(matches!(raw(same).vehicle, Field::Given(_)));
        let within = raw(r#"{"vehicle":{"license_plate":"A","license_plate":"B"}}"#);
        let refusal = refused(&within.vehicle);
        assert_eq!(refusal.code, "repeated");
        assert!(refusal.message.contains("license_plate"));
    }

    #[test]
    fn what_is_given_twice_is_compared_as_it_is_read() {
        for (one, other, fine) in [
            (json!("42"), json!(42), true),
            (json!(" 42\u{200b}"), json!(42.0), true),
            (json!("42"), json!(43), false),
        ] {
            let (form, _) = body(&json!({"staff": one, "staffId": other}));
            match form.staff {
                Field::Given(_) => assert!(fine, "{one} {other}"),
                field => assert!(!fine && refused(&field).code == "repeated"),
            }
        }
        let (form, _) = body(&json!({"staff": "a b", "staffId": "a"}));
        assert_eq!(refused(&form.staff).code, "invalid_id", "says more");
        let (one, other) = (json!({"licensePlate": "A"}), json!({"license_plate": " A"}));
        let (form, _) = body(&json!({"vehicle": one, "Vehicle": other, "order_number": "1"}));
        assert!(
            matches!(form.vehicle, Field::Refused(_)),
            "prose keeps its blanks"
        );
        let other = json!({"license_plate": "A\n"});
        let (form, _) = body(&json!({"vehicle": one, "Vehicle": other}));
        assert!(matches!(form.vehicle, Field::Given(_)));
        assert!(matches!(
            query("staff=5&staff[]=%205").staff,
            Field::Given(_)
        ));
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
    fn of_a_body_whatever_nobody_reads_is_named_and_of_a_query_what_looks_misspelt() {
        let (form, warnings) = body(&json!({
            "order_numbr": 1, "utm_source": 2, "vehicle": {"licence_plate": 3, "colour": 4},
            "notes": {"fr": {"txt": 1, "licensePlate": "a"}, "en": null, "de": {"other": 1}}
        }));
        assert_eq!(
            warnings,
            [
                "order_numbr",
                "utm_source",
                "vehicle.colour",
                "vehicle.licence_plate",
                "notes.de.other",
                "notes.fr.txt"
            ]
        );
        assert!(matches!(form.notes, Field::Given(Notes)));
        let query = Members::of_pairs(Form::FIELDS, b"order_numbr=1&utm_source=2&_=3");
        let told: Vec<_> = query.warnings().into_iter().map(|it| it.field).collect();
        assert_eq!(told, [Some("order_numbr".to_owned())]);
    }

    #[test]
    fn what_is_told_of_strangers_names_is_bounded() {
        let long = "é".repeat(70);
        let mut all = Map::new();
        all.insert(long, json!(1));
        all.extend((0..100).map(|n| (format!("member{n}"), json!(1))));
        let (_, warnings) = body(&Value::Object(all));
        assert_eq!(warnings.len(), MOST_UNREAD);
        assert!(
            warnings
                .iter()
                .all(|name| name.chars().count() <= LONGEST_UNREAD + 1)
        );
        let members = Members::of_json(Form::FIELDS, br#"{"other":1,"other":2}"#).unwrap();
        assert_eq!(members.warnings().len(), 1, "once");
    }

    #[test]
    fn a_slip_of_what_must_not_be_passed_over_is_refused() {
        for slip in ["hiden", "hidd_n", "secrett"] {
            let (form, warnings) = body(&json!({ slip: true }));
            assert_eq!(refused(&form.hidden).code, "unknown_field", "{slip}");
            assert_eq!(warnings, [""; 0], "{slip}");
        }
        for fine in ["hidden", "Hidden", "secret"] {
            assert!(matches!(
                body(&json!({ fine: true })).0.hidden,
                Field::Given(Hidden)
            ));
        }
        assert!(matches!(
            body(&json!({ "size": 1 })).0.hidden,
            Field::Absent
        ));
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
