//! The report that CI servers read, in the Jenkins dialect of `JUnit`: suites `run`, `checks`, `faults` and
//! `gates`.
//!
//! | in the run | in the report |
//! | --- | --- |
//! | pass, warn | passed; a warning has its reason in `system-out` |
//! | fail | `failure` |
//! | inconclusive | `skipped` with its reason; under `--strict` a `failure` of type `inconclusive` |
//! | target unreachable, trouble of ours | `error` |
//!
//! Characters that XML cannot hold are left out by the library.

use super::{Kind, Page, Report, failure, felt};
use crate::event::{Ending, Phase};
use crate::run::{CheckResult, FaultResult, GateResult, Run, Strictness, Watched};
use crate::verdict::{Finding, Subject, Verdict};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};
use std::time::Duration;

/// Its entry in the list of reports.
pub(super) const KIND: Kind = Kind { name: "junit", about: "for CI servers", make };

fn make(_: Page) -> Box<dyn Report> {
    Box::new(Junit)
}

/// The report for CI servers.
#[derive(Debug, Clone, Copy)]
pub struct Junit;

impl Report for Junit {
    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        self.write_all(std::slice::from_ref(run), out)
    }

    fn write_all(&self, runs: &[Run], out: &mut dyn Write) -> io::Result<()> {
        let names: Vec<&str> = runs.iter().map(|run| run.meta.scenario.as_str()).collect();
        let mut report = quick_junit::Report::new(names.join(", "));
        report.timestamp = runs.first().and_then(|run| run.meta.started.parse().ok());
        report.set_time(runs.iter().map(|run| Duration::from_micros(run.summary.last.micros())).sum());
        for run in runs {
            for mut suite in [run_suite(run), checks_suite(run), faults_suite(run), gates_suite(run)] {
                if runs.len() > 1 {
                    suite.name = format!("{}: {}", run.meta.scenario, suite.name.as_str()).into();
                }
                if suite.tests > 0 {
                    report.add_test_suite(suite);
                }
            }
        }
        // Whole first: what goes wrong with `out` keeps its kind.
        let text = report.to_string().map_err(io::Error::other)?;
        out.write_all(text.as_bytes())
    }
}

/// A case of one suite; `scenario.suite` is its class, so that CI servers show scenarios as packages.
fn case(run: &Run, suite: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("{}.{suite}", run.meta.scenario.replace('.', "_")));
    case
}

/// How a verdict is told to a CI server.
fn status(run: &Run, verdict: Verdict, kind: &str, reason: &str) -> TestCaseStatus {
    let mut status = match verdict {
        Verdict::Pass | Verdict::Warn => return TestCaseStatus::success(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive if run.strictness == Strictness::Strict => {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        }
        Verdict::Inconclusive => TestCaseStatus::skipped(),
    };
    status.set_type(if verdict == Verdict::Inconclusive { "inconclusive" } else { kind });
    status.set_message(reason);
    status
}

fn error(kind: &str, reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind);
    status.set_message(reason);
    status
}

/// Whether the run itself, and the generator, can be believed.
fn run_suite(run: &Run) -> TestSuite {
    let mut suite = TestSuite::new("run");
    let meta = &run.meta;
    suite.set_time(Duration::from_micros(run.summary.last.micros()));
    suite.add_properties([
        Property::new("verdict", run.verdict.word()),
        Property::new("reason", run.reason.as_str()),
        Property::new("exit_code", run.exit.code().to_string()),
        Property::new("shakedown", meta.version.as_str()),
        Property::new("target", meta.target.as_str()),
        Property::new("tls_verified", meta.tls_verified.to_string()),
        Property::new("seed", meta.seed.to_string()),
        Property::new("hash", meta.hash.as_str()),
    ]);
    if let Some(ledger) = &run.summary.ledger {
        let counts =
            [("acknowledged", ledger.acknowledged), ("unknown", ledger.unknown), ("lost", ledger.lost)];
        suite.add_properties(
            counts.map(|(name, count)| Property::new(format!("ledger_{name}"), count.to_string())),
        );
    }
    let (verdict, reason) = about(&run.findings, Subject::Run);
    let broken = matches!(run.summary.ending, Some(Ending::Unreachable { .. }));
    let status_of_run = match (broken, run.summary.troubles.is_empty()) {
        (true, _) => error("unreachable", &reason),
        (false, false) => error("trouble", &reason),
        (false, true) => status(run, verdict, "run", &reason),
    };
    suite.add_test_case(case(run, "run", "run completed", status_of_run));
    if !meta.stages.is_empty() {
        let (verdict, reason) = about(&run.findings, Subject::Generator);
        let status = status(run, verdict, "generator", &reason);
        suite.add_test_case(case(run, "run", "load generator kept its schedule", status));
    }
    suite
}

