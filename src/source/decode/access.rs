//! Serde's view of lists, of maps, and of a value with its position.

use super::super::{LOCATED_FIELDS, Node};
use super::deserializer::Decoder;
use super::error::{DecodeError, Place, Wrong};
use serde::de::value::{StrDeserializer, UsizeDeserializer};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use std::slice;

/// The items of a list that are not broken.
pub(super) struct Items<'n> {
    left: slice::Iter<'n, Node>,
}

impl<'n> Items<'n> {
    pub(super) fn new(items: &'n [Node]) -> Items<'n> {
        Items { left: items.iter() }
    }

    fn next(&mut self) -> Option<&'n Node> {
        self.left.find(|item| !item.is_broken())
    }

    /// Lets a visitor read all of them.
    pub(super) fn visit<V: Visitor<'n>>(mut self, visitor: V) -> Result<V::Value, DecodeError> {
        let value = visitor.visit_seq(&mut self)?;
        match self.next() {
            None => Ok(value),
            Some(item) => Err(DecodeError::at(item, Wrong::Said("this item is one too many".into()))),
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        self.next().map(|item| seed.deserialize(Decoder::new(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

/// The entries of a map whose values are not broken.
pub(super) struct Entries<'n> {
    left: slice::Iter<'n, (Node, Node)>,
    value: Option<&'n Node>,
}

impl<'n> Entries<'n> {
    pub(super) fn new(entries: &'n [(Node, Node)]) -> Entries<'n> {
        Entries { left: entries.iter(), value: None }
    }

    fn next(&mut self) -> Option<&'n (Node, Node)> {
        self.left.find(|(_, value)| !value.is_broken())
    }

    /// Lets a visitor read all of them.
    pub(super) fn visit<V: Visitor<'n>>(mut self, visitor: V) -> Result<V::Value, DecodeError> {
        let value = visitor.visit_map(&mut self)?;
        let Some((key, node)) = self.next() else { return Ok(value) };
        let wrong = Wrong::Said("only one of these keys may stand here".into());
        Err(DecodeError::from(wrong).or_place(Place { mark: key.mark, node: node.id() }))
    }
}

impl<'de> MapAccess<'de> for &mut Entries<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some((key, value)) = self.next() else { return Ok(None) };
        self.value = Some(value);
        let place = Place { mark: key.mark, node: value.id() };
        // An unknown key shows at the key, and the entry is what has to be left out. The key's own node is no value
        // of the tree, so its place is replaced, not kept.
        seed.deserialize(Decoder::new(key)).map(Some).map_err(|error| error.move_to(place))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        match self.value.take() {
            Some(value) => seed.deserialize(Decoder::new(value)),
            None => Err(Wrong::Said("a key without a value".into()).into()),
        }
    }
}

/// The struct by which a `Located` asks for a position and a value.
pub(super) struct Position<'n> {
    node: &'n Node,
    given: usize,
}

impl<'n> Position<'n> {
    pub(super) fn new(node: &'n Node) -> Position<'n> {
        Position { node, given: 0 }
    }
}

impl<'de> MapAccess<'de> for Position<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(name) = LOCATED_FIELDS.get(self.given) else { return Ok(None) };
        self.given += 1;
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let mark = self.node.mark;
        let number = match self.given {
            1 => mark.file,
            2 => mark.start,
            3 => mark.end,
            _ => return seed.deserialize(Decoder::new(self.node)),
        };
        seed.deserialize(UsizeDeserializer::new(number))
    }
}
