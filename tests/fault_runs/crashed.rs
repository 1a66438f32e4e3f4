//! The runner is killed at many instants of a run with four overlapping faults. Whatever it was about to do, the guard or
//! `recover` brings every object of the cluster back to what it was, and the next run starts.
//!
//! `SHAKEDOWN_CRASHES=50` takes so many instants instead of a few; `SHAKEDOWN_SEED` repeats those that were printed.

use crate::inventory::Inventory;
use crate::stage::Stage;
use k8s_openapi::api::core::v1::Node;
use kube::api::ListParams;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use std::time::{Duration, Instant};

/// So many instants when nothing is said.
const FEW: u32 = 6;
/// How long it may take until all is as it was.
const PATIENCE: Duration = Duration::from_secs(90);
const RECOVER: [&str; 5] = ["recover", "--context", "playground", "-n", "shop"];

/// Who takes the faults back.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// The guard, by itself.
    Guard,
    /// A person who waits for the lease to run out.
    Recover,
    /// A person who does not.
    Force,
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Two faults on one Deployment, one on a Service with a Pod and a Service of its own, and one on a node.
fn faults(stage: &Stage) -> String {
    let nodes = stage.block_on(stage.cluster.api_all::<Node>().list(&ListParams::default())).unwrap();
    let node = nodes.items[0].metadata.name.clone().unwrap();
    format!(
        "faults:\n  - {{ name: fewer, at: 500ms, for: 4s, scale: {{ deployment: api, replicas: 2 }} }}\n  - {{ name: \
         worse, at: 1s, for: 3s, bad_rollout: {{ deployment: api, image: no.such/image:1 }} }}\n  - {{ name: slow, at: \
         1500ms, for: 4s, network: {{ service: api, latency: 20ms }} }}\n  - {{ name: closed, at: 2s, for: 4s, cordon: {{ \
         nodes: {{ names: [{node}] }} }} }}\n"
    )
}

/// One instant in each part of the run, in any order; a fifth of them before the load, where it takes hold.
fn instants(count: u32, ready: Duration, whole: Duration, random: &mut StdRng) -> Vec<Duration> {
    let early = (count / 5).max(1);
    let mut draw = |parts: u32, from: Duration, to: Duration| -> Vec<Duration> {
        let place =
            |part: u32, random: &mut StdRng| (f64::from(part) + random.random::<f64>()) / f64::from(parts);
        (0..parts).map(|part| from + to.saturating_sub(from).mul_f64(place(part, random))).collect()
    };
    let mut all = [draw(early, Duration::ZERO, ready), draw(count - early, ready, whole)].concat();
    all.shuffle(random);
    all
}

/// Waits until the cluster is as it was.
fn is_as_before(stage: &Stage, before: &Inventory, story: &str) {
    let begun = Instant::now();
    loop {
        let differs = stage.block_on(Inventory::take(stage)).differs(before);
        if differs.is_empty() {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{story}\n{}", differs.join("\n"));
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_killed_run_is_taken_back_whenever_it_was_killed() {
    let stage = Stage::new();
    let seed = number("SHAKEDOWN_SEED").unwrap_or_else(rand::random);
    let count = number("SHAKEDOWN_CRASHES").map_or(FEW, |count| u32::try_from(count).unwrap());
    let mut random = StdRng::seed_from_u64(seed);
    let scenario = stage.scenario_of(7, "context: playground, namespace: shop", &faults(&stage));
    stage.program.write("s.yaml", &scenario);
    let printed = stage.program.run(&["rbac", "s.yaml"]);
    stage.apply(&printed.out);
    let before = stage.block_on(Inventory::take(&stage));

    let begun = Instant::now();
    let running = stage.program.start_scenario(&scenario);
    running.says("stage hold");
    let ready = begun.elapsed();
    let ended = running.end();
    let whole = begun.elapsed();
    assert_eq!(ended.err.matches(": undone").count(), 4, "{ended}");
    is_as_before(&stage, &before, "a run that nobody killed");

    println!(
        "SHAKEDOWN_SEED={seed}: {count} instants of a run of {whole:?}, the first {ready:?} before its load"
    );
    for (round, instant) in instants(count, ready, whole, &mut random).into_iter().enumerate() {
        let running = stage.program.start_scenario(&scenario);
        std::thread::sleep(instant);
        running.kill();
        let killed = Instant::now();
        let ended = running.end();
        let is_guarded = stage.traces().iter().any(|name| name.ends_with("-guard"));
        let way = match [Way::Guard, Way::Recover, Way::Force][round % 3] {
            // Too early for a guard, and for anything to be changed.
            Way::Guard if !is_guarded => Way::Recover,
            way => way,
        };
        let last = ended.err.lines().last().unwrap_or_default().to_owned();
        let story = format!("round {round}: killed after {instant:?} (it last said `{last}`), then {way:?}");
        assert!(!ended.err.contains("error:") && !ended.err.contains("FAILED"), "{story}\n{ended}");
        match way {
            Way::Guard => {}
            Way::Recover => drop(stage.until(0, &RECOVER)),
            Way::Force => stage.program.run(&[&RECOVER[..], &["--force"]].concat()).expect(0, &[]),
        }
        is_as_before(&stage, &before, &story);
        println!("{story}: as before after {:?}", killed.elapsed());
        // The next run starts; a command that does nothing leaves nothing to look for.
        let next = stage.scenario(1, "faults: [{ name: nothing, command: { run: ['true'] } }]");
        let ended = stage.program.scenario(&next);
        assert!(ended.err.contains("fault nothing: proven"), "{story}\n{ended}");
    }
}
