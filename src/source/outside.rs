//! `${env:NAME}` and `${file:path}`: the only values that a scenario takes from outside.

use super::files::read_text;
use super::suggest::nearest;
use super::{Environment, Files, Mark, Node, NodeKind, Plain, Problem, Scalar, Secrets, Style};

/// The largest file that a value may come from.
const MAX_BYTES: u64 = 64 * 1024;

/// Puts outside values in place of their references in every scalar of a tree. A scalar whose reference cannot be
/// resolved becomes broken.
pub(super) struct Outside<'a> {
    /// Where `env:` looks.
    pub(super) environment: &'a Environment,
    /// From whose folders `file:` counts.
    pub(super) files: &'a Files,
    /// Where the values are remembered.
    pub(super) secrets: &'a mut Secrets,
    /// Where it is said what cannot be resolved.
    pub(super) problems: &'a mut Vec<Problem>,
}

impl Outside<'_> {
    /// Resolves a whole tree.
    pub(super) fn resolve(&mut self, node: &mut Node) {
        let mark = node.mark;
        match &mut node.kind {
            NodeKind::List(items) => items.iter_mut().for_each(|item| self.resolve(item)),
            NodeKind::Map(entries) => entries.iter_mut().for_each(|(_, value)| self.resolve(value)),
            NodeKind::Scalar(scalar) if scalar.text.contains("${") => match self.text(&scalar.text, mark) {
                Ok(text) => *scalar = Scalar { style: style_of(&text, scalar.style), text },
                Err(problem) => {
                    self.problems.push(problem);
                    *node = Node::broken(mark);
                }
            },
            NodeKind::Scalar(_) | NodeKind::Broken { .. } => {}
        }
    }

    fn text(&mut self, written: &str, mark: Mark) -> Result<String, Problem> {
        let mut text = String::new();
        let mut at = 0;
        while let Some(found) = written[at..].find("${") {
            let start = at + found;
            // `$${` is a plain `${`.
            if written[at..start].ends_with('$') {
                text.push_str(&written[at..start]);
                text.push('{');
                at = start + 2;
                continue;
            }
            text.push_str(&written[at..start]);
            let length = written[start..].find('}').ok_or_else(|| {
                Problem::at(mark.slice(start, start + 2), "this `${` is not closed")
                    .help("write `${env:NAME}`, or `$${` for a plain `${`")
            })?;
            let end = start + length + 1;
            text.push_str(&self.value(&written[start + 2..end - 1], mark.slice(start, end))?);
            at = end;
        }
        text.push_str(&written[at..]);
        Ok(text)
    }

    fn value(&mut self, reference: &str, mark: Mark) -> Result<String, Problem> {
        let value = match reference.split_once(':') {
            Some(("env", name)) if is_name(name) => self.env(name, mark)?,
            Some(("file", path)) if !path.is_empty() => self.file(path, mark)?,
            _ => {
                return Err(Problem::at(mark, format!("`${{{reference}}}` is no reference"))
                    .help("write `${env:NAME}` or `${file:path}`, or `$${` for a plain `${`"));
            }
        };
        if value.contains("{{") {
            return Err(Problem::at(mark, format!("the value of `{reference}` holds `{{{{`"))
                .help("a value from outside must not hold templates; write them in the scenario"));
        }
        self.secrets.add(reference, &value);
        Ok(value)
    }

    fn env(&self, name: &str, mark: Mark) -> Result<String, Problem> {
        self.environment.get(name).map(str::to_owned).ok_or_else(|| {
            let problem = Problem::at(mark, format!("the environment variable `{name}` is not set"));
            match nearest(name, self.environment.names()) {
                Some(other) => problem.help(format!("set it, or did you mean `{other}`?")),
                None => problem.help(format!("set it: `export {name}=…`")),
            }
        })
    }

    fn file(&self, path: &str, mark: Mark) -> Result<String, Problem> {
        let name = self.files.name_beside(mark.file, path);
        let text = read_text(&self.files.beside(mark.file, path), &name, MAX_BYTES)
            .map_err(|error| error.problem(mark))?;
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}

fn is_name(name: &str) -> bool {
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    word && !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// A plain scalar stays open to be a number or a boolean; an empty or null-like value is a text.
fn style_of(text: &str, written: Style) -> Style {
    match Plain::of(text) {
        Plain::Null | Plain::Text => Style::Quoted,
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Budget, parse};

    /// The text after resolving, or the messages.
    fn resolved(yaml: &str) -> Result<String, Vec<String>> {
        let environment = Environment::from_iter([
            ("TOKEN", "s3cret"),
            ("PORT", "8080"),
            ("BAD", "{{ x }}"),
            ("EMPTY", ""),
        ]);
        let mut problems = Vec::new();
        let mut node = parse(yaml, 0, &mut Budget::default(), &mut problems).unwrap();
        Outside {
            environment: &environment,
            files: &Files::default(),
            secrets: &mut Secrets::default(),
            problems: &mut problems,
        }
        .resolve(&mut node);
        let words = |problem: &Problem| format!("{}: {}", problem.message, problem.help);
        if problems.is_empty() {
            Ok(node.to_json().to_string())
        } else {
            Err(problems.iter().map(words).collect())
        }
    }

    #[test]
    fn references_are_replaced() {
        for (yaml, json) in [
            ("a: 'Bearer ${env:TOKEN}!'", r#"{"a":"Bearer s3cret!"}"#),
            ("a: ${env:PORT}", r#"{"a":8080}"#),
            ("a: '${env:PORT}'", r#"{"a":"8080"}"#),
            ("a: ${env:EMPTY}", r#"{"a":""}"#),
            ("a: $${env:TOKEN} ${env:TOKEN}", r#"{"a":"${env:TOKEN} s3cret"}"#),
            ("- $5 and ${env:PORT}x", r#"["$5 and 8080x"]"#),
        ] {
            assert_eq!(resolved(yaml).unwrap(), json, "{yaml}");
        }
    }

    #[test]
    fn what_cannot_be_resolved_is_said() {
        for (yaml, words) in [
            (
                "a: ${env:TOKNE}",
                "the environment variable `TOKNE` is not set: set it, or did you mean `TOKEN`?",
            ),
            (
                "a: ${env:XYZ_123}",
                "the environment variable `XYZ_123` is not set: set it: `export XYZ_123=…`",
            ),
            (
                "a: ${TOKEN}",
                "`${TOKEN}` is no reference: write `${env:NAME}` or `${file:path}`, or `$${` for a plain `${`",
            ),
            ("a: 'x ${env:TOKEN'", "this `${` is not closed: write `${env:NAME}`, or `$${` for a plain `${`"),
            (
                "a: ${env:BAD}",
                "the value of `env:BAD` holds `{{`: a value from outside must not hold templates; write them in the scenario",
            ),
            (
                "a: ${file:no-such}",
                "there is no file `no-such`: paths count from the folder of the file that names them",
            ),
        ] {
            assert_eq!(resolved(yaml).unwrap_err(), [words], "{yaml}");
        }
    }
}
