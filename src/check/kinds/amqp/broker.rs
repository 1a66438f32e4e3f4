//! The URL of a broker.

use crate::transport::{HttpVersion, Pem, TlsError, TlsOptions, Verify};
use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use std::fmt;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use url::Url;

/// Where and how to connect.
#[derive(Clone)]
pub(super) struct Broker {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) vhost: String,
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
}

/// Why a URL cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum UrlError {
    /// Not a URL.
    #[error("not a URL of AMQP: {0}; write for example amqp://user:password@host:5672/vhost")]
    Parse(#[from] url::ParseError),
    /// No host in it.
    #[error("it names no host; write for example amqp://user:password@host:5672/vhost")]
    NoHost,
    /// More than one thing in its path.
    #[error("the path of the URL is one virtual host; write a `/` within its name as %2f")]
    Path,
    /// What the protocol has no room for.
    #[error("the name of a virtual host has at most 255 bytes")]
    Long,
    /// A setting of its query that is not known.
    #[error("`{0}` is not a setting of the URL; write `verify=verify_none`, or nothing")]
    Setting(String),
    /// A name that no certificate can hold.
    #[error("`{0}` cannot be the name of a server with TLS")]
    Name(String),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Settings that other clients read from the query, and that mean nothing for one short conversation.
const IDLE: [&str; 3] = ["heartbeat", "connection_timeout", "channel_max"];

impl Broker {
    /// Reads a URL. `amqps` verifies the certificate, unless `verify=verify_none` says otherwise.
    pub(super) fn parse(text: &str, ca: Option<Pem>) -> Result<Broker, UrlError> {
        let url = Url::parse(text)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(UrlError::NoHost)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let encrypted = url.scheme() == "amqps";
        let mut verify = Verify::Yes;
        for (name, value) in url.query_pairs() {
            match (name.as_ref(), value.as_ref()) {
                ("verify", "verify_none") => verify = Verify::No,
                ("verify", "verify_peer") => verify = Verify::Yes,
                (idle, _) if IDLE.contains(&idle) => {}
                _ => return Err(UrlError::Setting(name.into_owned())),
            }
        }
        let path = url.path().strip_prefix('/').unwrap_or_default();
        if path.contains('/') {
            return Err(UrlError::Path);
        }
        // An empty name is allowed by the protocol, but what people mean is the one that every broker has.
        let vhost = if path.is_empty() { "/".to_owned() } else { decoded(path) };
        if vhost.len() > 255 {
            return Err(UrlError::Long);
        }
        let (user, password) = match (url.username(), url.password()) {
            ("", None) => ("guest".to_owned(), "guest".to_owned()),
            (user, password) => (decoded(user), decoded(password.unwrap_or_default())),
        };
        let tls = encrypted.then(|| connector(&host, verify, ca)).transpose()?;
        let port = url.port().unwrap_or(if encrypted { 5671 } else { 5672 });
        Ok(Broker { host, port, user, password, vhost, tls })
    }
}

impl fmt::Debug for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Broker { host, port, .. } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn connector(
    host: &str,
    verify: Verify,
    ca: Option<Pem>,
) -> Result<(TlsConnector, ServerName<'static>), UrlError> {
    let mut config = TlsOptions { ca, verify, ..TlsOptions::default() }.client_config(HttpVersion::Http1)?;
    config.alpn_protocols.clear();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| UrlError::Name(host.to_owned()))?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_what_they_mean() {
        for (url, shown, who, vhost, encrypted) in [
            ("amqp://mq.test", "mq.test:5672", ("guest", "guest"), "/", false),
            ("amqp://u:p%40@127.0.0.1:80/", "127.0.0.1:80", ("u", "p@"), "/", false),
            ("amqp://u@mq.test/%2f?heartbeat=30", "mq.test:5672", ("u", ""), "/", false),
            ("amqps://u:p@mq.test/shop?verify=verify_none", "mq.test:5671", ("u", "p"), "shop", true),
            ("amqps://[::1]/a%2fb", "[::1]:5671", ("guest", "guest"), "a/b", true),
        ] {
            let broker = Broker::parse(url, None).unwrap();
            assert_eq!((broker.to_string().as_str(), broker.vhost.as_str()), (shown, vhost), "{url}");
            assert_eq!((broker.user.as_str(), broker.password.as_str()), who, "{url}");
            assert_eq!(broker.tls.is_some(), encrypted, "{url}");
        }
    }

    #[test]
    fn what_is_refused_is_said_without_its_password() {
        for (url, why) in [
            ("amqp://u:s3cret@mq:x", "not a URL"),
            ("amqp://u:s3cret@/shop", "host"),
            ("amqp://u:s3cret@mq/a/b", "%2f"),
            ("amqps://u:s3cret@mq/?cacertfile=x", "`cacertfile`"),
        ] {
            let said = Broker::parse(url, None).unwrap_err().to_string();
            assert!(said.contains(why) && !said.contains("s3cret"), "{said}");
        }
    }
}
