//! A step of the scenario.

use super::body::body;
use super::keys::Keys;
use super::operation::{Method, Operation};
use super::parameters::{fits, given};
use super::path::{Captured, fill};
use super::template::{literal, plain};
use crate::cli::yaml::quoted;

/// A step of the scenario.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) method: Method,
    /// Its lines; one that goes on has its line breaks within.
    pub(super) lines: Vec<String>,
    /// What the document says that it is for.
    pub(super) title: Option<String>,
    /// Whether it needs what another one captures.
    pub(super) is_captured: bool,
    /// What later ones need of its answer.
    capture: Option<String>,
}

impl Step {
    /// The step of a request. Errors: none can be made, in words.
    pub(super) fn of<'d>(
        operation: &Operation<'d>,
        captured: &Captured,
        keys: &mut Keys<'d>,
        notes: &mut Vec<String>,
    ) -> Result<Step, String> {
        let filled = fill(operation, captured)?;
        let credentials = keys.of(operation)?;
        let mut given = given(operation, notes)?;
        let body = body(operation, notes)?;
        given.query.extend(credentials.query);
        given.headers.extend(credentials.headers);
        given.cookies.extend(credentials.cookies);
        if !given.cookies.is_empty() {
            given.headers.push(("cookie".to_owned(), given.cookies.join("; ")));
        }
        if let Some(name) = body.as_ref().and_then(|body| body.content_type.as_deref()) {
            if !fits("content-type", name) {
                return Err(format!("`{name}` is no media type"));
            }
            given.headers.push(("content-type".to_owned(), literal(name)));
        }
        let mut lines = vec![format!("{}: {}", operation.method.key(), quoted(&filled.path))];
        for (key, pairs) in [("query", &given.query), ("headers", &given.headers)] {
            lines.extend((!pairs.is_empty()).then(|| format!("{key}: {}", map(pairs))));
        }
        lines.extend(credentials.auth);
        lines.extend(body.map(|body| body.line));
        lines.extend(expected(&operation.statuses()));
        Ok(Step {
            method: operation.method,
            lines,
            title: operation.title(),
            is_captured: filled.is_captured,
            capture: None,
        })
    }

    /// Its request: method and path. An example of `/orders/{id}` may be what another path says.
    pub(super) fn line(&self) -> &str {
        self.lines.first().map_or("", String::as_str)
    }

    /// Captures a value for later steps.
    pub(super) fn capture(&mut self, name: &str, path: &str) {
        self.capture = Some(format!("capture: {{ {name}: {} }}", quoted(&plain(path))));
    }

    /// As an item of the list of a journey.
    pub(super) fn item(&self, margin: &str) -> String {
        let mut text = self.alone(&format!("{margin}  "));
        text.replace_range(margin.len()..=margin.len(), "-");
        text.extend(self.capture.iter().map(|capture| format!("{margin}  {capture}\n")));
        text
    }

    /// As a map, without what others need of it. What the document says of it stands behind its first line.
    pub(super) fn alone(&self, margin: &str) -> String {
        let about = (!self.method.is_harmless()).then_some("changes data").into_iter();
        let about: Vec<&str> = about.chain(self.title.as_deref()).collect();
        let about =
            if about.is_empty() { String::new() } else { format!("          # {}", about.join(": ")) };
        let line = |(place, line): (usize, &String)| {
            let line = line.replace('\n', &format!("\n{margin}"));
            format!("{margin}{line}{}\n", if place == 0 { about.as_str() } else { "" })
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}

fn map(pairs: &[(String, String)]) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for (name, value) in pairs {
        if !known.contains(&name.as_str()) {
            known.push(name);
            all.push(format!("{}: {}", quoted(name), quoted(value)));
        }
    }
    format!("{{ {} }}", all.join(", "))
}

fn expected(statuses: &[String]) -> Option<String> {
    match statuses {
        [] => None,
        [one] => Some(format!("expect: {{ status: {one} }}")),
        several => Some(format!("expect: {{ status: [{}] }}", several.join(", "))),
    }
}
