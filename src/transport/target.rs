//! Where requests go: scheme, host, port and how to speak.

use super::{Failure, TlsError, TlsOptions, Verify};
use crate::sample::ErrorClass;
use http::HeaderValue;
use http::uri::Authority;
use rustls::pki_types::ServerName;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsConnector;
use url::{ParseError, Url};

/// Which version of HTTP to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HttpVersion {
    /// What the server chooses by ALPN over TLS; HTTP/1.1 over plain text.
    #[default]
    Auto,
    /// HTTP/1.1.
    Http1,
    /// HTTP/2; over plain text by prior knowledge.
    Http2,
}

impl HttpVersion {
    /// The protocols offered in the TLS handshake.
    pub fn alpn(self) -> Vec<Vec<u8>> {
        let names: &[&[u8]] = match self {
            HttpVersion::Auto => &[b"h2", b"http/1.1"],
            HttpVersion::Http1 => &[b"http/1.1"],
            HttpVersion::Http2 => &[b"h2"],
        };
        names.iter().map(|name| name.to_vec()).collect()
    }
}

/// The scheme of a target's URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Plain text.
    Http,
    /// TLS.
    Https,
}

/// Why a URL cannot be a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not a URL.
    #[error("`{url}` is not a URL: {reason}; write for example http://127.0.0.1:8080")]
    NotAUrl {
        /// What was written.
        url: String,
        /// What the parser says.
        reason: String,
    },
    /// An address without `http://` before it.
    #[error("`{0}` has no scheme; write `http://{0}`, or `https://{0}` for TLS")]
    NoScheme(String),
    /// A scheme that this is not for.
    #[error("`{0}` is not http or https")]
    Scheme(String),
    /// A user, query or fragment, which a target cannot have.
    #[error("the target's URL must not have {0}; put it into the steps")]
    Extra(&'static str),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Where requests go.
#[derive(Clone)]
pub struct Target {
    /// Plain text or TLS.
    pub scheme: Scheme,
    /// The host's name or address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Which version of HTTP to speak.
    pub version: HttpVersion,
    /// How long connecting may take, name and TLS included.
    pub connect_timeout: Duration,
    /// Whether the certificate is verified.
    pub verify: Verify,
    /// A prefix of every path, without a slash at its end.
    pub prefix: String,
    /// Host and port as in the `Host` header.
    pub authority: Authority,
    /// TLS, for https.
    pub tls: Option<TlsClient>,
}

impl Target {
    /// The target of a URL.
    pub fn new(
        url: &str,
        version: HttpVersion,
        tls: &TlsOptions,
        connect_timeout: Duration,
    ) -> Result<Target, TargetError> {
        let not_a_url = |reason: String| TargetError::NotAUrl { url: url.to_owned(), reason };
        let (parsed, scheme) = web_url(url)?;
        let extras = [
            ("a user or password", !parsed.username().is_empty() || parsed.password().is_some()),
            ("a query", parsed.query().is_some()),
            ("a fragment", parsed.fragment().is_some()),
        ];
        if let Some((extra, _)) = extras.into_iter().find(|(_, there)| *there) {
            return Err(TargetError::Extra(extra));
        }
        let host = parsed.host_str().ok_or_else(|| not_a_url("it has no host".into()))?;
        let port = parsed.port_or_known_default().ok_or_else(|| not_a_url("it has no port".into()))?;
        let authority = parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let authority = Authority::try_from(authority).map_err(|e| not_a_url(e.to_string()))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let verify = if scheme == Scheme::Https { tls.verify } else { Verify::Yes };
        let tls = (scheme == Scheme::Https).then(|| TlsClient::new(tls, version, &host)).transpose()?;
        let prefix = parsed.path().trim_end_matches('/').to_owned();
        Ok(Target { scheme, host, port, version, connect_timeout, verify, prefix, authority, tls })
    }

    /// Whether it may speak HTTP/2: by prior knowledge, or when the server chooses it.
    pub fn may_speak_http2(&self) -> bool {
        match self.version {
            HttpVersion::Http2 => true,
            HttpVersion::Auto => self.scheme == Scheme::Https,
            HttpVersion::Http1 => false,
        }
    }

    /// The same target, asked in another version of HTTP.
    #[must_use]
    pub fn speaking(&self, version: HttpVersion) -> Target {
        let mut target = Target { version, ..self.clone() };
        if let Some(tls) = &mut target.tls {
            let mut config = (*tls.config).clone();
            config.alpn_protocols = version.alpn();
            tls.config = Arc::new(config);
            tls.connector = Arc::clone(&tls.config).into();
        }
        target
    }

    /// The value of the `Host` header.
    pub fn host_header(&self) -> HeaderValue {
        // An authority is visible ASCII, which every header value may hold.
        HeaderValue::from_str(self.authority.as_str()).unwrap_or_else(|_| HeaderValue::from_static("invalid"))
    }

    /// The addresses of the host, asked now.
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, Failure> {
        let failed = |reason: String| {
            Failure::new(ErrorClass::Dns, format!("the name {} does not resolve: {reason}", self.host))
        };
        let asked = tokio::time::timeout(
            self.connect_timeout,
            tokio::net::lookup_host((self.host.as_str(), self.port)),
        );
        let found: Vec<SocketAddr> = match asked.await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(e)) => return Err(failed(e.to_string())),
            Err(_) => return Err(failed("no answer in time".into())),
        };
        if found.is_empty() { Err(failed("it has no address".into())) } else { Ok(found) }
    }
}

