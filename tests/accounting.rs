//! Every planned arrival is accounted for, whatever happens: planned = done + failed + dropped, in the totals, in every
//! endpoint and in every second (`Report::counts` looks at all three), and as the server counted where it can.

#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "accounting/crowd.rs"]
mod crowd;
#[path = "accounting/modes.rs"]
mod modes;
#[path = "accounting/steps.rs"]
mod steps;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use support::{Answer, Counts, Delayed, Program, Raw, Scripted, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

fn all_done(planned: u64) -> Counts {
    Counts { planned, done: planned, ..Counts::default() }
}

/// How many requests of this path came.
fn asked(server: &Scripted, path: &str) -> u64 {
    server.seen().iter().filter(|seen| seen.path == path).count() as u64
}

#[test]
fn an_open_load_is_what_the_server_saw() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let report = program.load(&[&server.url(), "--rate", "333/s", "--for", "2s"]).report();
    assert_eq!(report.counts(), all_done(666));
    assert_eq!(server.seen().len(), 666, "nothing beside the load");
    assert_eq!(report.errors().len(), 0);
}

#[test]
fn a_poisson_load_with_warm_up_ramps_and_weights_is_what_the_server_saw() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let ended = program.scenario(&format!(
        "scenario: all of it\ntarget: {{ http: '{}' }}\nload:\n  poisson: true\n  warmup: 1s\n  workers: 3\n  \
         profile: {{ stages: [{{ from: 50/s, to: 300/s, over: 1s }}, {{ hold: 1s }}, {{ to: 0/s, over: 1s }}] }}\n  \
         journeys:\n    - {{ name: a, weight: 3, steps: [{{ name: one, get: /a1 }}, {{ name: two, get: /a2 }}] }}\n    \
         - {{ name: b, steps: [{{ name: one, get: /b1 }}] }}\n",
        server.url()
    ));
    let report = ended.report();
    let (counts, warmup) = (report.counts(), report.warmup());
    assert_eq!((counts.failed, warmup.failed), (0, 0));
    assert!(warmup.done > 0 && counts.done > warmup.done, "{counts:?} {warmup:?}");
    assert_eq!(server.seen().len() as u64, counts.planned + warmup.planned);
    assert_eq!(asked(&server, "/a1"), asked(&server, "/a2"));
    assert_eq!(report.counts_of("a/one"), report.counts_of("a/two"));
    // 3 to 1, and a little more or less where the row of four ends.
    let (a, b) = (report.counts_of("a/one").planned, report.counts_of("b/one").planned);
    assert!(a > 2 * b && a < 4 * b, "{a} {b}");
}

#[test]
fn a_load_so_fast_that_arrivals_leave_together_is_what_the_server_saw() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let report = program.load(&[&server.url(), "--rate", "9000/s", "--workers", "1", "--for", "2s"]).report();
    let counts = report.counts();
    assert_eq!((counts.planned, counts.failed), (18_000, 0));
    assert_eq!((counts.done + counts.dropped, server.seen().len() as u64), (18_000, counts.done));
}

#[test]
fn a_fast_load_of_journeys_takes_every_step_of_each() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    let ended = program.scenario(&format!(
        "scenario: fast\ntarget: {{ http: '{}' }}\nload:\n  workers: 1\n  profile: {{ stages: [{{ from: 8500/s, to: \
         8500/s, over: 1s }}] }}\n  journeys: [{{ name: j, steps: [{{ name: one, get: /1 }}, {{ name: two, get: /2 }}, \
         {{ name: three, get: /3 }}] }}]\n",
        server.url()
    ));
    let report = ended.report();
    let (one, two, three) =
        (report.counts_of("j/one"), report.counts_of("j/two"), report.counts_of("j/three"));
    assert_eq!((one.planned, one.failed), (8_500, 0));
    assert_eq!((two, three), (all_done(one.done), all_done(one.done)));
    assert_eq!((asked(&server, "/1"), asked(&server, "/3")), (one.done, one.done));
}

