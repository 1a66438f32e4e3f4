//! What a write did to an object, and what an apply names.

use crate::ownership::fields::FieldSet;
use crate::ownership::shape::Shape;
use serde_json::Value;

/// What differs between two versions of an object.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// What is new, or has another value.
    pub(super) changed: FieldSet,
    /// What is gone.
    pub(super) removed: FieldSet,
}

/// The difference between two values of one shape.
pub(super) fn compare(shape: Shape, old: &Value, new: &Value) -> Difference {
    let mut difference = Difference::default();
    let (before, after) = (shape.parts(old), shape.parts(new));
    if before.is_empty() && after.is_empty() {
        difference.changed.own = old != new;
        return difference;
    }
    for part in &after {
        let found = match before.iter().find(|one| one.step == part.step) {
            Some(past) => compare(part.shape, past.value, part.value),
            // To Go a null was there before.
            None if part.value.is_null() => Difference::default(),
            None if part.innate => {
                Difference { changed: filled(part.shape, part.value), ..Difference::default() }
            }
            None => Difference { changed: everything(part.shape, part.value), ..Difference::default() },
        };
        difference.changed.put(part.step.clone(), found.changed);
        difference.removed.put(part.step.clone(), found.removed);
    }
    for part in before.iter().filter(|part| after.iter().all(|one| one.step != part.step)) {
        difference.removed.put(part.step.clone(), everything(part.shape, part.value));
    }
    difference
}

/// A value and all that is in it.
fn everything(shape: Shape, value: &Value) -> FieldSet {
    let mut set = FieldSet::leaf();
    for part in shape.parts(value) {
        set.put(part.step, everything(part.shape, part.value));
    }
    set
}

/// What is in a value that was there before, with nothing in it.
fn filled(shape: Shape, value: &Value) -> FieldSet {
    let mut set = FieldSet::default();
    if matches!(shape, Shape::Leaf) {
        set.own = value.as_object().is_none_or(|map| !map.is_empty());
    }
    for part in shape.parts(value) {
        if !part.value.is_null() {
            let below = if part.innate { filled } else { everything };
            set.put(part.step, below(part.shape, part.value));
        }
    }
    set
}

/// What an apply names: the leaves, and the elements of lists.
pub(super) fn named(shape: Shape, value: &Value) -> FieldSet {
    let mut set = FieldSet::default();
    let parts = shape.parts(value);
    set.own = parts.is_empty();
    for part in parts {
        let mut below = named(part.shape, part.value);
        below.own |= matches!(shape, Shape::Elements(..) | Shape::Values);
        set.put(part.step, below);
    }
    set
}
