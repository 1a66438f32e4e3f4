//! TLS of the target: whom to trust, who we are, and which protocol to speak.

use super::HttpVersion;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Whether the target's certificate is verified. Every report says so when it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verify {
    /// Chain, name and dates are verified.
    #[default]
    Yes,
    /// Anything is accepted.
    No,
}

/// A file of certificates or of a key, read.
#[derive(Clone, PartialEq, Eq)]
pub struct Pem {
    /// Its name as it is written, for commands that do the same by hand.
    pub name: String,
    /// What is in it.
    pub content: Vec<u8>,
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may be a key.
        write!(f, "Pem({})", self.name)
    }
}

/// TLS as a scenario asks for it.
#[derive(Debug, Clone, Default)]
pub struct TlsOptions {
    /// Certificates of the authorities to trust instead of the system's.
    pub ca: Option<Pem>,
    /// Our own certificate chain and key.
    pub identity: Option<(Pem, Pem)>,
    /// Whether the target's certificate is verified.
    pub verify: Verify,
    /// The name to ask for and to verify, when it is not the URL's.
    pub server_name: Option<String>,
}

/// Why TLS could not be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    /// A file that should hold certificates or a key does not.
    #[error("{what} is not PEM or holds none: {reason}")]
    Pem {
        /// Which of the files.
        what: &'static str,
        /// What the parser says.
        reason: String,
    },
    /// The library refuses the combination, for instance a key that does not belong to its certificate.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

impl TlsOptions {
    /// The client's configuration for a protocol version.
    pub fn client_config(&self, version: HttpVersion) -> Result<ClientConfig, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let setup = |e: rustls::Error| TlsError::Setup(e.to_string());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(setup)?;
        let builder = builder.dangerous().with_custom_certificate_verifier(self.verifier()?);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let chain = certificates(&chain.content, "the client certificate")?;
                let pem = |e: rustls::pki_types::pem::Error| TlsError::Pem {
                    what: "the client key",
                    reason: e.to_string(),
                };
                builder
                    .with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(&key.content).map_err(pem)?)
                    .map_err(setup)?
            }
        };
        config.alpn_protocols = version.alpn();
        Ok(config)
    }

    /// What judges the certificates of servers.
    pub fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        if self.verify == Verify::No {
            return Ok(Arc::new(AcceptAny(provider)));
        }
        let Some(ca) = &self.ca else {
            return system(provider);
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&ca.content, "the CA file")? {
            roots
                .add(certificate)
                .map_err(|e| TlsError::Pem { what: "the CA file", reason: e.to_string() })?;
        }
        let verifier =
            rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Ok(verifier.map_err(|e| TlsError::Setup(e.to_string()))?)
    }
}

/// What trusts the system's authorities. They are read once, however many targets there are.
fn system(provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    static READ: OnceLock<Arc<dyn ServerCertVerifier>> = OnceLock::new();
    if let Some(read) = READ.get() {
        return Ok(Arc::clone(read));
    }
    // The bundled roots make the binary work in an image without any certificate files.
    let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(bundled, provider);
    let verifier = verifier.map_err(|e| TlsError::Setup(e.to_string()))?;
    Ok(Arc::clone(READ.get_or_init(|| Arc::new(verifier))))
}

fn certificates(pem: &[u8], what: &'static str) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match all {
        Ok(all) if all.is_empty() => Err(TlsError::Pem { what, reason: "no certificate in it".into() }),
        Ok(all) => Ok(all),
        Err(e) => Err(TlsError::Pem { what, reason: e.to_string() }),
    }
}

/// `verify: false`: signatures are still checked, so that the peer holds the key it shows; whose key does not matter.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
