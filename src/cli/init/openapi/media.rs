//! Bodies by their media types.

use super::part::Part;
use serde_json::Value;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Fields,
    /// As it is.
    Text,
}

/// How a body of this type is written.
pub(super) fn form(media_type: &str) -> Form {
    let name = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match name.as_str() {
        "application/json" | "application/*" | "*/*" => Form::Json,
        json if json.ends_with("+json") => Form::Json,
        "application/x-www-form-urlencoded" => Form::Fields,
        _ => Form::Text,
    }
}

/// What stands under `content` of a body or an answer, by its media type.
pub(super) fn contents<'d>(part: &Part<'d>) -> Vec<(&'d str, Part<'d>)> {
    part.get("content").map(|content| content.entries()).unwrap_or_default()
}

/// What is said of its JSON.
pub(super) fn json_of<'d>(part: &Part<'d>) -> Option<Part<'d>> {
    contents(part).into_iter().find(|(name, _)| form(name) == Form::Json).map(|(_, media)| media)
}

/// The example that stands beside a schema, of a body or of a parameter.
pub(super) fn shown<'d>(part: &Part<'d>) -> Option<&'d Value> {
    part.value.get("example").or_else(|| {
        let examples = part.get("examples")?.entries();
        examples.into_iter().find_map(|(_, example)| example.value.get("value"))
    })
}
