//! A part of a document and where it stands. References are followed on the way.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// So many references may lead to each other.
const HOPS: usize = 16;

/// A part of a document.
#[derive(Debug, Clone)]
pub(super) struct Part<'d> {
    root: &'d Value,
    /// What stands there.
    pub(super) value: &'d Value,
    /// Where, as references say it: `#/paths/~1orders/post`.
    pub(super) place: String,
}

impl<'d> Part<'d> {
    /// The whole document.
    pub(super) fn root(root: &'d Value) -> Part<'d> {
        Part { root, value: root, place: "#".to_owned() }
    }

    /// What stands under a key, or where a reference there leads to; `None` also where it leads nowhere.
    pub(super) fn get(&self, key: &str) -> Option<Part<'d>> {
        self.child(key, self.value.get(key)?).followed()
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    /// Whether `true` stands under a key.
    pub(super) fn says(&self, key: &str) -> bool {
        self.value.get(key).and_then(Value::as_bool) == Some(true)
    }

    /// The entries of a map, references followed.
    pub(super) fn entries(&self) -> Vec<(&'d str, Part<'d>)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.filter_map(|(key, value)| Some((key.as_str(), self.child(key, value).followed()?))).collect()
    }

    /// The items of a list, references followed.
    pub(super) fn items(&self) -> Vec<Part<'d>> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        items.filter_map(|(place, value)| self.child(&place.to_string(), value).followed()).collect()
    }

    /// Each reference in it that leads nowhere in this document.
    pub(super) fn dangling(&self) -> Vec<String> {
        let reference = self.value.get("$ref").and_then(Value::as_str);
        let mut all: Vec<String> = reference
            .filter(|_| self.clone().followed().is_none())
            .map(|wanted| format!("`{wanted}` is not in this document ({})", self.place))
            .into_iter()
            .collect();
        match self.value {
            Value::Object(map) => {
                all.extend(map.iter().flat_map(|(key, value)| self.child(key, value).dangling()));
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                all.extend(items.flat_map(|(place, value)| self.child(&place.to_string(), value).dangling()));
            }
            _ => {}
        }
        all
    }

    fn child(&self, key: &str, value: &'d Value) -> Part<'d> {
        let key = key.replace('~', "~0").replace('/', "~1");
        Part { root: self.root, value, place: format!("{}/{key}", self.place) }
    }

    fn followed(self) -> Option<Part<'d>> {
        let mut part = self;
        for _ in 0..HOPS {
            // Where a property is called `$ref` its value is a map.
            let Some(reference) = part.value.get("$ref").and_then(Value::as_str) else { return Some(part) };
            let pointer = reference.strip_prefix('#')?;
            let pointer = percent_decode_str(pointer).decode_utf8().ok()?;
            part = Part { root: part.root, value: part.root.pointer(&pointer)?, place: reference.to_owned() };
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_followed_and_those_that_lead_nowhere_are_told() {
        let root = json!({
            "a": {"$ref": "#/c/x~1y"}, "b": {"$ref": "#/c/b"}, "c": {"x/y": {"name": "here"}, "b": {"$ref": "#/b"}},
            "d": [{"$ref": "other.yaml#/X"}], "e": {"$ref": "#/c/%78~1y/name"},
        });
        let root = Part::root(&root);
        let found = root.get("a").unwrap();
        assert_eq!((found.text("name"), found.place.as_str()), (Some("here"), "#/c/x~1y"));
        assert_eq!(root.get("e").unwrap().value, "here");
        assert!(root.get("b").is_none() && root.get("d").unwrap().items().is_empty());
        assert_eq!(
            root.dangling(),
            [
                "`#/c/b` is not in this document (#/b)",
                "`#/b` is not in this document (#/c/b)",
                "`other.yaml#/X` is not in this document (#/d/0)",
            ]
        );
    }
}
