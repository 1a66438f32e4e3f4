//! `shakedown load URL`: a scenario made from the command line, then run like any other.

use super::caret::Wrong;
use super::conduct::{Part, RunOptions, conduct};
use super::tls::Tls;
use super::{Failure, address, judge};
use crate::cluster::Consent;
use crate::gate::Gate;
use crate::run::Exit;
use crate::scenario::{Rejected, Scenario};
use crate::source::{Environment, Problem};
use crate::units::{Rate, Span, UnitError};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use url::Url;

/// What to send, how fast and for how long.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_parser = address::page, help = "Where to, for instance http://127.0.0.1:8080/products")]
    url: Url,
    /// How many requests a second, whatever the target does (open model)
    #[arg(long, value_name = "RATE", default_value = "100/s", conflicts_with = "max", value_parser = rate,
        allow_hyphen_values = true)]
    rate: Rate,
    /// As fast as it goes: every connection sends when it has its answer (closed model)
    #[arg(long)]
    max: bool,
    /// How many connections, with --max
    #[arg(long, short = 'c', value_name = "N", default_value_t = 64, requires = "max",
        value_parser = clap::value_parser!(u32).range(1..))]
    connections: u32,
    /// So many users, each with a connection and cookies of its own, who send when they have their answer and have
    /// thought (closed model)
    #[arg(long, value_name = "N", conflicts_with_all = ["rate", "max"],
        value_parser = clap::value_parser!(u32).range(1..))]
    users: Option<u32>,
    /// How long a user thinks after an answer, with --users; for instance 1s
    #[arg(long, value_name = "TIME", requires = "users", value_parser = length)]
    think: Option<Span>,
    /// How long
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = length)]
    length: Span,
    /// What must hold, for instance 'p99 <= 250ms'. Can be given several times
    #[arg(long, value_name = "GATE", value_parser = judge::gate)]
    gate: Vec<(Gate, String)>,
    /// A request header. Can be given several times
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// The method: GET, or POST when there is a body
    #[arg(short = 'X', long, value_name = "METHOD", value_parser = method)]
    method: Option<String>,
    /// The body
    #[arg(short = 'd', long = "data", value_name = "TEXT")]
    body: Option<String>,
    /// How long an answer may take
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = length)]
    timeout: Span,
    #[command(flatten)]
    tls: Tls,
    /// How many worker threads; one for each core when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    workers: Option<u16>,
    #[command(flatten)]
    options: RunOptions,
}

const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

fn method(text: &str) -> Result<String, String> {
    let lower = text.to_lowercase();
    if METHODS.contains(&lower.as_str()) {
        Ok(lower)
    } else {
        Err(format!("use one of {}", METHODS.join(", ")))
    }
}

/// Reads a rate above zero.
pub(super) fn rate(text: &str) -> Result<Rate, String> {
    let rate: Rate = text.parse().map_err(|e: UnitError| e.to_string())?;
    if rate == Rate::ZERO {
        Err("at this rate nothing is sent; write for example 100/s".into())
    } else {
        Ok(rate)
    }
}

