//! Making a step's request: built once where no value of the run is in it, and filled in for each arrival otherwise.

#![expect(clippy::expect_used, reason = "a bench that cannot go on may panic")]

use criterion::{BenchmarkId, Criterion};
use shakedown::journey::Journey;
use shakedown::scenario::Scenario;
use shakedown::source::Environment;
use std::hint::black_box;

/// The journey of one step.
fn journey(step: &str) -> Journey {
    let text = format!(
        "scenario: s\ntarget: {{ http: 'http://127.0.0.1:1' }}\nload:\n  profile: {{ stages: [{{ from: 1/s, to: 1/s, over: 1s }}] }}\n  \
         journeys: [{{ name: j, steps: [{step}] }}]\n"
    );
    let scenario = Scenario::parse("bench", &text, &Environment::default()).expect("a scenario");
    scenario.load.expect("a load").journeys.remove(0)
}

fn render(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("render");
    for (name, step) in [
        ("fixed", "{ get: /products }"),
        ("a number in the path", "{ get: '/products/{{ n }}' }"),
        (
            "json with an id and a header",
            "{ post: /orders, json: { id: '{{ uuid }}', n: '{{ n }}' }, headers: { x-n: '{{ n }}' } }",
        ),
    ] {
        let journey = journey(step);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let mut n = 0;
            bencher.iter(|| {
                n += 1;
                let mut values = journey.values(n, 1);
                black_box(journey.steps[0].render(&mut values).expect("a request"));
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    render(&mut criterion);
    criterion.final_summary();
}
