//! `command`: programs of this machine and in containers.

use crate::golden::{failure, program, smoke};
use crate::place::{Place, SHELL, STAYS, deployment};
use std::time::{Duration, Instant};
use support::lives;

#[test]
fn a_program_ends_and_says_what_it_should() {
    let program = program();
    smoke(
        &program,
        "",
        "  - command: { run: [echo, all is well], output: { contains: well, matches: '^all .* well$' } }
  - command: { run: [/bin/sh, -c, 'exit 7'], exit: 7 }\n",
    )
    .expect(0, &["check echo all is well: ok, exit code 0, and the output is as expected"]);
    let ended = smoke(
        &program,
        "",
        "  - name: ends otherwise
    command: { run: [/bin/sh, -c, 'echo one; echo two >&2; exit 3'] }
  - command: { run: [echo, down], output: { equals: up } }
  - command: { run: [no-such-program] }
  - timeout: 300ms
    command: { run: [sleep, '30'] }\n",
    );
    ended.expect(1, &[]);
    failure("command", &ended, &program);
    smoke(&program, "", "  - command: { run: [] }\n").expect(2, &["no program is named"]);
    smoke(&program, "", "  - command: { run: [x], output: { matches: '(' } }\n")
        .expect(2, &["regular expression"]);
}

#[test]
fn nothing_that_a_program_started_outlives_its_timeout() {
    let program = program();
    let file = program.folder().join("pids");
    let script = format!("sleep 600 & echo $! >> {}; wait", file.display());
    smoke(&program, "", &format!("  - timeout: 5s\n    command: {{ run: [sh, -c, '{script}'] }}\n"))
        .expect(1, &["it did not end within 5s"]);
    let started = program.read("pids");
    assert!(!started.is_empty());
    for pid in started.lines().map(|line| line.parse().unwrap()) {
        let begun = Instant::now();
        while lives(pid) {
            assert!(begun.elapsed() < Duration::from_mins(1), "{pid} lives on");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn what_a_program_prints_beyond_measure_is_not_kept_and_not_passed_over() {
    let program = program();
    let loud = "yes x | head -c 3000000";
    let check = |output: &str| {
        format!(
            "  - command: {{ run: [sh, -c, \"echo begin; {loud}; echo end\"], output: {{ {output} }} }}\n"
        )
    };
    smoke(&program, "", &check("contains: begin")).expect(0, &[]);
    smoke(&program, "", &check("contains: nowhere")).expect(1, &["in what was kept of it; 1951434 bytes"]);
    smoke(&program, "", &check("matches: '^begin[^y]*$'")).expect(1, &["1951434 bytes in the middle"]);
}

#[test]
fn a_program_runs_in_a_container() {
    let place = Place::new(&deployment("api", 1, SHELL, STAYS));
    place
        .smoke(
            "  - eventually: 60s
    command: { run: [/bin/echo, hello], in: { pods: app=api }, output: { equals: hello } }
  - eventually: 60s
    command: { run: [/bin/sh, -c, exit 5], in: { pods: app=api, container: main }, exit: 5 }\n",
        )
        .expect(0, &[]);
    let ended = place.smoke(
        "  - command: { run: [/bin/sh, -c, 'echo no >&2; exit 2'], in: { pods: app=api } }
  - command: { run: [/bin/no-such], in: { pods: app=api } }
  - command: { run: [echo], in: { pods: app=nobody } }
  - timeout: 3s
    command: { run: [/bin/sleep, '30'], in: { pods: app=api } }\n",
    );
    ended.expect(1, &[]);
    failure("command-in-a-container", &ended, &place.program);
}
