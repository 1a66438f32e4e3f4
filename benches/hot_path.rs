//! One request of a journey over one kept connection to a server of this process: rendering, sending, reading, judging.
//! What a lane does beside it is counting, which `recorder` measures.

#![expect(clippy::expect_used, reason = "a bench that cannot go on may panic")]

use criterion::{Criterion, Throughput};
use shakedown::clock::Clock;
use shakedown::journey::{Cookies, Sender, Step};
use shakedown::scenario::Scenario;
use shakedown::source::Environment;
use shakedown::transport::{Answer, Connection, Failure, Keep, Request};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use tokio::runtime::Runtime;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\r\nThe quick brown fox jumps the dog\n";

/// A server that answers whatever comes in one piece.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                let _ = stream.set_nodelay(true);
                while let Ok(1..) = stream.read(&mut buffer) {
                    if stream.write_all(ANSWER).is_err() {
                        return;
                    }
                }
            });
        }
    });
    addr
}

/// A connection without anything around it.
struct Bare(Connection, Clock);

impl Sender for Bare {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        self.0.exchange(request, keep, longest_body, &self.1).await.result
    }
}

fn hot_path(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let addr = server();
    let mut group = criterion.benchmark_group("hot path");
    group.throughput(Throughput::Elements(1));
    for (name, step) in [
        ("fixed request", "{ get: / }"),
        ("rendered request", "{ get: '/{{ n }}', headers: { x-n: '{{ n }}' } }"),
    ] {
        let text = format!(
            "scenario: s\ntarget: {{ http: 'http://{addr}' }}\nload:\n  profile: {{ stages: [{{ from: 1/s, to: 1/s, over: 1s }}] }}\n  \
             journeys: [{{ name: j, steps: [{step}] }}]\n"
        );
        let scenario = Scenario::parse("bench", &text, &Environment::default()).expect("a scenario");
        let target = scenario.target.as_ref().expect("a target").target.clone();
        let journey = &scenario.load.as_ref().expect("a load").journeys[0];
        let opened = runtime.block_on(Connection::open(&target, addr)).expect("a server that listens");
        let mut sender = Bare(opened.connection, Clock::start());
        let mut n = 0;
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                n += 1;
                let mut values = journey.values(n, 1);
                perform(&runtime, &journey.steps[0], &mut values, &mut sender);
            });
        });
    }
    group.finish();
}

fn perform(runtime: &Runtime, step: &Step, values: &mut shakedown::journey::Values<'_>, sender: &mut Bare) {
    let performed = runtime.block_on(step.perform(values, &mut Cookies::default(), sender));
    performed.expect("an answer as expected");
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    hot_path(&mut criterion);
    criterion.final_summary();
}
