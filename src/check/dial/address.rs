//! A host and a port as people write them: `db:5432`, `[::1]:5432`.

use crate::journey::CompileContext;
use crate::source::{Located, Mark, Problem};
use std::fmt;
use std::net::Ipv6Addr;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The host's name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Address {
    /// Reads what is written; without anything it is the target's. A port that is left out is `port`, where there is
    /// a usual one.
    pub fn compile(
        written: Option<&Located<String>>,
        mark: Mark,
        port: Option<u16>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<Address> {
        let Some(written) = written else {
            let target = cx.target.map(|target| Address { host: target.host.clone(), port: target.port });
            if target.is_none() {
                problems.push(
                    Problem::at(mark, "the check says nowhere where it connects to")
                        .help("add `address: host:port`, or `target: { http: … }` to the scenario"),
                );
            }
            return target;
        };
        let address = Address::parse(written, port);
        if address.is_none() {
            let problem = Problem::at(written.mark, format!("`{}` is not a host and a port", written.value));
            problems.push(problem.help(match written.value.split_once("://") {
                Some((_, rest)) => format!("leave the scheme out: `{}`", rest.trim_end_matches('/')),
                None => "write for example `db.shop.svc:5432` or `[::1]:5432`".to_owned(),
            }));
        }
        address
    }

    fn parse(text: &str, port: Option<u16>) -> Option<Address> {
        let (host, written) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']')?;
                host.parse::<Ipv6Addr>().ok()?;
                (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
            }
            None if text.parse::<Ipv6Addr>().is_ok() => (text, None),
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let port = match written {
            Some(written) => written.parse().ok().filter(|port| *port > 0)?,
            None => port?,
        };
        let good = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
        (!host.is_empty() && host.chars().all(good)).then(|| Address { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Address { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_forms() {
        for (text, usual, shown) in [
            ("db:5432", None, Some("db:5432")),
            ("db", Some(443), Some("db:443")),
            ("[::1]:53", None, Some("[::1]:53")),
            ("::1", Some(53), Some("[::1]:53")),
            ("db", None, None),
            ("db:0", None, None),
            ("db:x", None, None),
            (":5432", None, None),
            ("http://db:80", None, None),
            ("[db]:1", None, None),
        ] {
            let found = Address::parse(text, usual).map(|address| address.to_string());
            assert_eq!(found.as_deref(), shown, "{text}");
        }
    }
}
