//! The write of a ledger through the service: a journey's step that may say its rate.

use crate::journey::StepSpec;
use crate::source::Located;
use crate::units::Rate;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, de};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The key that a step does not have.
const RATE: &str = "rate";

/// One request that writes an entry, and how often it is sent.
#[derive(Debug, Clone, Default)]
pub struct WriteSpec {
    /// The request.
    pub step: StepSpec,
    /// Writes a second.
    pub rate: Option<Located<Rate>>,
}

impl<'de> Deserialize<'de> for WriteSpec {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = WriteSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a request such as `{ post: /orders, rate: 20/s }`")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WriteSpec, A::Error> {
                let mut rate = None;
                let others = Others { map, rate: &mut rate };
                let step = StepSpec::deserialize(MapAccessDeserializer::new(others))?;
                Ok(WriteSpec { step, rate })
            }
        }
        from.deserialize_map(Written)
    }
}

/// The keys of the step; the rate is kept aside on the way.
struct Others<'r, A> {
    map: A,
    rate: &'r mut Option<Located<Rate>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Others<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let mut seed = Some(seed);
        loop {
            match self.map.next_key_seed(Key(&mut seed, PhantomData))? {
                None => return Ok(None),
                Some(Some(key)) => return Ok(Some(key)),
                Some(None) => *self.rate = Some(self.map.next_value()?),
            }
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// A key for whoever reads the step, or none when it is the rate.
struct Key<'s, 'de, K>(&'s mut Option<K>, PhantomData<&'de ()>);

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, 'de, K> {
    type Value = Option<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<K::Value>, D::Error> {
        let key = String::deserialize(from)?;
        if key == RATE {
            return Ok(None);
        }
        let seed = self.0.take().ok_or_else(|| de::Error::custom("a key was asked for twice"))?;
        seed.deserialize(StrDeserializer::new(&key)).map(Some)
    }
}

impl JsonSchema for WriteSpec {
    fn schema_name() -> Cow<'static, str> {
        "LedgerWrite".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = StepSpec::json_schema(generator);
        let mut rate = generator.subschema_for::<Rate>();
        rate.insert("description".to_owned(), "Writes a second; 20/s when left out.".into());
        if let Some(serde_json::Value::Object(properties)) = schema.get_mut("properties") {
            properties.insert(RATE.to_owned(), rate.to_value());
        }
        schema.insert("description".to_owned(), "One request that writes an entry, and how often.".into());
        schema
    }
}
