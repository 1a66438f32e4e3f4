//! The request through an Ingress, and what its answer means.

use super::Compiled;
use super::object::Leads;
use super::via::Way;
use super::whose::meaning;
use crate::check::Found;
use crate::check::dial::{Asking, curl};
use crate::journey::{Cookies, Sender, StepFailure, Values};
use crate::sample::ErrorClass;
use crate::transport::{Answer, Failure, HttpVersion, Keep, Request, Scheme, Target};
use http::HeaderValue;
use http::header::{HOST, SERVER};
use std::net::Ipv6Addr;
use std::time::{Duration, Instant};

/// Sends requests under the host's name, whatever the address.
struct Named<'t> {
    asking: Asking<'t>,
    host: HeaderValue,
}

impl Sender for Named<'_> {
    async fn send(&mut self, request: &Request, keep: Keep, longest_body: u64) -> Result<Answer, Failure> {
        let mut request = request.clone();
        request.headers.insert(HOST, self.host.clone());
        self.asking.send(&request, keep, longest_body).await
    }
}

/// The parts of a request and how long each took.
type Phases = Vec<(&'static str, Duration)>;

/// Asks; gives what was found, and the parts of it. Errors: the finding that nothing can be asked.
pub(super) async fn ask(
    check: &Compiled,
    leads: &Leads,
    way: &Way,
    words: &str,
    limit: Duration,
) -> Result<(Found, Phases), Found> {
    let target = target(check, way, limit)?;
    let mut sender = Named { asking: Asking::new(&target), host: target.host_header() };
    sender.asking.timeout = limit;
    let (mut values, mut cookies) = (Values::new(0, 0, &[], 0), Cookies::default());
    let begun = Instant::now();
    let tried = check.step.perform(&mut values, &mut cookies, &mut sender).await;
    let took = begun.elapsed().as_secs_f64() * 1_000.0;
    let Named { asking, .. } = sender;
    let found = match (tried, &asking.answer) {
        (Ok(()), answer) => {
            let status = answer.as_ref().map(|answer| answer.status.to_string()).unwrap_or_default();
            Found::pass(format!("{words}; {status} in {took:.1} ms through {}", address(way)))
        }
        (Err(failure), Some(answer)) => differs(check, leads, way, failure, answer),
        (Err(failure), None) => silent(check, way, &asking, &failure),
    };
    let command = asking.last.as_ref().map(|request| curl::command(&target, request));
    Ok((command.into_iter().fold(found, Found::reproduce), asking.phases))
}

/// What is connected to: the address, under the name of the host.
fn target(check: &Compiled, way: &Way, limit: Duration) -> Result<Target, Found> {
    let scheme = if way.scheme == Scheme::Https { "https" } else { "http" };
    let name = match check.spec.host() {
        "" => address(way),
        host => host.to_owned(),
    };
    let target = Target::new(&format!("{scheme}://{name}"), HttpVersion::Http1, &check.tls, limit);
    let target = target.map_err(|error| Found::fail(error.to_string()).for_good())?;
    Ok(Target { host: way.host.clone(), port: way.port, ..target })
}

/// An answer came, and is not the expected one.
fn differs(check: &Compiled, leads: &Leads, way: &Way, failure: StepFailure, answer: &Answer) -> Found {
    let service = &check.spec.service.value;
    let why = match failure.class {
        ErrorClass::Status => meaning(answer, service, leads.backend.ready),
        _ => Some(format!("has another than {service} answered? The controller may have older rules")),
    };
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    let reason = format!("{} through {}: {}{why}", check.spec.asked(), address(way), failure.text);
    let server = answer.headers.get(&SERVER).map(|name| String::from_utf8_lossy(name).into_owned());
    let found =
        Found::fail(reason).evidence(server.map(|name| format!("the answer is of the server `{name}`")));
    let mark = check.spec.path.as_ref().or(check.spec.host.as_ref()).unwrap_or(&check.spec.name).mark;
    match failure.differs {
        None => found.at(mark),
        Some(differs) => {
            // Where nothing is written about the status, the usual one was expected.
            let place = if check.spec.expect.is_some() { differs.mark } else { mark };
            found.at(place).expected(differs.expected, differs.actual)
        }
    }
}

/// Nobody answered.
fn silent(check: &Compiled, way: &Way, asking: &Asking<'_>, failure: &StepFailure) -> Found {
    let next = match failure.class {
        ErrorClass::Refused => "does the controller run, and is this where it listens?",
        ErrorClass::Tls if failure.text.contains("certificate") => {
            "the controller has no certificate of its own for this host, or its authority has to be named under `ca`"
        }
        _ => asking.next_move(failure),
    };
    let spec = &check.spec;
    let mark = spec.via.as_ref().unwrap_or(&spec.name).mark;
    Found::unreachable(format!("{} through {}: {}; {next}", spec.asked(), address(way), failure.text))
        .at(mark)
}

fn address(way: &Way) -> String {
    let Way { host, port, .. } = way;
    if host.parse::<Ipv6Addr>().is_ok() { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}
