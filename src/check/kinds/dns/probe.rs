//! Asks, and judges the records that came.

use super::ask::ask;
use super::record::Kind;
use super::resolver::Resolver;
use crate::check::dial::{Address, Timed};
use crate::check::shell::quoted;
use crate::check::{Check, CheckContext, Found, Probing};
use crate::source::{Located, Mark};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::Name;
use std::net::{IpAddr, SocketAddr};
use tokio::net::lookup_host;

/// Where the system says whom to ask.
const RESOLV_CONF: &str = "/etc/resolv.conf";

#[derive(Debug)]
pub(super) struct Question {
    pub(super) name: Name,
    pub(super) name_at: Mark,
    pub(super) kind: Kind,
    /// Whom to ask; the system's servers where there is none.
    pub(super) server: Option<Address>,
    pub(super) values: Vec<Located<String>>,
    pub(super) at_least: Option<Located<u32>>,
}

impl Check for Question {
    fn describe(&self) -> String {
        format!("dns {} {}", self.kind, self.name)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let mut timed = Timed::new(cx.limit);
            let found = self.ask(&mut timed).await.unwrap_or_else(|found| found.at(self.name_at));
            timed.on(found).reproduce(self.by_hand())
        })
    }
}

impl Question {
    async fn ask(&self, timed: &mut Timed) -> Result<Found, Found> {
        let (servers, names) = self.whom(timed).await?;
        let mut last = None;
        for name in names {
            let asked = timed.part("answer", ask(&servers, &name, self.kind.asked())).await;
            let (server, answer) = match asked {
                Ok(Ok(answer)) => answer,
                Ok(Err((server, error))) => {
                    let reason =
                        format!("asking {server}: {error}; no server of DNS is there: correct `server`");
                    return Err(Found::unreachable(reason));
                }
                Err(late) => {
                    let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
                    let reason = format!("no answer from {} within {}", servers.join(", "), late.limit());
                    let next = "correct the server's address, or let UDP through to it";
                    return Err(Found::unreachable(format!("{reason}; {next}")));
                }
            };
            match self.values(&name, server, &answer) {
                Ok(values) if !values.is_empty() => return Ok(self.judge(&values, timed)),
                Ok(_) => last = Some(self.nothing(&name, server, answer.metadata.response_code)),
                Err(found) => return Err(found),
            }
        }
        Err(last.unwrap_or_else(|| Found::fail("there is no name to ask for")))
    }

    /// The servers to ask, and under which names.
    async fn whom(&self, timed: &mut Timed) -> Result<(Vec<SocketAddr>, Vec<Name>), Found> {
        let Some(Address { host, port }) = &self.server else {
            let text = tokio::fs::read_to_string(RESOLV_CONF).await;
            let text =
                text.map_err(|error| Found::fail(format!("{RESOLV_CONF}: {error}; name a `server`")))?;
            let resolver = Resolver::parse(&text);
            if resolver.servers.is_empty() {
                return Err(Found::fail(format!("{RESOLV_CONF} names no server; name a `server`")));
            }
            let names = resolver.candidates(&self.name);
            return Ok((resolver.servers, names));
        };
        let mut name = self.name.clone();
        name.set_fqdn(true);
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok((vec![SocketAddr::new(address, *port)], vec![name]));
        }
        let why = match timed.part("server's name", lookup_host((host.as_str(), *port))).await {
            Ok(Ok(servers)) => return Ok((servers.collect(), vec![name])),
            Ok(Err(error)) => error.to_string(),
            Err(late) => format!("no answer within {}", late.limit()),
        };
        Err(Found::unreachable(format!("the server's name {host} does not resolve: {why}; correct `server`")))
    }

    /// The values of the records of our type; none where the server knows for sure that there are none.
    fn values(&self, name: &Name, server: SocketAddr, answer: &Message) -> Result<Vec<String>, Found> {
        let next = match answer.metadata.response_code {
            ResponseCode::NoError => {
                return Ok(answer
                    .answers
                    .iter()
                    .filter_map(|record| self.kind.value(&record.data))
                    .collect());
            }
            ResponseCode::NXDomain => return Ok(Vec::new()),
            ResponseCode::ServFail => "look into its log: it may not reach those that know the zone",
            ResponseCode::Refused => "it answers for other zones or other clients: correct `server`",
            _ => "look into its log",
        };
        let code = answer.metadata.response_code;
        Err(Found::fail(format!("{server} gives no answer for {name}: {code}; {next}")))
    }

    fn nothing(&self, name: &Name, server: SocketAddr, code: ResponseCode) -> Found {
        let kind = self.kind;
        let what = if code == ResponseCode::NXDomain {
            format!("{server} knows no name {name}; correct it, or make it known")
        } else {
            format!("{name} has no record of type {kind} at {server}; add one, or ask for another `record`")
        };
        Found::fail(what).expected(format!("at least 1 record of type {kind}"), "none")
    }

    fn judge(&self, values: &[String], timed: &Timed) -> Found {
        let got = values.join(", ");
        for wanted in &self.values {
            if !values.iter().any(|value| self.kind.same(value, wanted)) {
                let reason = format!("expected {} to have `{}`, got {got}", self.name, wanted.value);
                return Found::fail(reason).expected(wanted.value.clone(), got).at(wanted.mark);
            }
        }
        if let Some(least) = self.at_least.as_ref().filter(|least| values.len() < least.value as usize) {
            let wanted = format!("at least {} records", least.value);
            let reason = format!("expected {wanted} of type {}, got {}: {got}", self.kind, values.len());
            return Found::fail(reason).expected(wanted, format!("{}: {got}", values.len())).at(least.mark);
        }
        Found::pass(format!("{got} in {}", timed.so_far()))
    }

    fn by_hand(&self) -> String {
        let name = quoted(&self.name.to_string());
        match &self.server {
            None => format!("dig +search {name} {}", self.kind),
            Some(Address { host, port: 53 }) => format!("dig @{host} {name} {}", self.kind),
            Some(Address { host, port }) => format!("dig @{host} -p {port} {name} {}", self.kind),
        }
    }
}
