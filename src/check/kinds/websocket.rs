//! `websocket`: does it open, and does it say what it should?

use crate::check::dial::{Headers, Reach, Schemes, Site, Stream, Timed, Wanted, open, options, text};
use crate::check::shell::{quoted, url};
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::journey::{BodyExpect, CompileContext, Pairs, Template, Values};
use crate::source::{Located, Mark, Problem};
use crate::transport::{HttpVersion, handshake, refusal};
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error, Message};

/// Opens a WebSocket; may say something and wait for what comes back.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Websocket {
    /// `ws://…` or `wss://…`, or a path of the target.
    pub url: Option<Located<String>>,
    /// Headers of the request that opens it.
    pub headers: Pairs<Located<String>>,
    /// A PEM file of certificate authorities to trust instead of the system's.
    pub ca: Option<Located<String>>,
    /// The subprotocol that is offered and must be taken.
    pub subprotocol: Option<Located<String>>,
    /// A text to send once it is open.
    pub send: Option<Located<String>>,
    /// What one of the messages must be that come back.
    pub expect: Option<Located<BodyExpect>>,
}

impl CheckKind for Websocket {
    fn compile(
        spec: &Located<Websocket>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let schemes = Schemes { plain: "ws", secure: "wss", version: HttpVersion::Http1 };
        let site = Site::compile(spec.url.as_ref(), spec.ca.as_ref(), spec.mark, schemes, cx, problems)?;
        let headers = Headers::compile(&spec.headers, &site, cx, problems);
        let subprotocol = spec.subprotocol.as_ref().and_then(|written| {
            let value = HeaderValue::from_str(written).ok();
            if value.is_none() {
                let text = format!("`{}` cannot be a subprotocol", written.value);
                problems
                    .push(Problem::at(written.mark, text).help("write its name, for example `graphql-ws`"));
            }
            value
        });
        let send = spec.send.as_ref().map(|send| text(send, cx, problems));
        let expect = spec.expect.as_ref().map(|expect| Wanted::compile(expect, cx, problems));
        let mark = spec.url.as_ref().map_or(spec.mark, |url| url.mark);
        let socket = Socket { site, headers, subprotocol, send, expect, mark };
        Some(socket)
    }
}

#[derive(Debug)]
struct Socket {
    site: Site,
    headers: Headers,
    subprotocol: Option<HeaderValue>,
    send: Option<Template>,
    expect: Option<Wanted>,
    /// Where the URL stands.
    mark: Mark,
}

impl Check for Socket {
    fn describe(&self) -> String {
        format!("websocket {}", self.site.url)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let said = self.send.as_ref().map(|send| {
                let mut said = String::new();
                send.render(&mut Values::new(0, cx.seed, &[], 0), &mut said);
                said
            });
            let mut timed = Timed::new(cx.limit);
            let found = self.ask(said.as_deref(), cx.seed, &mut timed).await.unwrap_or_else(|found| found);
            timed.on(found.or_at(self.mark)).reproduce(self.by_hand(said.as_deref(), cx.seed))
        })
    }
}

impl Socket {
    async fn ask(&self, said: Option<&str>, seed: u64, timed: &mut Timed) -> Result<Found, Found> {
        let mut socket = self.opened(seed, timed).await?;
        if let Some(said) = said {
            match timed.part("send", socket.send(Message::text(said))).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(Found::fail(format!("it opened, but sending failed: {error}"))),
                Err(late) => {
                    let reason = format!("it opened, but took no message within {}", late.limit());
                    return Err(Found::fail(reason));
                }
            }
        }
        let answer = match &self.expect {
            None => format!("open in {}", timed.so_far()),
            Some(wanted) => {
                heard(&mut socket, wanted, seed, timed).await?;
                format!("answered in {}", timed.so_far())
            }
        };
        // A server that does not say goodbye has still done what it should.
        let _ = timed.part("close", socket.close(None)).await;
        Ok(Found::pass(answer))
    }

    async fn opened(&self, seed: u64, timed: &mut Timed) -> Result<WebSocketStream<Stream>, Found> {
        let stream = open(&self.site.target, timed).await?;
        let headers = self.headers.render(seed);
        let asked = (&headers, self.subprotocol.as_ref());
        let shaking = handshake(stream, &self.site.target, &self.site.path, asked);
        match timed.part("handshake", shaking).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(Error::Http(answer))) => Err(refused(&answer)),
            Ok(Err(Error::Url(error))) => {
                Err(Found::fail(format!("no request can be made of the URL: {error}")).for_good())
            }
            Ok(Err(Error::Protocol(ProtocolError::HandshakeIncomplete))) => {
                let next = "look into its log, and whether it is a WebSocket that answers there";
                Err(Found::fail(format!("the server closed the connection before it had answered; {next}")))
            }
            Ok(Err(Error::Protocol(error))) => {
                let next = "look whether it is a WebSocket that answers there";
                Err(Found::fail(format!("the port answers, but the handshake failed: {error}; {next}")))
            }
            Ok(Err(error)) => Err(self
                .site
                .spoke_tls(&error)
                .unwrap_or_else(|| Found::fail(format!("the handshake failed: {error}; look into its log")))),
            Err(late) => Err(Found::unreachable(format!(
                "connected, but no answer to the handshake within {}; look into its log",
                late.limit()
            ))),
        }
    }

    fn by_hand(&self, said: Option<&str>, seed: u64) -> String {
        let headers = options(&self.headers.render(seed));
        let subprotocol = self.subprotocol.as_ref().and_then(|name| name.to_str().ok());
        let subprotocol = subprotocol.map(|name| format!(" --protocol {}", quoted(name))).unwrap_or_default();
        let said = said.map(|said| format!("printf '%s\\n' {} | ", quoted(said))).unwrap_or_default();
        format!(
            "{said}websocat -v --one-message{}{headers}{subprotocol} {}",
            Reach::to(&self.site.target).websocat(),
            url(&self.site.url)
        )
    }
}

/// The finding of an answer that is no WebSocket.
fn refused(answer: &Response<Option<Vec<u8>>>) -> Found {
    let status = answer.status();
    let next = refusal(status, answer.body().as_deref().unwrap_or_default());
    let found = Found::fail(format!("expected status 101 Switching Protocols, got {status}; {next}"));
    found.expected("status 101", format!("status {status}"))
}

/// Reads messages until one is what is wanted.
async fn heard(
    socket: &mut WebSocketStream<Stream>,
    wanted: &Wanted,
    seed: u64,
    timed: &mut Timed,
) -> Result<(), Found> {
    let mut last = None;
    let reading = async {
        loop {
            let text = match socket.next().await {
                Some(Ok(Message::Text(text))) => text.as_str().to_owned(),
                Some(Ok(Message::Binary(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|frame| format!(" with {}: {}", u16::from(frame.code), frame.reason));
                    return Err(format!("it closed{}", why.unwrap_or_default()));
                }
                Some(Ok(_)) => continue,
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("it closed".to_owned()),
            };
            let judged = wanted.judge(&"the message", &text, seed);
            match judged {
                Ok(()) => return Ok(()),
                Err(found) => last = Some(found),
            }
        }
    };
    let end = match timed.part("answer", reading).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(end)) => end,
        Err(late) => format!("no other came within {}", late.limit()),
    };
    Err(match last {
        Some(found) => Found { reason: format!("{}; {end}", found.reason), ..found },
        None => Found::fail(format!(
            "it opened, but no message: {}",
            end.replace("no other came", "it said nothing")
        )),
    })
}
