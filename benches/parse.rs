//! From a scenario's text to a plan that nothing can be wrong with any more.

#![expect(clippy::expect_used, reason = "a bench that cannot go on may panic")]

use criterion::{BenchmarkId, Criterion, Throughput};
use shakedown::gate::Gate;
use shakedown::scenario::Scenario;
use shakedown::source::Environment;
use std::fmt::Write as _;
use std::hint::black_box;

/// A scenario of so many journeys with three steps each, and a gate on each journey.
fn text(journeys: usize) -> String {
    let mut text = "scenario: s\ntarget: { http: 'http://127.0.0.1:1' }\nload:\n  profile: { peak: { base: 200/s, hold: 2m } }\n  journeys:\n".to_owned();
    for n in 0..journeys {
        let _ = writeln!(
            text,
            "    - name: j{n}\n      steps:\n        - get: /products\n        - get: '/products/{{{{ n }}}}'\n          expect: {{ status: 200 }}\n        - post: /orders\n          json: {{ sku: 'a{n}' }}\n          capture: {{ order: '$.id' }}"
        );
    }
    text.push_str("gates:\n");
    (0..journeys).for_each(|n| writeln!(text, "  - p99(j{n}) <= 250ms").unwrap_or_default());
    text
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for journeys in [1, 20] {
        let text = text(journeys);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("scenario of journeys", journeys), |bencher| {
            bencher.iter(|| {
                Scenario::parse("bench", black_box(&text), &Environment::default()).expect("a scenario")
            });
        });
    }
    group.bench_function("gate", |bencher| {
        bencher
            .iter(|| Gate::parse(black_box("p99.9(browse) <= 250ms after kill-one +30s")).expect("a gate"));
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    parse(&mut criterion);
    criterion.final_summary();
}
