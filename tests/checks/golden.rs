//! The text of a failure, compared with the one that was read and found good.

use regex::Regex;
use std::fs;
use support::{Ended, Program};

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// Runs the checks of a scenario with this target and these checks.
pub fn smoke(program: &Program, url: &str, checks: &str) -> Ended {
    let target = if url.is_empty() { String::new() } else { format!("target: {{ http: '{url}' }}\n") };
    program.write("s.yaml", format!("scenario: golden\n{target}smoke:\n{checks}"));
    program.run(&["smoke", "s.yaml", "--report", "json=report.json", "--report", "junit=report.xml"])
}

/// Compares what the report tells of the checks that do not hold with `tests/checks/golden/NAME.txt`. The same text has
/// to be in the report for CI servers.
pub fn failure(name: &str, ended: &Ended, program: &Program) {
    let told = told(&ended.out);
    assert!(!told.is_empty(), "no failure is told: {ended}");
    let xml = program.read("report.xml");
    for line in told.lines().filter(|line| line.starts_with("  ")) {
        let quoted = line.trim_end().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let quoted = quoted.replace('"', "&quot;").replace('\'', "&apos;");
        assert!(xml.contains(&quoted), "{quoted} is not in {xml}");
    }
    let got = scrubbed(&told);
    let path = format!("tests/checks/golden/{name}.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &got).unwrap();
    }
    assert_eq!(
        got,
        fs::read_to_string(&path).unwrap_or_default(),
        "{path} differs; UPDATE_GOLDEN=1 writes it anew"
    );
}

/// The blocks of failures at the end of the terminal's report.
fn told(out: &str) -> String {
    let words = ["fail ", "warn ", "inconclusive "];
    let begins = |line: &str| words.iter().any(|word| line.starts_with(word));
    let lines = out.lines().skip_while(|line| !begins(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The text without what differs from run to run: ports and how long things took.
fn scrubbed(text: &str) -> String {
    let text =
        Regex::new(r"127\.0\.0\.1([: ])\d+").unwrap().replace_all(text, "127.0.0.1${1}PORT").into_owned();
    let text = Regex::new(r"-p \d+").unwrap().replace_all(&text, "-p PORT").into_owned();
    Regex::new(r"\b\d+(\.\d+)? (µs|ms|s)\b").unwrap().replace_all(&text, "TIME").into_owned()
}
