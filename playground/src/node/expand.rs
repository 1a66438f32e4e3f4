//! `$(NAME)` in commands, arguments and environment values, as Kubernetes expands it.

/// Replaces `$(NAME)` by what `value` knows; an unknown one stays as it is, `$$(NAME)` becomes `$(NAME)`.
pub(super) fn expand<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let end = after.starts_with('(').then(|| after.find(')')).flatten();
        if let Some(escaped) = after.strip_prefix('$') {
            out.push('$');
            rest = escaped;
        } else if let Some(end) = end {
            match value(&after[1..end]) {
                Some(found) => out.push_str(found),
                None => out.push_str(&rest[at..at + end + 2]),
            }
            rest = &after[end + 1..];
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_kubernetes_documents_it() {
        for (text, expected) in [
            ("$(A)", "1"),
            ("x$(A)y$(B)", "x1y2"),
            ("$(C)", "$(C)"),
            ("$$(A)", "$(A)"),
            ("$A $ $(A", "$A $ $(A"),
            ("$$$(A)", "$1"),
            ("ä$(A)ö", "ä1ö"),
        ] {
            let known = |name: &str| match name {
                "A" => Some("1"),
                "B" => Some("2"),
                _ => None,
            };
            assert_eq!(expand(text, known), expected, "{text}");
        }
    }
}
