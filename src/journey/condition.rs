//! Single conditions on a text or on values in a JSON document.

use super::judge::{Mismatch, excerpt};
use super::scope::Scope;
use super::template::{Encode, Template};
use super::{BodyExpect, Json, JsonExpect, JsonKind, TextExpect, Values};
use crate::source::{Located, Mark, Problem};
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::query::js_path_process;
use regex::Regex;
use std::fmt;

/// Conditions on one text.
#[derive(Debug, Clone, Default)]
pub struct TextRule {
    equals: Option<Template>,
    contains: Option<Template>,
    matches: Option<Regex>,
    exists: Option<bool>,
    /// Where they stand.
    mark: Mark,
}

impl TextRule {
    /// Compiles the conditions on a header.
    pub fn compile(spec: &Located<TextExpect>, scope: &Scope, problems: &mut Vec<Problem>) -> TextRule {
        let nothing = spec.equals.is_none()
            && spec.contains.is_none()
            && spec.matches.is_none()
            && spec.exists.is_none();
        if nothing {
            problems.push(
                Problem::at(spec.mark, "no condition").help("write equals, contains, matches or exists"),
            );
        }
        let mut template = |text: &Option<Located<String>>| placed(text.as_ref(), spec.mark, scope, problems);
        let (equals, contains) = (template(&spec.equals), template(&spec.contains));
        let matches = regex(spec.matches.as_ref(), problems);
        TextRule { equals, contains, matches, exists: spec.exists, mark: spec.mark }
    }

    /// Compiles the conditions on a body.
    pub fn of_body(spec: &Located<BodyExpect>, scope: &Scope, problems: &mut Vec<Problem>) -> TextRule {
        let BodyExpect { equals, contains, matches } = spec.value.clone();
        let conditions = TextExpect { equals, contains, matches, exists: None };
        TextRule::compile(&Located { value: conditions, mark: spec.mark }, scope, problems)
    }

    /// Asks a text; `None` is one that is not there.
    pub fn judge(
        &self,
        what: &dyn fmt::Display,
        text: Option<&str>,
        values: &mut Values<'_>,
    ) -> Result<(), Mismatch> {
        let Some(text) = text else {
            return match self.exists {
                Some(false) => Ok(()),
                _ => Err(Mismatch::assertion(format!("{what} is missing")).differing(
                    self.mark,
                    format!("{what}"),
                    "nothing",
                )),
            };
        };
        let but = |verb: &str, wanted: &str| {
            let words = format!("{what} should {verb}{wanted}");
            let mismatch = Mismatch::assertion(format!("{words}, but is {}", excerpt(text.as_bytes())));
            Err(mismatch.differing(self.mark, words, text))
        };
        if self.exists == Some(false) {
            return but("be absent", "");
        }
        if let Some(wanted) =
            self.equals.as_ref().map(|template| rendered(template, values)).filter(|wanted| wanted != text)
        {
            return but("be ", &format!("`{wanted}`"));
        }
        if let Some(part) = self
            .contains
            .as_ref()
            .map(|template| rendered(template, values))
            .filter(|part| !text.contains(part))
        {
            return but("contain ", &format!("`{part}`"));
        }
        match &self.matches {
            Some(pattern) if !pattern.is_match(text) => but("match ", &format!("`{pattern}`")),
            _ => Ok(()),
        }
    }
}

/// Conditions on the values that a JSONPath finds.
#[derive(Debug, Clone)]
pub struct JsonRule {
    path: String,
    query: JpQuery,
    wanted: JsonExpect,
    /// `equals` with its templates compiled.
    equals: Option<Template>,
    matches: Option<Regex>,
    /// Where they stand.
    mark: Mark,
}

