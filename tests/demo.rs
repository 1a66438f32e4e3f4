//! The first command of the README, as whoever has just cloned the repository sees it.

use std::time::{Duration, Instant};
use support::{Ended, Program};

/// Runs the demo. On a machine so busy that the generator cannot keep its schedule it rightly says so instead of
/// passing, and is asked once more.
fn demo(program: &Program) -> Ended {
    let begun = Instant::now();
    let ended = program.run(&["demo", "--out", "runs"]);
    let took = begun.elapsed();
    assert!(took < Duration::from_mins(1), "{took:?}\n{ended}");
    ended
}

#[test]
fn the_demo_passes_in_half_a_minute_and_saves_its_runs() {
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let mut ended = demo(&program);
    if ended.code == Some(3) && ended.out.contains("the generator measured itself") {
        ended = demo(&program);
    }
    ended.expect(
        0,
        &["the demo shop listens on http://127.0.0.1:", "check GET /health/ready: ok", "stage spike: "],
    );
    assert_eq!(ended.out.matches("PASS  ").count(), 2, "a verdict for each scenario: {ended}");
    let said = |folder: &&String| ended.err.contains(&format!("judge it again: shakedown judge {folder}"));
    let saved = program.saved();
    let saved: Vec<&String> = saved.iter().filter(said).collect();
    assert_eq!(saved.len(), 2, "{ended}");
    for folder in saved {
        let judged = program.run(&["judge", folder, "--report", "json=-"]);
        judged.expect(0, &["pass: "]);
        let report = judged.report();
        let counts = report.counts();
        assert!(counts.done > 1_000 && counts.dropped == 0, "{counts:?}");
        assert!(report.list("/gates").iter().all(|gate| gate["status"] == "pass"));
    }
}
