//! Texts with `{{ names }}` in them, resolved to slots before the run so that rendering is a copy.

use super::scope::{Meaning, Scope, is_name};
use super::value::{Slot, Value, Values};
use crate::source::{Located, Mark, Problem};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How a value is written where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encode {
    /// As it is: headers, raw bodies.
    Plain,
    /// Percent-encoded: paths, queries and forms.
    Percent,
    /// Within a JSON text: escaped, without quotes of its own.
    JsonText,
    /// As a JSON value of its own: a text gets quotes, a number stays a number.
    JsonValue,
}

/// Unreserved characters of RFC 3986 stay as they are.
const PERCENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Value(Slot, Encode),
}

/// A text with places for values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Reads `text`; every name that is not in scope is a problem at its place.
    pub fn parse(
        text: &Located<String>,
        scope: &Scope,
        encode: Encode,
        problems: &mut Vec<Problem>,
    ) -> Template {
        let mut template = Template::default();
        template.push_parsed(text, text.mark, scope, encode, problems);
        template
    }

    /// Text that holds no names.
    pub fn text(text: &str) -> Template {
        let mut template = Template::default();
        template.push_text(text);
        template
    }

    /// Text that holds no names, percent-encoded.
    pub fn encoded(text: &str) -> Template {
        let mut template = Template::default();
        template.push_encoded(&Value::text(text), Encode::Percent);
        template
    }

    /// Reads `text` and percent-encodes all of it, what its author wrote included: a query's or form's value.
    pub fn parse_encoded(text: &Located<String>, scope: &Scope, problems: &mut Vec<Problem>) -> Template {
        let parsed = Template::parse(text, scope, Encode::Plain, problems);
        let mut template = Template::default();
        for part in parsed.parts {
            match part {
                Part::Text(text) => template.push_encoded(&Value::text(text), Encode::Percent),
                Part::Value(slot, _) => template.parts.push(Part::Value(slot, Encode::Percent)),
            }
        }
        template
    }

    /// Adds text that holds no names.
    pub fn push_text(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }

    /// Adds text that may hold names. Text outside of them is written by `encode` only where it stands inside JSON;
    /// elsewhere its author wrote it as it should be.
    pub fn push_parsed(
        &mut self,
        text: &str,
        mark: Mark,
        scope: &Scope,
        encode: Encode,
        problems: &mut Vec<Problem>,
    ) {
        let mut at = 0;
        while let Some(open) = text[at..].find("{{").map(|found| at + found) {
            self.push_literal(&text[at..open], encode);
            let Some(close) = text[open..].find("}}").map(|found| open + found) else {
                let problem = Problem::at(place(mark, text, open, text.len()), "`{{` is never closed");
                problems
                    .push(problem.help("close it with `}}`, or write `{{ \"{{\" }}` for the two characters"));
                return;
            };
            let name = text[open + 2..close].trim();
            let mark = place(mark, text, open, close + 2);
            self.push_name(name, mark, scope, encode, problems);
            at = close + 2;
        }
        self.push_literal(&text[at..], encode);
    }

    fn push_name(
        &mut self,
        name: &str,
        mark: Mark,
        scope: &Scope,
        encode: Encode,
        problems: &mut Vec<Problem>,
    ) {
        if let Some(literal) = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            return self.push_encoded(&Value::text(literal), encode);
        }
        if !is_name(name) {
            let problem = Problem::at(mark, format!("`{name}` is not a name"));
            return problems.push(
                problem.help("write one name: letters, digits, `_` and `.`; there are no expressions"),
            );
        }
        match scope.meaning(name) {
            Some(Meaning::Constant(value)) => self.push_encoded(&Value::text(value), encode),
            Some(Meaning::Slot(slot)) => self.parts.push(Part::Value(slot, encode)),
            None => problems.push(scope.undefined(name, mark)),
        }
    }

    fn push_literal(&mut self, text: &str, encode: Encode) {
        match encode {
            Encode::Plain | Encode::Percent => self.push_text(text),
            Encode::JsonText | Encode::JsonValue => self.push_encoded(&Value::text(text), Encode::JsonText),
        }
    }

    fn push_encoded(&mut self, value: &Value, encode: Encode) {
        let mut out = String::new();
        write(value, encode, &mut out);
        self.push_text(&out);
    }

    /// Adds all of another template.
    pub fn append(&mut self, other: Template) {
        for part in other.parts {
            match part {
                Part::Text(text) => self.push_text(&text),
                value @ Part::Value(..) => self.parts.push(value),
            }
        }
    }

    /// The text, when no value of the run is in it.
    pub fn fixed(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Appends the text with this arrival's values.
    pub fn render(&self, values: &mut Values<'_>, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value(slot, encode) => write(&values.get(*slot), *encode, out),
            }
        }
    }
}

