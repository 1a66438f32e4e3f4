//! What users cannot do, and what has no meaning for them.

use crate::journey::{Pairs, StepSpec};
use crate::load::Profile;
use crate::scenario::{LoadSpec, ScenarioFile};
use crate::source::{Located, Mark, Problem};
use crate::transport::Target;

/// Reports what this load asks of users in vain; nothing where it is one of arrivals.
pub(in crate::scenario) fn users(
    file: &ScenarioFile,
    spec: &LoadSpec,
    target: Option<&Target>,
    problems: &mut Vec<Problem>,
) {
    let Some(users) = spec.profile.as_ref().filter(|profile| matches!(profile.value, Profile::Users(_)))
    else {
        return;
    };
    problems.extend(about_arrivals(spec, users.mark));
    let Some(target) = target.filter(|target| target.may_speak_http2()) else { return };
    let steps = spec.journeys().iter().flat_map(|journey| &journey.value.steps.value);
    let all = file.target.iter().map(|target| &target.headers).chain(steps.map(StepSpec::headers));
    problems.extend(all.flat_map(|headers| other_hosts(headers, target)));
}

/// Users speak HTTP/2 by a library that names the host that it connects to, and no other.
fn other_hosts(headers: &Pairs<Located<String>>, target: &Target) -> Vec<Problem> {
    let other = |(name, value): &&(Located<String>, Located<String>)| {
        name.eq_ignore_ascii_case("host") && value.value != target.authority.as_str()
    };
    let problem = |(name, _): &(Located<String>, Located<String>)| {
        Problem::at(name.mark, "users cannot name another host than the target's over HTTP/2")
            .help("write `http_version: http1` under `target`, or the host itself into `target.http`")
    };
    headers.iter().filter(other).map(problem).collect()
}

/// What has a meaning for arrivals alone.
fn about_arrivals(spec: &LoadSpec, profile: Mark) -> Vec<Problem> {
    let random = spec.poisson.then(|| {
        Problem::at(profile, "`poisson` is about arrivals, and users do not arrive at a rate")
            .help("remove `poisson: true`; a `think` from one length to another is random, too")
    });
    let limit = spec.max_in_flight.as_ref().map(|limit| {
        Problem::at(limit.mark, "no more requests are in flight than there are users")
            .help("remove it, or lower the number of users")
    });
    let connections = &spec.connections;
    let renewed = [
        connections.fresh.as_ref().map(|share| ("fresh", share.mark)),
        connections.max_age.as_ref().map(|age| ("max_age", age.mark)),
    ];
    let kept = renewed.into_iter().flatten().map(|(key, mark)| {
        Problem::at(mark, format!("`{key}` is about arrivals; a user keeps the connection that it came with"))
            .help("remove it, or write `keep_alive: false` for a connection for each request")
    });
    let steps = spec.journeys().iter().flat_map(|journey| &journey.value.steps.value);
    let listening = steps.filter_map(StepSpec::listens).map(|(key, path)| {
        let help = "write a profile of arrivals for it, or a request that takes its whole answer";
        Problem::at(path.mark, format!("users do not take a step of kind `{key}`")).help(help)
    });
    let streams = connections.streams.as_ref().map(|streams| {
        Problem::at(streams.mark, "`streams` is about arrivals; a user sends one request after the other")
            .help("remove it")
    });
    random.into_iter().chain(limit).chain(kept).chain(streams).chain(listening).collect()
}
