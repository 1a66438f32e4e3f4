//! Noise: whatever the bytes, a scenario is accepted or rejected with messages, and nothing panics.
#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

use proptest::prelude::*;
use shakedown::scenario::Scenario;
use shakedown::source::{Environment, Look};
use std::fs;

fn environment() -> Environment {
    Environment::from_iter([("SHOP_TOKEN", "s3cret-token"), ("SHOP_USER", "pat")])
}

/// Reads a text as a scenario and draws what is wrong with it.
fn try_out(text: &str) {
    if let Err(rejected) = Scenario::parse("tests/scenarios/good/noise.yaml", text, &environment()) {
        assert!(!rejected.problems().is_empty());
        assert!(rejected.render(Look::Plain).starts_with("error: "));
        rejected.render(Look::Coloured);
    }
}

/// The texts of all good scenarios.
fn good() -> Vec<String> {
    let folder = fs::read_dir("tests/scenarios/good").unwrap();
    folder.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

/// Pieces that mean something in a scenario.
const PIECES: &[&str] = &[
    "\n",
    "\n  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "{{",
    "}}",
    "${env:SHOP_TOKEN}",
    "${",
    "$${",
    "\"",
    "'",
    "&a ",
    "*a",
    "!!str ",
    "|\n",
    ">-\n",
    "---\n",
    "#",
    "null",
    "~",
    "-1",
    "1e999",
    ".nan",
    "0x",
    "99999999999999999999",
    "ü",
    "\u{feff}",
    "\t",
    "use: ",
    "- use: target.yaml\n",
    "- use: noise.yaml\n",
    "json: ",
    "rows: ",
    "p99(",
    " stage ",
    " last 9999d",
    "0s",
    "0/s",
    "10M/s",
    "0%",
    "100%",
    "weight: 0",
    "<<: *a",
    "? ",
    "\u{0}",
    "\r\n",
    "stages: ",
    "- { hold: 1us }\n",
];

#[derive(Debug, Clone)]
enum Edit {
    Cut(prop::sample::Index, usize),
    Put(prop::sample::Index, &'static str),
    RepeatLine(prop::sample::Index),
    SwapLines(prop::sample::Index, prop::sample::Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<prop::sample::Index>(), 1..30_usize).prop_map(|(at, length)| Edit::Cut(at, length)),
        (any::<prop::sample::Index>(), prop::sample::select(PIECES))
            .prop_map(|(at, piece)| Edit::Put(at, piece)),
        any::<prop::sample::Index>().prop_map(Edit::RepeatLine),
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(a, b)| Edit::SwapLines(a, b)),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if chars.is_empty() {
        return text.to_owned();
    }
    match edit {
        Edit::Cut(at, length) => {
            let at = at.index(chars.len());
            chars.drain(at..(at + length).min(chars.len()));
        }
        Edit::Put(at, piece) => {
            let at = at.index(chars.len());
            chars.splice(at..at, piece.chars());
        }
        Edit::RepeatLine(line) => {
            let line = line.index(lines.len());
            lines.insert(line, lines[line]);
            return lines.concat();
        }
        Edit::SwapLines(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
            return lines.concat();
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        try_out(&text);
    }

    #[test]
    fn any_pieces_are_answered(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        try_out(&pieces.concat());
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("noise.yaml");
        fs::write(&path, bytes).unwrap();
        if let Err(rejected) = Scenario::load(&path, &environment()) {
            prop_assert!(!rejected.problems().is_empty());
        }
    }

    #[test]
    fn any_damage_is_answered(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec(edit(), 1..8),
    ) {
        let good = good();
        let damaged = edits.iter().fold(which.get(&good).clone(), |text, edit| apply(&text, edit));
        try_out(&damaged);
    }
}
