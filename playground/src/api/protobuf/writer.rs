//! Messages written field by field.

use serde_json::Value;

/// A message in the making.
#[derive(Debug, Default)]
pub(in crate::api) struct Writer(Vec<u8>);

impl Writer {
    /// A text; nothing when the value is none.
    pub(in crate::api) fn text(&mut self, number: u64, value: &Value) {
        if let Some(text) = value.as_str() {
            self.field(number, text.as_bytes());
        }
    }

    /// A message in this one.
    pub(in crate::api) fn message(&mut self, number: u64, write: impl FnOnce(&mut Writer)) {
        self.path(&[number], write);
    }

    /// A message in a message in this one, and so on: one of each number, each in the one before.
    pub(in crate::api) fn path(&mut self, numbers: &[u64], write: impl FnOnce(&mut Writer)) {
        let mut inner = Writer::default();
        write(&mut inner);
        for number in numbers.iter().skip(1).rev() {
            let mut outer = Writer::default();
            outer.field(*number, &inner.0);
            inner = outer;
        }
        if let Some(first) = numbers.first() {
            self.field(*first, &inner.0);
        }
    }

    /// The whole message.
    pub(in crate::api) fn bytes(self) -> Vec<u8> {
        self.0
    }

    fn field(&mut self, number: u64, content: &[u8]) {
        self.varint(number << 3 | 2);
        self.varint(content.len() as u64);
        self.0.extend_from_slice(content);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}
