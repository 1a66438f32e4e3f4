//! A generator that is given a tenth of a core measures itself. It says so: never a pass, never blamed on the target.

#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use support::{Answer, Delayed, Neighbours, Program, Report, Scripted};

const BINARY: &str = env!("CARGO_BIN_EXE_shakedown");

/// More than a tenth of a core can send.
const RATE: &str = if cfg!(debug_assertions) { "5000/s" } else { "20000/s" };

/// One step of a thousand more.
const LIMIT: &str = if cfg!(debug_assertions) { "6000/s" } else { "21000/s" };

/// Runs it against a server that is well: with a gate that it would break by itself, and with one that it would not.
fn squeezed(program: &Program) -> [Report; 2] {
    let server = Delayed::start(Duration::ZERO);
    ["p99 <= 5ms", "error_rate < 50%"].map(|gate| {
        let ended = program.load(&[&server.url(), "--rate", RATE, "--for", "2s", "--gate", gate]);
        assert_eq!(ended.code, Some(3), "{ended}");
        let report = ended.report();
        let counts = report.counts();
        assert_eq!(counts.planned, counts.done + counts.failed + counts.dropped);
        report
    })
}

/// One squeeze at a time: each would be a part of the others.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The findings about the generator: their names and reasons.
fn confessed(report: &Report) -> Vec<(String, String)> {
    let findings = report.at("/findings").as_array().expect("a list").clone();
    let of_generator = findings.iter().filter(|finding| finding["subject"] == "generator");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    of_generator.map(|finding| (text(&finding["name"]), text(&finding["reason"]))).collect()
}

/// One of the causes has this name, and its advice is this.
fn names(report: &Report, causes: &[&str], advice: &str) {
    let confessed = confessed(report);
    let named = confessed.iter().any(|(name, why)| causes.contains(&name.as_str()) && why.contains(advice));
    assert!(named, "none of {causes:?} in {confessed:?}");
    assert!(report.number("/generator/untrusted_s") >= 1.0);
    assert!(report.text("/reason").contains("of the run, first in second"), "{}", report.text("/reason"));
}

/// The gate that it would break is not decided, and says why.
fn is_not_blamed(report: &Report) {
    assert_eq!(report.text("/gates/0/status"), "inconclusive");
    let reason = report.text("/gates/0/reason");
    assert!(reason.contains("but the generator may have done that"), "{reason}");
}

/// The program on one core with a neighbour that weighs ten times as much, or why that cannot be.
fn beside_a_neighbour() -> Result<(Neighbours, Program), &'static str> {
    let neighbours = Neighbours::on_one_core(1).ok_or("threads cannot be kept on a core here")?;
    let core = neighbours.core().to_string();
    let launcher = ["taskset", "-c", &core, "nice", "-n", "10"];
    let tried = Command::new(launcher[0]).args(&launcher[1..]).arg("true").status();
    if !tried.is_ok_and(|ended| ended.success()) {
        return Err("there is no taskset or nice here");
    }
    Ok((neighbours, Program::at(BINARY).through(launcher)))
}

#[test]
fn busy_neighbours_on_its_core_make_a_run_inconclusive() {
    let _alone = alone();
    let (_neighbours, program) = match beside_a_neighbour() {
        Ok(both) => both,
        Err(why) => return support::skipped(why),
    };
    let reports = squeezed(&program);
    for report in &reports {
        let causes = ["starved of a core", "waiting for a core"];
        names(report, &causes, "give the generator a core of its own");
    }
    is_not_blamed(&reports[0]);
}

#[test]
fn a_squeezed_generator_neither_aborts_a_run_nor_breaks_a_step() {
    let _alone = alone();
    let (_neighbours, program) = match beside_a_neighbour() {
        Ok(both) => both,
        Err(why) => return support::skipped(why),
    };
    let server = Delayed::start(Duration::ZERO);
    let ended = program.scenario(&format!(
        "scenario: squeezed\ntarget: {{ http: '{}' }}\nabort_when: p99 > 5ms last 1s\ngates: [p99 <= 5ms]\nload:\n  \
         profile: {{ stress: {{ base: {RATE}, step: 1000/s, hold: 1s, limit: {LIMIT} }} }}\n  \
         journeys: [{{ name: j, steps: [{{ get: / }}] }}]\n",
        server.url()
    ));
    assert_eq!(ended.code, Some(3), "{ended}");
    let report = ended.report();
    assert_eq!((report.text("/run/ending"), report.list("/broke").len()), ("completed", 0));
    is_not_blamed(&report);
}

