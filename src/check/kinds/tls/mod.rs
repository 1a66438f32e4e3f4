//! `tls`: is the certificate good, for how long, and is the protocol new enough?

mod chain;
mod judge;
mod probe;

use crate::check::dial::{Address, pem};
use crate::check::{Check, CheckKind};
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use crate::transport::{HttpVersion, TlsOptions, Verify};
use probe::Port;
use rustls::pki_types::ServerName;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Makes a TLS handshake and looks at the certificate.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// Host and port, `shop.example:443`; the port is 443 and the address the target's when left out.
    pub address: Option<Located<String>>,
    /// The name to ask for (SNI) and to verify, when it is not the address's.
    pub server_name: Option<Located<String>>,
    /// A PEM file of certificate authorities to trust instead of the system's.
    pub ca: Option<Located<String>>,
    /// For how many days all certificates of the chain must still be valid.
    pub days_left: Option<Located<u32>>,
    /// The oldest version that may be spoken.
    pub protocol: Option<Located<Protocol>>,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum Protocol {
    /// TLS 1.2.
    #[serde(rename = "tls1.2")]
    Tls12,
    /// TLS 1.3.
    #[serde(rename = "tls1.3")]
    Tls13,
}

impl CheckKind for Tls {
    fn compile(
        spec: &Located<Tls>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let before = problems.len();
        let address = Address::compile(spec.address.as_ref(), spec.mark, Some(443), cx, problems);
        let ca = pem(spec.ca.as_ref(), cx).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let address = address.filter(|_| problems.len() == before)?;
        let (name, named_at) = match &spec.server_name {
            Some(name) => (name.value.clone(), name.mark),
            None => (address.host.clone(), spec.address.as_ref().map_or(spec.mark, |address| address.mark)),
        };
        let Ok(server_name) = ServerName::try_from(name.clone()) else {
            let problem = Problem::at(named_at, format!("`{name}` cannot be the name in a certificate"));
            problems.push(problem.help("write a host's name or an address, for example `shop.example`"));
            return None;
        };
        let options = TlsOptions { ca, ..TlsOptions::default() };
        // The handshake takes any certificate, so that all of a bad one can be told; it is judged afterwards.
        let blind = TlsOptions { verify: Verify::No, ..options.clone() };
        let made =
            options.verifier().and_then(|verifier| Ok((verifier, blind.client_config(HttpVersion::Auto)?)));
        let (verifier, config) = match made {
            Ok(made) => made,
            Err(error) => {
                let mark = spec.ca.as_ref().map_or(spec.mark, |ca| ca.mark);
                problems.push(Problem::at(mark, error.to_string()).help("check the file; it must be PEM"));
                return None;
            }
        };
        Some(Port {
            address,
            name,
            server_name,
            named_at,
            ca: spec.ca.clone(),
            days_left: spec.days_left.clone(),
            protocol: spec.protocol.clone(),
            mark: spec.mark,
            config: Arc::new(config),
            verifier,
        })
    }
}
