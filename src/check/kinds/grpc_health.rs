//! `grpc_health`: what a server says of itself by the health protocol of gRPC.

use crate::check::dial::{Headers, Reach, Schemes, Site, Stream, Timed, open, options};
use crate::check::shell::quoted;
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::journey::{CompileContext, Pairs};
use crate::source::{Located, Mark, Problem};
use crate::transport::{HttpVersion, Scheme};
use http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use schemars::JsonSchema;
use serde::Deserialize;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::task::JoinSet;
use tokio_util::either::Either;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Asks the health service of a gRPC server; it must be serving.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GrpcHealth {
    /// `http://host:port` without TLS, `https://host:port` with it; the target's when left out.
    pub url: Option<Located<String>>,
    /// The service to ask about, `shop.v1.Orders`; the server as a whole when left out.
    pub service: Option<Located<String>>,
    /// Metadata of the request.
    pub headers: Pairs<Located<String>>,
    /// A PEM file of certificate authorities to trust instead of the system's.
    pub ca: Option<Located<String>>,
}

impl CheckKind for GrpcHealth {
    fn compile(
        spec: &Located<GrpcHealth>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let schemes = Schemes { plain: "http", secure: "https", version: HttpVersion::Http2 };
        let site = Site::compile(spec.url.as_ref(), spec.ca.as_ref(), spec.mark, schemes, cx, problems)?;
        let headers = Headers::compile(&spec.headers, &site, cx, problems);
        let mark = spec.url.as_ref().map_or(spec.mark, |url| url.mark);
        let named_at = spec.service.as_ref().map_or(mark, |service| service.mark);
        let service = spec.service.as_ref().map(|service| service.value.clone()).unwrap_or_default();
        let health = Health { site, headers, service, mark, named_at };
        Some(health)
    }
}

#[derive(Debug)]
struct Health {
    site: Site,
    headers: Headers,
    /// Empty for the server as a whole.
    service: String,
    /// Where the URL stands.
    mark: Mark,
    /// Where the service's name stands.
    named_at: Mark,
}

impl Check for Health {
    fn describe(&self) -> String {
        let of = if self.service.is_empty() { String::new() } else { format!(" {}", self.service) };
        format!("grpc_health {}{of}", self.site.target.authority)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let mut timed = Timed::new(cx.limit);
            let found = self.ask(cx.seed, &mut timed).await.unwrap_or_else(|found| found);
            timed.on(found.or_at(self.mark)).reproduce(self.by_hand(cx.seed))
        })
    }
}

impl Health {
    async fn ask(&self, seed: u64, timed: &mut Timed) -> Result<Found, Found> {
        // What moves the connection's bytes ends with this attempt.
        let mut driver = JoinSet::new();
        let connection = self.connected(timed, &mut driver).await?;
        let target = &self.site.target;
        let scheme = if target.scheme == Scheme::Https { "https" } else { "http" };
        let origin: Uri = format!("{scheme}://{}", target.authority)
            .parse()
            .map_err(|error| Found::fail(format!("no request can be made of the URL: {error}")).for_good())?;
        let mut client = HealthClient::with_origin(connection, origin);
        let mut request = tonic::Request::new(HealthCheckRequest { service: self.service.clone() });
        *request.metadata_mut() = MetadataMap::from_headers(self.headers.render(seed));
        match timed.part("answer", client.check(request)).await {
            Ok(Ok(answer)) => self.judge(answer.get_ref().status(), timed),
            Ok(Err(status)) => Err(self.failed(&status)),
            Err(late) => Err(Found::unreachable(format!(
                "connected, but no answer within {}; look into its log, or whether it speaks gRPC at all",
                late.limit()
            ))),
        }
    }

    async fn connected(&self, timed: &mut Timed, driver: &mut JoinSet<()>) -> Result<Http2, Found> {
        let stream = open(&self.site.target, timed).await?;
        if let Some(chosen) = other_protocol(&stream) {
            let reason =
                format!("expected HTTP/2, but over TLS the server chose {chosen}; gRPC needs `h2` by ALPN");
            return Err(Found::fail(reason).expected("h2", chosen));
        }
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .map_err(|error| Found::fail(format!("no HTTP/2: {error}")))?;
        driver.spawn(async move {
            // Why a connection ended is told to whoever waits for it.
            let _ = connection.await;
        });
        Ok(Http2(sender))
    }

    fn judge(&self, status: ServingStatus, timed: &Timed) -> Result<Found, Found> {
        let who = self.who();
        let next = match status {
            ServingStatus::Serving => {
                return Ok(Found::pass(format!("{who} is SERVING, in {}", timed.so_far())));
            }
            ServingStatus::NotServing => "look into its log: what it needs may be missing",
            ServingStatus::ServiceUnknown => return Err(self.unknown()),
            ServingStatus::Unknown => "it does not know itself: it may still be starting",
        };
        let status = status.as_str_name();
        let found = Found::fail(format!("expected {who} to be SERVING, got {status}; {next}"));
        Err(found.expected("SERVING", status))
    }

    fn unknown(&self) -> Found {
        let reason =
            format!("the server knows no service `{}`; correct the name, or register it", self.service);
        Found::fail(reason).expected("SERVING", "unknown service").at(self.named_at)
    }

    fn failed(&self, status: &Status) -> Found {
        let said = status.message();
        match status.code() {
            Code::NotFound => self.unknown(),
            Code::Unimplemented => Found::fail(format!(
                "the server does not implement grpc.health.v1.Health ({said}); add the health service of its library"
            ))
            .for_good(),
            code @ (Code::Unauthenticated | Code::PermissionDenied) => {
                Found::fail(format!("refused: {code:?}: {said}; look at the credentials in `headers`")).for_good()
            }
            code => match broken(status) {
                Some(reason) => Found::fail(format!(
                    "the port answers, but not with HTTP/2: {reason}; correct the port, or write https:// for TLS"
                )),
                None => Found::fail(format!("the health service failed: {code:?}: {said}; look into its log")),
            },
        }
    }

    fn who(&self) -> String {
        if self.service.is_empty() { "the server".to_owned() } else { format!("`{}`", self.service) }
    }

    fn by_hand(&self, seed: u64) -> String {
        let reach = Reach::to(&self.site.target);
        let headers = options(&self.headers.render(seed));
        let body = serde_json::json!({ "service": self.service }).to_string();
        let to = quoted(&reach.address());
        format!("grpcurl{}{headers} -d {} {to} grpc.health.v1.Health/Check", reach.grpcurl(), quoted(&body))
    }
}

/// What the server chose by ALPN where that is not HTTP/2.
fn other_protocol(stream: &Stream) -> Option<String> {
    let Either::Right(tls) = stream else { return None };
    match tls.get_ref().1.alpn_protocol() {
        Some(b"h2") => None,
        Some(other) => Some(String::from_utf8_lossy(other).into_owned()),
        None => Some("none".to_owned()),
    }
}

/// Why the connection broke under a request, where that is what happened.
fn broken(status: &Status) -> Option<String> {
    let causes = std::iter::successors(status.source(), |&error| error.source());
    let last = causes.last()?;
    Some(last.to_string())
}

/// One connection, as the client of the health service wants it.
struct Http2(SendRequest<Body>);

impl Service<Request<Body>> for Http2 {
    type Response = Response<Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), hyper::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}
