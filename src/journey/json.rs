//! JSON written in YAML, whose texts may hold templates and know their places.

use crate::source::Located;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;

/// A JSON value and its place.
pub type Json = Located<JsonKind>;

/// A JSON value as written in a scenario.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum JsonKind {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text; `{{ … }}` in it are values of the run.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// A map in the order in which it was written.
    Map(Vec<(Located<String>, Json)>),
}

impl JsonKind {
    /// The value as plain JSON, templates unrendered.
    pub fn plain(&self) -> serde_json::Value {
        match self {
            JsonKind::Null => serde_json::Value::Null,
            JsonKind::Bool(yes) => (*yes).into(),
            JsonKind::Number(number) => serde_json::Value::Number(number.clone()),
            JsonKind::Text(text) => text.as_str().into(),
            JsonKind::List(items) => items.iter().map(|item| item.plain()).collect(),
            JsonKind::Map(entries) => serde_json::Value::Object(
                entries.iter().map(|(key, value)| (key.value.clone(), value.plain())).collect(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for JsonKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = JsonKind;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<JsonKind, E> {
                Ok(JsonKind::Null)
            }

            fn visit_bool<E>(self, yes: bool) -> Result<JsonKind, E> {
                Ok(JsonKind::Bool(yes))
            }

            fn visit_u64<E>(self, number: u64) -> Result<JsonKind, E> {
                Ok(JsonKind::Number(number.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<JsonKind, E> {
                Ok(JsonKind::Number(number.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<JsonKind, E> {
                serde_json::Number::from_f64(number).map(JsonKind::Number).ok_or_else(|| {
                    E::custom("JSON has no such number; write a finite one or a text in quotes")
                })
            }

            fn visit_str<E>(self, text: &str) -> Result<JsonKind, E> {
                Ok(JsonKind::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonKind, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(JsonKind::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonKind, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(JsonKind::Map(entries))
            }
        }
        from.deserialize_any(Any)
    }
}

impl JsonSchema for JsonKind {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "any JSON value; texts may hold {{ values of the run }}" })
    }
}
