//! Which revision of the protocol a server speaks, and requests in its manner.
//!
//! The newest is tried first; a server that does not know it says so with 400, 404 or 405, and the next older one is
//! tried, as the specification asks of clients.

use super::Era;
use super::trouble::{Refusal, Trouble};
use super::wire::{Events, Extra, Wire, result};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use url::Url;

/// The revision without handshakes.
const MODERN: &str = "2026-07-28";
/// The newest revision with a handshake over one endpoint.
const STREAMABLE: &str = "2025-11-25";
/// The first of those whose requests carry their revision in a header.
const WITH_HEADER: &str = "2025-06-18";
/// The revision with a stream for the answers.
const OLD: &str = "2024-11-05";
/// Errors that only a server of the revision without handshakes gives.
const MODERN_ERRORS: std::ops::RangeInclusive<i64> = -32022..=-32020;
/// The one of them that is about revisions.
const UNSUPPORTED: i64 = -32022;
/// Where a server says who it is.
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// A conversation with a server.
#[derive(Debug)]
pub(super) struct Session<'w> {
    wire: &'w Wire,
    manner: Manner,
    requests: u64,
    /// What was asked and how long each answer took.
    pub(super) phases: Vec<(String, Duration)>,
    /// The message that was sent last, with its headers.
    pub(super) last: Option<(Value, Extra)>,
    /// The request under way, and when it began.
    pub(super) under_way: (String, Instant),
    /// Whether the server has answered anything at all.
    pub(super) heard: bool,
}

/// How requests travel.
#[derive(Debug)]
enum Manner {
    /// Nothing is known yet, or nothing is needed.
    Modern,
    Streamable {
        version: String,
        session: Option<String>,
    },
    Old {
        events: Box<Events>,
        endpoint: Url,
    },
}

