//! `shakedown pressure`: it uses what it is asked for, no more, and ends whatever happens around it.

use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use support::{Program, Running};

const BINARY: &str = env!("CARGO_BIN_EXE_shakedown");
const PATIENCE: Duration = Duration::from_mins(1);

/// The last line of an output.
fn last(out: &str) -> Value {
    serde_json::from_str(out.lines().last().unwrap_or_default()).unwrap_or_else(|e| panic!("{e}: {out}"))
}

/// The memory that a process has to itself, in bytes.
fn resident(running: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().map_or(0, |kib| kib * 1024)
}

#[test]
fn half_a_core_is_no_more_than_half_a_core() {
    let ended = Program::at(BINARY).run(&["pressure", "cpu", "--cores", "0.5", "--for", "2s"]);
    ended.expect(0, &[]);
    let line = last(&ended.out);
    let number = |key: &str| line[key].as_f64().unwrap();
    assert_eq!((line["because"].as_str(), line["threads"].as_u64()), (Some("time"), Some(1)), "{line}");
    assert!(number("passed_s") >= 2.0, "{line}");
    assert!(number("cpu_s") > 0.0 && number("cpu_s") < 0.75 * number("passed_s"), "{line}");
}

#[test]
fn a_signal_ends_it_long_before_its_time() {
    let program = Program::at(BINARY);
    for what in [&["pressure", "cpu", "--cores", "2"][..], &["pressure", "memory", "--size", "10MiB"][..]] {
        let running = program.start(&[what, &["--for", "1h"]].concat());
        running.prints("{\"pressure\":");
        running.terminate();
        let ended = running.end();
        ended.expect(0, &[]);
        assert_eq!(last(&ended.out)["because"], "signal", "{ended}");
    }
}

#[test]
fn memory_is_really_taken_in_steps_and_given_back_at_the_end() {
    let program = Program::at(BINARY);
    let size = 48 << 20;
    let running = program.start(&["pressure", "memory", "--size", "48MiB", "--step", "24MiB", "--for", "1h"]);
    running.waits_for("48 MiB", || resident(&running) >= size);
    running.terminate();
    let ended = running.end();
    // What the program needs for itself counts in what the system sees, so the last piece may be missing still.
    let held = last(&ended.out)["held_bytes"].as_u64().unwrap();
    assert!(held > size / 2 && held <= size, "{ended}");
}

#[test]
fn more_memory_than_there_is_is_refused() {
    let ended = Program::at(BINARY).run(&["pressure", "memory", "--size", "500000GiB", "--for", "1h"]);
    ended.expect(2, &["500000GiB are asked for", "are available here; ask for less with --size"]);
}

#[test]
fn it_ends_by_itself_when_whoever_started_it_is_gone() {
    let program = Program::at(BINARY);
    let out = program.folder().join("orphan");
    let script = format!("{BINARY} pressure cpu --cores 0.1 --for 1s > {} &", out.display());
    assert!(Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).status().unwrap().success());
    let begun = Instant::now();
    while !std::fs::read_to_string(&out).unwrap_or_default().contains("\"because\":\"time\"") {
        assert!(begun.elapsed() < PATIENCE, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_ends_well_when_nobody_listens_any_more() {
    let mut child = Command::new(BINARY)
        .args(["pressure", "memory", "--size", "1MiB", "--for", "1s"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdin.take(), child.stdout.take()));
    assert!(child.wait().expect("our child can be waited for").success());
}
