//! `mongodb`: whether a database takes us in and answers, and how its replica set is.

mod asking;
mod mongosh;
mod reach;
mod status;

use crate::check::dial::needed_url;
use crate::check::value::ValueRule;
use crate::check::{Check, CheckContext, CheckKind, Probing};
use crate::database::{place, right_url};
use crate::journey::{CompileContext, JsonExpect};
use crate::source::{Located, Mark, Problem};
use crate::units::Span;
use ::mongodb::options::ConnectionString;
use mongosh::Mongosh;
use schemars::JsonSchema;
use serde::Deserialize;

/// A connection to MongoDB and what is expected behind it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mongodb {
    /// Where it is: `mongodb://user:password@host:27017/?authSource=admin&tls=true`. One host is asked itself, whatever
    /// it is in its replica set; of several the nearest is.
    pub url: Option<Located<String>>,
    /// The name of the replica set that it has to be a member of; the set needs a primary.
    pub replica_set: Option<Located<String>>,
    /// How many members of the set have to be healthy: primary, secondary or arbiter.
    pub members: Option<Located<JsonExpect>>,
    /// How far the last secondary may be behind the primary.
    pub max_lag: Option<Located<Span>>,
}

/// A check of MongoDB that can be asked.
#[derive(Debug)]
struct Asked {
    connection: ConnectionString,
    user: String,
    /// Hosts, ports and database.
    place: String,
    mongosh: Mongosh,
    url: Mark,
    replica_set: Option<Located<String>>,
    members: Option<Located<ValueRule>>,
    max_lag: Option<Located<Span>>,
}

impl CheckKind for Mongodb {
    fn compile(
        spec: &Located<Mongodb>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let before = problems.len();
        let Located { value: spec, mark } = spec;
        let url = needed_url(spec.url.as_ref(), *mark, ("database", "\"${env:MONGODB_URL}\""), problems)?;
        let example = "mongodb://user:password@host:27017/?authSource=admin";
        if url.starts_with("mongodb+srv://") {
            let problem = Problem::at(url.mark, "this program does not look up hosts by SRV records");
            problems.push(problem.help(format!("name the hosts, for example {example}")));
            return None;
        }
        problems.extend(right_url(url, &["mongodb"], example));
        if let Some(empty) = spec.replica_set.as_ref().filter(|name| name.is_empty()) {
            let problem = Problem::at(empty.mark, "the name is empty");
            problems.push(problem.help("write the name that `rs.status().set` gives, or leave it out"));
        }
        if problems.len() > before {
            return None;
        }
        let connection = ConnectionString::parse(url.as_str())
            .map_err(|error| {
                let text = format!("not a URL of MongoDB: {}", reach::said(&error));
                problems.push(Problem::at(url.mark, text).help(format!("write for example {example}")));
            })
            .ok()?;
        let user = connection.credential.as_ref().and_then(|credential| credential.username.clone());
        let named = connection.replica_set.clone().map(|name| Located { value: name, mark: url.mark });
        let members = spec.members.as_ref().and_then(|members| {
            let rule = ValueRule::compile("the number of healthy members", members, cx, problems)?;
            Some(Located { value: rule, mark: members.mark })
        });
        let asked = Asked {
            connection,
            user: user.unwrap_or_default(),
            place: place(url).trim_end_matches('/').to_owned(),
            mongosh: Mongosh::new(url),
            url: url.mark,
            replica_set: spec.replica_set.clone().or(named),
            members,
            max_lag: spec.max_lag.clone(),
        };
        Some(asked)
    }
}

impl Check for Asked {
    fn describe(&self) -> String {
        format!("mongodb at {}", self.place)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(self.ask(cx))
    }
}
