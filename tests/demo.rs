//! The first command of the README, as whoever has just cloned the repository sees it.

use std::time::{Duration, Instant};
use support::{Program, Report};

#[test]
fn the_demo_passes_in_half_a_minute_and_saves_its_runs() {
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let begun = Instant::now();
    let ended = program.run(&["demo", "--out", "runs"]);
    let took = begun.elapsed();
    ended.expect(
        0,
        &["the demo shop listens on http://127.0.0.1:", "check GET /health/ready: ok", "stage spike: "],
    );
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert_eq!(ended.out.matches("PASS  ").count(), 2, "a verdict for each scenario: {ended}");
    let saved = program.saved();
    assert_eq!(saved.len(), 2, "{saved:?}");
    for folder in &saved {
        assert!(ended.err.contains(&format!("saved in {folder}; judge it again")), "{ended}");
        let judged = program.run(&["judge", folder, "--report", "json=-"]);
        judged.expect(0, &["pass: "]);
        let report: Report = judged.report();
        let counts = report.counts();
        assert!(counts.done > 1_000 && counts.dropped == 0, "{counts:?}");
        assert!(report.list("/gates").iter().all(|gate| gate["status"] == "pass"));
    }
}
