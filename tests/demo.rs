//! The first command of the README, as whoever has just cloned the repository sees it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use support::{Ended, Program, descendants, lives, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown")).with_own_tmp()
}

/// Nothing is left: no process, no folder.
fn is_gone(all: &BTreeSet<u32>, program: &Program) {
    let left: Vec<_> = all.iter().filter(|pid| lives(**pid)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(program.tmp(), Vec::<PathBuf>::new());
}

/// Runs the demo to its end, which leaves nothing behind.
fn demo(program: &Program) -> Ended {
    let begun = Instant::now();
    let running = program.start(&["demo", "--out", "runs"]);
    running.says("the shop is ready: http://127.");
    let all = descendants(running.pid());
    assert!(all.len() >= 8, "a supervisor and a program for each of four pods: {all:?}");
    let ended = running.end();
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(90), "{took:?}\n{ended}");
    is_gone(&all, program);
    ended
}

#[test]
fn ctrl_c_ends_the_demo_and_all_that_it_started() {
    // While the shop comes up, and while it is loaded.
    for moment in ["an embedded Kubernetes is up", "stage "] {
        let program = program();
        let running = program.start(&["demo", "--out", "runs"]);
        running.says(moment);
        running.waits_for("a first process", || !descendants(running.pid()).is_empty());
        let all = descendants(running.pid());
        running.interrupt();
        let ended = running.end();
        ended.expect(130, &[]);
        is_gone(&all, &program);
    }
}

#[test]
fn the_demo_passes_in_less_than_a_minute_and_a_half_and_saves_its_runs() {
    let program = program();
    let ended = undisturbed(|| demo(&program));
    ended.expect(
        0,
        &[
            "the shop is ready: http://127.",
            "check GET /health/ready: ok",
            "stage spike: ",
            "fault store-down: undone",
        ],
    );
    assert_eq!(ended.out.matches("PASS  ").count(), 3, "a verdict for each scenario: {ended}");
    let said = |folder: &&String| ended.err.contains(&format!("judge it again: shakedown judge {folder}"));
    let saved = program.saved();
    let saved: Vec<&String> = saved.iter().filter(said).collect();
    assert_eq!(saved.len(), 3, "{ended}");
    for folder in saved {
        let judged = program.run(&["judge", folder, "--report", "json=-"]);
        judged.expect(0, &["pass: "]);
        let report = judged.report();
        let counts = report.counts();
        assert!(counts.done > 1_000 && counts.dropped == 0, "{counts:?}");
        assert!(report.list("/gates").iter().all(|gate| gate["status"] == "pass"));
    }
}