/// Reads a URL of the web, whatever its path.
pub fn web_url(text: &str) -> Result<(Url, Scheme), TargetError> {
    // `localhost:8080` would be a URL of the scheme `localhost`.
    let bare = !text.contains("://") && !text.starts_with('/');
    if bare && Url::parse(&format!("http://{text}")).is_ok() {
        return Err(TargetError::NoScheme(text.to_owned()));
    }
    let url = Url::parse(text).map_err(|e| {
        let reason = match e {
            ParseError::RelativeUrlWithoutBase => "it names no host".to_owned(),
            other => other.to_string(),
        };
        TargetError::NotAUrl { url: text.to_owned(), reason }
    })?;
    match url.scheme() {
        "http" => Ok((url, Scheme::Http)),
        "https" => Ok((url, Scheme::Https)),
        other => Err(TargetError::Scheme(other.to_owned())),
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.authority)
    }
}

/// What a TLS connection to the target needs.
#[derive(Clone)]
pub struct TlsClient {
    /// Makes connections.
    pub connector: TlsConnector,
    /// The name to ask for and to verify.
    pub server_name: ServerName<'static>,
    /// The same configuration, for other clients.
    pub config: Arc<rustls::ClientConfig>,
    /// What it was made of.
    pub options: Arc<TlsOptions>,
}

impl TlsClient {
    fn new(options: &TlsOptions, version: HttpVersion, host: &str) -> Result<TlsClient, TargetError> {
        let name = options.server_name.as_deref().unwrap_or(host).to_owned();
        let server_name = ServerName::try_from(name).map_err(|e| TlsError::Setup(e.to_string()))?;
        let config = Arc::new(options.client_config(version)?);
        let options = Arc::new(options.clone());
        Ok(TlsClient { connector: TlsConnector::from(config.clone()), server_name, config, options })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Result<Target, TargetError> {
        Target::new(url, HttpVersion::Auto, &TlsOptions::default(), Duration::from_secs(1))
    }

    #[test]
    fn urls_and_what_they_mean() {
        for (url, host, port, authority, prefix) in [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1:8080", ""),
            ("http://shop.test/api/", "shop.test", 80, "shop.test", "/api"),
            ("https://shop.test", "shop.test", 443, "shop.test", ""),
            ("http://[::1]:9000", "::1", 9000, "[::1]:9000", ""),
        ] {
            let target = target(url).unwrap();
            assert_eq!((target.host.as_str(), target.port), (host, port));
            assert_eq!((target.authority.as_str(), target.prefix.as_str()), (authority, prefix));
        }
    }

    #[test]
    fn what_is_refused_and_in_which_words() {
        for (url, words) in [
            ("ftp://x", "`ftp` is not http or https"),
            ("http://u:p@x", "the target's URL must not have a user or password; put it into the steps"),
            ("http://x/?a=1", "the target's URL must not have a query; put it into the steps"),
            (
                "localhost:8080",
                "`localhost:8080` has no scheme; write `http://localhost:8080`, or `https://localhost:8080` for TLS",
            ),
            (
                "/products",
                "`/products` is not a URL: it names no host; write for example http://127.0.0.1:8080",
            ),
            ("", "`` is not a URL: it names no host; write for example http://127.0.0.1:8080"),
            ("http://", "`http://` is not a URL: empty host; write for example http://127.0.0.1:8080"),
        ] {
            assert_eq!(target(url).unwrap_err().to_string(), words);
        }
    }
}
