//! Paths with parameters in braces.

use super::operation::Operation;
use super::parameters::{shown_or_given, text};
use super::part::Part;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeMap;

/// Unreserved characters of RFC 3986 stay as they are.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What a path of the document may not hold as it is. A `%` is its author's.
const WRITTEN: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What parameters stand for that were captured, by the path that ends with them.
pub(super) type Captured = BTreeMap<String, String>;

/// A path with its parameters put in.
#[derive(Debug)]
pub(super) struct Filled {
    pub(super) path: String,
    /// Whether it has captured values.
    pub(super) is_captured: bool,
}

/// The segments of a path; names of parameters do not count: `/orders/{id}` is `orders` and `{}`.
pub(super) fn segments(path: &str) -> Vec<String> {
    let of = |segment: &str| match parameter(segment) {
        Some(_) => "{}".to_owned(),
        None => segment.to_owned(),
    };
    path.split('/').skip(1).map(of).collect()
}

/// The name of the parameter that a whole segment is.
pub(super) fn parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.contains(['{', '}'])).then_some(name)
}

/// Puts captured values and examples in. Errors: the parameter without either.
pub(super) fn fill(operation: &Operation<'_>, captured: &Captured) -> Result<Filled, String> {
    let (mut filled, mut at) = (Filled { path: String::new(), is_captured: false }, String::new());
    let normal = segments(operation.path);
    for (segment, normal) in operation.path.split('/').skip(1).zip(normal) {
        at = format!("{at}/{normal}");
        filled.path.push('/');
        match captured.get(&at) {
            Some(name) => {
                filled.is_captured = true;
                filled.path.extend(["{{ ", name.as_str(), " }}"]);
            }
            None => filled.path.push_str(&with_examples(operation, segment)?),
        }
    }
    Ok(filled)
}

/// A segment with the examples of its parameters.
fn with_examples(operation: &Operation<'_>, segment: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = segment;
    while let Some((before, inner)) = rest.split_once('{') {
        let Some((name, after)) = inner.split_once('}') else { break };
        text.extend(utf8_percent_encode(before, WRITTEN));
        let value = example(operation, name)
            .ok_or_else(|| format!("no example of `{name}` is given, and no list before it shows one"))?;
        text.extend(utf8_percent_encode(&value, VALUE));
        rest = after;
    }
    text.extend(utf8_percent_encode(rest, WRITTEN));
    Ok(text)
}

/// The value that the document gives for a parameter of the path.
pub(super) fn example(operation: &Operation<'_>, name: &str) -> Option<String> {
    let parameters = operation.parameters();
    let is_it = |part: &&Part<'_>| part.text("in") == Some("path") && part.text("name") == Some(name);
    let found = parameters.iter().find(is_it)?;
    text(shown_or_given(found)?).filter(|value| !value.is_empty())
}
