//! `postgres`: whether a database takes us in, what it is, how far a standby lags, and what a query gives.

mod asking;
mod lag;
mod psql;

use crate::check::dial::needed_url;
use crate::check::value::ValueRule;
use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::database::postgres::Dsn;
use crate::database::right_url;
use crate::journey::{CompileContext, JsonExpect};
use crate::source::{Located, Mark, Problem};
use crate::units::Span;
use psql::Psql;
use schemars::JsonSchema;
use serde::Deserialize;

/// A connection to PostgreSQL and what is expected behind it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Postgres {
    /// Where it is: `postgres://user:password@host:5432/database?sslmode=verify-full`.
    pub url: Option<Located<String>>,
    /// One statement of SQL. It is sent as it is: ask, do not change.
    pub query: Option<Located<String>>,
    /// The first field of the first row.
    pub value: Option<Located<JsonExpect>>,
    /// How many rows there are.
    pub rows: Option<Located<JsonExpect>>,
    /// Whether it has to be the one that takes writes or one that follows it.
    pub role: Option<Located<Role>>,
    /// How far a standby may lag: this one behind its primary, or the last one behind this primary.
    pub max_lag: Option<Located<Span>>,
}

/// What a server is to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "PostgresRole")]
pub enum Role {
    /// It takes writes.
    #[default]
    Primary,
    /// It follows a primary.
    Standby,
}

impl Role {
    const fn word(self) -> &'static str {
        match self {
            Role::Primary => "primary",
            Role::Standby => "standby",
        }
    }
}

/// A check of PostgreSQL that can be asked.
#[derive(Debug)]
struct Asked {
    dsn: Dsn,
    psql: Psql,
    url: Mark,
    query: Option<Located<String>>,
    value: Option<ValueRule>,
    rows: Option<ValueRule>,
    role: Option<Located<Role>>,
    max_lag: Option<Located<Span>>,
}

impl CheckKind for Postgres {
    fn compile(
        spec: &Located<Postgres>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let before = problems.len();
        let Located { value: spec, mark } = spec;
        let url = needed_url(spec.url.as_ref(), *mark, ("database", "\"${env:DATABASE_URL}\""), problems)?;
        let example = "postgres://user:password@host:5432/database";
        problems.extend(right_url(url, &["postgres", "postgresql"], example));
        if problems.len() > before {
            return None;
        }
        let dsn = Dsn::parse(url, cx.timeout.get())
            .map_err(|error| problems.push(Problem::at(url.mark, error.to_string())))
            .ok()?;
        let stray = [spec.value.as_ref(), spec.rows.as_ref()].into_iter().flatten().next();
        if let Some(stray) = stray.filter(|_| spec.query.is_none()) {
            let problem = Problem::at(stray.mark, "`value` and `rows` are those of a query");
            problems.push(problem.help("add `query: SELECT …`"));
        }
        let mut rule =
            |name, spec: &Option<Located<JsonExpect>>| ValueRule::compile(name, spec.as_ref()?, cx, problems);
        let asked = Asked {
            dsn,
            psql: Psql::new(url),
            url: url.mark,
            query: spec.query.clone(),
            value: rule("the value", &spec.value),
            rows: rule("the number of rows", &spec.rows),
            role: spec.role.clone(),
            max_lag: spec.max_lag.clone(),
        };
        Some(asked)
    }
}

impl Check for Asked {
    fn describe(&self) -> String {
        format!("postgres at {}", self.psql.place)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }
}
