//! Where the request is sent.

use super::Ingress;
use super::object::Leads;
use crate::check::Found;
use crate::source::{Located, Problem};
use crate::transport::Scheme;
use url::Url;

/// Where the request is sent, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Via {
    /// Nowhere.
    Off,
    /// To the address that the controller wrote into the Ingress.
    Own,
    /// To another address.
    Given { scheme: Option<Scheme>, host: String, port: Option<u16> },
}

/// Where the request is sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) scheme: Scheme,
    /// Without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Via {
    /// Reads it.
    pub(super) fn parse(written: Option<&Located<String>>, problems: &mut Vec<Problem>) -> Option<Via> {
        let Some(written) = written else { return Some(Via::Own) };
        let via = match written.as_str() {
            "off" => Some(Via::Off),
            text => address(text),
        };
        if via.is_none() {
            let help =
                "write for example `127.0.0.1:8080`, `https://lb.example`, or `off` to send no request";
            let text = format!("`{}` is no address of an ingress", written.value);
            problems.push(Problem::at(written.mark, text).help(help));
        }
        via
    }

    /// Where it goes now; `None` where no request is sent. Errors: the finding that the Ingress has no address.
    pub(super) fn way(&self, spec: &Ingress, leads: &Leads) -> Result<Option<Way>, Found> {
        let usual = if leads.has_tls { Scheme::Https } else { Scheme::Http };
        match self {
            Via::Off => Ok(None),
            Via::Given { scheme, host, port } => {
                let scheme = scheme.unwrap_or(usual);
                Ok(Some(Way { scheme, host: host.clone(), port: port.unwrap_or_else(|| port_of(scheme)) }))
            }
            Via::Own => own(leads, usual).map(Some).ok_or_else(|| no_address(spec, leads)),
        }
    }
}

/// `host`, `host:port`, `http://host`, `https://host:port`.
fn address(text: &str) -> Option<Via> {
    let (scheme, rest) = match text.split_once("://") {
        Some(("http", rest)) => (Some(Scheme::Http), rest),
        Some(("https", rest)) => (Some(Scheme::Https), rest),
        Some(_) => return None,
        None => (None, text),
    };
    // A scheme that has no usual port keeps the one that is written.
    let url = Url::parse(&format!("via://{}", rest.strip_suffix('/').unwrap_or(rest))).ok()?;
    let is_bare = url.path().is_empty() && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().filter(|host| is_bare && url.username().is_empty() && !host.is_empty())?;
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    Some(Via::Given { scheme, host, port: url.port() })
}

fn port_of(scheme: Scheme) -> u16 {
    match scheme {
        Scheme::Http => 80,
        Scheme::Https => 443,
    }
}

/// The first address of its status.
fn own(leads: &Leads, scheme: Scheme) -> Option<Way> {
    let status = leads.object.status.as_ref()?.load_balancer.as_ref()?;
    let first = status.ingress.as_ref()?.first()?;
    let host = first.hostname.clone().or_else(|| first.ip.clone())?;
    let named: Vec<u16> =
        first.ports.iter().flatten().filter_map(|port| u16::try_from(port.port).ok()).collect();
    let usual = port_of(scheme);
    let port = if named.contains(&usual) { usual } else { named.first().copied().unwrap_or(usual) };
    Some(Way { scheme, host, port })
}

fn no_address(spec: &Ingress, leads: &Leads) -> Found {
    let class = leads.object.spec.as_ref().and_then(|spec| spec.ingress_class_name.as_deref());
    let controller = class.map_or("no class".to_owned(), |class| format!("class {class}"));
    Found::fail(format!(
        "Ingress {} has no address yet: no controller has taken it ({controller}); where it is reached otherwise, name that \
         with `via: host:port`",
        spec.name.value
    ))
    .at(spec.name.mark)
    .expected("an address in its status", "none")
    .reproduce(&leads.command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_write_it() {
        let given = |scheme, host: &str, port| Some(Via::Given { scheme, host: host.to_owned(), port });
        for (text, expected) in [
            ("lb.test", given(None, "lb.test", None)),
            ("127.0.0.1:80", given(None, "127.0.0.1", Some(80))),
            ("http://[::1]:80/", given(Some(Scheme::Http), "::1", Some(80))),
            ("https://lb.test:8443", given(Some(Scheme::Https), "lb.test", Some(8443))),
            ("https://lb.test/api", None),
            ("ftp://lb.test", None),
            ("u:p@lb.test", None),
            ("lb.test:x", None),
            ("", None),
        ] {
            assert_eq!(address(text), expected, "{text}");
        }
    }
}
