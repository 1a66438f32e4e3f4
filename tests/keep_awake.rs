//! `--keep-awake`: the processors are kept awake while the load is sent, and only then; where they cannot be, nothing is.

use std::fs::{self, OpenOptions};
use std::path::Path;
use support::{Answer, Program, Running, Scripted};

/// The device by which processors are kept awake.
const LATENCY: &str = "/dev/cpu_dma_latency";

/// A scenario of which a search can find where it breaks.
fn scenario(url: &str) -> String {
    format!(
        "scenario: one step\ntarget: {{ http: '{url}' }}\ngates: [error_rate < 5%]\nload:\n  \
         profile: {{ baseline: {{ base: 200/s, hold: 1s }} }}\n  journeys: [{{ name: j, steps: [{{ get: /step }}] }}]\n"
    )
}

/// Waits until it has sent a number of requests, more than are sent before a load.
fn sends(running: &Running, server: &Scripted) {
    let enough = server.seen().len() + 20;
    running.waits_for("20 requests", || server.seen().len() >= enough);
}

/// Whether a process holds it open.
fn keeps_awake(pid: u32) -> bool {
    let held = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
    held.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|file| file.as_path() == Path::new(LATENCY))
}

#[test]
fn processors_are_kept_awake_meanwhile_or_nothing_is_sent() {
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    let server = Scripted::start([Answer::ok("ok")]);
    program.write("scenario.yaml", scenario(&server.url()));
    let url = server.url();
    let load = ["load", &url, "--for", "1m", "--out", "runs"];
    let stress = ["stress", "scenario.yaml", "--out", "runs"];
    let may = OpenOptions::new().write(true).open(LATENCY).is_ok();
    for command in [&load[..], &stress] {
        let args = [command, &["--keep-awake"]].concat();
        if may {
            let running = program.start(&args);
            running.waits_for("a process that keeps the processors awake", || keeps_awake(running.pid()));
            sends(&running, &server);
            assert!(keeps_awake(running.pid()), "and goes on with it while it sends");
            running.interrupt();
            running.end().expect(130, &[]);
            let asleep = program.start(command);
            sends(&asleep, &server);
            assert!(!keeps_awake(asleep.pid()), "nobody asked for it");
            asleep.interrupt();
            asleep.end().expect(130, &[]);
        } else {
            let words = format!("--keep-awake: the processors cannot be kept awake: {LATENCY}: ");
            program.run(&args).expect(2, &[&words]);
            assert!(server.seen().is_empty());
        }
    }
}
