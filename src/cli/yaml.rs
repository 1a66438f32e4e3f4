//! Values as YAML, for files that people read and change.

use serde_json::Value;

/// Words that YAML, or a reader of it, takes for something else.
const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// A text, in quotes where it needs them.
pub(super) fn quoted(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=".contains(c);
    if begins && text.chars().all(plain) && !WORDS.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    // A text in double quotes is the same in JSON and in YAML, but for what YAML does not print.
    Value::from(text).to_string().chars().map(shown).collect()
}

fn shown(c: char) -> String {
    let hidden =
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if hidden { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }
}

/// A value on one line.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) if map.is_empty() => "{}".to_owned(),
        Value::Object(map) => {
            let pair = |(key, value): (&String, &Value)| format!("{}: {}", quoted(key), flow(value));
            format!("{{ {} }}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// A value over several lines, each after a line break and `indent` levels deep. Lists of texts stay on one line, and so
/// does what has no parts.
pub(super) fn block(value: &Value, indent: usize) -> String {
    let margin = "  ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            let entry = |(key, value): (&String, &Value)| {
                format!("\n{margin}{}:{}", quoted(key), after_key(value, indent))
            };
            map.iter().map(entry).collect()
        }
        Value::Array(items) if !items.is_empty() => {
            let item = |item: &Value| {
                let inner = block(item, indent + 1);
                format!("\n{margin}- {}", inner.trim_start())
            };
            items.iter().map(item).collect()
        }
        small => flow(small),
    }
}

fn after_key(value: &Value, indent: usize) -> String {
    match value {
        Value::Array(items) if !items.iter().all(Value::is_string) => block(value, indent),
        Value::Object(map) if !map.is_empty() => block(value, indent + 1),
        small => format!(" {}", flow(small)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_yaml_takes_for_something_else_is_quoted() {
        for (text, expected) in [
            ("api-1", "api-1"),
            ("app=api", "app=api"),
            ("/api/v1", "/api/v1"),
            ("1", "\"1\""),
            ("1e3", "\"1e3\""),
            ("on", "\"on\""),
            ("a,b: c", "\"a,b: c\""),
            ("\u{85}\u{7f}", "\"\\u0085\\u007f\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for value in [
            json!({"a": {}, "b": [], "c": [{}, [], "x", [1, [2]], {"d": null}], "e f": "1", "g": ["x", "y"]}),
            json!({"apiGroups": ["", "apps"], "n": 1.5, "t": "a\nb: c #\u{85}"}),
        ] {
            for text in [flow(&value), block(&value, 0)] {
                let read: Value = serde_saphyr::from_str(&text).unwrap();
                assert_eq!(read, value, "{text}");
            }
        }
    }
}
