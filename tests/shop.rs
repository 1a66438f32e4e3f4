//! `shakedown shop` and the example scenarios, as somebody tries them out.
#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A shop in a process of its own; killed when the test ends early.
struct Shop {
    process: Child,
    url: String,
}

impl Shop {
    fn open() -> Shop {
        let mut process = Command::new(env!("CARGO_BIN_EXE_shakedown"))
            .args(["shop", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        Shop { url: url.trim_end_matches(';').to_owned(), process }
    }

    /// Ends it as Ctrl-C does; its exit code.
    fn end(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        self.process.wait().unwrap().code()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It has ended already when the test went well.
        let _ = self.process.kill();
    }
}

/// The command's exit code and what it wrote.
fn shakedown(arguments: &[&str]) -> (Option<i32>, String) {
    let runs = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_shakedown"))
        .args(arguments)
        .args(["--out", runs.path().to_str().unwrap()])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn the_smoke_example_passes_on_the_shop_that_then_ends_well() {
    let shop = Shop::open();
    let (code, said) = shakedown(&["smoke", "scenarios/examples/smoke.yaml", "--target", &shop.url]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("PASS  all 4 checks hold"), "{said}");
    assert_eq!(shop.end(), Some(0));
}

#[test]
fn a_customer_of_the_examples_is_known_to_the_shop() {
    let shop = Shop::open();
    let text = std::fs::read_to_string("scenarios/examples/login.yaml").unwrap();
    // Less of the same: nothing is demanded of times here.
    let (head, _) = text.split_once("gates:").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("login.yaml");
    std::fs::write(&file, head.replace("ramp: 2s, hold: 16s", "ramp: 0s, hold: 1s")).unwrap();
    let (code, said) =
        shakedown(&["run", file.to_str().unwrap(), "--target", &shop.url, "--report", "json=-"]);
    let report: serde_json::Value = serde_json::from_str(&said[..=said.rfind('}').unwrap()]).unwrap();
    let (planned, failed) = (&report["totals"]["planned"], &report["totals"]["failed"]);
    assert_eq!((planned.as_u64(), failed.as_u64()), (Some(80), Some(0)), "{code:?} {said}");
}
