//! `sse`: does a stream of server-sent events open, and do events come?

use crate::check::count::more_than_none;
use crate::check::dial::{Headers, Reach, Schemes, Site, Timed, Wanted, open, options};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::journey::{BodyExpect, CompileContext, Pairs};
use crate::source::{Located, Mark, Problem};
use crate::transport::{Event, EventParser, HttpVersion, WANTS_TLS, wants_tls};
use crate::units::Span;
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HOST};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::VecDeque;
use tokio::task::JoinSet;

const EVENTS: &str = "text/event-stream";
/// A longer event is refused.
const LONGEST: usize = 16 << 20;

/// Opens a stream of server-sent events and waits for some of them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sse {
    /// `http://…` or `https://…`, or a path of the target.
    pub url: Option<Located<String>>,
    /// Headers of the request.
    pub headers: Pairs<Located<String>>,
    /// A PEM file of certificate authorities to trust instead of the system's.
    pub ca: Option<Located<String>>,
    /// How many events must come before the timeout; 1 when left out.
    pub events: Option<Located<u32>>,
    /// How soon the first of them must come after the head of the answer.
    pub first_event: Option<Located<Span>>,
    /// What the data of one of the events must be.
    pub expect: Option<Located<BodyExpect>>,
}

impl CheckKind for Sse {
    fn compile(
        spec: &Located<Sse>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let schemes = Schemes { plain: "http", secure: "https", version: HttpVersion::Http1 };
        let site = Site::compile(spec.url.as_ref(), spec.ca.as_ref(), spec.mark, schemes, cx, problems)?;
        let headers = Headers::compile(&spec.headers, &site, cx, problems);
        let expect = spec.expect.as_ref().map(|expect| Wanted::compile(expect, cx, problems));
        more_than_none(spec.events.as_ref(), problems);
        if let Some(zero) = spec.first_event.as_ref().filter(|span| span.get().is_zero()) {
            let problem = Problem::at(zero.mark, "no event comes in no time");
            problems.push(problem.help("write for example `500ms`"));
        }
        let mark = spec.url.as_ref().map_or(spec.mark, |url| url.mark);
        let (events, first_event) = (spec.events.clone(), spec.first_event.clone());
        let stream = Listener { site, headers, events, first_event, expect, mark };
        Some(stream)
    }
}

#[derive(Debug)]
struct Listener {
    site: Site,
    headers: Headers,
    events: Option<Located<u32>>,
    first_event: Option<Located<Span>>,
    expect: Option<Wanted>,
    /// Where the URL stands.
    mark: Mark,
}

impl Check for Listener {
    fn describe(&self) -> String {
        format!("sse {}", self.site.url)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let mut timed = Timed::new(cx.limit);
            let found = self.ask(cx.seed, &mut timed).await.unwrap_or_else(|found| found);
            timed.on(found.or_at(self.mark)).reproduce(self.by_hand(cx.seed))
        })
    }
}

impl Listener {
    async fn ask(&self, seed: u64, timed: &mut Timed) -> Result<Found, Found> {
        // What moves the connection's bytes ends with this attempt.
        let mut driver = JoinSet::new();
        let answer = self.head(seed, timed, &mut driver).await?;
        let packed = answer.headers().get(CONTENT_ENCODING).cloned();
        let mut events =
            Events { body: answer.into_body(), parser: EventParser::default(), ready: VecDeque::new() };
        let wanted = self.events.as_ref().map_or(1, |events| events.value.max(1));
        let (mut count, mut mismatch) = (0, None);
        let mut matched = self.expect.is_none();
        while count < wanted || !matched {
            let next = events.next();
            let soonest = self.first_event.as_ref().filter(|_| count == 0);
            let came = match soonest.filter(|soonest| soonest.get() < timed.left()) {
                Some(soonest) => {
                    let first = timed.part("first event", tokio::time::timeout(soonest.get(), next)).await;
                    match first {
                        Ok(Ok(came)) => Ok(came),
                        Ok(Err(_)) => return Err(no_event(soonest.value, packed.as_ref()).at(soonest.mark)),
                        Err(late) => Err(late),
                    }
                }
                None => timed.part(if count == 0 { "first event" } else { "event" }, next).await,
            };
            let end = match came {
                Ok(Ok(Some(data))) => {
                    count += 1;
                    if let Some(expect) = self.expect.as_ref().filter(|_| !matched) {
                        let judged = expect.judge(&"the event", &data, seed);
                        matched = judged.is_ok();
                        mismatch = judged.err();
                    }
                    continue;
                }
                Ok(Ok(None)) => "the stream ended".to_owned(),
                Ok(Err(error)) => format!("the stream broke off: {error}"),
                Err(late) if count == 0 => return Err(no_event(late.limit(), packed.as_ref())),
                Err(late) => format!("no more came within {}", late.limit()),
            };
            return Err(self.too_few(count, wanted, mismatch, &end));
        }
        let events = if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
        Ok(Found::pass(format!("{events} in {}", timed.so_far())))
    }

