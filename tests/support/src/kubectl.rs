//! The kubectl that there is to test with: the one on `PATH`, and the one that `SHAKEDOWN_TEST_KUBECTL` names.

use crate::skipped;
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::Command;

/// A kubectl that can be run.
#[derive(Debug, Clone)]
pub struct Kubectl {
    /// Its name, or where it is.
    pub program: OsString,
    /// 20 of 1.20.
    pub minor: u32,
}

/// All that there are, told aloud; where there is none, that too. Panics when the one that is named is none.
pub fn kubectls() -> Vec<Kubectl> {
    let named = env::var_os("SHAKEDOWN_TEST_KUBECTL");
    let on_path = find(&"kubectl".into());
    let found: Vec<Kubectl> = on_path
        .into_iter()
        .chain(
            named
                .map(|program| find(&program).unwrap_or_else(|| panic!("no kubectl: {}", program.display()))),
        )
        .collect();
    // Not `eprintln!`, which the harness holds back.
    let mut told = std::io::stderr();
    for Kubectl { program, minor } in &found {
        let _ = writeln!(told, "with kubectl 1.{minor} ({})", program.display());
    }
    if found.is_empty() {
        skipped("there is no kubectl on this machine");
    }
    found
}

fn find(program: &OsString) -> Option<Kubectl> {
    let output = Command::new(program).args(["version", "--client", "-o", "json"]).output().ok()?;
    let version: Value = serde_json::from_slice(&output.stdout).ok()?;
    let minor = version["clientVersion"]["minor"].as_str()?.trim_end_matches('+').parse().ok()?;
    Some(Kubectl { program: program.clone(), minor })
}
