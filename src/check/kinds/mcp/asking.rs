//! The steps of the check, and what their failures mean.

use super::session::{Session, named, server_name};
use super::wire::Wire;
use super::{Asked, Call};
use crate::check::shell::{quoted, url};
use crate::check::value::judged;
use crate::check::{CheckContext, Found};
use crate::journey::JsonRule;
use crate::source::{Located, nearest};
use crate::units::Span;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// How long saying goodbye may take.
pub(super) const FAREWELL: Duration = Duration::from_secs(1);
/// More pages of tools no server has.
const PAGES: usize = 100;
/// How much of what a tool says is shown.
const SHOWN: usize = 300;

impl Asked {
    pub(super) async fn ask(&self, cx: &CheckContext) -> Found {
        let mut session = Session::new(&self.wire);
        let asked = timeout(cx.limit, self.steps(cx.seed, &mut session)).await;
        let found = match asked {
            Ok(Ok(found)) => found,
            Ok(Err(found)) => found.reproduce(curl(&self.wire, &session)),
            Err(_) => self.late(cx.limit, &mut session).reproduce(curl(&self.wire, &session)),
        };
        let phases = std::mem::take(&mut session.phases);
        // A server that does not let us go ends the session by itself.
        let _ = timeout(FAREWELL, session.close()).await;
        phases.into_iter().fold(found, |found, (name, took)| found.phase(&name, took))
    }

    /// What it means that an answer did not come in time.
    fn late(&self, limit: Duration, session: &mut Session<'_>) -> Found {
        session.lapse();
        let reason = format!("no answer to {} within {}", session.under_way.0, Span::new(limit));
        if !session.heard {
            return Found::unreachable(format!("{reason}; look whether it is overloaded, or cut off"));
        }
        let found = Found::fail(format!("{reason}; look into its log, or give it a longer `timeout`"));
        match &self.call {
            Some((call, _)) if session.under_way.0 == named(&call.tool) => found.at(call.tool.mark),
            _ => found,
        }
    }

    async fn steps(&self, seed: u64, session: &mut Session<'_>) -> Result<Found, Found> {
        let said = session.open(self.era).await.map_err(|trouble| trouble.found(&session.under_way.0))?;
        let mut told = vec![session.version().to_owned()];
        let name = server_name(&said);
        if let Some(wanted) = self.server.as_ref().filter(|wanted| name != Some(wanted.as_str())) {
            let name = name.unwrap_or("nothing");
            let reason =
                format!("expected the server `{}`, got `{name}`; correct `url` or `server`", wanted.value);
            let found = Found::fail(reason);
            return Err(found.expected(wanted.value.as_str(), name).at(wanted.mark));
        }
        told.extend(name.map(str::to_owned));
        if !self.tools.is_empty() {
            let there = tools(session).await?;
            if let Some(missing) = self.tools.iter().find(|tool| !there.contains(&tool.value)) {
                return Err(missing_tool(missing, &there));
            }
            told.push(format!("{} tools", there.len()));
        }
        if let Some((call, rules)) = &self.call {
            called(session, call, rules, seed).await?;
            told.push(format!("`{}` works", call.tool.value));
        }
        Ok(Found::pass(told.join(", ")))
    }
}

/// The names of all tools, page by page.
async fn tools(session: &mut Session<'_>) -> Result<Vec<String>, Found> {
    let (mut names, mut params) = (Vec::new(), json!({}));
    for _ in 0..PAGES {
        let page =
            session.request("tools/list", params).await.map_err(|trouble| trouble.found("tools/list"))?;
        let Some(tools) = page.get("tools").and_then(Value::as_array) else {
            return Err(Found::fail("protocol: the answer to tools/list has no list of tools"));
        };
        names.extend(tools.iter().filter_map(|tool| Some(tool.get("name")?.as_str()?.to_owned())));
        match page.get("nextCursor").and_then(Value::as_str) {
            Some(cursor) => params = json!({ "cursor": cursor }),
            None => return Ok(names),
        }
    }
    Err(Found::fail(format!("protocol: tools/list does not end after {PAGES} pages")))
}

fn missing_tool(missing: &Located<String>, there: &[String]) -> Found {
    let like = nearest(missing, there.iter().map(String::as_str));
    let like = like.map_or_else(
        || "look whether the version with it is deployed".to_owned(),
        |like| format!("is `{like}` meant?"),
    );
    let found = Found::fail(format!("the tool `{}` is missing; {like}", missing.value));
    found.expected(missing.value.as_str(), there.join(", ")).at(missing.mark)
}

async fn called(
    session: &mut Session<'_>,
    call: &Located<Call>,
    rules: &[JsonRule],
    seed: u64,
) -> Result<(), Found> {
    let arguments = call.arguments.as_ref().map_or_else(|| json!({}), |arguments| arguments.plain());
    let params = json!({ "name": call.tool.value, "arguments": arguments });
    let what = named(&call.tool);
    let result = session.request("tools/call", params).await;
    let result = result.map_err(|trouble| trouble.found(&what).at(call.tool.mark))?;
    if result.get("isError").and_then(Value::as_bool) == Some(true) {
        let words = words(&result);
        let next = "correct its `arguments`, or look into its log";
        return Err(Found::fail(format!("the tool `{}` reports an error: {words}; {next}", call.tool.value))
            .at(call.tool.mark));
    }
    if let Some(kind) = result.get("resultType").and_then(Value::as_str).filter(|kind| *kind != "complete") {
        let reason = format!("{what} has no result yet, but `{kind}`; call one that answers by itself");
        return Err(Found::fail(reason).at(call.tool.mark));
    }
    for rule in rules {
        judged(rule, &result, seed).map_err(|found| {
            let reason = format!("the result of `{}`: {}", call.tool.value, found.reason);
            Found { reason, ..found }
        })?;
    }
    Ok(())
}

/// What a tool says, as text.
fn words(result: &Value) -> String {
    let parts = result.get("content").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<&str> = parts.filter_map(|part| part.get("text")?.as_str()).collect();
    let words = words.join(" ");
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

/// The request that was sent last, as a command of curl.
fn curl(wire: &Wire, session: &Session<'_>) -> String {
    let mut command = match &session.last {
        None => vec!["curl -iN -H 'accept: text/event-stream'".to_owned()],
        Some((message, extra)) => {
            let fixed = "curl -iN -H 'content-type: application/json' -H 'accept: application/json, text/event-stream'";
            let extra = extra.iter().map(|(name, value)| {
                // Whoever knows a session may speak in it.
                let value = if *name == "mcp-session-id" { "***" } else { value };
                format!("-H {}", quoted(&format!("{name}: {value}")))
            });
            let data = format!("--data-raw {}", quoted(&message.to_string()));
            std::iter::once(fixed.to_owned()).chain(extra).chain([data]).collect()
        }
    };
    command.extend(wire.headers.keys().map(|name| format!("-H {}", quoted(&format!("{name}: ***")))));
    command.push(url(session.goes_to().as_str()));
    command.join(" ")
}