#[test]
fn a_squeezed_generator_ends_a_run_for_what_the_target_says_itself() {
    let _alone = alone();
    let (_neighbours, program) = match beside_a_neighbour() {
        Ok(both) => both,
        Err(why) => return support::skipped(why),
    };
    let server = Scripted::start([Answer::status(500)]);
    let ended = program.scenario(&format!(
        "scenario: squeezed\ntarget: {{ http: '{}' }}\nabort_when: error_rate > 50% last 2s\nload:\n  \
         profile: {{ stages: [{{ from: 100/s, to: 100/s, over: 5m }}] }}\n  \
         journeys: [{{ name: j, steps: [{{ get: / }}] }}]\n",
        server.url()
    ));
    ended.expect(130, &["`abort_when: error_rate > 50% last 2s` came about"]);
}

/// A control group with a tenth of a core, gone when it is dropped.
struct Tenth(PathBuf);

impl Tenth {
    /// None where no such group can be made.
    fn make() -> Option<Tenth> {
        let name = format!("shakedown-test-{}", std::process::id());
        let one = Path::new("/sys/fs/cgroup/cpu").join(&name);
        if fs::create_dir(&one).is_ok() {
            let group = Tenth(one);
            let quota = fs::write(group.0.join("cpu.cfs_quota_us"), "10000");
            return quota
                .and(fs::write(group.0.join("cpu.cfs_period_us"), "100000"))
                .is_ok()
                .then_some(group);
        }
        let two = Path::new("/sys/fs/cgroup").join(&name);
        fs::create_dir(&two).ok()?;
        let group = Tenth(two);
        fs::write(group.0.join("cpu.max"), "10000 100000").is_ok().then_some(group)
    }
}

impl Drop for Tenth {
    fn drop(&mut self) {
        // Left behind only where somebody else has moved into it.
        let _ = fs::remove_dir(&self.0);
    }
}

#[test]
fn a_control_group_with_a_tenth_of_a_core_makes_a_run_inconclusive() {
    let _alone = alone();
    let Some(group) = Tenth::make() else {
        return support::skipped("no control group can be made here");
    };
    let enter = format!("echo $$ > '{}/cgroup.procs' && exec \"$@\"", group.0.display());
    let reports = squeezed(&Program::at(BINARY).through(["sh", "-c", &enter, "sh"]));
    for report in &reports {
        // On a busy machine others may leave it even less than its limit.
        if confessed(report).iter().any(|(name, _)| name == "starved of a core") {
            continue;
        }
        let causes = ["throttled by its control group"];
        names(report, &causes, "raise the CPU limit of its pod, container or control group from 0.1");
        assert!((report.number("/generator/quota") - 0.1).abs() < 1e-9);
    }
    is_not_blamed(&reports[0]);
}

#[test]
fn a_generator_without_descriptors_does_not_blame_the_target() {
    let _alone = alone();
    let server = Delayed::start(Duration::ZERO);
    let program = Program::at(BINARY).through(["sh", "-c", "ulimit -n 40 && exec \"$@\"", "sh"]);
    let load = [&server.url(), "--max", "-c", "64", "--for", "1s", "--gate", "error_rate <= 1%"];
    let ended = program.load(&load);
    assert_eq!(ended.code, Some(3), "{ended}");
    let report = ended.report();
    let counts = report.counts();
    assert!(counts.failed > 0 && counts.planned == counts.done + counts.failed, "{counts:?}");
    names(&report, &["out of descriptors", "failures of its own"], "raise `ulimit -n`");
    is_not_blamed(&report);
}