#[test]
fn a_step_that_fails_ends_its_journey() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.as_str() {
        "/first/3" | "/first/7" => Answer::status(500),
        _ => Answer::ok("ok"),
    });
    let ended = program.scenario(&format!(
        "scenario: steps\ntarget: {{ http: '{}' }}\nload:\n  profile: {{ stages: [{{ from: 100/s, to: 100/s, over: 1s }}] }}\n  \
         journeys: [{{ name: j, steps: [{{ name: first, get: '/first/{{{{ n }}}}' }}, {{ name: second, get: /second }}] }}]\n",
        server.url()
    ));
    let report = ended.report();
    assert_eq!(report.counts(), Counts { planned: 198, done: 196, failed: 2, dropped: 0 });
    assert_eq!(report.counts_of("j/first"), Counts { planned: 100, done: 98, failed: 2, dropped: 0 });
    assert_eq!((report.counts_of("j/second"), asked(&server, "/second")), (all_done(98), 98));
    assert_eq!(report.errors()["status"], 2);
}

#[test]
fn a_closed_load_is_what_the_server_saw_whatever_the_number_of_connections() {
    let (program, server) = (program(), Scripted::start([Answer::ok("ok")]));
    for (connections, seconds) in [("1", "1s"), ("5", "1s")] {
        let before = server.seen().len() as u64;
        let report = program.load(&[&server.url(), "--max", "-c", connections, "--for", seconds]).report();
        let counts = report.counts();
        assert!(counts.done > 20, "{counts:?}");
        assert_eq!(counts, all_done(server.seen().len() as u64 - before));
        let open = report.number("/generator/connections_max");
        assert!(open <= connections.parse().unwrap(), "{open} connections open");
    }
}

#[test]
fn a_server_that_resets_everything_loses_no_arrival() {
    let (program, server) = (program(), Raw::resetting());
    let ended = undisturbed(|| program.load(&[&server.url(), "--rate", "300/s", "--for", "1s"]));
    ended.expect(1, &["none of 300 requests went well"]);
    let report = ended.report();
    assert_eq!(report.counts(), Counts { planned: 300, failed: 300, ..Counts::default() });
    assert_eq!(report.errors()["reset"], 300);
}

#[test]
fn a_silent_server_loses_no_arrival() {
    let (program, server) = (program(), Raw::silent());
    let report =
        program.load(&[&server.url(), "--rate", "200/s", "--for", "1s", "--timeout", "300ms"]).report();
    assert_eq!(report.counts(), Counts { planned: 200, failed: 200, ..Counts::default() });
    assert_eq!(report.errors()["timeout"], 200);
}

#[test]
fn dropped_arrivals_are_counted_and_not_sent() {
    let (program, server) = (program(), Delayed::start(Duration::from_millis(100)));
    let ended = program.scenario(&format!(
        "scenario: too much\ntarget: {{ http: '{}' }}\nload:\n  max_in_flight: 7\n  \
         profile: {{ stages: [{{ from: 300/s, to: 300/s, over: 1s }}] }}\n  \
         journeys: [{{ name: j, steps: [{{ get: / }}] }}]\n",
        server.url()
    ));
    let report = ended.report();
    let counts = report.counts();
    assert_eq!((counts.planned, counts.failed), (300, 0));
    // 7 at a time and ten times a second at most; the last ones end after the second.
    assert!(counts.done >= 7 && counts.done <= 77, "{counts:?}");
    assert!(report.number("/generator/in_flight_max") <= 7.0);
    assert_eq!(report.at("/endpoints/0/service_us/n").as_u64(), Some(counts.done));
}

#[test]
fn a_stress_that_breaks_sends_nothing_more() {
    let (program, mut seen) = (program(), 0);
    let ended = undisturbed(|| {
        let asked = AtomicUsize::new(0);
        // The first two stages ask for 100 and 200; the third breaks.
        let server = Scripted::answering(move |_| {
            Answer::status(if asked.fetch_add(1, SeqCst) < 300 { 200 } else { 503 })
        });
        let ended = program.scenario(&format!(
            "scenario: break it\ntarget: {{ http: '{}' }}\nload:\n  \
             profile: {{ stress: {{ base: 100/s, step: 100/s, hold: 1s, limit: 1k/s }} }}\n  \
             journeys: [{{ name: j, steps: [{{ name: s, get: / }}] }}]\ngates: [error_rate < 5%]\n",
            server.url()
        ));
        seen = server.seen().len();
        ended
    });
    ended.expect(1, &["broke `error_rate < 5%`", "the load stops here", "fail: error_rate < 5%: "]);
    let report = ended.report();
    let counts = report.counts();
    assert_eq!((counts.planned, counts.done), (seen as u64, 300));
    assert!(counts.planned >= 600 && counts.planned < 1_500, "{counts:?}");
    let broke = report.list("/broke");
    assert_eq!((broke.len(), &broke[0]["gate"]), (1, &"error_rate < 5%".into()));
}
