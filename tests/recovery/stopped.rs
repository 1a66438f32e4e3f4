//! A real server, a process of its own, that is stopped for exactly three seconds under load: what the run says of it
//! is held against the instants around the two signals, as this test saw them, and against the server's own books.
//!
//! `SHAKEDOWN_STOPS=20 cargo test --test recovery stopped` does it twenty times; otherwise it is done twice.

use crate::books::Books;
use crate::stage::Stage;
use crate::stall::Stall;
use shakedown::clock::Offset;
use shakedown::history::{Meta, Reader};
use shakedown::run::{Measures, Run, Strictness};
use std::env;
use std::mem;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::Child;

/// How long the server stands still.
const STOPPED: Duration = Duration::from_secs(3);
/// How near what is measured has to come.
const NEAR: Duration = Duration::from_millis(20);
/// Stops of one run, and the seconds from one to the next: three of them out, and more than five to recover in.
const STOPS: usize = 5;
const EVERY: usize = 12;
/// Each stop is a fault of its own. It does nothing itself; this test does it when it hears of it.
const FIRST: usize = 8;

/// Where the machine itself kept a thread waiting for so long, it is not known when the server could go on.
const STALLED: Duration = Duration::from_millis(8);
/// How long around each signal that is watched.
const AROUND: Duration = Duration::from_millis(150);

/// What is known of one stop.
struct Truth {
    /// The least time for which the server was kept from running.
    stopped: Duration,
    /// How long the machine kept a thread waiting meanwhile.
    stalled: Duration,
}

fn scenario(url: &str, stops: usize) -> String {
    let fault = |n: usize| {
        format!("  - {{ name: stop-{n}, at: {}s, command: {{ run: ['true'] }} }}\n", FIRST + n * EVERY)
    };
    let faults: String = (0..stops).map(fault).collect();
    let seconds = FIRST + stops * EVERY;
    format!(
        "scenario: a server that stands still\ntarget: {{ http: '{url}', kubernetes: {{ context: playground, namespace: \
         shop, guard: off }} }}\nload:\n  profile: {{ stages: [{{ from: 200/s, to: 200/s, over: {seconds}s, name: hold \
         }}] }}\n  journeys: [{{ name: ask, steps: [{{ get: / }}] }}]\nfaults:\n{faults}"
    )
}

/// Stops the server for three seconds.
fn stop(child: &Child) -> Truth {
    let stall = Stall::watch();
    sleep(AROUND);
    let before = Instant::now();
    child.stop();
    let stopped = Instant::now();
    let at_stop = stall.longest();
    sleep((before + STOPPED.saturating_sub(AROUND)).saturating_duration_since(Instant::now()));
    let stall = Stall::watch();
    sleep((before + STOPPED).saturating_duration_since(Instant::now()));
    let going = Instant::now();
    child.go_on();
    sleep(AROUND);
    Truth { stopped: going - stopped, stalled: at_stop.max(stall.longest()) }
}

fn judged(folder: &Path) -> Run {
    let (meta, events): (Meta, _) = Reader::open(folder).unwrap();
    let events: Vec<_> = events.map(Result::unwrap).collect();
    Run::judge(meta, vec![], || events.clone(), Strictness::Normal)
}

/// Whether the generator could be trusted in the seconds of this outage.
fn is_trusted(run: &Run, measures: &Measures) -> bool {
    let from = measures.first_error.map_or(0, Offset::second);
    let to = measures.recovered.map_or(u64::MAX, Offset::second);
    !run.summary.generator.untrusted.spans.iter().any(|span| span.from <= to && span.to > from)
}

/// One stop against the truth, and against how long the server answered nobody by its own books; whether it counts.
fn holds(run: &Run, n: usize, truth: &Truth, most: Duration) -> bool {
    let Truth { stopped: least, stalled } = *truth;
    let fault = run.summary.faults.iter().find(|fault| fault.plan.name == format!("stop-{n}")).unwrap();
    let felt = fault.recovery.as_ref().unwrap();
    assert_eq!((&felt.doubt, &felt.shared_with), (&None, &vec![]), "{felt:#?}");
    let measures = &felt.overall;
    let (downtime, gap) = (measures.downtime.unwrap(), measures.longest_gap.unwrap());
    let failover = measures.failover.unwrap();
    println!(
        "stop {n}: truly {least:?} to {most:?}; downtime {:?}, longest gap {:?}, failover {:?} ({:?} to {:?})",
        downtime.value, gap.value, failover.value, failover.low, failover.high
    );
    if stalled > STALLED {
        println!("stop {n} is NOT JUDGED: the machine itself stood still for {stalled:?}");
        return false;
    }
    if !is_trusted(run, measures) {
        println!(
            "stop {n} is NOT JUDGED: the generator itself was late: {:?}",
            run.summary.generator.untrusted
        );
        return false;
    }
    for (what, value) in [("downtime", downtime.value), ("longest gap", gap.value)] {
        assert!(
            value + NEAR >= least && value <= most + NEAR,
            "{what} {value:?}, truly {least:?} to {most:?}"
        );
    }
    assert!(
        failover.low <= most && failover.high.unwrap() >= least,
        "{failover:?}, truly {least:?} to {most:?}"
    );
    true
}

/// A new server that keeps books.
fn server() -> Child {
    let test = "stopped::a_server_that_stands_still_for_three_seconds_was_out_for_three_seconds";
    Child::serving(test, "", |_| Books::open())
}

#[test]
fn a_server_that_stands_still_for_three_seconds_was_out_for_three_seconds() {
    let mut child = server();
    let wanted: usize = env::var("SHAKEDOWN_STOPS").map_or(2, |stops| stops.parse().unwrap());
    let stage = Stage::new();
    let (mut done, mut judged_stops) = (0, 0);
    // Those that could not be judged are made again, but not forever.
    while judged_stops < wanted && done < 2 * wanted {
        let stops = STOPS.min(wanted - judged_stops);
        let running = stage.program.start_scenario(&scenario(&child.url(), stops));
        let truths: Vec<Truth> = (0..stops)
            .map(|n| {
                running.says(&format!("fault stop-{n}: proven"));
                stop(&child)
            })
            .collect();
        running.end();
        let silences = Books::silences(&mem::replace(&mut child, server()).end());
        assert_eq!(silences.len(), stops, "the server's books: {silences:?}");
        let run = judged(&stage.program.folder().join(stage.program.saved().pop().unwrap()));
        let held = truths.iter().zip(silences).enumerate();
        judged_stops += held.filter(|(n, (truth, most))| holds(&run, *n, truth, *most)).count();
        done += stops;
    }
    println!("{judged_stops} of {done} stops were judged");
    if judged_stops < wanted {
        support::skipped(format_args!(
            "{} of {wanted} stops; this machine is too busy to tell",
            wanted - judged_stops
        ));
    }
}
