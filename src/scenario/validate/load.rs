//! The stages of the load, and its limits.

use crate::load::{Profile, ProfileError, Stage};
use crate::scenario::{Connections, ConnectionsSpec, KeepAlive, LoadSpec, Spacing};
use crate::source::{Located, Mark, Problem};
use crate::transport::{HttpVersion, Scheme, Target};
use crate::units::{Rate, Ratio, Span};

/// Requests in flight when the scenario does not say.
const MAX_IN_FLIGHT: u32 = 10_000;

/// Requests at once over one connection: more than any server takes.
const MOST_STREAMS: u32 = 10_000;
/// More untrusted seconds than this cannot be allowed.
const MOST_UNTRUSTED: f64 = 0.1;

/// The name of the stage that `warmup` adds.
const WARMUP: &str = "warmup";

/// What a load may use.
pub(in crate::scenario) struct Limits {
    pub(in crate::scenario) spacing: Spacing,
    pub(in crate::scenario) connections: Connections,
    pub(in crate::scenario) max_in_flight: u32,
    pub(in crate::scenario) untrusted: Ratio,
    pub(in crate::scenario) workers: Option<u16>,
}

/// The stages of the load, the warm-up first.
pub(in crate::scenario) fn stages(spec: &LoadSpec, problems: &mut Vec<Problem>) -> Option<Vec<Stage>> {
    let profile = spec.profile.as_ref()?;
    let mut stages = match profile.stages() {
        Ok(stages) => stages,
        Err(ProfileError { message, help, .. }) => {
            problems.push(Problem::at(profile.mark, message).help(help));
            return None;
        }
    };
    let Some(length) = &spec.warmup else { return Some(stages) };
    if matches!(profile.value, Profile::Users(_)) {
        problems.push(
            Problem::at(length.mark, "users have no first rate that a warm-up could be driven at")
                .help("remove it; `ramp` is a warm-up, and so is a stage with `warmup: true`"),
        );
        return None;
    }
    if let Some(problem) = zero(length, "a warm-up of no length") {
        problems.push(problem.help("write for example 10s, or remove it"));
        return None;
    }
    if stages.iter().any(|stage| stage.name == WARMUP) {
        problems.push(
            Problem::at(length.mark, format!("the profile has a stage called `{WARMUP}` already"))
                .help("rename that stage, or remove this warm-up"),
        );
        return None;
    }
    let rate = stages.first().map_or(Rate::ZERO, first_rate);
    let warmup = Stage { name: WARMUP.to_owned(), from: rate, to: rate, length: length.value, warmup: true };
    stages.insert(0, warmup);
    Some(stages)
}

/// The first rate at which anything arrives: a ramp from nothing counts by its end.
fn first_rate(stage: &Stage) -> Rate {
    if stage.from > Rate::ZERO { stage.from } else { stage.to }
}

/// The limits of the load.
pub(in crate::scenario) fn limits(
    spec: &LoadSpec,
    target: Option<&Target>,
    problems: &mut Vec<Problem>,
) -> Option<Limits> {
    let before = problems.len();
    let max_in_flight = spec.max_in_flight.as_ref();
    if let Some(none) = max_in_flight.filter(|limit| limit.value == 0) {
        let problem = Problem::at(none.mark, "with no request in flight there is no load");
        problems.push(problem.help("write at least 1"));
    }
    let workers = spec.workers.as_ref();
    if let Some(none) = workers.filter(|workers| workers.value == 0) {
        let problem = Problem::at(none.mark, "without a worker there is no load");
        problems.push(problem.help("write at least 1, or remove the key for one worker a core"));
    }
    if let Some(timeout) = &spec.timeout {
        let problem = zero(timeout, "a timeout of zero lets no answer through");
        problems.extend(problem.map(|problem| problem.help("write for example 30s")));
    }
    let untrusted = spec.untrusted.as_ref();
    if let Some(most) = untrusted.filter(|share| share.value.get() > MOST_UNTRUSTED) {
        let problem = Problem::at(most.mark, "a run of which more than 10% cannot be trusted is no evidence");
        problems
            .push(problem.help("write at most 10%, and give the generator a machine that is strong enough"));
    }
    let connections = connections(&spec.connections, target, problems);
    (problems.len() == before).then_some(Limits {
        spacing: if spec.poisson { Spacing::Poisson } else { Spacing::Even },
        connections,
        max_in_flight: max_in_flight.map_or(MAX_IN_FLIGHT, |limit| limit.value),
        untrusted: untrusted.map(|share| share.value).unwrap_or_default(),
        workers: workers.map(|workers| workers.value),
    })
}

fn connections(spec: &ConnectionsSpec, target: Option<&Target>, problems: &mut Vec<Problem>) -> Connections {
    let max_age = spec.max_age.as_ref();
    if let Some(max_age) = max_age {
        let problem = zero(max_age, "a connection of no age could carry no request");
        problems
            .extend(problem.map(|problem| problem.help("write `keep_alive: false` for a connection each")));
    }
    if !spec.keep_alive {
        let marks = [
            max_age.map(|age| age.mark),
            spec.fresh.as_ref().map(|share| share.mark),
            spec.streams.as_ref().map(|streams| streams.mark),
        ];
        problems.extend(marks.into_iter().flatten().map(without_keep_alive));
    }
    problems.extend(spec.streams.as_ref().and_then(|streams| wrong_streams(streams, target)));
    Connections {
        max_age: max_age.map(|age| age.value),
        fresh: spec.fresh.as_ref().map(|share| share.value).unwrap_or_default(),
        keep_alive: if spec.keep_alive { KeepAlive::Yes } else { KeepAlive::No },
        streams: spec.streams.as_ref().map_or(1, |streams| streams.value),
    }
}

/// What is wrong with so many requests at once over one connection to this target, where that can be known before
/// somebody asks it.
fn wrong_streams(streams: &Located<u32>, target: Option<&Target>) -> Option<Problem> {
    if !(1..=MOST_STREAMS).contains(&streams.value) {
        let text = format!("a connection cannot carry {} requests at once", streams.value);
        return Some(Problem::at(streams.mark, text).help(format!("write 1 to {MOST_STREAMS}")));
    }
    let target = target.filter(|_| streams.value > 1)?;
    let why = match (target.version, target.scheme) {
        (HttpVersion::Http2, _) | (HttpVersion::Auto, Scheme::Https) => return None,
        (HttpVersion::Http1, _) => "`target.http_version: http1`",
        (HttpVersion::Auto, Scheme::Http) => "HTTP/1.1, which is spoken without TLS,",
    };
    let text = format!("{why} carries one request at a time over a connection");
    Some(Problem::at(streams.mark, text).help("write `http_version: http2` under `target`, or remove this"))
}

fn without_keep_alive(mark: Mark) -> Problem {
    Problem::at(mark, "this has no meaning where no connection is used twice")
        .help("remove it, or remove `keep_alive: false`")
}

fn zero(length: &Located<Span>, message: &str) -> Option<Problem> {
    length.get().is_zero().then(|| Problem::at(length.mark, message))
}
