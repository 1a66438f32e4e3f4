//! Problems as text, in the look of rustc.

use super::place::Line;
use super::{Files, MAX_PROBLEMS, Problem};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};

/// Longer lines are cut around the caret.
const WIDTH: usize = 140;

/// Lines longer than this, in bytes, are not shown at all.
const LONGEST_LINE: usize = 10_000;

/// How problems are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Letters only.
    Plain,
    /// With colours of the terminal.
    Coloured,
}

/// All problems as text, sorted by file and place, each once, at most [`MAX_PROBLEMS`] of them.
pub fn render(problems: &[Problem], files: &Files, look: Look) -> String {
    let renderer = match look {
        Look::Plain => Renderer::plain(),
        Look::Coloured => Renderer::styled(),
    }
    .term_width(WIDTH);
    let sorted = in_order(problems);
    let mut shown: Vec<String> =
        sorted.iter().take(MAX_PROBLEMS).map(|problem| renderer.render(&[group(problem, files)])).collect();
    if sorted.len() > MAX_PROBLEMS {
        let more =
            format!("there are more than {MAX_PROBLEMS} problems; the others show when these are mended");
        shown.push(renderer.render(&[Group::with_title(Level::ERROR.primary_title(more))]));
    }
    shown.join("\n\n") + "\n"
}

/// Problems by file and place, each once.
pub fn in_order(problems: &[Problem]) -> Vec<&Problem> {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| problem.mark);
    let mut once: Vec<&Problem> = Vec::new();
    for problem in sorted {
        let again =
            once.iter().rev().take_while(|other| other.mark == problem.mark).any(|other| *other == problem);
        if !again {
            once.push(problem);
        }
    }
    once
}

fn group<'p>(problem: &'p Problem, files: &'p Files) -> Group<'p> {
    let title = Level::ERROR.primary_title(problem.message.as_str());
    let group = match files.get(problem.mark.file) {
        Some(file) if file.text.is_empty() => title.element(Origin::path(file.name.as_str())),
        Some(file) => located(title, problem, &file.text, &file.name, files),
        None => Group::with_title(title),
    };
    if problem.help.is_empty() { group } else { group.element(Level::HELP.message(problem.help.as_str())) }
}

/// The first line of the problem's place, with a caret under it; a line that nobody wrote is only named.
fn located<'p>(
    title: Title<'p>,
    problem: &'p Problem,
    text: &'p str,
    name: &'p str,
    files: &Files,
) -> Group<'p> {
    let line = Line::first(text, problem.mark);
    let Line { number, text, start, .. } = line;
    if text.len() > LONGEST_LINE {
        let column = text[..start].chars().count() + 1;
        return title.element(Origin::path(name).line(number).char_column(column));
    }
    let label = (!problem.label.is_empty()).then_some(problem.label.as_str());
    let (text, part) = files.shown(&line);
    let annotation = AnnotationKind::Primary.span(part).label(label);
    title.element(Snippet::source(text).line_start(number).path(name).annotation(annotation))
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
