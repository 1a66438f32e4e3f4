//! The document, from top to bottom.

use super::super::Report;
use super::check::Check;
use super::endpoint::{self, Endpoint, Percentiles};
use super::fault::{Cluster, Fault};
use super::generator::{Generator, Moment};
use super::ledger::Ledger;
use super::meta::{self, Plan};
use crate::run::{Broke, GateResult, Run, Strictness};
use crate::stats::Counts;
use crate::verdict::{Finding, Severity, Verdict};
use serde::Serialize;
use std::io::{self, Write};

/// The version of this document's form.
const SCHEMA: u32 = 1;

/// The report for programs.
#[derive(Debug, Clone, Copy)]
pub struct Json;

impl Report for Json {
    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, &Document::of(run))?;
        writeln!(out)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    scenario: &'a str,
    verdict: Verdict,
    exit_code: u8,
    reason: &'a str,
    strict: bool,
    run: Plan<'a>,
    totals: Totals,
    warmup: Requests,
    findings: &'a [Finding],
    endpoints: Vec<Endpoint<'a>>,
    gates: Vec<Judged<'a>>,
    checks: Vec<Check<'a>>,
    broke: Vec<Breach<'a>>,
    /// Where faults are injected.
    cluster: Option<Cluster<'a>>,
    /// What was broken on purpose.
    faults: Vec<Fault<'a>>,
    /// Acknowledged writes that were read back.
    ledger: Option<Ledger<'a>>,
    generator: Generator<'a>,
    series: Vec<Moment>,
}

#[derive(Serialize)]
struct Totals {
    planned: u64,
    done: u64,
    failed: u64,
    dropped: u64,
    duration_s: f64,
    rate: f64,
    response_us: Percentiles,
}

/// What became of planned requests.
#[derive(Serialize)]
struct Requests {
    planned: u64,
    done: u64,
    failed: u64,
    dropped: u64,
}

#[derive(Serialize)]
struct Judged<'a> {
    gate: &'a str,
    severity: Severity,
    status: Verdict,
    value: Option<f64>,
    unit: &'a str,
    low: Option<f64>,
    high: Option<f64>,
    n: u64,
    reason: &'a str,
}

#[derive(Serialize)]
struct Breach<'a> {
    stage: &'a str,
    gate: &'a str,
    reason: &'a str,
}

impl<'a> Document<'a> {
    fn of(run: &'a Run) -> Document<'a> {
        let summary = &run.summary;
        let totals = &summary.totals;
        let counts = totals.counts;
        Document {
            schema: SCHEMA,
            scenario: &run.meta.scenario,
            verdict: run.verdict,
            exit_code: run.exit.code(),
            reason: &run.reason,
            strict: run.strictness == Strictness::Strict,
            run: meta::of(run),
            totals: Totals {
                planned: counts.planned,
                done: counts.done,
                failed: counts.failed,
                dropped: counts.dropped,
                duration_s: totals.length.as_secs_f64(),
                rate: totals.rate,
                response_us: totals.response.as_ref().into(),
            },
            warmup: (&summary.warmup).into(),
            findings: &run.findings,
            endpoints: summary.endpoints.iter().map(endpoint::of).collect(),
            gates: run.gates.iter().map(Judged::from).collect(),
            checks: run.checks.iter().map(|check| Check::of(run, check)).collect(),
            broke: summary.broke.iter().map(Breach::from).collect(),
            cluster: run.meta.cluster.as_ref().map(Cluster::from),
            faults: summary.faults.iter().map(Fault::from).collect(),
            ledger: summary.ledger.as_ref().map(Ledger::from),
            generator: Generator::of(&summary.generator, run.meta.machine.cores),
            series: summary.series.iter().map(Moment::from).collect(),
        }
    }
}

impl From<&Counts> for Requests {
    fn from(counts: &Counts) -> Requests {
        let Counts { planned, done, failed, dropped, .. } = *counts;
        Requests { planned, done, failed, dropped }
    }
}

impl<'a> From<&'a GateResult> for Judged<'a> {
    fn from(result: &'a GateResult) -> Judged<'a> {
        let decision = &result.decision;
        Judged {
            gate: &result.gate,
            severity: result.severity,
            status: result.verdict,
            value: decision.value,
            unit: decision.unit,
            low: decision.low,
            high: decision.high,
            n: decision.n,
            reason: &decision.reason,
        }
    }
}

impl<'a> From<&'a Broke> for Breach<'a> {
    fn from(broke: &'a Broke) -> Breach<'a> {
        Breach { stage: &broke.stage, gate: &broke.gate, reason: &broke.reason }
    }
}
