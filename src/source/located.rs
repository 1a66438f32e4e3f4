//! A value and the place where it was written.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// A stretch of one source file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mark {
    /// The file's place in the list of files that were read; 0 is the scenario itself.
    pub file: usize,
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Mark {
    /// The stretch `start..end` within this one, for a message about a part of a string. Only right where the string
    /// stands in the file as it is (plain or quoted without escapes); callers keep within bounds.
    #[must_use]
    pub fn slice(self, start: usize, end: usize) -> Mark {
        let at = |n: usize| (self.start + n).min(self.end);
        Mark { file: self.file, start: at(start), end: at(end) }
    }
}

/// A value that knows where it was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub mark: Mark,
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// The struct name by which a [`Located`] asks a deserializer for positions; other deserializers see an ordinary
/// struct, so a `Located` can only be read from a scenario file.
pub const LOCATED: &str = "$shakedown::Located";

/// The fields of that struct: file, start, end, value.
pub const LOCATED_FIELDS: &[&str] = &["file", "start", "end", "value"];

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Located<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Parts<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
            type Value = Located<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value from a scenario file")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Located<T>, A::Error> {
                let mut number = || -> Result<usize, A::Error> {
                    Ok(map.next_entry::<String, usize>()?.unwrap_or_default().1)
                };
                let mark = Mark { file: number()?, start: number()?, end: number()? };
                match map.next_entry::<String, T>()? {
                    Some((_, value)) => Ok(Located { value, mark }),
                    None => Err(serde::de::Error::missing_field("value")),
                }
            }
        }
        from.deserialize_struct(LOCATED, LOCATED_FIELDS, Parts(PhantomData))
    }
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Located<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<T>()
    }
}
