//! What the YAML parser says, in words for people who wrote a scenario and know no grammar.

use super::{Mark, Problem};
use serde_saphyr::granit_parser::{ErrorKind, ScanError};

/// The next move for templates without quotes.
pub(super) const QUOTE: &str = "put a text with `{{ … }}` in quotes";

/// The problem for a parser's error in `text`.
pub(super) fn syntax_problem(text: &str, file: usize, error: &ScanError) -> Problem {
    let stopped = floor(text, error.marker().byte_offset().unwrap_or(0));
    let meant = match error.kind() {
        // The parser stops at the next line, which is as it should be; at a tab, before or behind it.
        ErrorKind::InvalidQuotedScalarIndent => opening_quote(&text[..stopped]),
        kind if is_tab(kind) => tab(text, stopped),
        _ => None,
    };
    let start = meant.unwrap_or(stopped);
    let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
    let mark = Mark { file, start, end };
    let (message, help) = words(error.kind());
    let problem = match message {
        Some(message) => Problem::at(mark, message).help(help),
        None => Problem::at(mark, format!("this is not valid YAML: {}", error.info())),
    };
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    // The commonest slip: `get: {{ id }}/x` without quotes is a broken flow map.
    if line.contains(" {{") && !is_tab(error.kind()) {
        return problem.help(QUOTE);
    }
    problem
}

fn words(kind: &ErrorKind) -> (Option<&'static str>, &'static str) {
    let (message, help) = match kind {
        kind if is_tab(kind) => ("a tab stands where YAML wants spaces", "indent with spaces"),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            ("this text has no closing quote", "close the quote that opens the text")
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("a bracket is not closed", "add the missing `}` or `]`")
        }
        ErrorKind::ExpectedFlowMappingSeparator => (
            "expected `,` or `}` here",
            "separate entries by `,` and put texts with special characters in quotes",
        ),
        ErrorKind::ExpectedFlowSequenceSeparator => (
            "expected `,` or `]` here",
            "separate items by `,` and put texts with special characters in quotes",
        ),
        ErrorKind::UnknownAnchor => (
            "no value above has this anchor",
            "write `&name` at the value first, or put a text that begins with `*` in quotes",
        ),
        ErrorKind::RecursionLimitExceeded => {
            ("lists and maps are nested too deep", "a scenario needs fewer than 64 levels")
        }
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry => (
            "this line does not line up with the lines above it",
            "give keys of one map and items of one list the same indentation",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a key without a `:`", "write `key: value`")
        }
        ErrorKind::InvalidColonPlacement => {
            ("a `:` may not stand here", "close the brackets and quotes before it")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::MappingKeyNotAllowed => {
            ("a second key on one line", "put a text that holds `: ` in quotes, or begin a new line")
        }
        ErrorKind::UnexpectedCharacter { .. } => {
            ("no text can begin with this character", "put the text in quotes")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            ("something follows the closing quote", "put all of the text within the quotes")
        }
        ErrorKind::UnknownQuotedScalarEscape => (
            "this backslash begins no escape that YAML knows",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        _ => return (None, ""),
    };
    (Some(message), help)
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    )
}

/// Where the tab stands that is nearest to `stopped`.
fn tab(text: &str, stopped: usize) -> Option<usize> {
    let tabs = text.match_indices('\t').map(|(at, _)| at);
    tabs.min_by_key(|at| at.abs_diff(stopped))
}

/// Where the last quote stands that can begin a text.
fn opening_quote(text: &str) -> Option<usize> {
    let begins = |at: usize| {
        let before = text[..at].chars().next_back();
        before.is_none_or(|before| before.is_whitespace() || "[{,".contains(before))
    };
    text.rmatch_indices(['"', '\'']).map(|(at, _)| at).find(|at| begins(*at))
}

/// The last character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}
