//! The URL of a Redis server. TLS is ours, so the library never sees `rediss`.

use crate::transport::{HttpVersion, TlsError, TlsOptions, Verify};
use redis::{ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisError};
use rustls::pki_types::ServerName;
use std::fmt;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use url::Url;

/// Where and how to connect.
#[derive(Clone)]
pub struct Place {
    pub(super) host: String,
    pub(super) port: u16,
    /// User, password and database.
    pub(super) login: RedisConnectionInfo,
    pub(super) tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Why a URL cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UrlError {
    /// Not a URL.
    #[error("not a URL of Redis: {0}; write for example redis://host:6379/0")]
    Parse(#[from] url::ParseError),
    /// Another scheme.
    #[error("`{0}` is not redis or rediss; write for example redis://host:6379/0")]
    Scheme(String),
    /// The library does not understand it.
    #[error("not a URL of Redis: {0}; write for example redis://host:6379/0")]
    Library(#[from] RedisError),
    /// A name that no certificate can hold.
    #[error("`{0}` cannot be the name of a server with TLS")]
    Name(String),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Place {
    /// Reads a URL. `rediss` verifies the certificate, unless the URL ends with `#insecure`.
    pub fn parse(text: &str) -> Result<Place, UrlError> {
        let mut url = Url::parse(text)?;
        let encrypted = match url.scheme() {
            "redis" => false,
            "rediss" => true,
            other => return Err(UrlError::Scheme(other.to_owned())),
        };
        let verify = if url.fragment() == Some("insecure") { Verify::No } else { Verify::Yes };
        url.set_fragment(None);
        // Both are schemes of the same sort, so this cannot fail.
        let _ = url.set_scheme("redis");
        let info = url.into_connection_info()?;
        let ConnectionAddr::Tcp(host, port) = info.addr().clone() else {
            return Err(UrlError::Scheme("unix".to_owned()));
        };
        let tls = encrypted.then(|| connector(&host, verify)).transpose()?;
        Ok(Place { host, port, login: info.redis_settings().clone().set_skip_set_lib_name(), tls })
    }
}

fn connector(host: &str, verify: Verify) -> Result<(TlsConnector, ServerName<'static>), UrlError> {
    let mut config = TlsOptions { verify, ..TlsOptions::default() }.client_config(HttpVersion::Http1)?;
    config.alpn_protocols.clear();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| UrlError::Name(host.to_owned()))?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_what_they_mean() {
        for (url, host, port, db, user, encrypted) in [
            ("redis://cache.test", "cache.test", 6379, 0, None, false),
            ("redis://u:p%40@127.0.0.1:6380/2", "127.0.0.1", 6380, 2, Some("u"), false),
            ("rediss://:p@cache.test#insecure", "cache.test", 6379, 0, None, true),
        ] {
            let place = Place::parse(url).unwrap();
            assert_eq!((place.host.as_str(), place.port, place.login.db()), (host, port, db), "{url}");
            assert_eq!((place.login.username(), place.tls.is_some()), (user, encrypted), "{url}");
        }
    }

    #[test]
    fn what_is_refused_is_said_without_its_password() {
        for url in ["cache:6379", "http://u:s3cret@cache", "redis://u:s3cret@cache/x", "redis://u:s3cret@:x"]
        {
            let said = Place::parse(url).unwrap_err().to_string();
            assert!(said.contains("write for example redis://") && !said.contains("s3cret"), "{said}");
        }
    }
}
