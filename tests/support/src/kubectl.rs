//! The kubectl that there is to test with: the one on `PATH`, and the one that `SHAKEDOWN_TEST_KUBECTL` names.

use crate::running::{Ended, Running};
use crate::skipped;
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// A kubectl that can be run.
#[derive(Debug, Clone)]
pub struct Kubectl {
    /// Its name, or where it is.
    pub program: OsString,
    /// 20 of 1.20.
    pub minor: u32,
}

impl Kubectl {
    /// Runs it to its end with this input; `prepare` gives it its arguments. One that hangs is killed, and the test fails.
    pub fn run(&self, prepare: impl FnOnce(&mut Command), input: &str) -> Ended {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
        let mut command = Command::new(&self.program);
        prepare(&mut command);
        // What a test prints is shown when it fails: the last command is the one that hangs.
        println!("{command:?}");
        let [to_out, to_err] = [&out, &err].map(|path| File::create(path).expect("the folder takes files"));
        let process = command.stdin(Stdio::piped()).stdout(to_out).stderr(to_err).spawn();
        let mut process = process.expect("kubectl can be run");
        // One that does not read its input ends before it is written.
        let _ = process.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
        Running::new(process, out, err).end()
    }
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
