//! A server behind TLS, with an authority that nobody else trusts.

use crate::answer::{Answer, Seen};
use crate::authority::{Authority, Identity, Quality};
use crate::http::{Respond, serve};
use crate::loopback::Loopback;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::WebPkiClientVerifier;
use rustls::{ALL_VERSIONS, RootCertStore, ServerConfig, SupportedProtocolVersion};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// A connection to a [`TlsServer`], after its handshake.
pub type Secured = tokio_rustls::server::TlsStream<TcpStream>;

/// Whom the server lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// Everybody.
    Anyone,
    /// Only who shows a certificate of the server's own authority.
    WithCertificate,
}

/// How the server is set up.
#[derive(Debug, Clone)]
pub struct TlsSetup {
    /// The names and addresses that its certificate is for.
    pub names: Vec<&'static str>,
    /// The protocols that it offers by ALPN, best first; none at all when empty.
    pub alpn: Vec<&'static str>,
    /// Whom it lets in.
    pub clients: Clients,
    /// How good its certificate is.
    pub quality: Quality,
    /// The versions of TLS that it speaks.
    pub versions: &'static [&'static SupportedProtocolVersion],
}

impl Default for TlsSetup {
    fn default() -> TlsSetup {
        TlsSetup {
            names: vec!["localhost", "127.0.0.1"],
            alpn: vec!["h2", "http/1.1"],
            clients: Clients::Anyone,
            quality: Quality::Good,
            versions: ALL_VERSIONS,
        }
    }
}

/// Answers over TLS and remembers every request.
#[derive(Debug)]
pub struct TlsServer {
    loopback: Loopback,
    seen: Arc<Mutex<Vec<Seen>>>,
    root: Identity,
    client: Identity,
}

impl TlsServer {
    /// Answers 200 `ok`.
    pub fn start(setup: &TlsSetup) -> TlsServer {
        TlsServer::answering(setup, |_| Answer::ok("ok"))
    }

    /// Answers each request with what `respond` makes of it.
    pub fn answering(
        setup: &TlsSetup,
        respond: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> TlsServer {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let memory = Arc::clone(&seen);
        let respond: Respond = Arc::new(move |request| {
            let answer = respond(&request);
            memory.lock().expect("no server thread panics").push(request);
            answer
        });
        let server = TlsServer::serving(setup, move |stream| serve(stream, Arc::clone(&respond)));
        TlsServer { seen, ..server }
    }

    /// Gives each connection to this server of whatever protocol; what it is asked is not remembered.
    pub fn serving<F: Future<Output = ()> + Send + 'static>(
        setup: &TlsSetup,
        serve: impl Fn(Secured) -> F + Send + Sync + 'static,
    ) -> TlsServer {
        let authority = Authority::new();
        let acceptor = TlsAcceptor::from(Arc::new(config(setup, &authority)));
        let serve = Arc::new(serve);
        let loopback = Loopback::start(move |stream| {
            let (acceptor, serve) = (acceptor.clone(), Arc::clone(&serve));
            async move {
                // A failed handshake is the test's business.
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream).await;
                }
            }
        });
        let (root, client) = (authority.root().clone(), authority.client());
        TlsServer { loopback, seen: Arc::default(), root, client }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.loopback.addr()
    }

    /// `https://`, a name of the default set-up and the port, without a slash at the end.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.addr().port())
    }

    /// Every request so far, in the order of arrival.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no server thread panics").clone()
    }

    /// The certificate of its authority, as PEM.
    pub fn root_pem(&self) -> &str {
        &self.root.certificate_pem
    }

    /// A client certificate that it accepts.
    pub fn client(&self) -> &Identity {
        &self.client
    }

    /// How many connections were made so far, failed handshakes included.
    pub fn connections(&self) -> usize {
        self.loopback.accepted()
    }
}

fn config(setup: &TlsSetup, authority: &Authority) -> ServerConfig {
    let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(setup.versions)
        .expect("the provider has these versions");
    let builder = match setup.clients {
        Clients::Anyone => builder.with_no_client_auth(),
        Clients::WithCertificate => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.root().certificate()).expect("our root is a root");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("one root is enough"))
        }
    };
    let identity = authority.server(&setup.names, setup.quality);
    let mut config = builder
        .with_single_cert(vec![identity.certificate()], identity.key())
        .expect("key and certificate fit");
    config.alpn_protocols = setup.alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    config
}
