//! Values of the run: captures, data rows and the few that every arrival has.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use std::sync::Arc;

/// A value that a template can put into a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(Arc<str>),
    /// Any other JSON value, in its serialised form.
    Json(Arc<str>),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }

    /// The value without quotes, as it goes into a path, a header or the middle of a text.
    pub fn as_text(&self) -> &str {
        match self {
            Value::Text(text) | Value::Json(text) => text,
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::String(text) => Value::text(text.as_str()),
            other => Value::Json(other.to_string().into()),
        }
    }
}

/// Where a template's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A column of the arrival's data row.
    Column(usize),
    /// A value captured by an earlier step.
    Captured(usize),
    /// The arrival's number, from 0.
    Number,
    /// A new random UUID each time, by the run's seed.
    Uuid,
    /// The wall clock, RFC 3339 in UTC.
    Now,
}

/// The values of one arrival on its way through a journey.
#[derive(Debug)]
pub struct Values<'a> {
    /// The arrival's number.
    number: u64,
    /// Its data row; empty when the journey has no data.
    row: &'a [Value],
    /// What its steps captured so far.
    captured: Vec<Option<Value>>,
    /// Whether one was asked for that was never captured.
    lacked: bool,
    random: Xoshiro256PlusPlus,
}

impl<'a> Values<'a> {
    /// The values of arrival `number`, with room for `captures` captured ones.
    pub fn new(number: u64, seed: u64, row: &'a [Value], captures: usize) -> Values<'a> {
        // Each arrival has a generator of its own, so a value does not depend on which worker took it.
        let random = Xoshiro256PlusPlus::seed_from_u64(seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Values { number, row, captured: vec![None; captures], lacked: false, random }
    }

    /// Remembers a captured value.
    pub fn capture(&mut self, place: usize, value: Value) {
        if let Some(captured) = self.captured.get_mut(place) {
            *captured = Some(value);
        }
    }

    /// What was captured there, if anything was.
    pub fn captured(&self, place: usize) -> Option<&Value> {
        self.captured.get(place)?.as_ref()
    }

    /// Whether a value was asked for that was never captured, since the last time this was asked.
    pub fn lacked(&mut self) -> bool {
        std::mem::take(&mut self.lacked)
    }

    /// The value of a slot now. In a journey captures are there because steps run in order and a failed capture ends
    /// it.
    pub fn get(&mut self, slot: Slot) -> Value {
        let absent = || Value::text("");
        match slot {
            Slot::Column(column) => self.row.get(column).cloned().unwrap_or_else(absent),
            Slot::Captured(place) => {
                let captured = self.captured.get(place).cloned().flatten();
                self.lacked |= captured.is_none();
                captured.unwrap_or_else(absent)
            }
            Slot::Number => Value::Json(self.number.to_string().into()),
            Slot::Uuid => {
                let uuid = uuid::Builder::from_random_bytes(self.random.random()).into_uuid();
                Value::text(uuid.to_string())
            }
            Slot::Now => Value::text(format!("{:.3}", jiff::Timestamp::now())),
        }
    }

    /// A share between 0 and 1, for think times.
    pub fn random_share(&mut self) -> f64 {
        self.random.random()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_arrival_has_the_same_values_whoever_takes_it() {
        let row = [Value::text("sku-1")];
        let mut one = Values::new(7, 42, &row, 1);
        let mut other = Values::new(7, 42, &row, 1);
        let mut next = Values::new(8, 42, &row, 1);
        let uuid = one.get(Slot::Uuid);
        assert_eq!(uuid, other.get(Slot::Uuid));
        assert_ne!(uuid, next.get(Slot::Uuid));
        assert_ne!(uuid, one.get(Slot::Uuid), "each use is a new one");
        one.capture(0, Value::Json("12".into()));
        assert_eq!(one.get(Slot::Captured(0)).as_text(), "12");
        assert_eq!(one.get(Slot::Column(0)).as_text(), "sku-1");
        assert_eq!(one.get(Slot::Number).as_text(), "7");
    }
}
