//! The tree of a YAML file. Every key and every value knows its place, and scalars keep their text as written.

use super::{Mark, Plain};

/// A value of a YAML file.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it was written. A quoted text's mark lies within the quotes.
    pub mark: Mark,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A text, number, boolean or nothing.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A map: keys and values in the order of the file. Keys are scalars, and no two are equal.
    Map(Vec<(Node, Node)>),
    /// Something whose problem has been reported already. Reading skips it, so that one mistake gives one message.
    Broken {
        /// The key that an unknown key was probably meant to be.
        meant: Option<&'static str>,
    },
}

/// A scalar as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, escapes undone.
    pub text: String,
    /// Whether its type is open.
    pub style: Style,
}

/// Whether the type of a scalar is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: `true`, `5` and `null` are no texts.
    Plain,
    /// In quotes or a block: always a text.
    Quoted,
}

/// A node's identity within an unmoved tree: its address, never followed.
pub type NodeId = *const Node;

impl Node {
    /// A node with a reported problem.
    pub fn broken(mark: Mark) -> Node {
        Node { mark, kind: NodeKind::Broken { meant: None } }
    }

    /// This node's identity while the tree is not moved or changed.
    pub fn id(&self) -> NodeId {
        std::ptr::from_ref(self)
    }

    /// Whether its problem has been reported already.
    pub fn is_broken(&self) -> bool {
        matches!(self.kind, NodeKind::Broken { .. })
    }

    /// Whether it or anything in it is broken.
    pub fn has_broken(&self) -> bool {
        match &self.kind {
            NodeKind::Scalar(_) => false,
            NodeKind::List(items) => items.iter().any(Node::has_broken),
            NodeKind::Map(entries) => entries.iter().any(|(_, value)| value.has_broken()),
            NodeKind::Broken { .. } => true,
        }
    }

    /// The text of a scalar, whatever its type.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// The value of a key, when this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            NodeKind::Map(entries) => {
                entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// Whether this map has no such key, not even one that was probably meant to be it.
    pub fn lacks(&self, wanted: &str) -> bool {
        let NodeKind::Map(entries) = &self.kind else { return false };
        !entries.iter().any(|(key, value)| {
            let meant = matches!(value.kind, NodeKind::Broken { meant: Some(meant) } if meant == wanted);
            meant || key.text() == Some(wanted)
        })
    }

    /// The node of this identity in this tree.
    pub fn find_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        if self.id() == id {
            return Some(self);
        }
        match &mut self.kind {
            NodeKind::List(items) => items.iter_mut().find_map(|item| item.find_mut(id)),
            NodeKind::Map(entries) => entries.iter_mut().find_map(|(_, value)| value.find_mut(id)),
            NodeKind::Scalar(_) | NodeKind::Broken { .. } => None,
        }
    }

    /// How many nodes this tree has, keys included.
    pub fn count(&self) -> usize {
        match &self.kind {
            NodeKind::List(items) => 1 + items.iter().map(Node::count).sum::<usize>(),
            NodeKind::Map(entries) => 1 + entries.iter().map(|(_, value)| 1 + value.count()).sum::<usize>(),
            NodeKind::Scalar(_) | NodeKind::Broken { .. } => 1,
        }
    }

    /// How many levels this tree has; a scalar has one.
    pub fn depth(&self) -> usize {
        match &self.kind {
            NodeKind::List(items) => 1 + items.iter().map(Node::depth).max().unwrap_or(0),
            NodeKind::Map(entries) => 1 + entries.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            NodeKind::Scalar(_) | NodeKind::Broken { .. } => 1,
        }
    }

    /// The value as JSON, for tools that know no YAML. Broken parts are null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            NodeKind::Scalar(scalar) => scalar.value().to_json(&scalar.text),
            NodeKind::List(items) => items.iter().map(Node::to_json).collect(),
            NodeKind::Map(entries) => serde_json::Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.text().unwrap_or_default().to_owned(), value.to_json()))
                    .collect(),
            ),
            NodeKind::Broken { .. } => serde_json::Value::Null,
        }
    }
}

impl Scalar {
    /// The scalar's value by its style and text.
    pub fn value(&self) -> Plain {
        match self.style {
            Style::Plain => Plain::of(&self.text),
            Style::Quoted => Plain::Text,
        }
    }
}
