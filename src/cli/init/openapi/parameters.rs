//! What is sent beside the path and the body: queries, headers and cookies that must be there.

use super::example::{example, verbatim};
use super::media::{contents, shown};
use super::operation::Operation;
use super::part::Part;
use super::schema::Schema;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

/// Headers that are no parameters, whatever a document says.
const OTHERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Pairs of names and values, as scenarios write them.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) cookies: Vec<String>,
}

/// What must be there. Errors: it cannot be sent, in words.
pub(super) fn given(operation: &Operation<'_>, notes: &mut Vec<String>) -> Result<Given, String> {
    let mut all = Given::default();
    for parameter in operation.parameters().iter().filter(|parameter| parameter.says("required")) {
        let name = parameter.text("name").unwrap_or_default().to_owned();
        let place = parameter.text("in").unwrap_or_default();
        if place == "path" || (place == "header" && OTHERS.contains(&name.to_ascii_lowercase().as_str())) {
            continue;
        }
        let value = shown_or_given(parameter).map(verbatim).or_else(|| made(parameter, notes));
        let value =
            value.and_then(|value| text(&value)).ok_or_else(|| format!("`{name}` is a map of values"))?;
        match place {
            "query" => all.query.push((name, value)),
            "header" if fits(&name, &value) => all.headers.push((name, value)),
            "cookie" if fits(&name, &value) => all.cookies.push(format!("{name}={value}")),
            _ => return Err(format!("`{name}` cannot be sent as a parameter in `{place}`")),
        }
    }
    Ok(all)
}

/// Whether a header may have this name and this value.
pub(super) fn fits(name: &str, value: &str) -> bool {
    HeaderName::from_bytes(name.as_bytes()).is_ok()
        && HeaderValue::from_str(value).is_ok()
        && value.is_ascii()
}

/// The value that the document gives for a parameter.
pub(super) fn shown_or_given<'d>(parameter: &Part<'d>) -> Option<&'d Value> {
    shown(parameter).or_else(|| Schema::of(&schema(parameter)?).given())
}

fn made(parameter: &Part<'_>, notes: &mut Vec<String>) -> Option<Value> {
    schema(parameter).map(|schema| example(&schema, notes))
}

fn schema<'d>(parameter: &Part<'d>) -> Option<Part<'d>> {
    parameter.get("schema").or_else(|| contents(parameter).first()?.1.get("schema"))
}

/// A value as the text of a parameter: lists with commas. `None` for maps.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(text).collect();
            items.map(|items| items.join(","))
        }
        Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}
