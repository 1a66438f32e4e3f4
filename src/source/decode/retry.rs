//! All mistakes of a tree at once: serde stops at the first one, so that one is noted, its node is left out, and
//! the tree is read again until nothing is wrong any more.

use super::super::{MAX_PROBLEMS, Node, NodeKind, Problem};
use super::deserializer::Decoder;
use super::error::{DecodeError, Place, Wrong};
use serde::de::DeserializeOwned;

/// Reads a tree as a `T`. What is wrong is added to `problems` and marked as broken in the tree; the value lacks it.
/// `None` when too much is wrong to make a value at all.
pub fn decode<T: DeserializeOwned>(root: &mut Node, problems: &mut Vec<Problem>) -> Option<T> {
    while !root.is_broken() && problems.len() <= MAX_PROBLEMS {
        let error = match T::deserialize(Decoder::new(root)) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        problems.extend(note(root, error));
    }
    None
}

/// Marks the node of an error as broken; the problem, unless it only follows from an earlier one.
fn note(root: &mut Node, error: DecodeError) -> Option<Problem> {
    let (wrong, place) = error.into_parts();
    let Place { mark, node: id } = place.unwrap_or(Place { mark: root.mark, node: root.id() });
    // A place that is not in the tree would be tried for ever; the whole tree is given up instead.
    let known = root.find_mut(id).is_some();
    let node = if known { root.find_mut(id)? } else { root };
    let follows = follows(&wrong, node);
    node.kind = NodeKind::Broken { meant: wrong.meant() };
    (!follows).then(|| wrong.problem(mark))
}

/// Whether a mistake only follows from something in this node that was left out.
fn follows(wrong: &Wrong, node: &Node) -> bool {
    match (wrong, &node.kind) {
        (Wrong::UnknownKey { .. } | Wrong::UnknownKind { .. }, _) => false,
        (Wrong::MissingKey(missing), NodeKind::Map(_)) => !node.lacks(missing),
        _ => node.has_broken(),
    }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
