//! Serde's view of a node.

use super::super::{LOCATED, Node, NodeKind, Plain};
use super::access::{Entries, Items, Position};
use super::enums::Kind;
use super::error::{DecodeError, Wrong};
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Reads one node. Broken parts of it are skipped.
#[derive(Clone, Copy)]
pub(super) struct Decoder<'n> {
    node: &'n Node,
}

impl<'n> Decoder<'n> {
    pub(super) fn new(node: &'n Node) -> Decoder<'n> {
        Decoder { node }
    }

    /// Hands over the value by its own type.
    fn any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.kind {
            NodeKind::Scalar(scalar) => match scalar.value() {
                Plain::Null => visitor.visit_unit(),
                Plain::Bool(yes) => visitor.visit_bool(yes),
                Plain::Unsigned(number) => visitor.visit_u64(number),
                Plain::Signed(number) => visitor.visit_i64(number),
                Plain::Float(number) => visitor.visit_f64(number),
                Plain::Text => visitor.visit_borrowed_str(&scalar.text),
            },
            NodeKind::List(items) => Items::new(items).visit(visitor),
            NodeKind::Map(entries) => Entries::new(entries).visit(visitor),
            NodeKind::Broken { .. } => Err(Wrong::Said("already reported".into()).into()),
        }
    }

    /// Hands over the text of any scalar as it was written: where a text is wanted, `5` and `true` are texts.
    fn text<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match &self.node.kind {
            NodeKind::Scalar(scalar) if scalar.value() == Plain::Null => {
                Err(DecodeError::invalid_type(Unexpected::Unit, &visitor))
            }
            NodeKind::Scalar(scalar) => visitor.visit_borrowed_str(&scalar.text),
            _ => self.any(visitor),
        }
    }

    /// Names this node as the place of an error that has none.
    fn here<T>(self, read: Result<T, DecodeError>) -> Result<T, DecodeError> {
        read.map_err(|error| error.or_at(self.node))
    }
}

/// Methods that read the node by its own type and let the visitor complain.
macro_rules! by_its_type {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.here(self.any(visitor))
        })*
    };
}

/// Methods that read any scalar as a text.
macro_rules! as_text {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            self.here(self.text(visitor))
        })*
    };
}

impl<'de> Deserializer<'de> for Decoder<'de> {
    type Error = DecodeError;

    by_its_type! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_seq deserialize_map
    }
    as_text! { deserialize_str deserialize_string deserialize_char deserialize_identifier }

    /// A key that is written has a value: nothing in its place is a mistake, or JSON's `null` where that may stand.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.here(self.any(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.here(visitor.visit_newtype_struct(self))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DecodeError> {
        self.here(self.any(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.here(self.any(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if name == LOCATED {
            return self.here(visitor.visit_map(Position::new(self.node)));
        }
        // Serde would take a list for a struct's fields in order; nobody could read that.
        if matches!(self.node.kind, NodeKind::List(_)) {
            return self.here(Err(DecodeError::invalid_type(Unexpected::Seq, &visitor)));
        }
        self.here(self.any(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.here(Kind::of(self.node, known).and_then(|kind| visitor.visit_enum(kind)))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}
