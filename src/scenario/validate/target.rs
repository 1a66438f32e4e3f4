//! The target's URL and its TLS.

use super::Whole;
use crate::scenario::data::DataFiles;
use crate::scenario::{ScenarioFile, TargetPlan, TargetSpec, TlsSpec};
use crate::source::{Located, Mark, Problem};
use crate::transport::{Pem, Target, TargetError, TlsOptions, Verify};
use std::time::Duration;

/// How long connecting may take when the scenario does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The target, ready to connect to; none where nothing sends requests to it.
pub(in crate::scenario) fn target(
    file: &ScenarioFile,
    whole: &Whole,
    data: &DataFiles<'_>,
    problems: &mut Vec<Problem>,
) -> Option<TargetPlan> {
    let Some(spec) = &file.target else {
        let name = file.scenario.as_ref().filter(|_| is_used(file) && whole.target && problems.is_empty());
        problems.extend(name.map(|name| missing(name.mark)));
        return None;
    };
    let Some(url) = &spec.http else {
        problems.extend((is_used(file) && whole.target).then(|| missing(spec.mark)));
        return None;
    };
    let before = problems.len();
    if !whole.target {
        // Something beside the URL is wrong; the URL itself can still be looked at.
        let alone = Target::new(url, spec.http_version, &TlsOptions::default(), CONNECT_TIMEOUT);
        problems.extend(alone.err().map(|error| refused(&error, url, spec)));
        return None;
    }
    let tls = tls(spec, data, problems);
    if let Some(given) = spec.tls.as_ref().filter(|_| url.starts_with("http://")) {
        problems.push(
            Problem::at(given.mark, "`tls` has no meaning for a target without TLS")
                .help("write the URL with https://, or remove `tls`"),
        );
    }
    let timeout = connect_timeout(spec, problems);
    match Target::new(url, spec.http_version, &tls, timeout) {
        Ok(target) if problems.len() == before => Some(TargetPlan { url: url.value.clone(), target }),
        Ok(_) => None,
        Err(error) => {
            problems.push(refused(&error, url, spec));
            None
        }
    }
}

/// Whether anything sends requests to the target: load does, and checks that say so.
fn is_used(file: &ScenarioFile) -> bool {
    file.load.is_some() || file.smoke.iter().any(|check| check.needs_target())
}

fn missing(mark: Mark) -> Problem {
    Problem::at(mark, "the scenario says nowhere where requests go")
        .help("add `target: { http: http://127.0.0.1:8080 }`")
}

fn connect_timeout(spec: &TargetSpec, problems: &mut Vec<Problem>) -> Duration {
    let Some(timeout) = &spec.connect_timeout else { return CONNECT_TIMEOUT };
    if timeout.get().is_zero() {
        problems.push(
            Problem::at(timeout.mark, "a timeout of zero lets no connection through")
                .help("write for example 5s"),
        );
    }
    timeout.get()
}

/// The words of the transport's error at the part of the target that it is about.
fn refused(error: &TargetError, url: &Located<String>, spec: &TargetSpec) -> Problem {
    let text = error.to_string();
    let (mark, help) = match error {
        TargetError::Tls(_) => {
            (spec.tls.as_ref().map_or(url.mark, |tls| tls.mark), "check the files; they must be PEM")
        }
        _ => (url.mark, "write for example http://127.0.0.1:8080"),
    };
    match text.split_once("; ") {
        Some((cause, next)) => Problem::at(mark, cause).help(next),
        None => Problem::at(mark, text).help(help),
    }
}

fn tls(spec: &TargetSpec, data: &DataFiles<'_>, problems: &mut Vec<Problem>) -> TlsOptions {
    let Some(spec) = &spec.tls else { return TlsOptions::default() };
    let mut read = |named: &Option<Located<String>>| {
        let pem = |named: &Located<String>| {
            Ok(Pem { name: named.value.clone(), content: data.read_unhashed(named)? })
        };
        let read = named.as_ref().map(pem).transpose();
        read.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    };
    let (ca, certificate, key) = (read(&spec.ca), read(&spec.certificate), read(&spec.key));
    problems.extend(halves(spec));
    TlsOptions {
        ca,
        identity: certificate.zip(key),
        verify: if spec.verify { Verify::Yes } else { Verify::No },
        server_name: spec.server_name.as_ref().map(|name| name.value.clone()),
    }
}

/// A certificate without its key, or the other way round.
fn halves(spec: &TlsSpec) -> Option<Problem> {
    match (&spec.certificate, &spec.key) {
        (Some(half), None) => {
            Some(Problem::at(half.mark, "a certificate without its `key`").help("add `key: …`"))
        }
        (None, Some(half)) => {
            Some(Problem::at(half.mark, "a key without its `certificate`").help("add `certificate: …`"))
        }
        _ => None,
    }
}
