//! `shakedown load URL`: a scenario made from the command line, then run like any other.

use super::Failure;
use super::conduct::{Part, RunOptions, conduct};
use super::judge;
use crate::gate::Gate;
use crate::run::Exit;
use crate::scenario::Scenario;
use crate::source::Environment;
use crate::units::{Rate, Span};
use serde_json::{Map, Value, json};
use url::Url;

/// What to send, how fast and for how long.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to, for instance `http://127.0.0.1:8080/products`
    url: Url,
    /// How many requests a second, whatever the target does (open model)
    #[arg(long, value_name = "RATE", default_value = "100/s", conflicts_with = "max")]
    rate: Rate,
    /// As fast as it goes: every connection sends when it has its answer (closed model)
    #[arg(long)]
    max: bool,
    /// How many connections, with --max
    #[arg(long, short = 'c', value_name = "N", default_value_t = 64, requires = "max")]
    connections: u32,
    /// How long
    #[arg(long = "for", value_name = "TIME", default_value = "10s")]
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
    #[arg(long, value_name = "TIME", default_value = "30s")]
    timeout: Span,
    /// How many worker threads; one for each core when left out
    #[arg(long, value_name = "N")]
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

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("write it as `name: value`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

/// Makes the scenario and runs it.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    // JSON is YAML, and quoting is the library's job.
    let text = format!("{:#}", args.scenario());
    let scenario = Scenario::parse("the command line", &text, &Environment::of_process())?;
    conduct(scenario, Part::All, &args.options)
}

impl Args {
    fn scenario(&self) -> Value {
        let (target, path) = split(&self.url);
        let given = |text: &str| Value::from(literal(text));
        let method =
            self.method.clone().unwrap_or_else(|| if self.body.is_some() { "post" } else { "get" }.into());
        let mut step = Map::new();
        step.insert(method, given(&path));
        if !self.headers.is_empty() {
            let headers = self.headers.iter().map(|(name, value)| (name.clone(), given(value))).collect();
            step.insert("headers".into(), Value::Object(headers));
        }
        if let Some(body) = &self.body {
            step.insert("body".into(), given(body));
        }
        let profile = if self.max {
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
        json!({
            "scenario": format!("load {}", literal(self.url.as_str())),
            "target": { "http": literal(&target) },
            "load": load,
            "gates": self.gate.iter().map(|(_, text)| literal(text)).collect::<Vec<_>>(),
        })
    }
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

    #[test]
    fn a_command_line_becomes_a_scenario() {
        let line =
            ["load", "http://127.0.0.1:1/a?b=1", "--rate", "5/s", "--for", "2s", "-H", "x: ${y}", "-d", "{}"];
        let scenario = Line::parse_from(line).args.scenario();
        assert_eq!(scenario["target"]["http"], "http://127.0.0.1:1");
        let step = &scenario["load"]["journeys"][0]["steps"][0];
        assert_eq!(step, &json!({ "post": "/a?b=1", "headers": { "x": "$${y}" }, "body": "{}" }));
        assert_eq!(scenario["load"]["profile"]["stages"][0]["over"], "2s");
    }
}
