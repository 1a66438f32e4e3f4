//! `command`: a program ends as it should and says what it should. No shell is between.

mod run;

use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::cluster::{CommandEnd, Right, rights};
use crate::journey::CompileContext;
use crate::source::{Located, Mark, Problem};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Instant;

/// So many lines of what it said are shown.
const LINES: usize = 10;

/// A command, of this machine or in a container. The first word is the program; no shell is between.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments.
    pub run: Located<Vec<Located<String>>>,
    /// The container to run it in; on this machine when left out.
    #[serde(rename = "in")]
    pub inside: Option<Located<Inside>>,
    /// The exit code that is expected; 0 when left out.
    pub exit: Option<Located<i32>>,
    /// What it has to print.
    pub output: Option<Output>,
}

/// In which container.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// A label selector, such as `app=api`; the first ready Pod by its name is taken.
    pub pods: Located<String>,
    /// The container; the first when left out.
    pub container: Option<Located<String>>,
}

/// What a command has to print.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Exactly this, but for white space at both ends.
    pub equals: Option<Located<String>>,
    /// This text somewhere.
    pub contains: Option<Located<String>>,
    /// Something that fits this regular expression.
    pub matches: Option<Located<String>>,
}

#[derive(Debug)]
struct Compiled {
    words: Vec<String>,
    inside: Option<Inside>,
    exit: (i32, Mark),
    output: Option<Output>,
    matches: Option<Regex>,
}

impl CheckKind for Command {
    fn compile(
        spec: &Located<Command>,
        _cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let Command { run, inside, exit, output } = &spec.value;
        if run.value.is_empty() {
            let problem = Problem::at(run.mark, "no program is named");
            problems.push(problem.help("write a list, for example `run: [pg_isready, -h, db]`"));
            return None;
        }
        let matches = match output.as_ref().and_then(|output| output.matches.as_ref()) {
            Some(pattern) => match Regex::new(&pattern.value) {
                Ok(regex) => Some(regex),
                Err(error) => {
                    let why = error.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    problems.push(Problem::at(pattern.mark, format!("not a regular expression: {why}")));
                    return None;
                }
            },
            None => None,
        };
        Some(Compiled {
            words: run.value.iter().map(|word| word.value.clone()).collect(),
            inside: inside.as_ref().map(|inside| inside.value.clone()),
            exit: exit.as_ref().map_or((0, run.mark), |exit| (exit.value, exit.mark)),
            output: output.clone(),
            matches,
        })
    }
}

impl Check for Compiled {
    fn describe(&self) -> String {
        self.words.join(" ")
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let begun = Instant::now();
            let found = self.ask(cx).await.unwrap_or_else(|found| found);
            found.phase("command", begun.elapsed())
        })
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        if self.inside.is_none() {
            return Vec::new();
        }
        let mut all = rights(namespace, "", "pods", &["list"]);
        // A server asks for one or the other, by its version.
        all.extend(rights(namespace, "", "pods/exec", &["get", "create"]));
        all
    }
}

impl Compiled {
    async fn ask(&self, cx: &CheckContext) -> Result<Found, Found> {
        let (end, by_hand) = match &self.inside {
            Some(inside) => run::in_container(cx, inside, &self.words).await?,
            None => run::here(&self.words, cx.limit).await?,
        };
        self.judge(&end).map_err(|found| {
            let said = [("printed", &end.out.text), ("said", &end.err.text)];
            let lines = said.into_iter().flat_map(|(how, text)| last(how, text));
            found.reproduce(by_hand).evidence(lines)
        })
    }

    fn judge(&self, end: &CommandEnd) -> Result<Found, Found> {
        let (wanted, mark) = self.exit;
        if end.code != wanted {
            return Err(Found::fail(format!(
                "{} ended with exit code {}, not with {wanted}",
                self.words.first().map_or("", String::as_str),
                end.code
            ))
            .at(mark)
            .expected(format!("exit code {wanted}"), format!("exit code {}", end.code)));
        }
        let out = end.out.text.trim();
        let wrong = |text: &Located<String>, how: &str| {
            let rest = match end.out.left_out {
                0 => String::new(),
                left_out => format!(" in what was kept of it; {left_out} bytes in the middle of it were not"),
            };
            let found = Found::fail(format!("its output should {how} `{}`{rest}", text.value)).at(text.mark);
            found.expected(&text.value, shortened(out))
        };
        let Some(Output { equals, contains, matches }) = &self.output else {
            return Ok(Found::pass(format!("exit code {}", end.code)));
        };
        // What is not there could be anywhere in what was left out, and what is there could be joined by it.
        if end.out.left_out > 0
            && let Some(text) = equals.as_ref().or(matches.as_ref())
        {
            let why = format!(
                "it printed so much that {} bytes in the middle of it were not kept, so that `{}` cannot be looked for; \
                 let it print less, or ask with `contains` for what stands at the beginning or the end",
                end.out.left_out, text.value
            );
            return Err(Found::fail(why).at(text.mark));
        }
        if let Some(text) = equals.as_ref().filter(|text| text.value.trim() != out) {
            return Err(wrong(text, "be"));
        }
        if let Some(text) = contains.as_ref().filter(|text| !out.contains(&text.value)) {
            return Err(wrong(text, "contain"));
        }
        if let (Some(text), Some(regex)) = (matches, &self.matches)
            && !regex.is_match(out)
        {
            return Err(wrong(text, "match"));
        }
        Ok(Found::pass(format!("exit code {}, and the output is as expected", end.code)))
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None if text.is_empty() => "nothing".to_owned(),
        None => text.to_owned(),
    }
}

/// The last lines of a text.
fn last(how: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let from = lines.len().saturating_sub(LINES);
    lines[from..].iter().map(|line| format!("{how} | {}", shortened(line))).collect()
}
