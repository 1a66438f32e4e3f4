//! Where in an answer stands what a parameter of a path wants.

use super::media::shown;
use super::operation::Operation;
use super::part::Part;
use super::schema::{Kind, Schema};
use super::template::singular;
use serde_json::Value;

/// So deep is looked: `{"data": {"orders": [{"id": …}]}}`.
const DEPTH: usize = 5;

/// What an answer looks like, as far as that matters.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    Map(Vec<(String, Shape)>),
    List(Box<Shape>),
    Other,
}

/// The parameter that is looked for, and of what it is the name: `id` of `orders`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'w> {
    pub(super) parameter: &'w str,
    pub(super) of: &'w str,
}

/// Where the answer of what makes one shows it, as a JSONPath.
pub(super) fn of_one(operation: &Operation<'_>, wanted: Wanted<'_>) -> Option<String> {
    linked(operation, wanted).or_else(|| one(&shape(operation)?, wanted, 1)).map(|path| format!("${path}"))
}

/// Where a list shows that of its first item, as a JSONPath.
pub(super) fn of_list(operation: &Operation<'_>, wanted: Wanted<'_>) -> Option<String> {
    first(&shape(operation)?, wanted, 1).map(|path| format!("${path}"))
}

/// Where a link of the answer says that it stands.
fn linked(operation: &Operation<'_>, wanted: Wanted<'_>) -> Option<String> {
    let links = operation.answers().into_iter().filter_map(|answer| answer.get("links"));
    let all: Vec<Part<'_>> = links.flat_map(|links| links.entries()).map(|(_, link)| link).collect();
    let pointer = all.iter().find_map(|link| {
        let parameters = link.get("parameters")?;
        let own = format!("path.{}", wanted.parameter);
        let expression = parameters.text(wanted.parameter).or_else(|| parameters.text(&own))?;
        expression.strip_prefix("$response.body#/")
    })?;
    Some(pointer.split('/').map(|part| key(&part.replace("~1", "/").replace("~0", "~"))).collect())
}

fn shape(operation: &Operation<'_>) -> Option<Shape> {
    let media = operation.answer()?;
    match (media.get("schema"), shown(&media)) {
        (Some(schema), _) => Some(of_schema(&schema, DEPTH)),
        (None, shown) => shown.map(|value| of_value(value, DEPTH)),
    }
}

fn of_schema(part: &Part<'_>, depth: usize) -> Shape {
    let schema = Schema::of(part);
    match schema.kind() {
        _ if depth == 0 => Shape::Other,
        Kind::Object => {
            let of = |(name, part): (&str, Part<'_>)| (name.to_owned(), of_schema(&part, depth - 1));
            Shape::Map(schema.properties().into_iter().map(of).collect())
        }
        Kind::Array => {
            let items = schema.items().map_or(Shape::Other, |items| of_schema(&items, depth - 1));
            Shape::List(Box::new(items))
        }
        _ => Shape::Other,
    }
}

fn of_value(value: &Value, depth: usize) -> Shape {
    match value {
        Value::Object(map) if depth > 0 => {
            Shape::Map(map.iter().map(|(name, value)| (name.clone(), of_value(value, depth - 1))).collect())
        }
        Value::Array(items) if depth > 0 => {
            Shape::List(Box::new(items.first().map_or(Shape::Other, |item| of_value(item, depth - 1))))
        }
        _ => Shape::Other,
    }
}

/// In a map, or in a map within it.
fn one(shape: &Shape, wanted: Wanted<'_>, deeper: usize) -> Option<String> {
    let Shape::Map(properties) = shape else { return None };
    let names = names(wanted);
    let simple = |name: &str| {
        let same = |(own, shape): &&(String, Shape)| bare(own) == *name && *shape == Shape::Other;
        properties.iter().find(same).map(|(own, _)| key(own))
    };
    names.iter().find_map(|name| simple(name)).or_else(|| {
        let within =
            |(own, shape): &(String, Shape)| Some(format!("{}{}", key(own), one(shape, wanted, deeper - 1)?));
        (deeper > 0).then(|| properties.iter().find_map(within)).flatten()
    })
}

/// In the first item of a list, or of a list within a map.
fn first(shape: &Shape, wanted: Wanted<'_>, deeper: usize) -> Option<String> {
    match shape {
        Shape::List(item) => Some(format!("[0]{}", one(item, wanted, 0)?)),
        Shape::Map(properties) => {
            let inner = |deeper: usize| {
                let within = |(own, shape): &(String, Shape)| {
                    Some(format!("{}{}", key(own), first(shape, wanted, deeper)?))
                };
                properties.iter().find_map(within)
            };
            (deeper > 0).then(|| inner(deeper - 1)).flatten().or_else(|| {
                let list = |(own, shape): &(String, Shape)| match shape {
                    Shape::List(_) => Some(format!("{}{}", key(own), first(shape, wanted, 0)?)),
                    _ => None,
                };
                properties.iter().find_map(list)
            })
        }
        Shape::Other => None,
    }
}

/// How it may be called, the likeliest first.
fn names(wanted: Wanted<'_>) -> Vec<String> {
    let (parameter, one) = (bare(wanted.parameter), bare(&singular(wanted.of)));
    let mut all = vec![parameter.clone()];
    if parameter.ends_with("id") || parameter == one || parameter == bare(wanted.of) {
        all.extend([format!("{one}id"), "id".to_owned(), "uuid".to_owned()]);
    }
    if let Some(last) = parameter.strip_prefix(&one).filter(|last| !last.is_empty()) {
        all.push(last.to_owned());
    }
    all
}

fn bare(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A key within a JSONPath.
fn key(name: &str) -> String {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        format!(".{name}")
    } else {
        let text: String = name.chars().filter(|c| !c.is_control()).collect();
        format!("['{}']", text.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_name_is_found_where_people_put_it() {
        for (answer, parameter, one_path, list_path) in [
            (json!({"id": 1}), "id", Some(".id"), None),
            (json!({"id": 1}), "orderId", Some(".id"), None),
            (json!({"id": 1, "order_id": 2}), "orderId", Some(".order_id"), None),
            (json!({"id": 1}), "sku", None, None),
            (json!({"data": {"id": 1}}), "id", Some(".data.id"), None),
            (json!([{"id": 1}]), "id", None, Some("[0].id")),
            (json!({"total": 1, "orders": [{"id": 1}]}), "id", None, Some(".orders[0].id")),
            (json!({"data": {"items": [{"x-id": 1, "sku": "a"}]}}), "sku", None, Some(".data.items[0].sku")),
            (json!({"a-b": {"order": 1}}), "order", Some("['a-b'].order"), None),
            (json!({"id": {"value": 1}}), "id", None, None),
        ] {
            let (shape, wanted) = (of_value(&answer, DEPTH), Wanted { parameter, of: "orders" });
            assert_eq!(one(&shape, wanted, 1).as_deref(), one_path, "{answer}");
            assert_eq!(first(&shape, wanted, 1).as_deref(), list_path, "{answer}");
        }
    }
}
