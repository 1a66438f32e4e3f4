//! `redis`: whether a server takes us in and answers, what it is, whether it keeps its data, and what a key holds.

mod asking;
mod cli;
mod state;

use crate::check::dial::needed_url;
use crate::check::value::ValueRule;
use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::database::redis::Place;
use crate::database::right_url;
use crate::journey::{CompileContext, JsonExpect};
use crate::source::{Located, Mark, Problem};
use cli::Cli;
use schemars::JsonSchema;
use serde::Deserialize;

/// A connection to Redis and what is expected behind it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Redis {
    /// Where it is: `redis://user:password@host:6379/0`, `rediss://` for TLS.
    pub url: Option<Located<String>>,
    /// Whether it has to be the one that takes writes or one that follows it, with its link up.
    pub role: Option<Located<Role>>,
    /// Whether it has to keep its data.
    pub persistence: Option<Located<Persistence>>,
    /// A key that holds a string.
    pub key: Option<Located<String>>,
    /// What the key must hold; that it is there when left out.
    pub value: Option<Located<JsonExpect>>,
}

/// What a server is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "RedisRole")]
pub enum Role {
    /// It takes writes.
    #[default]
    Primary,
    /// It follows a primary.
    Replica,
}

/// How a server keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "RedisPersistence")]
pub enum Persistence {
    /// Nothing that it tried to write to the disk has failed, and it is not loading.
    #[default]
    Healthy,
    /// So, and every write goes into its append-only file.
    Aof,
}

impl Role {
    const fn word(self) -> &'static str {
        match self {
            Role::Primary => "primary",
            Role::Replica => "replica",
        }
    }
}

/// A check of Redis that can be asked.
#[derive(Debug)]
struct Asked {
    place: Place,
    cli: Cli,
    url: Mark,
    role: Option<Located<Role>>,
    persistence: Option<Located<Persistence>>,
    key: Option<Located<String>>,
    value: Option<ValueRule>,
}

impl CheckKind for Redis {
    fn compile(
        spec: &Located<Redis>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let before = problems.len();
        let Located { value: spec, mark } = spec;
        let url = needed_url(spec.url.as_ref(), *mark, ("server", "redis://host:6379/0"), problems)?;
        problems.extend(right_url(url, &["redis", "rediss"], "redis://host:6379/0"));
        if problems.len() > before {
            return None;
        }
        let place = Place::parse(url)
            .map_err(|error| problems.push(Problem::at(url.mark, error.to_string())))
            .ok()?;
        if let Some(stray) = spec.value.as_ref().filter(|_| spec.key.is_none()) {
            problems.push(Problem::at(stray.mark, "`value` is that of a key").help("add `key: NAME`"));
        }
        let name = |key: &Located<String>| format!("the value of `{}`", key.value);
        let value = spec.value.as_ref().zip(spec.key.as_ref());
        let asked = Asked {
            place,
            cli: Cli::new(url),
            url: url.mark,
            role: spec.role.clone(),
            persistence: spec.persistence.clone(),
            key: spec.key.clone(),
            value: value.and_then(|(value, key)| ValueRule::compile(&name(key), value, cx, problems)),
        };
        Some(asked)
    }
}

impl Check for Asked {
    fn describe(&self) -> String {
        format!("redis at {:?}", self.place)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }
}
