//! A check that does not hold, told so that its reader can act: the line of the scenario with a caret, expected and
//! actual, the phases, a command that does the same by hand, and evidence. The same text in every report.

use super::numbers;
use super::plain::{harmless, head, width};
use crate::run::{CheckResult, Run};
use crate::source::Place;
use crate::verdict::Verdict;

/// A longer source line is cut around its caret.
const WIDE: usize = 96;
/// More of what was expected and came is left to the json report.
const LONGEST: usize = 300;

/// Whether there is more to tell of a check than its reason.
pub(super) fn is_told(check: &CheckResult) -> bool {
    check.end.asked.at_all() && check.verdict != Verdict::Pass
}

/// All that helps to act on a check that does not hold, its reason first. Harmless at a terminal.
pub(super) fn lines(run: &Run, check: &CheckResult) -> Vec<String> {
    let end = &check.end;
    let detail = &end.detail;
    let mut lines = vec![format!("{}: {}", harmless(&end.name), harmless(&end.reason))];
    let planned = || run.meta.checks.iter().find(|plan| plan.name == end.name)?.place.as_ref();
    if let Some(place) = detail.place.as_ref().or_else(planned) {
        lines.extend(source(place));
    }
    let mut say = |word: &str, text: &str| lines.push(format!("  {word:<9} {}", harmless(text)));
    if let Some(expected) = &detail.expected {
        say("expected", &head(expected, LONGEST));
    }
    if let Some(actual) = &detail.actual {
        say("got", &head(actual, LONGEST));
    }
    if !detail.phases.is_empty() {
        let phase = |(name, took): &(String, u64)| format!("{name} {}", numbers::micros(*took as f64));
        say("phases", &detail.phases.iter().map(phase).collect::<Vec<_>>().join(", "));
    }
    if let Some(command) = &detail.reproduce {
        say("by hand", command);
    }
    lines.extend(detail.evidence.iter().map(|line| format!("  | {}", harmless(line))));
    lines
}

/// The line of the scenario, with a caret under the part that is meant.
fn source(place: &Place) -> [String; 4] {
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let column = usize::try_from(place.column.saturating_sub(1)).unwrap_or(usize::MAX);
    let length = usize::try_from(place.length).unwrap_or(usize::MAX).max(1);
    // A tab would put the caret anywhere.
    let letters: Vec<char> = place.text.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let first = if column + length <= WIDE { 0 } else { column.min(letters.len()).saturating_sub(WIDE / 3) };
    let text = |letters: &[char]| harmless(&letters.iter().collect::<String>());
    let cut = if first > 0 { "…" } else { "" };
    let column = column.clamp(first, letters.len().max(first));
    let before = text(&letters[first.min(letters.len())..column.min(letters.len())]);
    let marked = text(letters.get(column..(column + length).min(letters.len())).unwrap_or_default());
    let shown = head(&text(letters.get(first..).unwrap_or_default()), WIDE);
    let space = " ".repeat(width(cut) + width(&before));
    let carets = "^".repeat(width(&marked).clamp(1, WIDE.saturating_sub(width(&before)).max(1)));
    [
        format!("  {margin}--> {}:{number}:{}", harmless(&place.file), place.column),
        format!("  {margin} |"),
        format!("  {number} | {cut}{shown}"),
        format!("  {margin} | {space}{carets}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, column: u64, length: u64) -> Place {
        Place { file: "shop.yaml".into(), line: 12, column, length, text: text.into() }
    }

    #[test]
    fn the_caret_stands_under_the_part_that_is_meant() {
        let shown = source(&place("\t- http: { get: /größe }", 11, 13)).join("\n");
        let wanted = "    --> shop.yaml:12:11\n     |\n  12 |  - http: { get: /größe }\n     |           ^^^^^^^^^^^^^";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn a_long_line_is_cut_around_its_caret() {
        let text = format!("{}expect: 200{}", "x ".repeat(100), " y".repeat(100));
        let [_, _, line, carets] = source(&place(&text, 201, 11));
        assert!(line.contains("…") && line.ends_with('…'), "{line}");
        let at = carets.find('^').unwrap();
        let under: String = line.chars().skip(at).take(11).collect();
        assert_eq!((under.as_str(), carets.trim_start_matches([' ', '|'])), ("expect: 200", "^^^^^^^^^^^"));
    }

    #[test]
    fn a_place_beyond_its_line_does_no_harm() {
        for (text, column, length) in [("", 1, 1), ("ab", 9, 4), ("ab", 1, u64::MAX)] {
            assert!(source(&place(text, column, length))[3].contains('^'));
        }
    }
}
