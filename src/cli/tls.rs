//! The TLS of a URL that is given on the command line: what stands under `target.tls` in a scenario, as options.

use super::caret::Wrong;
use crate::source::{Mark, Problem, ReadError};
use serde_json::{Map, Value};

/// Whom to trust and who we are. Where curl calls an option otherwise, its name is known as well.
#[derive(Debug, Default, clap::Args)]
#[group(id = "tls")]
pub(super) struct Tls {
    /// A PEM file of authorities to trust instead of the system's
    #[arg(long, value_name = "FILE", visible_alias = "cacert")]
    ca: Option<String>,
    /// A PEM file with our own certificate and its chain, for services that ask who we are (mTLS)
    #[arg(long, value_name = "FILE", visible_alias = "cert", requires = "key")]
    certificate: Option<String>,
    /// A PEM file with the key of our certificate
    #[arg(long, value_name = "FILE", requires = "certificate")]
    key: Option<String>,
    /// The name to ask for and to verify, when it is not the URL's
    #[arg(long, value_name = "NAME")]
    server_name: Option<String>,
    /// Accept any certificate; every report says so
    #[arg(short = 'k', long)]
    insecure: bool,
}

impl Tls {
    /// The value of `target.tls`; none where nothing was asked for.
    pub(super) fn written(&self) -> Option<Value> {
        let keys = self.texts().map(|(key, _, text)| (key.to_owned(), Value::from(literal(text))));
        let verify = self.insecure.then(|| ("verify".to_owned(), Value::from(false)));
        let keys: Map<String, Value> = keys.chain(verify).collect();
        (!keys.is_empty()).then_some(Value::Object(keys))
    }

    /// What is wrong with one of these options, or with all of them, in the scenario `text` that was made of them.
    pub(super) fn blamed(&self, problem: &Problem, text: &str) -> Option<String> {
        let (begins, named) = (text.find("\"tls\": {")?, "\"tls\": ".len());
        if problem.mark.start == begins + named {
            let given = self.given();
            return Some(Wrong::problem(problem, 0..given.len()).under(&given));
        }
        let (option, value) = self.texts().find_map(|(key, option, value)| {
            let written = format!("\"{key}\": {}", Value::from(literal(value)));
            let start = begins + text.get(begins..)?.find(&written)?;
            within(problem.mark, start, written.len()).then_some((option, value))
        })?;
        let given = format!("{option} {value}");
        let place = option.len() + 1..given.len();
        let missing = ReadError::Missing(value.to_owned()).problem(problem.mark);
        let help = "paths count from the current folder".to_owned();
        // No file names these paths.
        let said =
            if problem.help == missing.help { Problem { help, ..problem.clone() } } else { problem.clone() };
        Some(Wrong::problem(&said, place).under(&given))
    }

    /// The options that have a value: the scenario's key, the option and its value.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &'static str, &str)> {
        let all = [
            ("ca", "--ca", &self.ca),
            ("certificate", "--certificate", &self.certificate),
            ("key", "--key", &self.key),
            ("server_name", "--server-name", &self.server_name),
        ];
        all.into_iter().filter_map(|(key, option, value)| Some((key, option, value.as_deref()?)))
    }

    /// All of them as a command line has them.
    fn given(&self) -> String {
        let texts = self.texts().map(|(_, option, value)| format!("{option} {value}"));
        texts.chain(self.insecure.then(|| "--insecure".to_owned())).collect::<Vec<_>>().join(" ")
    }
}

fn within(mark: Mark, start: usize, length: usize) -> bool {
    start <= mark.start && mark.end <= start + length
}

/// A text that means itself: on a command line, `${…}` belongs to whoever wrote it. There are no templates under `tls`.
fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::source::Environment;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        tls: Tls,
    }

    fn tls(line: &str) -> Tls {
        Line::try_parse_from(["load"].into_iter().chain(line.split_whitespace())).unwrap().tls
    }

    #[test]
    fn options_become_the_keys_of_a_scenario() {
        for (line, written) in [
            ("", None),
            ("--ca a.pem", Some(json!({ "ca": "a.pem" }))),
            ("--cacert ${a}{{.pem", Some(json!({ "ca": "$${a}{{.pem" }))),
            ("-k", Some(json!({ "verify": false }))),
            (
                "--cert c.pem --key k.pem --server-name shop --insecure",
                Some(
                    json!({ "certificate": "c.pem", "key": "k.pem", "server_name": "shop", "verify": false }),
                ),
            ),
        ] {
            assert_eq!(tls(line).written(), written, "{line}");
        }
        for half in ["--certificate c.pem", "--key k.pem"] {
            assert!(Line::try_parse_from(["load"].into_iter().chain(half.split(' '))).is_err(), "{half}");
        }
    }

    /// All that is wrong with these options, said of them.
    fn blamed(url: &str, line: &str) -> Vec<String> {
        let tls = tls(line);
        let target = json!({ "http": url, "tls": tls.written() });
        let step = json!({ "name": "url", "steps": [{ "get": "/" }] });
        let profile = json!({ "stages": [{ "from": "1/s", "to": "1/s", "over": "1s" }] });
        let load = json!({ "profile": profile, "journeys": [step] });
        let text = format!("{:#}", json!({ "scenario": "x", "target": target, "load": load }));
        let environment = Environment::from_iter::<[(&str, &str); 0]>([]);
        let rejected = Scenario::parse("x", &text, &environment).unwrap_err();
        rejected.problems().into_iter().map(|problem| tls.blamed(problem, &text).unwrap()).collect()
    }

    #[test]
    fn what_is_wrong_is_said_of_the_option() {
        let folder = tempfile::tempdir().unwrap();
        let none = folder.path().join("none.pem").display().to_string();
        std::fs::write(folder.path().join("text"), "no PEM").unwrap();
        let text = folder.path().join("text").display().to_string();
        let carets = |text: &str| "^".repeat(text.chars().count());
        for (url, line, said) in [
            (
                "https://127.0.0.1:1",
                format!("--ca {none} --insecure"),
                format!(
                    "there is no file `{none}`\n  --ca {none}\n       {}\n  help: paths count from the current folder",
                    carets(&none)
                ),
            ),
            (
                "https://127.0.0.1:1",
                format!("--ca {text}"),
                format!(
                    "the CA file is not PEM or holds none: no certificate in it\n  --ca {text}\n  {}\n  help: check \
                     the files; they must be PEM",
                    carets(&format!("--ca {text}"))
                ),
            ),
            (
                "http://127.0.0.1:1",
                "--insecure --server-name shop".to_owned(),
                "`tls` has no meaning for a target without TLS\n  --server-name shop --insecure\n  \
                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  help: write the URL with https://, or remove `tls`"
                    .to_owned(),
            ),
        ] {
            assert_eq!(blamed(url, &line), [said], "{line}");
        }
    }
}
