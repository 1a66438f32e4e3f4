//! A line of a scenario, and the part of it that something is about.

use super::{Files, Mark};
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::LazyLock;

/// The longest line that is kept, in letters.
const LONGEST: usize = 400;

/// A line of the scenario and a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The column of the part's first letter, counted from 1.
    pub column: u64,
    /// How many letters of the line the part has.
    pub length: u64,
    /// The line as written, references to secrets unresolved and passwords within URLs masked.
    pub text: String,
}

impl Files {
    /// The first line of a stretch; none of a file that is not there, or of a line that nobody could read.
    pub fn place(&self, mark: Mark) -> Option<Place> {
        let file = self.get(mark.file).filter(|file| !file.text.is_empty())?;
        let line = Line::first(&file.text, mark);
        if line.text.chars().count() > LONGEST {
            return None;
        }
        let (text, part) = self.shown(&line);
        let letters = |bytes: &str| bytes.chars().count() as u64;
        let (column, length) = (letters(&text[..part.start]) + 1, letters(&text[part]).max(1));
        Some(Place { file: file.name.clone(), line: line.number as u64, column, length, text })
    }

    /// A line without what must not be shown, and where its marked stretch is then.
    pub(super) fn shown(&self, line: &Line<'_>) -> (String, Range<usize>) {
        let clean = |text: &str| self.hidden().redact(&without_passwords(text));
        let Line { text, start, end, .. } = *line;
        let [before, part, after] = [&text[..start], &text[start..end], &text[end..]].map(clean);
        let whole = clean(text);
        if before.len() + part.len() + after.len() == whole.len() {
            return (whole, before.len()..before.len() + part.len());
        }
        // Something that is masked lies across an end of the stretch.
        let same = before.bytes().zip(whole.bytes()).take_while(|(one, other)| one == other).count();
        let start = whole.floor_char_boundary(same);
        let end = whole.len();
        (whole, start..end)
    }
}

/// The text with `***` in the place of every password within a URL.
pub fn without_passwords(text: &str) -> String {
    static PASSWORD: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(://[^\s/:@"']*:)([^\s/@"']+)@"#).ok());
    match PASSWORD.as_ref() {
        Some(password) => password.replace_all(text, "${1}***@").into_owned(),
        None => text.to_owned(),
    }
}

/// One line of a file, and the stretch of it that is marked.
pub(super) struct Line<'t> {
    pub(super) number: usize,
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl<'t> Line<'t> {
    /// The first line of a stretch of a file.
    pub(super) fn first(text: &'t str, mark: Mark) -> Line<'t> {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Secrets;
    use std::path::Path;

    fn place(text: &str, part: &str) -> (u64, u64, u64, String) {
        let mut files = Files::default();
        files.remember(Path::new("s.yaml"), "s.yaml", text);
        let start = text.find(part).unwrap();
        let place = files.place(Mark { file: 0, start, end: start + part.len() }).unwrap();
        (place.line, place.column, place.length, place.text)
    }

    #[test]
    fn lines_and_columns_are_counted_in_letters_from_one() {
        assert_eq!(place("a: 1\nb: ü2\n", "2"), (2, 5, 1, "b: ü2".into()));
        assert_eq!(place("a:\n  b: 1\n  c: 2\n", "b: 1\n  c: 2"), (2, 3, 4, "  b: 1".into()));
    }

    #[test]
    fn what_is_masked_moves_the_part_that_is_meant() {
        let mut files = Files::default();
        let text = "- { key: hunter-22, ü: 1, key: hunter-22 }";
        files.remember(Path::new("s.yaml"), "s.yaml", text);
        let mut secrets = Secrets::default();
        secrets.hide("hunter-22");
        files.hide(secrets);
        for (part, column, length) in [("ü: 1", 15, 4), ("hunter-22", 10, 3), ("22", 10, 21)] {
            let start = text.find(part).unwrap();
            let place = files.place(Mark { file: 0, start, end: start + part.len() }).unwrap();
            assert_eq!(place.text, "- { key: ***, ü: 1, key: *** }");
            assert_eq!((place.column, place.length), (column, length), "{part}");
        }
    }

    #[test]
    fn a_password_within_a_url_is_not_shown() {
        let text = "- { url: 'amqp://user:hunter22@host/x', x: 1 }";
        let shown = "- { url: 'amqp://user:***@host/x', x: 1 }";
        assert_eq!(place(text, "x: 1"), (1, 36, 4, shown.into()));
        assert_eq!(without_passwords("http://host:80/a@b"), "http://host:80/a@b");
    }
}
