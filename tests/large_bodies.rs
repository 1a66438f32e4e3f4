//! Long bodies go by piece by piece in both directions: the memory of the program stays far below what it moves.

#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

use std::cell::Cell;
use std::fs::{self, File};
use support::{Answer, Bulk, Counts, Ended, Program, Running, Scripted};

/// Requests that are under way together.
const AT_ONCE: u64 = 64;
/// What each of them carries.
const LENGTH: u64 = 10 << 20;
/// What the program may need in all; what is under way together is three times as much, and again as much comes back.
const MOST_MEMORY: u64 = 192 << 20;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A file of this length full of zeros, which takes no room on the disk.
fn file(program: &Program, length: u64) {
    let made = File::create(program.folder().join("body.bin")).and_then(|file| file.set_len(length));
    made.expect("the folder takes files");
}

fn scenario(url: &str, load: &str, version: &str, step: &str) -> String {
    format!(
        "scenario: bulk\ntarget: {{ http: '{url}', http_version: {version} }}\nload:\n  timeout: 80s\n  {load}\n  \
         journeys: [{{ name: j, steps: [{{ name: s, {step} }}] }}]\n"
    )
}

/// So many arrivals within a second.
fn arrivals(count: u64) -> String {
    format!("profile: {{ stages: [{{ from: {count}/s, to: {count}/s, over: 1s }}] }}")
}

/// Runs it to its end; the most memory that it ever had, as far as was seen.
fn peak(running: Running) -> (Ended, u64) {
    let (status, most) = (format!("/proc/{}/status", running.pid()), Cell::new(0));
    running.waits_for("its end", || {
        let now = fs::read_to_string(&status).ok().and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? << 10)
        });
        most.set(now.unwrap_or(most.get()));
        // A process that has ended and that nobody has waited for yet has no memory.
        now.is_none()
    });
    assert!(most.get() > 0, "nobody saw it");
    (running.end(), most.get())
}

#[test]
fn ten_megabytes_in_each_direction_sixty_four_at_once() {
    for version in ["http1", "http2"] {
        let (program, server) = (program(), Bulk::start(LENGTH, AT_ONCE));
        file(&program, LENGTH);
        let text = scenario(&server.url(), &arrivals(AT_ONCE), version, "post: /, body_file: body.bin");
        let (ended, memory) = peak(program.start_scenario(&text));
        let done = Counts { planned: AT_ONCE, done: AT_ONCE, ..Counts::default() };
        assert_eq!(ended.report().counts(), done, "{version}: {ended}");
        assert_eq!(server.taken(), AT_ONCE * LENGTH, "{version}");
        assert!(memory < MOST_MEMORY, "{version}: {} MiB", memory >> 20);
        eprintln!("{version}: {} MiB for {} MiB in each direction", memory >> 20, (AT_ONCE * LENGTH) >> 20);
    }
}

#[test]
fn a_file_larger_than_the_bound_is_never_whole_in_memory() {
    let (program, server) = (program(), Bulk::start(1, 2));
    file(&program, 2 * MOST_MEMORY);
    let text = scenario(&server.url(), &arrivals(2), "http1", "put: /, body_file: body.bin");
    let (ended, memory) = peak(program.start_scenario(&text));
    assert_eq!(ended.report().counts().done, 2, "{ended}");
    assert_eq!(server.taken(), 2 * 2 * MOST_MEMORY);
    assert!(memory < MOST_MEMORY, "{} MiB", memory >> 20);
}

#[test]
fn a_smoke_check_sends_a_long_file_too() {
    let (program, server) = (program(), Bulk::start(1, 1));
    file(&program, LENGTH);
    let text = format!(
        "scenario: smoke\ntarget: {{ http: '{}' }}\nsmoke: [{{ http: {{ post: /, body_file: body.bin }} }}]\n",
        server.url()
    );
    program.scenario(&text).expect(0, &[]);
    assert_eq!(server.taken(), LENGTH);
}

#[test]
fn a_file_that_changes_during_the_run_is_our_own_failure() {
    for version in ["http1", "http2"] {
        let program = program();
        file(&program, LENGTH);
        let place = program.folder().join("body.bin");
        let server = Scripted::answering(move |seen| {
            // The first request was sent whole; what comes after it finds another file.
            File::options().write(true).open(&place).unwrap().set_len(LENGTH + 1).unwrap();
            assert_eq!(seen.body.len() as u64, LENGTH);
            Answer::ok("ok")
        });
        let load = "profile: { stages: [{ from: 2/s, to: 2/s, over: 2s }] }";
        let text = scenario(&server.url(), load, version, "post: /, body_file: body.bin");
        let report = program.scenario(&text).report();
        let counts = report.counts();
        assert_eq!((counts.planned, counts.done), (4, server.seen().len() as u64), "{version}");
        assert!(counts.failed > 0, "{version}: {counts:?}");
        assert_eq!(report.errors()["generator"], counts.failed, "{version}: {:?}", report.errors());
        let words = report.text("/endpoints/0/examples/generator");
        assert_eq!(words, "the body `body.bin` has changed since the run began; leave it alone meanwhile");
    }
}
