//! `prometheus`: what a query gives now, against a threshold.

mod answer;
mod asking;

use crate::check::dial::fixed_headers;
use crate::check::value::ValueRule;
use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::journey::{CompileContext, JsonExpect, Pairs};
use crate::source::{Located, Problem};
use crate::transport::{HttpVersion, Target, TlsOptions};
use http::HeaderMap;
use http::header::HOST;
use schemars::JsonSchema;
use serde::Deserialize;

/// An instant query to Prometheus, or to whatever speaks its API.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Prometheus {
    /// Where it is: `http://prometheus:9090`, with the prefix of its API if it has one.
    pub url: Option<Located<String>>,
    /// A query in `PromQL` that gives a number or a vector.
    pub query: Option<Located<String>>,
    /// What each value must be.
    pub value: Option<Located<JsonExpect>>,
    /// How many series there must be.
    pub series: Option<Located<JsonExpect>>,
    /// What it means when the query gives nothing: `fail`, or `pass` where nothing is good news.
    pub no_data: NoData,
    /// Headers of the request, such as `authorization`.
    pub headers: Pairs<Located<String>>,
}

/// What an answer without any series means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NoData {
    /// Whatever should be measured is not.
    #[default]
    Fail,
    /// It did not happen, and so was not counted.
    Pass,
}

/// A query that can be asked.
#[derive(Debug)]
struct Asked {
    target: Target,
    query: Located<String>,
    value: Option<ValueRule>,
    series: Option<ValueRule>,
    no_data: NoData,
    headers: HeaderMap,
}

impl CheckKind for Prometheus {
    fn compile(
        spec: &Located<Prometheus>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let Located { value: spec, mark } = spec;
        let (Some(url), Some(query)) = (&spec.url, &spec.query) else {
            let problem = Problem::at(*mark, "a query needs `url` and `query`");
            let example = "write for example `prometheus: { url: \"http://prometheus:9090\", query: up }`";
            problems.push(problem.help(example));
            return None;
        };
        let headers = fixed_headers(&spec.headers, problems);
        // Another host than that of the URL can be named in HTTP/1.1 alone.
        let version = if headers.contains_key(HOST) { HttpVersion::Http1 } else { HttpVersion::Auto };
        let target = Target::new(url, version, &TlsOptions::default(), cx.timeout.get())
            .map_err(|error| problems.push(Problem::at(url.mark, error.to_string())));
        let mut rule =
            |name, spec: &Option<Located<JsonExpect>>| ValueRule::compile(name, spec.as_ref()?, cx, problems);
        let asked = Asked {
            target: target.ok()?,
            query: query.clone(),
            value: rule("the value", &spec.value),
            series: rule("the number of series", &spec.series),
            no_data: spec.no_data,
            headers,
        };
        Some(asked)
    }
}

impl Check for Asked {
    fn describe(&self) -> String {
        format!("prometheus {}", self.query.value)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }
}