impl<'w> Session<'w> {
    pub(super) fn new(wire: &'w Wire) -> Session<'w> {
        Session {
            wire,
            manner: Manner::Modern,
            requests: 0,
            phases: Vec::new(),
            last: None,
            under_way: (String::new(), Instant::now()),
            heard: false,
        }
    }

    /// The revision that is spoken.
    pub(super) fn version(&self) -> &str {
        match &self.manner {
            Manner::Modern => MODERN,
            Manner::Streamable { version, .. } => version,
            Manner::Old { .. } => OLD,
        }
    }

    /// Finds out what the server speaks, or insists on one era; gives what it says of itself.
    pub(super) async fn open(&mut self, era: Era) -> Result<Value, Trouble> {
        if matches!(era, Era::Auto | Era::Modern) {
            match self.request("server/discover", json!({})).await {
                Ok(said) => return Ok(said),
                Err(trouble) if era == Era::Modern || !older(&trouble) => {
                    return Err(unspoken(trouble, MODERN, era));
                }
                Err(_) => {}
            }
        }
        if matches!(era, Era::Auto | Era::Streamable) {
            match self.initialize_streamable().await {
                Ok(said) => return Ok(said),
                Err(trouble) if era == Era::Streamable || !older(&trouble) => {
                    return Err(unspoken(trouble, STREAMABLE, era));
                }
                Err(_) => {}
            }
        }
        self.initialize_old().await.map_err(|trouble| match (era, trouble) {
            (Era::Auto, Trouble::Status { status, .. }) => Trouble::Protocol(format!(
                "no MCP server here: it knows neither server/discover nor initialize, and GET gives {status}; correct `url`"
            )),
            (_, Trouble::Status { status: status @ 400..500, .. }) => Trouble::Protocol(format!(
                "status {status}, no stream of events; leave `era` out, or correct `url`"
            )),
            (_, other) => other,
        })
    }

    async fn initialize_streamable(&mut self) -> Result<Value, Trouble> {
        self.begin("initialize".to_owned());
        let (id, message) = self.message("initialize", handshake(STREAMABLE));
        self.last = Some((message.clone(), Extra::new()));
        let mut session = None;
        let said = async {
            let response = self.wire.post(&self.wire.url, &message, &Extra::new()).await?;
            let id_of_it = response.headers().get("mcp-session-id").and_then(|value| value.to_str().ok());
            session = id_of_it.map(str::to_owned);
            result(response, id).await
        };
        let said = said.await;
        self.end(&said);
        let said = said?;
        let version = said.get("protocolVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
        if version.is_empty() {
            return Err(Trouble::Protocol("it does not say which revision it speaks".to_owned()));
        }
        self.manner = Manner::Streamable { version, session };
        let done = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        self.wire.post(&self.wire.url, &done, &self.extra("", &Value::Null)).await?;
        Ok(said)
    }

    async fn initialize_old(&mut self) -> Result<Value, Trouble> {
        self.begin("GET".to_owned());
        self.last = None;
        let opened = self.wire.endpoint().await;
        self.end(&opened);
        let (events, endpoint) = opened?;
        let wrong = |why: &str| Trouble::Protocol(format!("the endpoint `{endpoint}` {why}"));
        let url = self.wire.url.join(endpoint.trim()).map_err(|_| wrong("is no address"))?;
        if url.origin() != self.wire.url.origin() {
            return Err(wrong("lies on another server; it is not trusted"));
        }
        self.manner = Manner::Old { events: Box::new(events), endpoint: url };
        let said = self.request("initialize", handshake(OLD)).await?;
        let done = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        if let Manner::Old { endpoint, .. } = &self.manner {
            self.wire.post(endpoint, &done, &Extra::new()).await?;
        }
        Ok(said)
    }

    /// Asks one thing.
    pub(super) async fn request(&mut self, method: &str, params: Value) -> Result<Value, Trouble> {
        self.begin(title(method, &params));
        let extra = self.extra(method, &params);
        let (id, message) = self.message(method, params);
        self.last = Some((message.clone(), extra.clone()));
        let result = match &mut self.manner {
            Manner::Old { events, endpoint } => match self.wire.post(endpoint, &message, &extra).await {
                Ok(_) => events.result(id).await,
                Err(trouble) => Err(trouble),
            },
            Manner::Modern | Manner::Streamable { .. } => {
                match self.wire.post(&self.wire.url, &message, &extra).await {
                    Ok(response) => result(response, id).await,
                    Err(trouble) => Err(trouble),
                }
            }
        };
        self.end(&result);
        result
    }

    /// Ends the conversation.
    pub(super) async fn close(self) {
        if let Manner::Streamable { session: Some(_), .. } = &self.manner {
            self.wire.delete(&self.extra("", &Value::Null)).await;
        }
    }

    fn message(&mut self, method: &str, mut params: Value) -> (u64, Value) {
        self.requests += 1;
        if matches!(self.manner, Manner::Modern) && method != "initialize" {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": client(),
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        (self.requests, envelope(self.requests, method, &params))
    }

    /// Where requests go.
    pub(super) fn goes_to(&self) -> &Url {
        match &self.manner {
            Manner::Old { endpoint, .. } => endpoint,
            _ => &self.wire.url,
        }
    }

    /// The headers of a request, as its revision wants them.
    fn extra(&self, method: &str, params: &Value) -> Extra {
        match &self.manner {
            Manner::Modern => {
                let name =
                    params.get("name").and_then(Value::as_str).map(|name| ("mcp-name", name.to_owned()));
                let always = [("mcp-protocol-version", MODERN.to_owned()), ("mcp-method", method.to_owned())];
                always.into_iter().chain(name).collect()
            }
            Manner::Streamable { version, session } => {
                // Revisions are dates, so their order is that of text.
                let version =
                    (version.as_str() >= WITH_HEADER).then(|| ("mcp-protocol-version", version.clone()));
                version.into_iter().chain(session.clone().map(|id| ("mcp-session-id", id))).collect()
            }
            Manner::Old { .. } => Extra::new(),
        }
    }

    fn begin(&mut self, what: String) {
        self.under_way = (what, Instant::now());
    }

    fn end<T>(&mut self, answer: &Result<T, Trouble>) {
        self.lapse();
        self.heard |= !matches!(answer, Err(Trouble::Unreachable(_)));
    }

    /// Notes how long the request under way has taken.
    pub(super) fn lapse(&mut self) {
        let (what, begun) = &self.under_way;
        self.phases.push((what.clone(), begun.elapsed()));
    }
}

/// A request in words: its method, or the tool that it calls.
fn title(method: &str, params: &Value) -> String {
    match params.get("name").and_then(Value::as_str).filter(|_| method == "tools/call") {
        Some(tool) => named(tool),
        None => method.to_owned(),
    }
}

/// The call of a tool in words.
pub(super) fn named(tool: &str) -> String {
    format!("the call of `{tool}`")
}

/// Whether a server that answers so may speak an older revision.
fn older(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Status { status, error, .. } => {
            (400..500).contains(status) && error.as_ref().is_none_or(leaves_room)
        }
        // Method not found, or no valid request before a handshake.
        Trouble::Refused(refusal) => leaves_room(refusal),
        Trouble::Protocol(_) => true,
        Trouble::Unreachable(_) | Trouble::Access { .. } => false,
    }
}

/// Whether an error leaves room for an older revision: it is none of the newest one, or it names an older one. Revisions
/// are dates, so their order is that of text.
fn leaves_room(refusal: &Refusal) -> bool {
    !MODERN_ERRORS.contains(&refusal.code)
        || refusal.supported.iter().any(|version| version.as_str() < MODERN)
}

/// A server that wants another revision than this one says which.
fn unspoken(trouble: Trouble, version: &str, era: Era) -> Trouble {
    match &trouble {
        Trouble::Status { error: Some(refusal), .. } | Trouble::Refused(refusal)
            if refusal.code == UNSUPPORTED =>
        {
            let next = if era == Era::Auto {
                "a newer shakedown may know it"
            } else {
                "leave `era` out, or correct it"
            };
            Trouble::Protocol(format!(
                "it does not speak {version}, only {}; {next}",
                refusal.supported.join(", ")
            ))
        }
        _ => trouble,
    }
}

/// Who a server is, by what it said when the conversation began.
pub(super) fn server_name(said: &Value) -> Option<&str> {
    let info = said.get("_meta").and_then(|meta| meta.get(SERVER_INFO)).or_else(|| said.get("serverInfo"));
    info?.get("name")?.as_str()
}

fn client() -> Value {
    json!({ "name": "shakedown", "version": env!("CARGO_PKG_VERSION") })
}

fn handshake(version: &str) -> Value {
    json!({ "protocolVersion": version, "capabilities": {}, "clientInfo": client() })
}

fn envelope(id: u64, method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}