impl JsonRule {
    /// Compiles the conditions under one path.
    pub fn compile(
        path: &Located<String>,
        spec: &Located<JsonExpect>,
        scope: &Scope,
        problems: &mut Vec<Problem>,
    ) -> Option<JsonRule> {
        let equals = spec.equals.as_ref().map(|json| json_template(json, scope, problems));
        let matches = regex(spec.matches.as_ref(), problems);
        let query = query(path, path.mark, problems)?;
        let (path, wanted) = (path.value.clone(), spec.value.clone());
        Some(JsonRule { path, query, wanted, equals, matches, mark: spec.mark })
    }

    /// Compiles the conditions on one value that has a name of its own.
    pub fn of_value(
        name: &str,
        spec: &Located<JsonExpect>,
        scope: &Scope,
        problems: &mut Vec<Problem>,
    ) -> Option<JsonRule> {
        let root = Located { value: "$".to_owned(), mark: spec.mark };
        let rule = JsonRule::compile(&root, spec, scope, problems)?;
        Some(JsonRule { path: name.to_owned(), ..rule })
    }

    /// Where the conditions stand.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Asks a document.
    pub fn judge(&self, document: &serde_json::Value, values: &mut Values<'_>) -> Result<(), Mismatch> {
        let found: Vec<&serde_json::Value> = match js_path_process(&self.query, document) {
            Ok(found) => found.into_iter().map(jsonpath_rust::query::QueryRef::val).collect(),
            Err(e) => return Err(Mismatch::assertion(format!("{}: {e}", self.path))),
        };
        match (self.wanted.exists, found.first()) {
            (Some(false), None) => Ok(()),
            (Some(false), Some(value)) => {
                let text = format!("{} should be absent, but is {}", self.path, short(value));
                let expected = format!("{} to be absent", self.path);
                Err(Mismatch::assertion(text).differing(self.mark, expected, &value.to_string()))
            }
            (_, None) => Err(Mismatch::assertion(format!("{} is missing", self.path)).differing(
                self.mark,
                format!("{} to be there", self.path),
                &document.to_string(),
            )),
            _ => found.into_iter().try_for_each(|value| self.judge_value(value, values)),
        }
    }

    fn judge_value(&self, value: &serde_json::Value, values: &mut Values<'_>) -> Result<(), Mismatch> {
        let wanted = &self.wanted;
        let but = |should: String| {
            let mismatch =
                Mismatch::assertion(format!("{} should {should}, but is {}", self.path, short(value)));
            Err(mismatch.differing(self.mark, format!("{} to {should}", self.path), &value.to_string()))
        };
        if let Some(template) = &self.equals {
            let text = rendered(template, values);
            if serde_json::from_str::<serde_json::Value>(&text).ok().as_ref() != Some(value) {
                let words =
                    format!("{} should be {}, but is {}", self.path, excerpt(text.as_bytes()), short(value));
                return Err(Mismatch::assertion(words).differing(self.mark, text, &value.to_string()));
            }
        }
        if let Some(part) =
            wanted.contains.as_ref().map(|part| part.plain()).filter(|part| !contains(value, part))
        {
            return but(format!("contain {}", short(&part)));
        }
        if let Some(pattern) =
            self.matches.as_ref().filter(|pattern| !value.as_str().is_some_and(|text| pattern.is_match(text)))
        {
            return but(format!("match `{pattern}`"));
        }
        let number = value.as_f64();
        let bounds: [Bound; 4] = [
            ("be greater than", wanted.greater, |value, bound| value > bound),
            ("be at least", wanted.at_least, |value, bound| value >= bound),
            ("be less than", wanted.less, |value, bound| value < bound),
            ("be at most", wanted.at_most, |value, bound| value <= bound),
        ];
        for (words, bound, holds) in bounds {
            if let Some(bound) = bound.filter(|bound| !number.is_some_and(|number| holds(number, *bound))) {
                return but(format!("{words} {bound}"));
            }
        }
        match wanted.length {
            Some(length) if length_of(value) != Some(length) => but(format!("have length {length}")),
            _ => Ok(()),
        }
    }
}