/// The worst finding about a subject, and the reasons of all.
fn about(findings: &[Finding], subject: Subject) -> (Verdict, String) {
    let about = || findings.iter().filter(|finding| finding.subject == subject);
    let reasons: Vec<&str> = about().map(|finding| finding.reason.as_str()).collect();
    (Verdict::worst(about().map(|finding| finding.verdict)), reasons.join("; "))
}

fn checks_suite(run: &Run) -> TestSuite {
    let mut suite = TestSuite::new("checks");
    for check in &run.checks {
        suite.add_test_case(check_case(run, check));
    }
    suite.set_time(run.checks.iter().map(|check| Duration::from_micros(check.end.took_us)).sum());
    suite
}

fn check_case(run: &Run, check: &CheckResult) -> TestCase {
    let end = &check.end;
    let mut status = match (end.asked.at_all(), check.verdict, end.unreachable) {
        (false, ..) => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(end.reason.as_str());
            skipped
        }
        (_, Verdict::Fail, true) => error("unreachable", &end.reason),
        _ => status(run, check.verdict, &end.kind, &end.reason),
    };
    let told = failure::is_told(check).then(|| failure::lines(run, check).join("\n"));
    if let Some(told) = &told {
        status.set_description(told.as_str());
    }
    let when = match end.phase {
        Phase::Before => "before the load",
        Phase::After => "after the load",
        Phase::Watch => "during the watch",
    };
    let mut case = case(run, "checks", &format!("{} ({when})", end.name), status);
    case.set_time(Duration::from_micros(end.took_us));
    case.add_property(Property::new("status", check.word()));
    if let Some(share) = check.watched.and_then(Watched::availability) {
        case.add_property(Property::new("availability", share.to_string()));
    }
    if check.verdict <= Verdict::Warn && end.asked.at_all() {
        case.set_system_out(told.unwrap_or_else(|| end.reason.clone()));
    }
    case
}

fn faults_suite(run: &Run) -> TestSuite {
    let mut suite = TestSuite::new("faults");
    for fault in &run.summary.faults {
        suite.add_test_case(fault_case(run, fault));
    }
    suite
}

fn fault_case(run: &Run, fault: &FaultResult) -> TestCase {
    let name = &fault.plan.name;
    let of_fault = run.findings.iter().filter(|found| found.subject == Subject::Fault && found.name == *name);
    let reasons: Vec<&str> = of_fault.map(|found| found.reason.as_str()).collect();
    let status = status(run, fault.verdict, "fault", &reasons.join("; "));
    let mut case = case(run, "faults", name, status);
    case.add_property(Property::new("status", fault.status.words()));
    case.add_property(Property::new("kind", fault.plan.kind.as_str()));
    case.add_property(Property::new("victims", fault.victims().join(", ")));
    for (name, figure) in felt::figures(fault) {
        case.add_property(Property::new(format!("{name}_ms"), millis(figure.value)));
        let ends = [("low", Some(figure.low)), ("high", figure.high)];
        for (end, time) in ends.into_iter().filter_map(|(end, time)| Some((end, time?))) {
            case.add_property(Property::new(format!("{name}_{end}_ms"), millis(time)));
        }
    }
    if let Some(data) = fault.data.as_ref().filter(|data| data.doubt.is_none()) {
        case.add_property(Property::new("lost", data.lost.to_string()));
    }
    let said =
        if reasons.is_empty() { fault.seen().unwrap_or_default().to_owned() } else { reasons.join("; ") };
    if fault.verdict <= Verdict::Warn {
        case.set_system_out(said);
    }
    case
}

fn millis(time: Duration) -> String {
    (time.as_micros() as f64 / 1_000.0).to_string()
}

fn gates_suite(run: &Run) -> TestSuite {
    let mut suite = TestSuite::new("gates");
    for gate in &run.gates {
        suite.add_test_case(gate_case(run, gate));
    }
    suite
}

fn gate_case(run: &Run, gate: &GateResult) -> TestCase {
    let decision = &gate.decision;
    let status = status(run, gate.verdict, "gate", &decision.reason);
    let mut case = case(run, "gates", &gate.gate, status);
    case.add_property(Property::new("status", gate.verdict.word()));
    for (name, value) in [("value", decision.value), ("low", decision.low), ("high", decision.high)] {
        if let Some(value) = value {
            case.add_property(Property::new(name, value.to_string()));
        }
    }
    case.add_property(Property::new("unit", decision.unit));
    case.add_property(Property::new("n", decision.n.to_string()));
    if gate.verdict <= Verdict::Warn {
        case.set_system_out(decision.reason.as_str());
    }
    case
}
