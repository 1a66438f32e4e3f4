//! When arrivals come: on the hot path, once for each.

use criterion::{BenchmarkId, Criterion, Throughput};
use shakedown::load::{Arrivals, Schedule, Stage};
use shakedown::units::{Rate, Span};
use std::time::Duration;

/// Arrivals of each measurement.
const ARRIVALS: usize = 10_000;

fn schedule(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("schedule");
    group.throughput(Throughput::Elements(ARRIVALS as u64));
    let stage = |from, to| Stage {
        name: String::new(),
        from: Rate::per_second(from),
        to: Rate::per_second(to),
        length: Span::new(Duration::from_mins(1)),
        warmup: false,
    };
    for (name, to, arrivals) in [
        ("even, at one rate", 1_000.0, Arrivals::Even),
        ("even, on a ramp", 9_000.0, Arrivals::Even),
        ("poisson", 1_000.0, Arrivals::Poisson { seed: 1 }),
    ] {
        let schedule = Schedule::new(vec![stage(1_000.0, to)], arrivals);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| schedule.share(0, 2).take(ARRIVALS).map(|arrival| arrival.at.micros()).max());
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    schedule(&mut criterion);
    criterion.final_summary();
}
