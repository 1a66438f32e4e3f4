//! Random servers of which the truth is known: wherever the figures have bounds, the truth lies between them.

use crate::world::{Fault, Harm, What, World, at, length};
use proptest::prelude::*;
use shakedown::event::FaultPhase::{Injected, Planned, Proven};
use shakedown::run::{Bounds, Measures};
use shakedown::sample::{Outcome, Sample};
use std::time::Duration;

/// When the call was made, and when its effect was seen.
const CALL: f64 = 70.0;

/// A world in which one thing goes wrong, which is known from `proven` on.
fn broken(rate: f64, poisson: Option<u64>, takes: (f64, f64), harm: Harm, proven: f64) -> World {
    World {
        rate,
        seconds: 95.0,
        interrupted: None,
        poisson,
        takes,
        timeout: None,
        endpoints: 1,
        harms: vec![harm],
        faults: vec![Fault {
            name: "it".into(),
            injections: vec![vec![(CALL, Planned), (CALL, Injected), (proven, Proven)]],
            undo: false,
        }],
        changes: vec![],
    }
}

fn harm(from: f64, to: f64, what: What) -> Harm {
    Harm { from, to, what, one_in: None, endpoint: None }
}

fn worlds(what: What) -> impl Strategy<Value = World> {
    let rate = prop_oneof![5.0..50.0_f64, 50.0..400.0, Just(200.0), Just(5.0), 400.0..2_000.0];
    let takes = (1.0..20.0_f64, 0.0..30.0_f64).prop_map(|(least, more)| (least, least + more));
    let timeout = prop_oneof![Just(None), (1.0..4.0_f64).prop_map(Some)];
    (rate, any::<Option<u64>>(), takes, timeout, 0.0..1.5_f64, 1.5..6.0_f64, 0.0..3.0_f64).prop_map(
        move |(rate, poisson, takes, timeout, after, lasts, proven)| {
            let from = CALL + after;
            let harm = harm(from, from + lasts, what);
            World { timeout, ..broken(rate, poisson, takes, harm, from + proven) }
        },
    )
}

fn measured(world: &World) -> Measures {
    let run = world.judge();
    let felt = run.summary.faults[0].recovery.clone().unwrap();
    assert_eq!(felt.doubt, None);
    felt.overall
}

fn contains(bounds: Option<Bounds>, truth: Duration) -> bool {
    // Instants are whole microseconds.
    let grain = Duration::from_micros(2);
    bounds.is_some_and(|one| {
        one.low <= truth + grain
            && one.high.is_none_or(|high| high + grain >= truth)
            && one.low <= one.value
            && one.high.is_none_or(|high| one.value <= high)
    })
}

fn is_good(sample: &Sample) -> bool {
    sample.outcome == Outcome::Good && sample.response() <= Duration::from_secs(1)
}

/// The longest time between two good answers since the call, seen request by request.
fn longest_gap(samples: &[Sample]) -> Duration {
    let mut answers: Vec<_> =
        samples.iter().filter(|one| one.outcome == Outcome::Good).map(|one| one.done.max(at(CALL))).collect();
    answers.sort();
    let before = |end: f64| answers.iter().filter(move |one| **one <= at(end)).copied();
    let all: Vec<_> = before(90.0).collect();
    all.windows(2).map(|two| two[1].since(two[0])).max().unwrap_or_default()
}

fn holds(world: &World) -> Result<(), TestCaseError> {
    let (measures, samples) = (measured(world), world.samples());
    let harm = world.harms[0];
    let truth = length(harm.from, harm.to);
    let bad = |sample: &&Sample| !is_good(sample) && sample.planned >= at(CALL);
    // Where good and bad ones are mixed because they were under way, the first ones of a slot that is good as a whole
    // may be left out.
    let mixed = at(harm.from) + Duration::from_micros((world.takes.1 * 1e3) as u64);
    let first = samples.iter().find(bad).map(|one| one.planned);
    let sure = samples.iter().filter(bad).find(|one| one.planned >= at(harm.from)).map(|one| one.planned);
    prop_assert!(measures.first_error >= first && measures.first_error <= sure, "{:?}", measures.first_error);
    let (all, unmixed) = (
        samples.iter().filter(bad).count() as u64,
        samples.iter().filter(bad).filter(|one| one.planned >= mixed).count() as u64,
    );
    prop_assert!(
        (unmixed..=all).contains(&measures.lost_requests),
        "lost {} of {all}",
        measures.lost_requests
    );
    if measures.first_error.is_none() {
        prop_assert!(contains(measures.failover, Duration::ZERO));
        return Ok(());
    }
    prop_assert!(contains(measures.failover, truth), "failover {:?}, truly {:?}", measures.failover, truth);
    prop_assert!(contains(measures.downtime, truth), "downtime {:?}, truly {:?}", measures.downtime, truth);
    // From the true effect; that it was seen later, or that the call was earlier, is what the bounds are for.
    prop_assert!(contains(measures.rto, truth), "rto {:?}, truly {:?}", measures.rto, truth);
    let gap = measures.longest_gap.unwrap();
    prop_assert!(gap.high.unwrap() >= longest_gap(&samples), "gap {:?}", gap);
    Ok(())
}

#[test]
fn of_worlds_in_which_they_once_did_not_they_do() {
    // The first answer after the outage took a hair longer than any before it.
    let slower = harm(70.142_508_885_517_54, 74.428_634_388_834_1, What::Refuse);
    let slower = broken(
        5.0,
        Some(13_665_138_211_976_613_668),
        (1.0, 30.794_656_495_697_605),
        slower,
        70.142_508_885_517_54,
    );
    // The last answer before the outage lies long before the call.
    let sparse =
        broken(5.0, Some(13_451_620_427_414_479_080), (1.0, 1.0), harm(70.0, 71.5, What::Refuse), 70.0);
    for world in [slower, sparse] {
        holds(&world).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn of_a_server_that_refused_the_truth_lies_within_the_bounds(world in worlds(What::Refuse)) {
        holds(&world)?;
    }

    #[test]
    fn of_a_server_that_stood_still_the_truth_lies_within_the_bounds(world in worlds(What::Stop)) {
        holds(&world)?;
    }
}
