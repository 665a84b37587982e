//! JSON in which nothing is lost: of a member that stands there twice, readers usually keep the last.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value};

/// Any JSON without a member that stands there twice; for files.
#[derive(Debug)]
pub struct Strict(pub Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reading(None).deserialize(deserializer).map(Self)
    }
}

/// Any JSON, for bodies: a member that stands there twice and says the same is there once.
#[derive(Debug)]
pub struct Once {
    /// What was read.
    pub value: Value,
    /// The first member in it that says two things, of which the first was kept.
    pub contradiction: Option<String>,
}

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut contradiction = None;
        let value = Reading(Some(&mut contradiction)).deserialize(deserializer)?;
        Ok(Self {
            value,
            contradiction,
        })
    }
}

/// Where a member that says two things is told; without a place nothing may stand there twice.
struct Reading<'t>(Option<&'t mut Option<String>>);

impl Reading<'_> {
    /// The same for what stands within.
    fn within(&mut self) -> Reading<'_> {
        Reading(self.0.as_deref_mut())
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("JSON")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.within())? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.within())?;
            match (object.get(&name), &mut self.0) {
                (None, _) => {
                    object.insert(name, value);
                }
                (Some(_), None) => return Err(A::Error::custom(format!("{name} is there twice"))),
                (Some(former), Some(_)) if *former == value => {}
                (Some(_), Some(told)) => {
                    told.get_or_insert(name);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_it_stands_and_a_member_that_stands_there_twice_is_told() {
        for text in [
            r#"{"a":[1,-1,1.5,"x",null,true,{"b":{}}]}"#,
            "[]",
            "1",
            "null",
        ] {
            let Strict(read) = serde_json::from_str(text).unwrap();
            assert_eq!(read.to_string(), text);
        }
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"a":2}}]"#] {
            let refused = serde_json::from_str::<Strict>(text).unwrap_err();
            assert!(
                refused.to_string().contains("a is there twice"),
                "{refused}"
            );
        }
    }

    #[test]
    fn a_member_that_stands_there_twice_is_there_once_if_it_says_the_same() {
        let read = |text: &str| {
            let Once {
                value,
                contradiction,
            } = serde_json::from_str(text).unwrap();
            (value.to_string(), contradiction)
        };
        for (text, value) in [
            (r#"{"a":1,"a":1}"#, r#"{"a":1}"#),
            (r#"[{"b":{"a":"x","a":"x"}}]"#, r#"[{"b":{"a":"x"}}]"#),
        ] {
            assert_eq!(read(text), (value.to_owned(), None), "{text}");
        }
        for (text, value) in [
            (r#"{"a":1,"a":2,"a":1}"#, r#"{"a":1}"#),
            (r#"[{"b":{"a":"x","a":null}}]"#, r#"[{"b":{"a":"x"}}]"#),
        ] {
            assert_eq!(
                read(text),
                (value.to_owned(), Some("a".to_owned())),
                "{text}"
            );
        }
    }
}
