//! Counting what requests did: on the hot path, once for each; and handing it over and saving it, once a second.

#![expect(clippy::expect_used, reason = "a bench that cannot go on may panic")]

use criterion::{Criterion, Throughput};
use shakedown::clock::Offset;
use shakedown::event::{Event, EventKind};
use shakedown::sample::{EndpointId, Outcome, Sample};
use shakedown::stats::Delta;
use std::hint::black_box;
use std::time::Duration;

/// Requests of a second.
const REQUESTS: u64 = 10_000;
const WITHIN: Duration = Duration::from_secs(1);

/// The `n`-th request of a second; answers take from 0.2 to 20 ms.
fn sample(n: u64) -> Sample {
    let planned = Offset::from_micros(n * 1_000_000 / REQUESTS);
    let took = Duration::from_micros(200 + n.wrapping_mul(0x9e37_79b9) % 19_800);
    let sent = planned + Duration::from_micros(15);
    Sample {
        endpoint: EndpointId(0),
        planned,
        sent,
        first_byte: Some(sent + took),
        done: sent + took,
        connect: None,
        outcome: Outcome::Good,
    }
}

fn second() -> Delta {
    let mut delta = Delta::new(EndpointId(0), 0, 0);
    (0..REQUESTS).for_each(|n| delta.record(&sample(n), WITHIN));
    delta
}

fn recorder(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("recorder");
    group.throughput(Throughput::Elements(REQUESTS));
    group.bench_function("record a second's requests", |bencher| bencher.iter(second));
    group.throughput(Throughput::Elements(1));
    let (one, other) = (second(), second());
    group.bench_function("merge two workers' parts", |bencher| {
        bencher.iter_batched_ref(|| one.clone(), |one| one.merge(&other), criterion::BatchSize::SmallInput);
    });
    let event = Event { at: Offset::from_micros(1_000_000), kind: EventKind::Window(Box::new(one)) };
    group.bench_function("write it as a line", |bencher| {
        bencher.iter(|| serde_json::to_vec(black_box(&event)).expect("an event can be written"));
    });
    let line = serde_json::to_vec(&event).expect("an event can be written");
    group.bench_function("read the line", |bencher| {
        bencher.iter(|| serde_json::from_slice::<Event>(black_box(&line)).expect("what was written"));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    recorder(&mut criterion);
    criterion.final_summary();
}
