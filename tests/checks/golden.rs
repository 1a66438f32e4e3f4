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
    same(&format!("tests/checks/golden/{name}.txt"), &scrubbed(&told));
}

/// Compares a text with a golden file, or writes that when asked to.
pub fn same(path: &str, got: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path, got).unwrap();
    }
    let wanted = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(got, wanted, "{path} differs; UPDATE_GOLDEN=1 writes it anew");
}

/// The blocks of failures at the end of the terminal's report.
fn told(out: &str) -> String {
    let words = ["fail ", "warn ", "inconclusive "];
    let begins = |line: &str| words.iter().any(|word| line.starts_with(word));
    let lines = out.lines().skip_while(|line| !begins(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The text without what differs from run to run: ports, how long and how often something was asked, the names of Pods and
/// how often they were started.
fn scrubbed(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, shown) in [
        (r"127\.0\.0\.1([: ])\d+", "127.0.0.1${1}PORT"),
        (r"-p \d+", "-p PORT"),
        (r"\bshakedown\.[0-9a-f]{16}\b", "shakedown.ID"),
        (r"RabbitMQ \d[\d.]*", "RabbitMQ VERSION"),
        (r"\b\d+(\.\d+)? (µs|ms|s)\b", "TIME"),
        (r"(still failing|cannot recover by itself, given up) after [^:]*: ", ""),
        (r"; it cannot recover by itself, so it was not asked again", ""),
        (r"-[a-z0-9]{6,10}-[a-z0-9]{5}\b", "-POD"),
        (r"\bpod ([a-z]+)-[a-z0-9]{5}\b", "pod $1-POD"),
        (r" \(\d+ times\)", ""),
        (r"\b\d+ times\b", "N times"),
        (r"\b\d+ restarts?\b", "N restarts"),
        (r"\bcpu: \d+%", "cpu: N%"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, shown).into_owned();
    }
    text
}
