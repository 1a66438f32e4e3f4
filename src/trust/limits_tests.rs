use super::*;
use crate::event::{Filled, GeneratorSecond, RunQueue};
use crate::stats::Delta;

const LIMITS: Limits = Limits { late: Duration::from_millis(25), cores: Some(2.0) };

fn second(planned: u64, dropped: u64, late: u64) -> Second {
    Second { planned, dropped, sent: planned - dropped, late, ..Second::default() }
}

fn said(said: GeneratorSecond) -> Second {
    Second { said: Some(said), ..second(1_000, 0, 0) }
}

fn causes(limits: &Limits, second: &Second) -> Vec<Cause> {
    limits.doubts(second).iter().map(|doubt| doubt.cause).collect()
}

#[test]
fn arrivals_at_the_edges_of_the_rules() {
    for (second, expected) in [
        (second(1_000, 1, 9), vec![]),
        (second(1_000, 2, 0), vec![Cause::Dropped]),
        (second(1_000, 0, 10), vec![Cause::Late]),
        (second(10, 0, 4), vec![]),
        (second(10, 0, 5), vec![Cause::Late]),
        (second(1_000, 500, 500), vec![Cause::Dropped, Cause::Late]),
        (Second::default(), vec![]),
    ] {
        assert_eq!(causes(&LIMITS, &second), expected, "{second:?}");
    }
}

#[test]
fn what_the_generator_says_at_the_edges_of_the_rules() {
    let with = |change: fn(&mut GeneratorSecond)| {
        let mut second = GeneratorSecond::default();
        change(&mut second);
        said(second)
    };
    let none = |_: &mut GeneratorSecond| ();
    for (second, expected) in [
        (with(none), None),
        (with(|it| it.cpu = 1.89), None),
        (with(|it| it.cpu = 1.9), Some((Cause::Cpu, 1.9, 1.9))),
        (with(|it| (it.cpu, it.quota) = (0.09, Some(0.1))), None),
        (with(|it| (it.cpu, it.quota) = (0.1, Some(0.1))), Some((Cause::Cpu, 0.1, 0.095))),
        (with(|it| (it.cpu, it.quota) = (1.89, Some(64.0))), None),
        (with(|it| it.throttled = Some(0.009)), None),
        (with(|it| it.throttled = Some(0.9)), Some((Cause::Throttled, 0.9, 0.01))),
        (with(|it| it.stolen = Some(0.09)), None),
        (with(|it| it.stolen = Some(0.1)), Some((Cause::Stolen, 0.1, 0.1))),
        (with(|it| it.queue = Some(RunQueue { waited_us: 249_990, ran_us: 1, turns: 10 })), None),
        (
            with(|it| it.queue = Some(RunQueue { waited_us: 250_000, ran_us: 1, turns: 10 })),
            Some((Cause::Queue, 25_000.0, 25_000.0)),
        ),
        (
            with(|it| it.queue = Some(RunQueue { waited_us: 800_000, ran_us: 1, turns: 33 })),
            Some((Cause::Starved, 0.8, 0.8)),
        ),
        (with(|it| it.queue = Some(RunQueue { waited_us: 790_000, ran_us: 1, turns: 33 })), None),
        (with(|it| it.descriptors = Some(Filled { used: 64, limit: 64 })), None),
    ] {
        let found: Vec<_> =
            LIMITS.doubts(&second).iter().map(|doubt| (doubt.cause, doubt.value, doubt.limit)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>(), "{second:?}");
    }
}

#[test]
fn failures_of_our_own_are_put_down_to_what_was_full() {
    let filled = |used, limit| Some(Filled { used, limit });
    for (ports, descriptors, own, cause) in [
        (filled(90, 100), filled(64, 64), 1, Some(Cause::Descriptors)),
        (filled(100, 100), filled(60, 64), 1, Some(Cause::Ports)),
        (filled(100, 100), None, 7, Some(Cause::Ports)),
        (filled(79, 100), filled(10, 64), 7, Some(Cause::Unsent)),
        (None, None, 7, Some(Cause::Unsent)),
        (filled(100, 100), filled(64, 64), 0, None),
    ] {
        let second = Second { own, ..said(GeneratorSecond { descriptors, ports, ..Default::default() }) };
        assert_eq!(second.out_of().map(|doubt| doubt.cause), cause, "{second:?}");
    }
}

#[test]
fn as_fast_as_it_can_may_use_all_cores_but_must_be_given_them() {
    let closed = Limits { cores: None, ..LIMITS };
    let busy = GeneratorSecond { cpu: 2.0, throttled: Some(0.5), ..Default::default() };
    assert_eq!(causes(&closed, &said(busy)), [Cause::Throttled]);
}

#[test]
fn a_target_that_is_slow_to_connect_is_not_our_fault() {
    use crate::clock::Offset;
    use crate::sample::{EndpointId, Outcome, Sample};
    let mut delta = Delta::new(EndpointId(0), 0, 0);
    for (lag_ms, connect_ms) in [(40, Some(38)), (40, Some(1)), (40, None), (1, None)] {
        let sent = Offset::from_micros(lag_ms * 1_000);
        delta.record(
            &Sample {
                endpoint: EndpointId(0),
                planned: Offset::ZERO,
                sent,
                first_byte: None,
                done: sent,
                connect: connect_ms.map(Duration::from_millis),
                outcome: Outcome::Good,
            },
            Duration::from_secs(1),
        );
    }
    let mut second = Second::default();
    second.add(&delta, &LIMITS);
    assert_eq!((second.sent, second.late), (4, 2));
}
