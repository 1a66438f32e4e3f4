//! Credentials that are written into a scenario instead of coming from outside: found by where they stand, so that
//! nothing shows them either.

use crate::source::{Node, NodeKind, Secrets, is_telling, told_values};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use regex::Regex;
use std::sync::LazyLock;

/// The password within a URL.
static PASSWORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"://[^\s/:@"']*:([^\s/"']+)@"#).ok());

/// Keys below which names are somebody else's: those of headers, parameters, documents.
const NAMED: [&str; 9] =
    ["headers", "metadata", "query", "json", "form", "message", "arguments", "rows", "vars"];

/// What the names around a value tell of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// The keys are those of the scenario's own language.
    Scenario,
    /// The keys are names of values.
    Names,
    /// The value is a credential.
    Credential,
    /// It says what an answer must be or has.
    Answer,
}

/// The credentials of a whole scenario, without those that are known from outside.
pub(super) fn of(tree: &Node, known: &Secrets) -> Secrets {
    let mut finder = Finder { known, found: Secrets::default() };
    finder.look(tree, Around::Scenario);
    finder.found
}

struct Finder<'a> {
    known: &'a Secrets,
    found: Secrets,
}

impl Finder<'_> {
    fn look(&mut self, node: &Node, around: Around) {
        match &node.kind {
            NodeKind::Scalar(scalar) => self.scalar(&scalar.text, around),
            NodeKind::List(items) => {
                for item in items {
                    self.look(item, around);
                }
                // `--token VALUE`, as words of a command.
                let words = items.iter().zip(items.iter().skip(1));
                for (option, value) in words.filter_map(|(one, next)| one.text().zip(next.text())) {
                    if option.starts_with("--") && !option.contains('=') && is_telling(option) {
                        self.hide(value);
                    }
                }
            }
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    self.look(value, below(key.text().unwrap_or_default(), around));
                }
                self.basic(node);
            }
            NodeKind::Broken { .. } => {}
        }
    }

    fn scalar(&mut self, text: &str, around: Around) {
        if around == Around::Credential {
            // The scheme of credentials is no secret, and neither are the names of cookies.
            match text.split_once(' ') {
                Some(("Basic" | "Bearer" | "Digest", rest)) => self.hide(rest),
                _ => self.hide(text),
            }
            let cookies = text.split(';').filter_map(|pair| pair.split_once('='));
            cookies.for_each(|(_, value)| self.hide(value));
        }
        for value in told_values(text) {
            self.hide(value);
        }
        for password in
            PASSWORD.iter().flat_map(|url| url.captures_iter(text)).filter_map(|found| found.get(1))
        {
            self.hide(password.as_str());
            self.hide(&percent_decode_str(password.as_str()).decode_utf8_lossy());
        }
    }

    /// `basic: { user: …, password: … }` travels as one word.
    fn basic(&mut self, map: &Node) {
        let text = |key: &str| map.get(key).and_then(Node::text);
        if let Some((user, password)) = text("user").zip(text("password"))
            && !password.contains("{{")
        {
            self.found.hide(&STANDARD.encode(format!("{user}:{password}")));
        }
    }

    /// A template is no credential, and what came from outside has a better name.
    fn hide(&mut self, value: &str) {
        if !value.contains("{{") && self.known.redact(value) == value {
            self.found.hide(value);
        }
    }
}

/// What a key tells of its value.
fn below(key: &str, around: Around) -> Around {
    match around {
        Around::Credential | Around::Answer => around,
        _ if matches!(key, "expect" | "capture") => Around::Answer,
        Around::Names if is_telling(key) => Around::Credential,
        Around::Scenario if matches!(key, "password" | "bearer") => Around::Credential,
        Around::Scenario if NAMED.contains(&key) => Around::Names,
        Around::Scenario | Around::Names => around,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Budget, parse};

    fn found(yaml: &str) -> Secrets {
        let mut known = Secrets::default();
        known.add("env:TOKEN", "tok-1234");
        of(&parse(yaml, 0, &mut Budget::default(), &mut Vec::new()).unwrap(), &known)
    }

    #[test]
    fn credentials_are_found_by_where_they_stand() {
        for (yaml, secret) in [
            ("headers: { authorization: Bearer abc-123, accept: text/html }", "abc-123"),
            ("headers: { cookie: 'a=b; session=xyz-789' }", "xyz-789"),
            ("smoke: [{ http: { get: /a, auth: { bearer: abc-123 } } }]", "abc-123"),
            ("auth: { basic: { user: pat, password: abc-123 } }", "abc-123"),
            ("auth: { basic: { user: pat, password: short } }", "cGF0OnNob3J0"),
            ("url: 'postgres://pat:a%20b-12@db/shop'", "a b-12"),
            ("get: /feed?a=1&token=abc-123&b=2", "abc-123"),
            ("url: 'postgres://db/shop?password=abc-123'", "abc-123"),
            ("json: { user: pat, credentials: { password: abc-123 } }", "abc-123"),
            ("run: [curl, --api-key=abc-123]", "abc-123"),
            ("run: [mysql, --password, abc-123, shop]", "abc-123"),
            ("vars: { apiKey: abc-123 }", "abc-123"),
        ] {
            let shown = found(yaml).redact(&format!("got {secret}!"));
            assert_eq!(shown, "got ***!", "{yaml}");
        }
    }

    #[test]
    fn what_is_none_stays_readable() {
        for yaml in [
            "url: postgres://postgres:postgres@db/postgres",
            "redis: { key: 'state:7', value: { equals: x-1234567 } }",
            "{ capture: { token: '$.access_token' }, expect: { json: { $.token: { matches: '^x-[0-9]+' } } } }",
            "headers: { accept: application/json, authorization: 'Bearer {{ token }}' }",
            "headers: { authorization: Bearer tok-1234 }",
            "get: /search?q=secret-santa&sort=price-1",
            "target: { tls: { client_key: certificates/client-1.pem } }",
        ] {
            let found = found(yaml);
            assert!(found.is_empty(), "{yaml}: {found:?}");
        }
    }
}
