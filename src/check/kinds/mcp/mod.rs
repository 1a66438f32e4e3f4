//! `mcp`: whether a server of the Model Context Protocol speaks, has its tools, and one of them works.

mod asking;
mod session;
mod trouble;
mod wire;

use crate::check::dial::{fixed_headers, needed_url};
use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::journey::{CompileContext, Json, JsonExpect, JsonRule, Pairs, Scope};
use crate::source::{Located, Problem};
use crate::transport::{Client, HttpVersion, Target, TlsOptions, web_url};
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;
use wire::Wire;

/// A conversation with an MCP server.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mcp {
    /// Its endpoint: `https://shop.test/mcp`, or `…/sse` for the oldest revision.
    pub url: Option<Located<String>>,
    /// Headers of every request, such as `authorization`.
    pub headers: Pairs<Located<String>>,
    /// Which revision it has to speak; whichever it does when left out.
    pub era: Era,
    /// The name that the server has to give itself.
    pub server: Option<Located<String>>,
    /// Tools that it has to offer.
    pub tools: Vec<Located<String>>,
    /// One tool to call.
    pub call: Option<Located<Call>>,
}

/// A family of revisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "McpEra")]
pub enum Era {
    /// Whichever the server speaks, the newest first.
    #[default]
    Auto,
    /// 2026-07-28: no handshake, no session.
    Modern,
    /// 2025-03-26 to 2025-11-25: a handshake and one endpoint.
    Streamable,
    /// 2024-11-05: a stream for the answers beside the endpoint.
    Sse,
}

/// One call of a tool.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "McpCall")]
pub struct Call {
    /// The tool's name.
    pub tool: Located<String>,
    /// Its arguments.
    pub arguments: Option<Json>,
    /// Values in its result, by JSONPath: `$.content[0].text`, `$.structuredContent.total`.
    pub expect: Pairs<Located<JsonExpect>>,
}

/// A conversation that can be had.
#[derive(Debug)]
struct Asked {
    wire: Wire,
    era: Era,
    server: Option<Located<String>>,
    tools: Vec<Located<String>>,
    call: Option<(Located<Call>, Vec<JsonRule>)>,
}

impl CheckKind for Mcp {
    fn compile(
        spec: &Located<Mcp>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let Located { value: spec, mark } = spec;
        let url = needed_url(spec.url.as_ref(), *mark, ("server", "https://host/mcp"), problems)?;
        let http = client(url, cx).map_err(|why| problems.push(Problem::at(url.mark, why))).ok()?;
        let headers = fixed_headers(&spec.headers, problems);
        let call = spec.call.as_ref().map(|call| {
            if call.tool.is_empty() {
                problems.push(Problem::at(call.mark, "the call names no tool").help("add `tool: NAME`"));
            }
            let scope = Scope::new(cx.vars, &[]);
            let rules =
                call.expect.iter().filter_map(|(path, rule)| JsonRule::compile(path, rule, &scope, problems));
            (call.clone(), rules.collect())
        });
        let wire = Wire { http: http.0, url: http.1, headers };
        let asked =
            Asked { wire, era: spec.era, server: spec.server.clone(), tools: spec.tools.clone(), call };
        Some(asked)
    }
}

/// A client of this URL without redirects, retries or proxies.
fn client(url: &str, cx: &CompileContext<'_>) -> Result<(reqwest::Client, url::Url), String> {
    let (parsed, _) = web_url(url).map_err(|error| error.to_string())?;
    let origin = parsed.origin().ascii_serialization();
    let target = Target::new(&origin, HttpVersion::Auto, &TlsOptions::default(), cx.timeout.get());
    let target = target.map_err(|error| error.to_string())?;
    let client = Client::new(&target).map_err(|failure| failure.text)?;
    Ok((client.http().clone(), parsed))
}

impl Check for Asked {
    fn describe(&self) -> String {
        let port = self.wire.url.port().map_or_else(String::new, |port| format!(":{port}"));
        format!("mcp at {}{port}{}", self.wire.url.host_str().unwrap_or_default(), self.wire.url.path())
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }

    fn cleans_up_for(&self) -> Duration {
        asking::FAREWELL
    }
}
