//! Values as YAML.

/// Words that YAML, or a reader of it, takes for something else.
const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "y"];

/// A text, in quotes where it needs them.
pub(super) fn quoted(text: &str) -> String {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=".contains(c);
    if begins && text.chars().all(plain) && !WORDS.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    // A text in double quotes is the same in JSON and in YAML.
    serde_json::Value::from(text).to_string()
}

/// The lines as a comment.
pub(super) fn comment(lines: &[String], indent: &str) -> String {
    let lines = lines.iter().map(|line| format!("{indent}# {}\n", line.replace('\n', " ")));
    lines.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("", "\"\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }
}
