//! Journeys and steps as they are written in a scenario.

use super::{Capture, EventsExpect, Expect, Json, Pairs, Think};
use crate::source::Located;
use crate::units::Span;
use schemars::JsonSchema;
use serde::Deserialize;

/// A named list of steps that one arrival goes through.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Journey")]
pub struct JourneySpec {
    /// The journey's name; gates use it: `p99(browse) <= 250ms`.
    pub name: Located<String>,
    /// Its share of the arrivals against the other journeys' weights; 1 when left out.
    #[serde(default)]
    pub weight: Option<Located<u32>>,
    /// Rows of values, one for each arrival; `{{ column }}` in the steps.
    #[serde(default)]
    pub data: Option<Located<DataRows>>,
    /// The requests, in order. A step that fails ends the journey.
    pub steps: Located<Vec<StepSpec>>,
}

/// Rows of values for a journey. Exactly one of `rows`, `csv` and `jsonl`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataRows {
    /// Rows written here, each a map of column to value.
    #[serde(default)]
    pub rows: Option<Vec<Pairs<Json>>>,
    /// A CSV file with a header line; its path from this file's folder.
    #[serde(default)]
    pub csv: Option<Located<String>>,
    /// A file with one JSON object a line; its path from this file's folder.
    #[serde(default)]
    pub jsonl: Option<Located<String>>,
    /// Which row an arrival takes; in order when left out.
    #[serde(default)]
    pub pick: Pick,
}

/// Which row an arrival takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pick {
    /// One after the other, from the start again after the last.
    #[default]
    InOrder,
    /// Any row, by the run's seed.
    Random,
}

/// Makes the written forms of one request and of a chain of them, which share all keys of a request.
macro_rules! requests {
    ($($(#[$doc:meta])* $key:ident: $type:ty,)*) => {
        /// One request and what is expected of its answer. Exactly one of the methods, or `grpc`.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(rename = "Step")]
        pub struct StepSpec {
            $($(#[$doc])* pub $key: $type,)*
        }

        /// One request, or `steps` that follow each other, and what cleans up after them.
        #[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(rename = "Http")]
        pub struct ChainSpec {
            $($(#[$doc])* pub $key: $type,)*
            /// Requests in order, instead of one; what one captures the later ones use. A step that fails ends them.
            pub steps: Option<Located<Vec<StepSpec>>>,
            /// Requests that take back what the others made. They are sent whatever became of the others, but for
            /// those that use what was never captured.
            pub cleanup: Vec<StepSpec>,
        }

        impl ChainSpec {
            /// The one request that stands here without `steps`.
            pub fn alone(&self) -> StepSpec {
                StepSpec { $($key: self.$key.clone(),)* }
            }
        }
    };
}

requests! {
    /// The endpoint's name in gates and reports; the method and path when left out.
    name: Option<Located<String>>,
    /// A GET request to this path.
    get: Option<Located<String>>,
    /// A HEAD request to this path.
    head: Option<Located<String>>,
    /// A POST request to this path.
    post: Option<Located<String>>,
    /// A PUT request to this path.
    put: Option<Located<String>>,
    /// A PATCH request to this path.
    patch: Option<Located<String>>,
    /// A DELETE request to this path.
    delete: Option<Located<String>>,
    /// An OPTIONS request to this path.
    options: Option<Located<String>>,
    /// A call of a gRPC method that takes one message and gives one: `shop.v1.Orders/Create`. Where its types come from
    /// stands in `target.grpc`.
    grpc: Option<Located<String>>,
    /// The message of a call, as JSON; an empty one when left out.
    message: Option<Json>,
    /// The metadata of a call.
    metadata: Pairs<Located<String>>,
    /// A stream of events from this path, as load: GET, or POST with a body.
    sse: Option<Located<String>>,
    /// A message over a WebSocket at this path, as load; the steps of an arrival share it.
    websocket: Option<Located<String>>,
    /// With `websocket`: what is sent, a text as it is and anything else as JSON.
    send: Option<Json>,
    /// With `websocket`: the subprotocol that is offered.
    subprotocol: Option<Located<String>>,
    /// With `sse` or `websocket`: what the events must be like, and which one ends the step.
    events: Option<Located<EventsExpect>>,
    /// Query parameters, added to the path and percent-encoded.
    query: Pairs<Located<String>>,
    /// Request headers.
    headers: Pairs<Located<String>>,
    /// A JSON body; sets `content-type: application/json`.
    json: Option<Json>,
    /// A form body; sets `content-type: application/x-www-form-urlencoded`.
    form: Option<Pairs<Located<String>>>,
    /// A body as written.
    body: Option<Located<String>>,
    /// A body from a file, sent as it is; its path from this file's folder.
    body_file: Option<Located<String>>,
    /// Credentials.
    auth: Option<Auth>,
    /// What the answer must be; a status below 400 when left out, and OK of a call.
    expect: Option<Expect>,
    /// Values taken from the answer for later steps.
    capture: Pairs<Located<Capture>>,
    /// A pause before the next step.
    think: Option<Located<Think>>,
    /// How long the whole answer may take; `load.timeout` when left out.
    timeout: Option<Located<Span>>,
    /// How many redirects to follow; none when left out, so a 301 is the answer itself.
    redirects: Option<Located<u8>>,
}

impl StepSpec {
    /// The kind and the path of a step that listens; none where it sends a request and takes its whole answer.
    pub fn listens(&self) -> Option<(&'static str, &Located<String>)> {
        let sse = self.sse.as_ref().map(|path| ("sse", path));
        sse.or(self.websocket.as_ref().map(|path| ("websocket", path)))
    }

    /// Its request headers, as written.
    pub fn headers(&self) -> &Pairs<Located<String>> {
        &self.headers
    }

    /// The path of the request, whatever its method, or the method of a call; the first one when several are given.
    pub fn path(&self) -> Option<&Located<String>> {
        let Self { get, head, post, put, patch, delete, options, grpc, sse, websocket, .. } = self;
        let all = [get, head, post, put, patch, delete, options, grpc, sse, websocket];
        all.into_iter().find_map(Option::as_ref)
    }
}

/// Credentials of a step.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// `Authorization: Basic …`
    Basic(BasicAuth),
    /// `Authorization: Bearer …`
    Bearer(Located<String>),
}

/// A user's name and password.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicAuth {
    /// The user's name.
    pub user: Located<String>,
    /// The password; write it as `"${env:NAME}"`.
    pub password: Located<String>,
}
