//! A run of a billion requests, from its history on the disk to a report.

#![expect(clippy::expect_used, reason = "a bench that cannot go on may panic")]

#[path = "long_run/made.rs"]
mod made;
#[path = "long_run/struck.rs"]
mod struck;

use criterion::{BenchmarkId, Criterion, Throughput};
use made::Made;
use shakedown::gate::Gate;
use shakedown::history::{Reader, Writer};
use shakedown::report::{Json, Report};
use shakedown::run::{Run, Strictness};
use shakedown::verdict::Severity;
use std::hint::black_box;
use std::path::Path;
use struck::Struck;
use tempfile::TempDir;

/// The history of a run on the disk.
fn saved(made: &Made) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut writer = Writer::create(folder.path(), &made.meta()).expect("a new folder");
    made.events().for_each(|event| writer.write(&event).expect("room on the disk"));
    writer.finish().expect("room on the disk");
    folder
}

/// What `shakedown judge` does.
fn judged(folder: &Path) -> Vec<u8> {
    let (meta, _) = Reader::open(folder).expect("a history");
    let gate = |text: &String| (Gate::parse(text).expect("a gate"), Severity::Fail, text.clone());
    let gates = meta.gates.iter().map(|plan| gate(&plan.gate)).collect();
    let events = || Reader::ahead(folder).expect("a history").map(|event| event.expect("an event"));
    let run = Run::judge(meta, gates, events, Strictness::Normal);
    let mut report = Vec::new();
    Json.write(&run, &mut report).expect("a buffer takes all");
    report
}

fn judge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(10);
    // A bench that is only tried out, as `cargo test` does, needs no billion.
    let length = if std::env::args().any(|arg| arg == "--bench") { 10_000 } else { 10 };
    for (name, made) in [
        ("a billion requests at 100,000/s to 4 endpoints", Made::new(4, 25_000, length)),
        (
            "a billion requests with a fault every ten minutes",
            Made::new(4, 25_000, length).struck(Struck { every: 600, felt: 3 }),
        ),
        ("an hour at 10,000/s to 20 endpoints", Made::new(20, 500, length.min(3_600))),
        ("2.8 hours at 500/s, an endpoint each second", Made::new(20, 500, length).thinned(20)),
    ] {
        let folder = saved(&made);
        group.throughput(Throughput::Elements(made.total()));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| judged(black_box(folder.path())));
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    judge(&mut criterion);
    criterion.final_summary();
}
