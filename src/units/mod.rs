//! Quantities as people write them: `250ms`, `200/s`, `10%`, `64MiB`. A bare number is never accepted where a
//! unit is needed, because the reader of a gate must not have to guess.

mod bandwidth;
mod bytes;
mod count;
mod cpu;
mod rate;
mod ratio;
mod span;

pub use bandwidth::Bandwidth;
pub use bytes::Bytes;
pub use count::grouped;
pub use cpu::Cpu;
pub use rate::Rate;
pub use ratio::Ratio;
pub use span::Span;

/// Why a quantity could not be read. The text names what was written and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// A number without its unit.
    #[error("`{written}` has no unit; write {example}")]
    NoUnit {
        /// What stands in the file.
        written: String,
        /// The same number with units that would be accepted.
        example: String,
    },
    /// Not a quantity of this kind at all.
    #[error("`{written}` is not a {kind}; write for example {example}")]
    NotA {
        /// What stands in the file.
        written: String,
        /// The kind that was wanted.
        kind: &'static str,
        /// Forms that would be accepted.
        example: &'static str,
    },
    /// A quantity of the right kind that is too large, too small or negative.
    #[error("`{written}` is out of range: {range}")]
    Range {
        /// What stands in the file.
        written: String,
        /// The range in words.
        range: &'static str,
    },
}

/// Splits `12.5abc` into its number and its unit; `None` when it does not start with a number.
fn number_and_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let value: f64 = digits.replace('_', "").parse().ok()?;
    value.is_finite().then_some((value, unit.trim()))
}

/// Serde and schema for a unit that is written as a string.
macro_rules! written_as_string {
    ($type:ident, $pattern:literal, $describe:literal, [$($example:literal),+]) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Written;
                impl serde::de::Visitor<'_> for Written {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($describe)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_u64<E: serde::de::Error>(self, bare: u64) -> Result<$type, E> {
                        self.visit_str(&bare.to_string())
                    }
                    fn visit_i64<E: serde::de::Error>(self, bare: i64) -> Result<$type, E> {
                        self.visit_str(&bare.to_string())
                    }
                    fn visit_f64<E: serde::de::Error>(self, bare: f64) -> Result<$type, E> {
                        self.visit_str(&bare.to_string())
                    }
                }
                from.deserialize_any(Written)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string", "pattern": $pattern, "description": $describe, "examples": [$($example),+]
                })
            }
        }
    };
}
use written_as_string;