/// Reads a length of time above zero.
pub(super) fn length(text: &str) -> Result<Span, String> {
    let span: Span = text.parse().map_err(|e: UnitError| e.to_string())?;
    if span.get().is_zero() {
        Err("nothing happens in no time; write for example 10s".into())
    } else {
        Ok(span)
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("there is no colon; write it as `name: value`")?;
    let (name, value) = (name.trim(), value.trim());
    if HeaderName::try_from(name).is_err() {
        return Err(format!("`{name}` cannot be a header's name; write it as `name: value`"));
    }
    if HeaderValue::try_from(value).is_err() {
        return Err(format!(
            "the value of `{name}` holds characters that no header can carry; leave them out"
        ));
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// Makes the scenario and runs it.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    // JSON is YAML, and quoting is the library's job.
    let text = format!("{:#}", args.scenario());
    let scenario = Scenario::parse("the command line", &text, &args.environment());
    let scenario = scenario.map_err(|rejected| Failure::Line(args.blamed(&rejected, &text)))?;
    let mut destinations = args.options.destinations()?;
    let exit = conduct(scenario, Part::All, Consent::OfNamespace, &args.options, &mut destinations)?;
    Ok(exit.or_worse(destinations.finish()))
}

impl Args {
    /// What is wrong with the scenario `text`, said of the gates and options that were given: nobody wrote that text.
    fn blamed(&self, rejected: &Rejected, text: &str) -> Vec<String> {
        let said = rejected.problems().into_iter().map(|problem| {
            let blamed = self.gate.iter().find_map(|(_, gate)| blamed(problem, gate, text));
            let blamed = blamed.or_else(|| self.tls.blamed(problem, text));
            blamed.unwrap_or_else(|| Wrong::problem(problem, 0..0).alone())
        });
        said.collect()
    }

    /// Secrets come from outside, as in any scenario, so that no history and no report shows them.
    fn environment(&self) -> Environment {
        let secrets = self.headers.iter().enumerate().filter(|(_, (name, _))| is_secret(name));
        let none = Environment::from_iter::<[(&str, &str); 0]>([]);
        secrets.fold(none, |known, (place, (_, value))| known.with(&variable(place), value))
    }

    fn scenario(&self) -> Value {
        let (target, path) = split(&self.url);
        let given = |text: &str| Value::from(literal(text));
        let method =
            self.method.clone().unwrap_or_else(|| if self.body.is_some() { "post" } else { "get" }.into());
        let mut step = Map::new();
        step.insert(method, given(&path));
        if !self.headers.is_empty() {
            let headers = self.headers.iter().enumerate().map(|(place, (name, value))| {
                let value =
                    if is_secret(name) { format!("${{env:{}}}", variable(place)) } else { literal(value) };
                (name.clone(), value.into())
            });
            step.insert("headers".into(), Value::Object(headers.collect()));
        }
        if let Some(body) = &self.body {
            step.insert("body".into(), given(body));
        }
        if let Some(think) = self.think {
            step.insert("think".into(), think.to_string().into());
        }
        let profile = if let Some(users) = self.users {
            json!({ "users": { "count": users, "ramp": "0s", "hold": self.length.to_string() } })
        } else if self.max {
            json!({ "max": { "connections": self.connections, "hold": self.length.to_string() } })
        } else {
            let rate = format!("{}/s", self.rate.as_per_second());
            json!({ "stages": [{ "from": rate, "to": rate, "over": self.length.to_string(), "name": "hold" }] })
        };
        let mut load = json!({
            "profile": profile,
            "timeout": self.timeout.to_string(),
            "journeys": [{ "name": "url", "steps": [step] }],
        });
        if let Some(workers) = self.workers {
            load["workers"] = workers.into();
        }
        let mut target = json!({ "http": literal(&target) });
        if let Some(tls) = self.tls.written() {
            target["tls"] = tls;
        }
        json!({
            "scenario": format!("load {}", literal(self.url.as_str())),
            "target": target,
            "load": load,
            "gates": self.gate.iter().map(|(_, text)| literal(text)).collect::<Vec<_>>(),
        })
    }
}

/// The problem said of this gate, when it lies in it.
fn blamed(problem: &Problem, gate: &str, text: &str) -> Option<String> {
    let quoted = Value::from(literal(gate)).to_string();
    let inside = |start: &usize| *start <= problem.mark.start && problem.mark.end <= start + quoted.len();
    let start = text.match_indices(&quoted).map(|(start, _)| start).find(inside)?;
    // With escapes in it the letters stand elsewhere than in the gate as it was given.
    let plain = quoted[1..quoted.len() - 1] == *gate;
    let place =
        if plain { problem.mark.start - start - 1..problem.mark.end - start - 1 } else { 0..gate.len() };
    Some(Wrong::problem(problem, place).under(gate))
}

/// Whether a header of this name usually carries a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["auth", "cookie", "key", "password", "secret", "session", "signature", "token"]
        .iter()
        .any(|word| name.contains(word))
}

/// The variable that stands for the secret header at this place.
fn variable(place: usize) -> String {
    format!("HEADER_{}", place + 1)
}

/// The URL's origin, and the rest of it.
fn split(url: &Url) -> (String, String) {
    let origin = url[..url::Position::BeforePath].to_owned();
    let rest = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
    (origin, if rest.starts_with('/') { rest } else { format!("/{rest}") })
}

/// A text that means itself: on a command line, `${…}` and `{{` belong to whoever wrote them.
fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("{{", "{{ \"{{\" }}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn args(line: &str) -> Args {
        let line = ["load", "http://127.0.0.1:1/a?b=1"].into_iter().chain(line.split(' '));
        Line::parse_from(line).args
    }

    #[test]
    fn a_command_line_becomes_a_scenario() {
        let args = args("--rate 5/s --for 2s -H x:${y} -d {}");
        let scenario = args.scenario();
        assert_eq!(scenario["target"], json!({ "http": "http://127.0.0.1:1" }));
        let step = &scenario["load"]["journeys"][0]["steps"][0];
        assert_eq!(step, &json!({ "post": "/a?b=1", "headers": { "x": "$${y}" }, "body": "{}" }));
        assert_eq!(scenario["load"]["profile"]["stages"][0]["over"], "2s");
    }

    #[test]
    fn options_of_tls_go_to_the_target() {
        let tls = args("--ca a.pem -k").scenario()["target"]["tls"].clone();
        assert_eq!(tls, json!({ "ca": "a.pem", "verify": false }));
    }

    #[test]
    fn users_think() {
        let scenario = args("--users 9 --think 1s --for 2s").scenario();
        let profile = json!({ "users": { "count": 9, "ramp": "0s", "hold": "2s" } });
        assert_eq!(scenario["load"]["profile"], profile);
        assert_eq!(scenario["load"]["journeys"][0]["steps"][0]["think"], "1s");
        for wrong in ["--users 9 --max", "--users 9 --rate 5/s", "--think 1s"] {
            let line = ["load", "http://127.0.0.1:1"].into_iter().chain(wrong.split(' '));
            assert!(Line::try_parse_from(line).is_err(), "{wrong}");
        }
    }

    #[test]
    fn secret_headers_are_in_no_text() {
        let args = args("-H accept:a/b -H X-Api-Token:s3cret -H Authorization:s4cret");
        let text = args.scenario().to_string();
        assert!(!text.contains("cret"), "{text}");
        assert!(
            text.contains(r#""X-Api-Token":"${env:HEADER_2}""#) && text.contains(r#""accept":"a/b""#),
            "{text}"
        );
        let scenario = Scenario::parse("x", &text, &args.environment()).unwrap();
        assert_eq!(scenario.secrets.redact("s3cret s4cret"), "[env:HEADER_2] [env:HEADER_3]");
    }

    #[test]
    fn what_is_wrong_with_a_gate_is_said_of_that_gate() {
        let mut args = args("--rate 1/s");
        args.gate = ["p50 <= 1s", "p50(\"GET /x\") <= 1s", "p50 <= 1s stage holt"]
            .map(|text| judge::gate(text).unwrap())
            .to_vec();
        let text = format!("{:#}", args.scenario());
        let rejected = Scenario::parse("x", &text, &args.environment()).unwrap_err();
        let expected = [
            "no journey, endpoint or step is called `GET /x`\n  p50(\"GET /x\") <= 1s\n  ^^^^^^^^^^^^^^^^^^^\n  \
             help: known are `url`, `url/GET /a?b=1`",
            "no stage is called `holt`\n  p50 <= 1s stage holt\n            ^^^^^^^^^^\n  help: did you mean `hold`?",
        ];
        assert_eq!(args.blamed(&rejected, &text), expected);
    }
}
