//! `dns`: does a name have the records that it should, at a given server or at the system's?

mod ask;
mod probe;
mod record;
mod resolver;

use crate::check::count::more_than_none;
use crate::check::dial::Address;
use crate::check::{Check, CheckKind};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use hickory_proto::rr::Name;
use probe::Question;
use record::Kind;
use schemars::JsonSchema;
use serde::Deserialize;

/// Asks for the records of a name.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// The name to ask for. With a dot at its end it is taken as it is.
    pub name: Option<Located<String>>,
    /// The type of the records; `A` when left out.
    pub record: Kind,
    /// The server to ask, a host with a port where it is not 53; those of `/etc/resolv.conf` when left out.
    pub server: Option<Located<String>>,
    /// Values that must be there; others may be there too. `SRV` is written `priority weight port host`, `MX`
    /// `preference host`.
    pub values: Vec<Located<String>>,
    /// How many records there must be at least; 1 when left out.
    pub at_least: Option<Located<u32>>,
}

impl CheckKind for Dns {
    fn compile(
        spec: &Located<Dns>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let before = problems.len();
        let name = match (&spec.name, cx.target) {
            (Some(name), _) => name.clone(),
            (None, Some(target)) if target.host.parse::<std::net::IpAddr>().is_err() => {
                Located { value: target.host.clone(), mark: spec.mark }
            }
            (None, _) => {
                problems.push(
                    Problem::at(spec.mark, "the check says no name to ask for")
                        .help("add `name: shop.example`"),
                );
                return None;
            }
        };
        let parsed = Name::from_utf8(&name.value).ok().filter(|_| !name.value.is_empty());
        if parsed.is_none() {
            let problem = Problem::at(name.mark, format!("`{}` is not a name of DNS", name.value));
            problems.push(problem.help("write for example `db.shop.svc.cluster.local`"));
        }
        for value in &spec.values {
            if let Err(why) = spec.record.check(value) {
                problems.push(
                    Problem::at(value.mark, format!("`{}` is no value of {}", value.value, spec.record))
                        .help(why),
                );
            }
        }
        more_than_none(spec.at_least.as_ref(), problems);
        let server = match &spec.server {
            Some(server) => Some(Address::compile(Some(server), server.mark, Some(53), cx, problems)?),
            None => None,
        };
        let name_at = name.mark;
        let name = parsed.filter(|_| problems.len() == before)?;
        Some(Question {
            name,
            name_at,
            kind: spec.record,
            server,
            values: spec.values.clone(),
            at_least: spec.at_least.clone(),
        })
    }
}
