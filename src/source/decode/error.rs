//! What serde says about a node, kept apart by kind until it is put into words.

use super::super::suggest::{nearest, suggest};
use super::super::{Mark, Node, NodeId, Problem};
use serde::de::{Error, Expected, Unexpected};
use std::fmt;

/// A node that does not have the form that its type wants.
#[derive(Debug)]
pub(super) struct DecodeError {
    /// What is wrong; boxed because every success carries room for it.
    wrong: Box<Wrong>,
    place: Option<Place>,
}

/// Where a mistake shows, and what has to be left out to go on without it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Where the caret goes.
    pub(super) mark: Mark,
    /// The node to leave out.
    pub(super) node: NodeId,
}

/// What is wrong.
#[derive(Debug)]
pub(super) enum Wrong {
    UnknownKey { written: String, known: &'static [&'static str] },
    MissingKey(&'static str),
    UnknownKind { written: String, known: &'static [&'static str] },
    Expected { expected: String, found: String },
    Said(String),
}

impl DecodeError {
    /// A mistake at a node.
    pub(super) fn at(node: &Node, wrong: Wrong) -> DecodeError {
        DecodeError { wrong: Box::new(wrong), place: None }.or_at(node)
    }

    /// With this node as its place, unless it has one.
    pub(super) fn or_at(self, node: &Node) -> DecodeError {
        self.or_place(Place { mark: node.mark, node: node.id() })
    }

    /// With this place, unless it has one.
    pub(super) fn or_place(mut self, place: Place) -> DecodeError {
        self.place.get_or_insert(place);
        self
    }

    /// With this place instead of the one it has.
    pub(super) fn move_to(mut self, place: Place) -> DecodeError {
        self.place = Some(place);
        self
    }

    /// What is wrong and where.
    pub(super) fn into_parts(self) -> (Wrong, Option<Place>) {
        (*self.wrong, self.place)
    }
}

impl Wrong {
    /// The key that an unknown key was probably meant to be.
    pub(super) fn meant(&self) -> Option<&'static str> {
        match self {
            Wrong::UnknownKey { written, known } => nearest(written, known.iter().copied()),
            _ => None,
        }
    }

    /// The mistake in words.
    pub(super) fn problem(&self, mark: Mark) -> Problem {
        match self {
            Wrong::UnknownKey { written, known } => Problem::at(mark, format!("unknown key `{written}`"))
                .help(suggest(written, known.iter().copied())),
            Wrong::MissingKey(key) => Problem::at(mark, format!("the key `{key}` is missing"))
                .label("in this map")
                .help(format!("add `{key}: …`")),
            Wrong::UnknownKind { written, known } => {
                Problem::at(mark, format!("`{written}` is none of the kinds that may stand here"))
                    .help(suggest(written, known.iter().copied()))
            }
            Wrong::Expected { expected, found } => {
                let problem = Problem::at(mark, format!("expected {expected}, found {found}"));
                match expected.as_str() {
                    _ if found == NOTHING => problem.help("write a value, or remove the key"),
                    "a list" => problem.help("begin each item on a line of its own with `- `"),
                    "a map" => problem.help("write `key: value`, each on a line of its own"),
                    _ => problem,
                }
            }
            // House style of the types' own messages: `cause; write what is right`.
            Wrong::Said(text) => match text.split_once("; ") {
                Some((cause, next)) if next.starts_with("write ") => Problem::at(mark, cause).help(next),
                _ => Problem::at(mark, text.as_str()),
            },
        }
    }
}

impl Error for DecodeError {
    fn custom<T: fmt::Display>(text: T) -> DecodeError {
        Wrong::Said(text.to_string()).into()
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> DecodeError {
        Wrong::Expected { expected: expected_words(expected), found: found_words(found) }.into()
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> DecodeError {
        DecodeError::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> DecodeError {
        let found = format!("{length} of them");
        Wrong::Expected { expected: expected_words(expected), found }.into()
    }

    fn unknown_variant(written: &str, known: &'static [&'static str]) -> DecodeError {
        Wrong::UnknownKind { written: written.to_owned(), known }.into()
    }

    fn unknown_field(written: &str, known: &'static [&'static str]) -> DecodeError {
        Wrong::UnknownKey { written: written.to_owned(), known }.into()
    }

    fn missing_field(key: &'static str) -> DecodeError {
        Wrong::MissingKey(key).into()
    }

    fn duplicate_field(key: &'static str) -> DecodeError {
        Wrong::Said(format!("the key `{key}` stands here twice")).into()
    }
}

impl From<Wrong> for DecodeError {
    fn from(wrong: Wrong) -> DecodeError {
        DecodeError { wrong: Box::new(wrong), place: None }
    }
}

impl std::error::Error for DecodeError {}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wrong.problem(Mark::default()).message)
    }
}

const NOTHING: &str = "nothing";

fn found_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(yes) => format!("`{yes}`"),
        Unexpected::Unsigned(number) => format!("the number `{number}`"),
        Unexpected::Signed(number) => format!("the number `{number}`"),
        Unexpected::Float(number) => format!("the number `{number}`"),
        // A text is shown whole or not at all: a part of a secret could not be recognised and masked.
        Unexpected::Str(text) if text.chars().count() > 60 || text.contains('\n') => "a long text".into(),
        Unexpected::Str(text) => format!("the text `{text}`"),
        Unexpected::Unit | Unexpected::Option => NOTHING.into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a map".into(),
        other => other.to_string(),
    }
}

/// Serde's words for what it expected, in ours.
fn expected_words(expected: &dyn Expected) -> String {
    let words = expected.to_string();
    let whole = |max: u64| format!("a whole number from 0 to {max}");
    match words.as_str() {
        "a string" | "a character" => "a text".into(),
        "a boolean" => "`true` or `false`".into(),
        "a sequence" => "a list".into(),
        "u8" => whole(u8::MAX.into()),
        "u16" => whole(u16::MAX.into()),
        "u32" => whole(u32::MAX.into()),
        "u64" | "usize" => "a whole number that is not negative".into(),
        "i64" => "a whole number".into(),
        "f64" | "f32" => "a number".into(),
        _ if words.starts_with("struct ") => "a map".into(),
        _ => words,
    }
}
