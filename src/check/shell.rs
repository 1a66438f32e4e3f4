//! Words of the shell, for commands to type by hand.

use crate::source::{is_telling, without_passwords, without_told_values};
use http::{HeaderName, HeaderValue};

/// A word of the shell, in quotes where it needs them.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The command that says a text: `printf '%b' 'PING\r\n'`.
pub fn printf(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('\r', r"\r").replace('\n', r"\n").replace('\t', r"\t");
    format!("printf '%b' '{}'", escaped.replace('\'', r"'\''"))
}

/// A URL as a word of the shell. Passwords and credentials among its parameters are left out.
pub fn url(url: &str) -> String {
    quoted(&without_told_values(&without_passwords(url)))
}

/// A header as an option of curl. What headers of credentials say is left out.
pub fn header(name: &HeaderName, value: &HeaderValue) -> String {
    let value = if is_telling(name.as_str()) {
        masked(value.to_str().ok())
    } else {
        String::from_utf8_lossy(value.as_bytes()).into_owned()
    };
    format!("-H {}", quoted(&format!("{name}: {value}")))
}

/// `Bearer ***`: the scheme of credentials is no secret.
fn masked(value: Option<&str>) -> String {
    match value.and_then(|value| value.split_once(' ')) {
        Some((scheme @ ("Basic" | "Bearer" | "Digest"), _)) => format!("{scheme} ***"),
        _ => "***".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        for (text, word) in [("a/b", "a/b"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'")] {
            assert_eq!(quoted(text), word);
        }
        assert_eq!(url("http://u:pw@h/x?a=1&token=abc"), "'http://u:***@h/x?a=1&token=***'");
        assert_eq!(printf("50% it's\r\n"), r"printf '%b' '50% it'\''s\r\n'");
    }
}
