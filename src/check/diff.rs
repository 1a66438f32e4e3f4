//! What differs between two JSON documents, in few lines.

use crate::source::is_telling;
use serde_json::Value;

/// More lines would not be read.
const LINES: usize = 20;

/// Each place where the documents differ, as `$.path: expected 1, got 2`; at most 20 of them.
pub fn json(expected: &Value, actual: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    compare("$", expected, actual, &mut lines);
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        lines.truncate(LINES);
        lines.push(format!("and {more} more"));
    }
    lines
}

fn compare(path: &str, expected: &Value, actual: &Value, lines: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(found)) => {
            for (key, value) in wanted {
                let path = format!("{path}.{key}");
                match found.get(key) {
                    Some(other) if is_told(key, value) && is_told(key, other) => {
                        let differs = (value != other).then(|| format!("{path}: expected ***, got another"));
                        lines.extend(differs);
                    }
                    Some(other) => compare(&path, value, other, lines),
                    None => lines.push(format!("{path}: expected {}, got nothing", member(key, value))),
                }
            }
            let strangers = found.iter().filter(|(key, _)| !wanted.contains_key(*key));
            lines.extend(
                strangers.map(|(key, value)| {
                    format!("{path}.{key}: expected nothing, got {}", member(key, value))
                }),
            );
        }
        (Value::Array(wanted), Value::Array(found)) => {
            for place in 0..wanted.len().max(found.len()) {
                let path = format!("{path}[{place}]");
                match (wanted.get(place), found.get(place)) {
                    (Some(value), Some(other)) => compare(&path, value, other, lines),
                    (Some(value), None) => {
                        lines.push(format!("{path}: expected {}, got nothing", short(value)));
                    }
                    (None, Some(other)) => {
                        lines.push(format!("{path}: expected nothing, got {}", short(other)));
                    }
                    (None, None) => {}
                }
            }
        }
        (one, other) if one == other => {}
        (one, other) => lines.push(format!("{path}: expected {}, got {}", short(one), short(other))),
    }
}

/// Whether a member holds a credential, by its name.
fn is_told(key: &str, value: &Value) -> bool {
    value.is_string() && is_telling(key) && key != "key"
}

fn member(key: &str, value: &Value) -> String {
    if is_told(key, value) { "***".to_owned() } else { short(value) }
}

fn short(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_differs_is_told() {
        for (expected, actual, lines) in [
            (json!({ "a": 1 }), json!({ "a": 1 }), &[][..]),
            (json!({ "a": 1, "b": [1, 2] }), json!({ "a": 2, "b": [1, 2] }), &["$.a: expected 1, got 2"]),
            (
                json!({ "a": { "b": "x" }, "c": 1 }),
                json!({ "a": { "b": null }, "d": 2 }),
                &[
                    "$.a.b: expected \"x\", got null",
                    "$.c: expected 1, got nothing",
                    "$.d: expected nothing, got 2",
                ],
            ),
            (json!([1]), json!([1, 2]), &["$[1]: expected nothing, got 2"]),
            (
                json!({ "token": "a", "secret": "b", "client_secret": "c" }),
                json!({ "token": "x", "api_key": "y", "client_secret": "c" }),
                &[
                    "$.token: expected ***, got another",
                    "$.secret: expected ***, got nothing",
                    "$.api_key: expected nothing, got ***",
                ],
            ),
            (json!(1), json!("1"), &["$: expected 1, got \"1\""]),
        ] {
            assert_eq!(json(&expected, &actual), lines);
        }
        let many: Vec<u32> = (0..30).collect();
        assert_eq!(super::json(&json!(many), &json!([])).last().unwrap(), "and 10 more");
    }
}
