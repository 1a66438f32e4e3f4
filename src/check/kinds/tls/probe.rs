//! Makes the handshake and judges what came.

use super::chain::{Facts, date};
use super::{Protocol, judge};
use crate::check::dial::{Address, Timed, tcp, unreachable};
use crate::check::shell::quoted;
use crate::check::{Check, CheckContext, Found, Probing};
use crate::sample::ErrorClass;
use crate::source::{Located, Mark};
use crate::transport::Failure;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, ClientConfig, Error, PeerIncompatible, ProtocolVersion};
use std::io;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

#[derive(Debug)]
pub(super) struct Port {
    pub(super) address: Address,
    /// The name to ask for and to verify.
    pub(super) name: String,
    pub(super) server_name: ServerName<'static>,
    pub(super) named_at: Mark,
    pub(super) ca: Option<Located<String>>,
    pub(super) days_left: Option<Located<u32>>,
    pub(super) protocol: Option<Located<Protocol>>,
    /// Where the check stands.
    pub(super) mark: Mark,
    /// Takes any certificate.
    pub(super) config: Arc<ClientConfig>,
    /// Judges certificates.
    pub(super) verifier: Arc<dyn ServerCertVerifier>,
}

/// What came of a handshake.
struct Shaken {
    protocol: Option<ProtocolVersion>,
    certificates: Vec<CertificateDer<'static>>,
}

impl Check for Port {
    fn describe(&self) -> String {
        format!("tls {}", self.address)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let mut timed = Timed::new(cx.limit);
            let found = match self.shake(&mut timed).await {
                Ok(shaken) => self.judge(&shaken),
                Err(found) => found.at(self.mark),
            };
            timed.on(found).reproduce(self.by_hand())
        })
    }
}

impl Port {
    async fn shake(&self, timed: &mut Timed) -> Result<Shaken, Found> {
        let stream = tcp(&self.address.host, self.address.port, timed).await?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let handshake = connector.connect(self.server_name.clone(), stream);
        let stream = match timed.part("tls", handshake).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(no_handshake(&error)),
            Err(late) => {
                let text = format!("connected, but no TLS handshake within {}", late.limit());
                let next = "this port may not speak TLS, or the service may hang";
                return Err(Found::unreachable(format!("{text}; {next}")));
            }
        };
        let (_, session) = stream.get_ref();
        let certificates = session.peer_certificates().unwrap_or_default();
        let certificates = certificates.iter().map(|one| one.clone().into_owned()).collect();
        Ok(Shaken { protocol: session.protocol_version(), certificates })
    }

    fn judge(&self, shaken: &Shaken) -> Found {
        let chain: Vec<Facts> = shaken.certificates.iter().filter_map(Facts::of).collect();
        let (Some((leaf, above)), Some(facts)) = (shaken.certificates.split_first(), chain.first()) else {
            return Found::fail("the server shows no certificate that can be read").at(self.mark);
        };
        let now = UnixTime::now();
        let lines = || chain.iter().map(Facts::line);
        if let Err(error) = self.verifier.verify_server_cert(leaf, above, &self.server_name, &[], now) {
            let found = judge::refused(&error, &self.name, &chain, self.ca.is_some());
            return found.at(self.named_at).evidence(lines());
        }
        let version = shaken.protocol.map(shown).unwrap_or_default();
        if let Some(wanted) = self.protocol.as_ref().filter(|wanted| !speaks(shaken.protocol, wanted.value)) {
            let reason = format!("expected at least TLS 1.3, got {version}; allow TLS 1.3 on the server");
            return Found::fail(reason).expected("at least TLS 1.3", version).at(wanted.mark);
        }
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let first = chain.iter().min_by_key(|facts| facts.until).unwrap_or(facts);
        let days = first.days_left(now);
        if let Some(wanted) = self.days_left.as_ref().filter(|wanted| days < i64::from(wanted.value)) {
            let which =
                if first == facts { String::new() } else { format!(" of {}, above it,", first.subject) };
            let reason = format!(
                "expected a certificate for at least {} more days, got {days}: that{which} ends on {}; renew it",
                wanted.value,
                date(first.until)
            );
            let found =
                Found::fail(reason).expected(format!("{} days", wanted.value), format!("{days} days"));
            return found.at(wanted.mark).evidence(lines());
        }
        Found::pass(format!("{version}, {days} days left"))
    }

    fn by_hand(&self) -> String {
        let ca = self.ca.as_ref().map_or_else(String::new, |ca| format!(" -CAfile {}", quoted(ca)));
        let (option, verify) = match self.server_name {
            ServerName::IpAddress(_) => ("-noservername".to_owned(), "-verify_ip"),
            _ => (format!("-servername {}", quoted(&self.name)), "-verify_hostname"),
        };
        let to = quoted(&self.address.to_string());
        format!(
            "openssl s_client -connect {to} {option} {verify} {} -showcerts{ca} </dev/null",
            quoted(&self.name)
        )
    }
}

/// The finding of a handshake that failed.
fn no_handshake(error: &io::Error) -> Found {
    let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    let text = match tls {
        Some(Error::InvalidMessage(_)) => {
            return Found::fail("the port answers, but not with TLS; correct the port, or switch TLS on");
        }
        Some(
            Error::AlertReceived(AlertDescription::ProtocolVersion)
            | Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13),
        ) => {
            return Found::fail(format!("the server speaks nothing newer than TLS 1.1: {error}; update it"));
        }
        Some(Error::AlertReceived(AlertDescription::UnrecognisedName)) => {
            return Found::fail("the server knows no such name; correct `server_name`").for_good();
        }
        Some(other) => return Found::fail(format!("the TLS handshake failed: {other}; look into its log")),
        None => format!("the TLS handshake failed: {error}"),
    };
    let failure = Failure::from_io(error, "the TLS handshake");
    if failure.class == ErrorClass::Reset {
        return Found::fail(format!("{text}; the port may not speak TLS, or refuse this client"));
    }
    unreachable(&failure)
}

fn speaks(protocol: Option<ProtocolVersion>, wanted: Protocol) -> bool {
    match protocol {
        Some(ProtocolVersion::TLSv1_3) => true,
        Some(ProtocolVersion::TLSv1_2) => wanted == Protocol::Tls12,
        _ => false,
    }
}

fn shown(protocol: ProtocolVersion) -> String {
    match protocol {
        ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    }
}
