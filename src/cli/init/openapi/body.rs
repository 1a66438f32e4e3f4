//! The body of a request.

use super::example::{example, verbatim};
use super::media::{Form, contents, form, shown};
use super::operation::Operation;
use super::parameters::text;
use super::part::Part;
use super::template::literal;
use crate::cli::yaml::{block, flow, quoted};
use serde_json::Value;

/// A longer line would not be read.
const LONGEST_LINE: usize = 90;

/// The body of a request, ready to be written.
#[derive(Debug)]
pub(super) struct Body {
    /// The lines of the step.
    pub(super) line: String,
    /// The header that the step has to have with it.
    pub(super) content_type: Option<String>,
}

/// The body; none where there is none, or where none has to be sent. Errors: none can be made, in words.
pub(super) fn body(operation: &Operation<'_>, notes: &mut Vec<String>) -> Result<Option<Body>, String> {
    let Some(part) = operation.part.get("requestBody") else { return Ok(None) };
    let all = contents(&part);
    let of = |wanted: Form| all.iter().find(|(name, _)| form(name) == wanted);
    if let Some((name, media)) = of(Form::Json) {
        // The key of the step says `application/json` itself.
        let is_usual = name.starts_with("application/json") || name.contains('*');
        let content_type = (!is_usual).then(|| (*name).to_owned());
        return Ok(Some(Body { line: lines("json", &value(media, notes)), content_type }));
    }
    if let Some((_, media)) = of(Form::Fields) {
        let Value::Object(fields) = value(media, notes) else {
            return Err("its form is no map of fields".to_owned());
        };
        let field = |(name, value): (String, Value)| Some((name, Value::String(text(&value)?)));
        let fields: Option<serde_json::Map<String, Value>> = fields.into_iter().map(field).collect();
        let fields = fields.ok_or("a field of its form is a map")?;
        return Ok(Some(Body { line: lines("form", &Value::Object(fields)), content_type: None }));
    }
    let written = all.iter().find_map(|(name, media)| {
        let text = shown(media).or_else(|| media.get("schema")?.value.get("example"))?.as_str()?;
        Some(((*name).to_owned(), text))
    });
    match written {
        Some((name, text)) => {
            Ok(Some(Body { line: format!("body: {}", quoted(&literal(text))), content_type: Some(name) }))
        }
        None if !part.says("required") => Ok(None),
        None => {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            Err(format!("its body is {}, and no example is given", names.join(" or ")))
        }
    }
}

fn value(media: &Part<'_>, notes: &mut Vec<String>) -> Value {
    match (shown(media), media.get("schema")) {
        (Some(shown), _) => verbatim(shown),
        (None, Some(schema)) => example(&schema, notes),
        (None, None) => Value::Object(serde_json::Map::new()),
    }
}

/// `key: value`, over several lines where it is long.
fn lines(key: &str, value: &Value) -> String {
    let short = flow(value);
    let has_parts = matches!(value, Value::Object(_) | Value::Array(_));
    if short.len() <= LONGEST_LINE || !has_parts {
        format!("{key}: {short}")
    } else {
        format!("{key}:{}", block(value, 1))
    }
}
