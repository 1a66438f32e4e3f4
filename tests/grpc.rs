//! Calls of gRPC under load, against servers that really speak it: what they see, what is judged, and where a run ends
//! before it begins.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "grpc/before.rs"]
mod before;
#[path = "grpc/failing.rs"]
mod failing;
#[path = "grpc/health.rs"]
mod health;
#[path = "grpc/orders.rs"]
mod orders;
#[path = "grpc/seen.rs"]
mod seen;
#[path = "grpc/users.rs"]
mod users;

use support::{Ended, Program};

/// The types of the shop, as `protoc` wrote them.
const SHOP: &[u8] = include_bytes!("scenarios/data/shop.binpb");

fn program() -> Program {
    let program = Program::at(env!("CARGO_BIN_EXE_shakedown"));
    program.write("shop.binpb", SHOP);
    program
}

/// Twenty arrivals over half a second, with these keys of the target and these steps.
fn scenario(url: &str, target: &str, steps: &str) -> String {
    journeys(url, target, &format!("    - name: j\n      steps:\n{steps}\n"))
}

/// The same arrivals, each of which takes one of these journeys.
fn journeys(url: &str, target: &str, journeys: &str) -> String {
    format!(
        "scenario: calls\ntarget: {{ http: '{url}', {target} }}\nload:\n  workers: 1\n  \
         profile: {{ stages: [{{ from: 40/s, to: 40/s, over: 500ms }}] }}\n  journeys:\n{journeys}"
    )
}

/// The keys of a target without TLS whose types come from here.
fn plain(types: &str) -> String {
    format!("http_version: http2, grpc: {{ {types} }}")
}

/// From the file, and from the server.
const SOURCES: [&str; 2] = ["descriptors: shop.binpb", "reflection: true"];

/// All of the load went well.
fn went_well(ended: &Ended, requests: u64) {
    let counts = ended.report().counts();
    assert_eq!((counts.planned, counts.done), (requests, requests), "{ended}");
}
