//! Words of the shell, for commands to type by hand.

/// A word of the shell, in quotes where it needs them.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The text as `printf` takes it, in quotes.
pub fn printf(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('%', "%%");
    let escaped = escaped.replace('\r', r"\r").replace('\n', r"\n").replace('\t', r"\t");
    format!("printf '{}'", escaped.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_the_shell() {
        for (text, word) in [("a/b", "a/b"), ("", "''"), ("a b", "'a b'"), ("it's", r"'it'\''s'")] {
            assert_eq!(quoted(text), word);
        }
        assert_eq!(printf("50% it's\r\n"), r"printf '50%% it'\''s\r\n'");
    }
}
