//! Journeys and steps as they are written in a scenario.

use super::{Capture, Expect, Json, Pairs, Think};
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

/// One request and what is expected of its answer. Exactly one of the methods.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Step")]
pub struct StepSpec {
    /// The endpoint's name in gates and reports; the method and path when left out.
    pub name: Option<Located<String>>,
    /// A GET request to this path.
    pub get: Option<Located<String>>,
    /// A HEAD request to this path.
    pub head: Option<Located<String>>,
    /// A POST request to this path.
    pub post: Option<Located<String>>,
    /// A PUT request to this path.
    pub put: Option<Located<String>>,
    /// A PATCH request to this path.
    pub patch: Option<Located<String>>,
    /// A DELETE request to this path.
    pub delete: Option<Located<String>>,
    /// An OPTIONS request to this path.
    pub options: Option<Located<String>>,
    /// Query parameters, added to the path and percent-encoded.
    pub query: Pairs<Located<String>>,
    /// Request headers.
    pub headers: Pairs<Located<String>>,
    /// A JSON body; sets `content-type: application/json`.
    pub json: Option<Json>,
    /// A form body; sets `content-type: application/x-www-form-urlencoded`.
    pub form: Option<Pairs<Located<String>>>,
    /// A body as written.
    pub body: Option<Located<String>>,
    /// A body from a file, sent as it is; its path from this file's folder.
    pub body_file: Option<Located<String>>,
    /// Credentials.
    pub auth: Option<Auth>,
    /// What the answer must be; a status below 400 when left out.
    pub expect: Option<Expect>,
    /// Values taken from the answer for later steps.
    pub capture: Pairs<Located<Capture>>,
    /// A pause before the next step.
    pub think: Option<Located<Think>>,
    /// How long the whole answer may take; `load.timeout` when left out.
    pub timeout: Option<Located<Span>>,
    /// How many redirects to follow; none when left out, so a 301 is the answer itself.
    pub redirects: Option<Located<u8>>,
}

impl StepSpec {
    /// The path of the request, whatever its method; the first one when several are given.
    pub fn path(&self) -> Option<&Located<String>> {
        let all = [&self.get, &self.head, &self.post, &self.put, &self.patch, &self.delete, &self.options];
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
