//! Serde's view of a kind: `auto`, or a map with one key that names the kind, `peak: { … }`.

use super::super::{Node, NodeKind, Plain};
use super::deserializer::Decoder;
use super::error::{DecodeError, Place, Wrong};
use serde::de::{DeserializeSeed, EnumAccess, Error, Unexpected, VariantAccess, Visitor};

/// A node that names a kind.
pub(super) struct Kind<'n> {
    /// The node as a whole, which is left out when the kind is unknown.
    node: &'n Node,
    name: &'n Node,
    content: Option<&'n Node>,
}

impl<'n> Kind<'n> {
    /// The kind that a node names, among the known ones.
    pub(super) fn of(node: &'n Node, known: &'static [&'static str]) -> Result<Kind<'n>, DecodeError> {
        let wanted = || format!("one of {}", list(known));
        let entries = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.value() == Plain::Null => {
                return Err(DecodeError::invalid_type(Unexpected::Unit, &wanted().as_str()));
            }
            NodeKind::Scalar(_) => return Ok(Kind { node, name: node, content: None }),
            NodeKind::Map(entries) => entries,
            NodeKind::List(_) | NodeKind::Broken { .. } => {
                return Err(DecodeError::invalid_type(Unexpected::Seq, &wanted().as_str()));
            }
        };
        let mut live = entries.iter().filter(|(_, value)| !value.is_broken());
        let Some(first) = live.next() else {
            let found = "an empty map".to_owned();
            return Err(Wrong::Expected { expected: wanted(), found }.into());
        };
        let is_known = |key: &Node| key.text().is_some_and(|name| known.contains(&name));
        match live.next() {
            // With no known kind among several keys, the kind itself was forgotten: the first key stands for it.
            Some(second) if is_known(&first.0) || is_known(&second.0) => {
                let (key, value) = if is_known(&first.0) { second } else { first };
                Err(stray(key, value, &is_known))
            }
            _ => Ok(Kind { node, name: &first.0, content: Some(&first.1) }),
        }
    }
}

/// The error for a key beside the one that names the kind.
fn stray(key: &Node, value: &Node, is_known: &dyn Fn(&Node) -> bool) -> DecodeError {
    let name = key.text().unwrap_or_default();
    let said = if is_known(key) {
        format!("only one kind may stand here, and `{name}` is a second one")
    } else {
        format!("`{name}` does not belong beside the kind; write it inside the kind's own map")
    };
    DecodeError::from(Wrong::Said(said)).or_place(Place { mark: key.mark, node: value.id() })
}

fn list(known: &[&str]) -> String {
    known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl<'de> EnumAccess<'de> for Kind<'de> {
    type Error = DecodeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), DecodeError> {
        let place = Place { mark: self.name.mark, node: self.node.id() };
        match seed.deserialize(Decoder::new(self.name)) {
            Ok(kind) => Ok((kind, self)),
            Err(error) => Err(error.move_to(place)),
        }
    }
}

impl<'n> Kind<'n> {
    fn settings(&self) -> Result<Decoder<'n>, DecodeError> {
        let name = self.name.text().unwrap_or_default();
        self.content.map(Decoder::new).ok_or_else(|| {
            Wrong::Said(format!("`{name}` needs its settings; write `{name}: {{ … }}`")).into()
        })
    }
}

impl<'de> VariantAccess<'de> for Kind<'de> {
    type Error = DecodeError;

    fn unit_variant(self) -> Result<(), DecodeError> {
        match self.content {
            None => Ok(()),
            Some(content) => {
                let name = self.name.text().unwrap_or_default();
                let said = format!("`{name}` has no settings; write only `{name}`");
                Err(DecodeError::at(content, Wrong::Said(said)))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DecodeError> {
        seed.deserialize(self.settings()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, DecodeError> {
        serde::Deserializer::deserialize_tuple(self.settings()?, length, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        serde::Deserializer::deserialize_struct(self.settings()?, "", known, visitor)
    }
}