/// Words, the bound if any, and whether a value holds it.
type Bound = (&'static str, Option<f64>, fn(f64, f64) -> bool);

/// Parses a JSONPath, or says what is wrong with it.
pub fn query(path: &str, mark: Mark, problems: &mut Vec<Problem>) -> Option<JpQuery> {
    match jsonpath_rust::parser::parse_json_path(path) {
        Ok(query) => Some(query),
        Err(_) => {
            let problem = Problem::at(mark, format!("`{path}` is not a JSONPath (RFC 9535)"));
            problems.push(problem.help("it starts with `$`, for example `$.items[0].id`"));
            None
        }
    }
}

/// Compiles a regular expression, or says what is wrong with it.
pub fn regex(pattern: Option<&Located<String>>, problems: &mut Vec<Problem>) -> Option<Regex> {
    let pattern = pattern?;
    match Regex::new(pattern) {
        Ok(regex) => Some(regex),
        Err(e) => {
            let reason = e.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            problems.push(Problem::at(pattern.mark, format!("not a regular expression: {reason}")));
            None
        }
    }
}

/// The template of a JSON value: its serialised text with places for values.
pub fn json_template(json: &Json, scope: &Scope, problems: &mut Vec<Problem>) -> Template {
    let mut template = Template::default();
    push_json(&mut template, json, scope, problems);
    template
}

fn push_json(template: &mut Template, json: &Json, scope: &Scope, problems: &mut Vec<Problem>) {
    match &json.value {
        JsonKind::Text(text) => {
            let inner = text.trim();
            // A text that is one name alone takes the value's own type: "{{ count }}" sends 3, not "3".
            if inner.starts_with("{{")
                && inner.ends_with("}}")
                && inner.matches("{{").count() == 1
                && !inner.contains('"')
            {
                template.push_parsed(inner, json.mark, scope, Encode::JsonValue, problems);
            } else {
                template.push_text("\"");
                template.push_parsed(text, json.mark, scope, Encode::JsonText, problems);
                template.push_text("\"");
            }
        }
        JsonKind::List(items) => {
            template.push_text("[");
            for (place, item) in items.iter().enumerate() {
                template.push_text(if place > 0 { "," } else { "" });
                push_json(template, item, scope, problems);
            }
            template.push_text("]");
        }
        JsonKind::Map(entries) => {
            template.push_text("{");
            for (place, (key, value)) in entries.iter().enumerate() {
                template.push_text(if place > 0 { "," } else { "" });
                template.push_text(&format!("{}:", serde_json::Value::from(key.as_str())));
                push_json(template, value, scope, problems);
            }
            template.push_text("}");
        }
        plain => template.push_text(&plain.plain().to_string()),
    }
}

fn placed(
    text: Option<&Located<String>>,
    mark: Mark,
    scope: &Scope,
    problems: &mut Vec<Problem>,
) -> Option<Template> {
    let text = text?;
    // A condition written short has no mark of its own.
    let mark = if text.mark == Mark::default() { mark } else { text.mark };
    Some(Template::parse(&Located { value: text.value.clone(), mark }, scope, Encode::Plain, problems))
}

fn rendered(template: &Template, values: &mut Values<'_>) -> String {
    let mut text = String::new();
    template.render(values, &mut text);
    text
}

fn contains(value: &serde_json::Value, part: &serde_json::Value) -> bool {
    match (value, part) {
        (serde_json::Value::String(text), serde_json::Value::String(part)) => text.contains(part),
        (serde_json::Value::Array(items), part) => items.contains(part),
        _ => false,
    }
}

fn length_of(value: &serde_json::Value) -> Option<u64> {
    match value {
        serde_json::Value::String(text) => Some(text.chars().count() as u64),
        serde_json::Value::Array(items) => Some(items.len() as u64),
        serde_json::Value::Object(entries) => Some(entries.len() as u64),
        _ => None,
    }
}

fn short(value: &serde_json::Value) -> String {
    excerpt(value.to_string().as_bytes())
}