/// The place of `start..end` of a text within its mark. A scalar with escapes or folded lines stands in the file
/// otherwise than it reads, and keeps its whole mark.
fn place(mark: Mark, text: &str, start: usize, end: usize) -> Mark {
    if mark.end - mark.start == text.len() { mark.slice(start, end) } else { mark }
}

fn write(value: &Value, encode: Encode, out: &mut String) {
    match (encode, value) {
        (Encode::Plain, value) => out.push_str(value.as_text()),
        (Encode::Percent, value) => out.extend(utf8_percent_encode(value.as_text(), PERCENT)),
        (Encode::JsonValue, Value::Json(json)) => out.push_str(json),
        (Encode::JsonValue, Value::Text(text)) => out.push_str(&quoted(text)),
        (Encode::JsonText, value) => {
            let quoted = quoted(value.as_text());
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let vars = [("host".to_owned(), "a\"b c".to_owned())];
        let mut scope = Scope::new(&vars, &["sku".to_owned()]);
        scope.capture("order");
        scope
    }

    fn render(text: &str, encode: Encode) -> String {
        let mut problems = Vec::new();
        let located = Located { value: text.to_owned(), mark: Mark { file: 0, start: 0, end: text.len() } };
        let template = Template::parse(&located, &scope(), encode, &mut problems);
        assert_eq!(problems, []);
        let row = [Value::text("x/1 ü")];
        let mut values = Values::new(3, 1, &row, 1);
        values.capture(0, Value::Json("12".into()));
        let mut out = String::new();
        template.render(&mut values, &mut out);
        out
    }

    #[test]
    fn each_place_has_its_own_way_of_writing() {
        for (text, encode, expected) in [
            ("/p/{{ sku }}", Encode::Percent, "/p/x%2F1%20%C3%BC"),
            ("Bearer {{order}}", Encode::Plain, "Bearer 12"),
            ("{{ host }}", Encode::JsonValue, r#""a\"b c""#),
            ("{{ order }}", Encode::JsonValue, "12"),
            ("no {{ order }} \"", Encode::JsonText, "no 12 \\\""),
            ("{{ \"{{\" }}{{ n }}", Encode::Plain, "{{3"),
        ] {
            assert_eq!(render(text, encode), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        let found = |text: &str| {
            let mut problems = Vec::new();
            let located =
                Located { value: text.to_owned(), mark: Mark { file: 0, start: 100, end: 100 + text.len() } };
            Template::parse(&located, &scope(), Encode::Plain, &mut problems);
            problems.into_iter().map(|p| (p.mark.start, p.mark.end, p.message, p.help)).collect::<Vec<_>>()
        };
        let all = found("a {{ ordr }} {{ 1+1 }} {{ open");
        assert_eq!(all[0].0..all[0].1, 102..112);
        assert_eq!(
            (all[0].2.as_str(), all[0].3.as_str()),
            ("nothing is called `ordr` here", "did you mean `order`?")
        );
        assert_eq!(all[1].2, "`1+1` is not a name");
        assert_eq!(all[2].2, "`{{` is never closed");
    }

    #[test]
    fn constants_make_a_text_fixed() {
        let located = Located { value: "{{ host }}!".to_owned(), mark: Mark::default() };
        let template = Template::parse(&located, &scope(), Encode::Plain, &mut Vec::new());
        assert_eq!(template.fixed(), Some("a\"b c!"));
    }
}
