//! Names that tell that their values are credentials: of headers, of query parameters, of options.

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

/// `name=value`, as in queries, cookies, options and environments.
static PAIR: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z0-9_.\-]+)=([^\s&'"`#;,|){}\]]+)"#).ok());

/// Whether what goes by this name is a credential, for all that one can tell.
pub fn is_telling(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| ENDS.iter().any(|end| word.ends_with(end)))
}

/// The values of all pairs in a text whose names tell: `?token=…`, `--password=…`, `PGPASSWORD=…`.
pub fn told_values(text: &str) -> impl Iterator<Item = &str> {
    let pairs = PAIR.as_ref().into_iter().flat_map(move |pair| pair.captures_iter(text));
    let pairs = pairs.filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str())));
    pairs.filter(|(name, _)| is_telling(name)).map(|(_, value)| value)
}

/// The text with `***` in the place of such values.
pub fn without_told_values(text: &str) -> String {
    let Some(pair) = PAIR.as_ref() else { return text.to_owned() };
    let masked = |found: &Captures<'_>| {
        if is_telling(&found[1]) { format!("{}=***", &found[1]) } else { found[0].to_owned() }
    };
    pair.replace_all(text, masked).into_owned()
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
    fn values_are_found_in_queries_options_and_environments() {
        let text = "PGPASSWORD=abc curl 'http://h/x?a=1&access_token=def&b=2' --api-key=ghi; a_cookie=jkl";
        assert_eq!(told_values(text).collect::<Vec<_>>(), ["abc", "def", "ghi", "jkl"]);
        assert_eq!(
            without_told_values(text),
            "PGPASSWORD=*** curl 'http://h/x?a=1&access_token=***&b=2' --api-key=***; a_cookie=***"
        );
    }
}
