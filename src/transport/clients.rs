//! Clients by the thousand: each user has one of its own, and what can be shared is made once.

use super::client::{Client, builder};
use super::{Failure, Names, Target};
use crate::sample::ErrorClass;
use rustls::client::Resumption;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// TLS sessions that a user remembers; each new connection gets a few tickets. The library's own number takes 60 KB.
const SESSIONS: usize = 8;

/// Makes the clients of many users of one target.
pub struct Clients {
    target: Target,
    /// Roots, certificates and verifier lie behind it once, however many copies there are.
    tls: ClientConfig,
    names: Arc<Names>,
    idle: usize,
}

impl Clients {
    /// Clients that connect to one of `names`' addresses and keep at most `idle` connections for the next request.
    pub fn new(target: &Target, names: Arc<Names>, idle: usize) -> Result<Clients, Failure> {
        let tls = match &target.tls {
            Some(tls) => tls.config.as_ref().clone(),
            // For plain HTTP nobody is trusted, and no client looks for certificates.
            None => nobody_trusted()?,
        };
        Ok(Clients { target: target.clone(), tls, names, idle })
    }

    /// The client of one more user, who has no connection and no TLS session yet.
    pub fn one(&self) -> Result<Client, Failure> {
        let mut tls = self.tls.clone();
        if self.target.tls.is_some() {
            tls.resumption = Resumption::in_memory_sessions(SESSIONS);
        }
        let builder = builder(&self.target)
            .tls_backend_preconfigured(tls)
            .dns_resolver(self.names.clone())
            .pool_max_idle_per_host(self.idle)
            .pool_idle_timeout(None);
        Client::built(&self.target, builder)
    }
}

fn nobody_trusted() -> Result<ClientConfig, Failure> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Failure::new(ErrorClass::Generator, e.to_string()))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    Ok(config)
}
