//! Names that tell that their values are credentials: of headers, of query parameters, of options, of members of JSON.

use regex::{Captures, Regex};
use std::sync::LazyLock;

/// One of the words of such a name ends so: `x-api-key`, `csrfToken`, `PGPASSWORD`.
const ENDS: [&str; 13] = [
    "auth",
    "authentication",
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "key",
    "passwd",
    "password",
    "pwd",
    "secret",
    "signature",
    "token",
];

/// `name=value`, as in queries, cookies, options and environments; and `"name": "value"`, also where its quotes are
/// escaped. What begins with a bracket is masked already, and what begins with a brace is a template.
static PAIRS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let patterns = [
        r#"()([A-Za-z0-9_.\-]+)(=)([^\s&'"`#;,|)(\[{}\]<>*][^\s&'"`#;,|){}\]]*)"#,
        r#"(\\*")([A-Za-z0-9_.\-]+)(\\*"\s*:\s*\\*")([^"\\\[{*][^"\\]*)"#,
    ];
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
});

/// Whether what goes by this name is a credential, for all that one can tell.
pub fn is_telling(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| ENDS.iter().any(|end| word.ends_with(end)))
}

/// The values of all pairs in a text whose names tell: `?token=…`, `--password=…`, `"client_secret": "…"`.
pub fn told_values(text: &str) -> Vec<&str> {
    let found = PAIRS.iter().flat_map(|pair| pair.captures_iter(text));
    let pairs = found.filter_map(|found| Some((found.get(2)?.as_str(), found.get(4)?.as_str())));
    pairs.filter(|(name, _)| of_pair(name)).map(|(_, value)| value).collect()
}

/// The text with `***` in the place of such values.
pub fn without_told_values(text: &str) -> String {
    let masked = |found: &Captures<'_>| {
        if of_pair(&found[2]) {
            format!("{}{}{}***", &found[1], &found[2], &found[3])
        } else {
            found[0].to_owned()
        }
    };
    PAIRS.iter().fold(text.to_owned(), |text, pair| pair.replace_all(&text, masked).into_owned())
}

/// A `key` alone may be that of anything.
fn of_pair(name: &str) -> bool {
    is_telling(name) && !name.eq_ignore_ascii_case("key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_by_how_their_words_end() {
        for name in
            ["authorization", "Set-Cookie", "x-api-key", "csrfToken", "PGPASSWORD", "client_secret", "apikey"]
        {
            assert!(is_telling(name), "{name}");
        }
        for name in ["accept", "x-author", "keyword", "tokens_left", "sessions", "passwords.txt"] {
            assert!(!is_telling(name), "{name}");
        }
    }

    #[test]
    fn values_are_found_in_queries_options_environments_and_documents() {
        let text = "PGPASSWORD=abc curl 'http://h/x?a=1&access_token=def&b=2' --api-key=ghi; a_cookie=jkl \
                    -d '{\"user\": \"pat\", \"password\": \"m n\"}'";
        assert_eq!(told_values(text), ["abc", "def", "ghi", "jkl", "m n"]);
        assert_eq!(
            without_told_values(text),
            "PGPASSWORD=*** curl 'http://h/x?a=1&access_token=***&b=2' --api-key=***; a_cookie=*** \
             -d '{\"user\": \"pat\", \"password\": \"***\"}'"
        );
        assert_eq!(
            without_told_values(r#"it says "{\"token\":\"abc\"}""#),
            r#"it says "{\"token\":\"***\"}""#
        );
    }

    #[test]
    fn what_is_masked_or_a_template_stays_as_it_is() {
        for text in
            ["?token=[env:TOKEN]&a=1", "?token={{ token }}", r#"{"token":"[file:x]"}"#, "key=7", "token=***"]
        {
            assert_eq!(without_told_values(text), text);
        }
    }
}