    async fn head(
        &self,
        seed: u64,
        timed: &mut Timed,
        driver: &mut JoinSet<()>,
    ) -> Result<Response<Incoming>, Found> {
        let stream = open(&self.site.target, timed).await?;
        let failed = |error: &dyn std::fmt::Display| {
            Found::fail(format!("the request failed: {error}; look whether it is HTTP that answers there"))
        };
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
        driver.spawn(async move {
            // Why a connection ended is told to whoever waits for it.
            let _ = connection.await;
        });
        let mut request = Request::new(Empty::<Bytes>::new());
        *request.uri_mut() = self.site.path.parse().map_err(|error| failed(&error))?;
        let headers = request.headers_mut();
        headers.insert(HOST, self.site.target.host_header());
        headers.insert(ACCEPT, HeaderValue::from_static(EVENTS));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.extend(self.headers.render(seed));
        let answer = match timed.part("first byte", sender.send_request(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                return Err(self.site.spoke_tls(&error).unwrap_or_else(|| failed(&error)));
            }
            Err(late) => {
                let reason = format!("connected, but not even the head of an answer within {}", late.limit());
                return Err(Found::unreachable(format!(
                    "{reason}; a proxy on the way may hold it back, or the service hangs: look into its log"
                )));
            }
        };
        let status = answer.status();
        if status != StatusCode::OK {
            let next = match status {
                StatusCode::BAD_REQUEST if wants_tls(status, &begins(answer, timed).await) => WANTS_TLS,
                _ => "look at the path and the credentials",
            };
            let reason = format!("expected status 200, got {status}; {next}");
            return Err(Found::fail(reason).expected("status 200", format!("status {status}")));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("none");
        if kind.split(';').next().map(str::trim) != Some(EVENTS) {
            let reason =
                format!("expected content type {EVENTS}, got {kind}; look whether the path is right");
            return Err(Found::fail(reason).expected(EVENTS, kind));
        }
        Ok(answer)
    }

    fn too_few(&self, count: u32, wanted: u32, mismatch: Option<Found>, end: &str) -> Found {
        match (mismatch, &self.events) {
            (Some(found), _) if count >= wanted => {
                let reason = format!("no event is as expected; the last: {}; {end}", found.reason);
                Found { reason, ..found }
            }
            (_, events) => {
                let found = Found::fail(format!("expected at least {wanted} events, got {count}; {end}"));
                let found = found.expected(format!("{wanted} events"), format!("{count} events"));
                found.at(events.as_ref().map_or(self.mark, |events| events.mark))
            }
        }
    }

    fn by_hand(&self, seed: u64) -> String {
        let headers = options(&self.headers.render(seed));
        let reach = Reach::to(&self.site.target);
        let url = reach.curl_url(&self.site.path);
        format!("curl -iN{} -H 'accept: {EVENTS}'{headers} {url}", reach.curl())
    }
}

/// The first part of an answer's body; empty where none comes.
async fn begins(answer: Response<Incoming>, timed: &mut Timed) -> Bytes {
    let frame = timed.part("body", answer.into_body().frame()).await;
    frame.ok().flatten().and_then(|frame| frame.ok()?.into_data().ok()).unwrap_or_default()
}

/// The events of an answer.
struct Events {
    body: Incoming,
    parser: EventParser,
    ready: VecDeque<Event>,
}

impl Events {
    /// The data of the next event that has any; none at the stream's end.
    async fn next(&mut self) -> Result<Option<String>, String> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Some(event.data));
            }
            let Some(frame) = self.body.frame().await else { return Ok(None) };
            if let Ok(bytes) = frame.map_err(|error| error.to_string())?.into_data() {
                self.ready.extend(self.parser.push(&bytes));
            }
            if self.parser.held() > LONGEST {
                return Err(format!("an event is longer than {LONGEST} bytes"));
            }
        }
    }
}

/// The finding of a stream that opens and says nothing.
fn no_event(limit: Span, packed: Option<&HeaderValue>) -> Found {
    let next = match packed.and_then(|packed| packed.to_str().ok()) {
        Some(packed) => format!("it is packed with {packed}, which holds small events back: switch that off"),
        None => "where events are sent, a proxy on the way collects them first (nginx: `proxy_buffering off`, or the \
                 header `X-Accel-Buffering: no`)"
            .to_owned(),
    };
    Found::fail(format!("the stream opened, but no event came within {limit}; {next}"))
}
