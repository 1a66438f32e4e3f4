//! Making one object of two, and taking fields out.

use crate::object;
use crate::ownership::fields::FieldSet;
use crate::ownership::shape::Shape;
use serde_json::Value;

/// Puts what an apply names into the object.
pub(super) fn merge(shape: Shape, live: &mut Value, applied: &Value) {
    match (shape, applied) {
        (Shape::Message(_) | Shape::Map(_), Value::Object(changes)) => {
            let map = object::map_mut(live);
            for (name, change) in changes.iter().filter(|(_, change)| !change.is_null()) {
                merge(shape.below(name), map.entry(name.clone()).or_insert(Value::Null), change);
            }
        }
        (Shape::Elements(..) | Shape::Values, Value::Array(changes)) => {
            if !live.is_array() {
                *live = Value::Array(Vec::new());
            }
            let Value::Array(list) = live else { return };
            for change in changes {
                let step = shape.step(change);
                match list.iter_mut().find(|element| shape.step(element) == step) {
                    Some(element) => merge(shape.element(), element, change),
                    None => list.push(change.clone()),
                }
            }
        }
        _ => *live = applied.clone(),
    }
}

/// Takes `gone` out of the object, but no element of a list in which somebody else (`kept`) has something.
pub(super) fn remove(shape: Shape, live: &mut Value, gone: &FieldSet, kept: &FieldSet) {
    let nobody = FieldSet::default();
    for (step, below) in &gone.children {
        let kept = kept.children.get(step).unwrap_or(&nobody);
        let whole = below.own && kept.is_empty();
        match live {
            Value::Object(map) => {
                let Some(name) = step.strip_prefix("f:") else { continue };
                // A map that was named for itself stays while others have something in it.
                if whole {
                    map.shift_remove(name);
                } else if let Some(value) = map.get_mut(name) {
                    remove(shape.below(name), value, below, kept);
                }
            }
            Value::Array(list) => {
                if whole {
                    list.retain(|element| shape.step(element) != *step);
                } else if let Some(element) = list.iter_mut().find(|element| shape.step(element) == *step) {
                    remove(shape.element(), element, below, kept);
                }
            }
            _ => {}
        }
    }
}
