//! Values as ownership sees them: leaves, and places with named parts.

use crate::schema::{Field, Holds, Keys, Message};
use serde_json::{Map, Value, json};

/// How a value is divided.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Not at all: it has one owner.
    Leaf,
    /// Into the fields of a message.
    Message(&'static Message),
    /// Into the entries of a map.
    Map(&'static Field),
    /// Into elements that their keys tell apart.
    Elements(&'static Field, &'static [String]),
    /// Into values, each of which is there once.
    Values,
}

/// A part of a value.
pub(super) struct Part<'a> {
    /// The step from the whole to the part.
    pub(super) step: String,
    pub(super) shape: Shape,
    pub(super) value: &'a Value,
    /// Whether Go writes the part where nothing is in it: it is there before anybody sets it.
    pub(super) innate: bool,
}

impl Shape {
    pub(super) fn of(field: &'static Field) -> Shape {
        match &field.holds {
            _ if field.is_atomic() => Shape::Leaf,
            Holds::One => field.message().map_or(Shape::Leaf, Shape::Message),
            Holds::Map => Shape::Map(field),
            Holds::List(Keys::Fields { names, .. }) => Shape::Elements(field, names),
            Holds::List(Keys::Value) => Shape::Values,
            Holds::List(Keys::None) => Shape::Leaf,
        }
    }

    /// The parts of a value; none for a leaf, or for a value that does not have this shape.
    pub(super) fn parts(self, value: &Value) -> Vec<Part<'_>> {
        match (self, value) {
            (Shape::Message(_) | Shape::Map(_), Value::Object(map)) => {
                map.iter().map(|(name, value)| self.named(name, value)).collect()
            }
            (Shape::Elements(..) | Shape::Values, Value::Array(list)) => list
                .iter()
                .map(|element| {
                    let shape = self.element();
                    Part { step: self.step(element), shape, value: element, innate: false }
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    fn named<'a>(self, name: &str, value: &'a Value) -> Part<'a> {
        let field = match self {
            Shape::Message(message) => message.field(name),
            _ => None,
        };
        let shape = field.map_or_else(|| self.element(), Shape::of);
        let innate = field.is_some_and(|field| match &field.holds {
            Holds::One => !field.optional && field.message().is_some(),
            Holds::List(Keys::Fields { always, .. }) => *always,
            _ => false,
        });
        Part { step: format!("f:{name}"), shape, value, innate }
    }

    /// The shape of the elements of a list or the values of a map.
    pub(super) fn element(self) -> Shape {
        match self {
            Shape::Elements(field, _) if field.atomic => Shape::Leaf,
            Shape::Elements(field, _) | Shape::Map(field) => {
                field.message().map_or(Shape::Leaf, Shape::Message)
            }
            _ => Shape::Leaf,
        }
    }

    /// The shape of the part called `name`.
    pub(super) fn below(self, name: &str) -> Shape {
        self.named(name, &Value::Null).shape
    }

    /// The step to an element of a list.
    pub(super) fn step(self, element: &Value) -> String {
        let Shape::Elements(_, names) = self else { return format!("v:{element}") };
        let mut names: Vec<&String> = names.iter().collect();
        names.sort();
        let mut keys = Map::new();
        for name in names {
            match element.get(name) {
                Some(value) => keys.insert(name.clone(), value.clone()),
                // The one key that may be left out.
                None if name == "protocol" => keys.insert(name.clone(), json!("TCP")),
                None => None,
            };
        }
        format!("k:{}", Value::Object(keys))
    }
}
