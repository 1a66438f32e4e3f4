//! Values taken from an answer for later steps.

use super::condition;
use super::judge::{Mismatch, excerpt};
use super::value::Value;
use super::{Capture, Values};
use crate::source::{Located, Mark, Problem};
use crate::transport::Answer;
use http::HeaderName;
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::query::js_path_process;
use regex::Regex;

/// One value to capture.
#[derive(Debug, Clone)]
pub struct Extract {
    name: String,
    place: usize,
    from: From,
}

#[derive(Debug, Clone)]
enum From {
    Json(Box<JpQuery>),
    Header(HeaderName),
    Regex(Regex),
}

impl Extract {
    /// Compiles what is written; the value goes to `place`.
    pub fn compile(
        name: &str,
        spec: &Located<Capture>,
        place: usize,
        problems: &mut Vec<Problem>,
    ) -> Option<Extract> {
        let mark = |text: &Located<String>| if text.mark == Mark::default() { spec.mark } else { text.mark };
        let from = match &spec.value {
            Capture::Json(path) => From::Json(Box::new(condition::query(path, mark(path), problems)?)),
            Capture::Regex(pattern) => From::Regex(condition::regex(Some(pattern), problems)?),
            Capture::Header(header) => match HeaderName::from_bytes(header.as_bytes()) {
                Ok(header) => From::Header(header),
                Err(_) => {
                    problems.push(Problem::at(
                        mark(header),
                        format!("`{}` cannot be a header's name", header.value),
                    ));
                    return None;
                }
            },
        };
        Some(Extract { name: name.to_owned(), place, from })
    }

    /// Whether the body has to be kept for it.
    pub fn looks_into_body(&self) -> bool {
        !matches!(self.from, From::Header(_))
    }

    /// Takes the value, or says why it is not there.
    pub fn take(&self, answer: &Answer, values: &mut Values<'_>) -> Result<(), Mismatch> {
        let missing = |why: String| Mismatch::assertion(format!("cannot capture `{}`: {why}", self.name));
        let value = match &self.from {
            From::Json(query) => {
                let document: serde_json::Value = serde_json::from_slice(&answer.body)
                    .map_err(|e| missing(format!("the body is not JSON: {e}")))?;
                let found = js_path_process(query, &document).map_err(|e| missing(e.to_string()))?;
                let first = found.into_iter().next().map(jsonpath_rust::query::QueryRef::val);
                first
                    .map(Value::from)
                    .ok_or_else(|| missing(format!("nothing there in {}", excerpt(&answer.body))))?
            }
            From::Header(name) => match answer.headers.get(name).map(std::str::from_utf8) {
                Some(Ok(value)) => Value::text(value),
                Some(Err(_)) => return Err(missing(format!("the header {name} is not text"))),
                None => return Err(missing(format!("there is no header {name}"))),
            },
            From::Regex(pattern) => {
                let body = String::from_utf8_lossy(&answer.body);
                let groups = pattern
                    .captures(&body)
                    .ok_or_else(|| missing(format!("no match in {}", excerpt(&answer.body))))?;
                Value::text(groups.get(1).or_else(|| groups.get(0)).map_or("", |group| group.as_str()))
            }
        };
        values.capture(self.place, value);
        Ok(())
    }
}
