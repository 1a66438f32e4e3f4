//! Problems as text, in the look of rustc.

use super::{Files, MAX_PROBLEMS, Mark, Problem};
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
        Some(file) => located(title, problem, &file.text, &file.name),
        None => Group::with_title(title),
    };
    if problem.help.is_empty() { group } else { group.element(Level::HELP.message(problem.help.as_str())) }
}

/// The first line of the problem's place, with a caret under it; a line that nobody wrote is only named.
fn located<'p>(title: Title<'p>, problem: &'p Problem, text: &'p str, name: &'p str) -> Group<'p> {
    let Line { number, text, start, end } = first_line(text, problem.mark);
    if text.len() > LONGEST_LINE {
        let column = text[..start].chars().count() + 1;
        return title.element(Origin::path(name).line(number).char_column(column));
    }
    let label = (!problem.label.is_empty()).then_some(problem.label.as_str());
    let annotation = AnnotationKind::Primary.span(start..end).label(label);
    title.element(Snippet::source(text).line_start(number).path(name).annotation(annotation))
}

/// One line of a file, and the stretch of it that is marked.
struct Line<'t> {
    number: usize,
    text: &'t str,
    start: usize,
    end: usize,
}

fn first_line(text: &str, mark: Mark) -> Line<'_> {
    let floor = |at: usize| text.floor_char_boundary(at.min(text.len()));
    let (mut start, end) = (floor(mark.start), floor(mark.end));
    // The end of a file without more text shows at its last line, not at an empty one after it.
    if start == text.len() {
        start = text.trim_end().len();
    }
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let start = (start - line_start).min(line.len());
    let marked = line[start..line.len().min(end.saturating_sub(line_start).max(start))].trim_end();
    let end = start + marked.len();
    Line { number: text[..line_start].matches('\n').count() + 1, text: line, start, end }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
