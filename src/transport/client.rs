//! A plain client for single requests: smoke checks and whatever is not load.

use super::content::Trouble;
use super::received::read;
use super::{Answer, Content, Exchange, Failure, HttpVersion, Keep, Request, Scheme, Target};
use crate::clock::{Clock, Offset};
use crate::sample::ErrorClass;
use http::Version;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use std::time::Duration;

/// A client with the target's TLS and protocol, without redirects, retries or proxies.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    target: Target,
    base: String,
}

impl Client {
    /// A client of the target.
    pub fn new(target: &Target) -> Result<Client, Failure> {
        let builder = builder(target);
        let builder = match (&target.tls, target.scheme) {
            (Some(tls), _) => builder.tls_backend_preconfigured(tls.config.as_ref().clone()),
            // Without this an image without certificate files could not even speak plain HTTP.
            (None, Scheme::Https | Scheme::Http) => builder.tls_certs_only([]),
        };
        Client::built(target, builder)
    }

    /// A client of the target as it was configured.
    pub(super) fn built(target: &Target, builder: reqwest::ClientBuilder) -> Result<Client, Failure> {
        let scheme = if target.tls.is_some() { "https" } else { "http" };
        let http = builder.build().map_err(|e| Failure::from_reqwest(&e))?;
        Ok(Client { http, base: format!("{scheme}://{}", target.authority), target: target.clone() })
    }

    /// The client underneath, for answers that come piece by piece.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends one request and reads the whole answer.
    ///
    /// # Errors
    /// The same classes of failure as a connection under load; a body over `limit` bytes is a protocol failure.
    pub async fn send(
        &self,
        request: &Request,
        keep: Keep,
        limit: u64,
        timeout: Duration,
    ) -> Result<Answer, Failure> {
        match tokio::time::timeout(timeout, self.answer(request, keep, limit, || {})).await {
            Ok(answer) => answer,
            Err(_) => {
                Err(Failure::new(ErrorClass::Timeout, format!("no complete answer within {timeout:?}")))
            }
        }
    }

    /// Sends one request and reads the whole answer, noting every instant; a connection that has to be made for it
    /// lies between sent and first byte.
    pub async fn exchange(&self, request: &Request, keep: Keep, limit: u64, clock: &Clock) -> Exchange {
        let mut first_byte = None::<Offset>;
        let result = self.answer(request, keep, limit, || first_byte = Some(clock.now())).await;
        Exchange { first_byte, done: clock.now(), result }
    }

    /// The answer to a request; `began` is called when its head is there.
    async fn answer(
        &self,
        request: &Request,
        keep: Keep,
        limit: u64,
        began: impl FnOnce(),
    ) -> Result<Answer, Failure> {
        let trouble = Trouble::default();
        let failed = |e: reqwest::Error| trouble.or(Failure::from_reqwest(&e));
        let mut headers = request.headers.clone();
        match request.other_host(&self.target.authority) {
            Some(host) if self.target.may_speak_http2() => return Err(other_host(host)),
            Some(_) => {}
            // HTTP/2 has another place for it.
            None => drop(headers.remove(HOST)),
        }
        if let Content::File(_) = request.body {
            headers.entry(CONTENT_LENGTH).or_insert_with(|| request.body.len().into());
        }
        let mut sending = self
            .http
            .request(request.method.clone(), format!("{}{}", self.base, request.path))
            .headers(headers)
            .body(match &request.body {
                Content::Bytes(bytes) => bytes.clone().into(),
                Content::File(file) => reqwest::Body::wrap_stream(file.pieces(&trouble)),
            });
        if self.target.version == HttpVersion::Http2 {
            sending = sending.version(Version::HTTP_2);
        }
        let response: http::Response<reqwest::Body> = sending.send().await.map_err(failed)?.into();
        began();
        let (head, body) = response.into_parts();
        Ok(read(body, keep.up_to(head.status), limit, failed).await?.answer(head))
    }
}

/// The library takes the host of HTTP/2 from where it connects to.
fn other_host(host: &HeaderValue) -> Failure {
    let text =
        format!("this cannot name another host over HTTP/2, and the header host is {host:?}; use HTTP/1.1");
    Failure::new(ErrorClass::Generator, text)
}

/// What all clients of a target have in common, but for TLS: no redirects, retries, proxies or decoding.
pub(super) fn builder(target: &Target) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(target.connect_timeout)
        .tcp_nodelay(true);
    if target.version == HttpVersion::Http2 { builder.http2_prior_knowledge() } else { builder }
}
