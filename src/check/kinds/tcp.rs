//! `tcp`: does a port take connections, and does it say what it should?

use crate::check::dial::{Address, Timed, Wanted, tcp, text};
use crate::check::shell::printf;
use crate::check::{Check, CheckContext, CheckKind, Found, Probing};
use crate::journey::{BodyExpect, CompileContext, Template, Values};
use crate::source::{Located, Mark, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More than this is not looked at.
const LONGEST: usize = 64 * 1024;

/// Connects to a port; may say something and wait for what comes back.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Tcp {
    /// Host and port, `db.shop.svc:5432`; the target's when left out.
    pub address: Option<Located<String>>,
    /// A text to send once connected; escapes such as `\r\n` are written in double quotes.
    pub send: Option<Located<String>>,
    /// What must come back, sooner or later within the timeout.
    pub expect: Option<Located<BodyExpect>>,
}

impl CheckKind for Tcp {
    fn compile(
        spec: &Located<Tcp>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static> {
        let address = Address::compile(spec.address.as_ref(), spec.mark, None, cx, problems)?;
        let send = spec.send.as_ref().map(|send| text(send, cx, problems));
        let expect = spec.expect.as_ref().map(|expect| Wanted::compile(expect, cx, problems));
        let mark = spec.address.as_ref().map_or(spec.mark, |address| address.mark);
        Some(Port { address, send, expect, mark })
    }
}

#[derive(Debug)]
struct Port {
    address: Address,
    send: Option<Template>,
    expect: Option<Wanted>,
    /// Where the address stands.
    mark: Mark,
}

impl Check for Port {
    fn describe(&self) -> String {
        format!("tcp {}", self.address)
    }

    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a> {
        Box::pin(async move {
            let mut said = String::new();
            if let Some(send) = &self.send {
                send.render(&mut Values::new(0, cx.seed, &[], 0), &mut said);
            }
            let mut timed = Timed::new(cx.limit);
            let found = self.ask(&said, cx.seed, &mut timed).await.unwrap_or_else(|found| found);
            timed.on(found).reproduce(self.by_hand(&said))
        })
    }
}

impl Port {
    async fn ask(&self, said: &str, seed: u64, timed: &mut Timed) -> Result<Found, Found> {
        let mut stream =
            tcp(&self.address.host, self.address.port, timed).await.map_err(|found| found.at(self.mark))?;
        if !said.is_empty() {
            let sent = timed.part("send", stream.write_all(said.as_bytes())).await;
            let failed = match sent {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(late) => Some(format!("not taken within {}", late.limit())),
            };
            if let Some(reason) = failed {
                return Err(Found::fail(format!("connected, but sending failed: {reason}")));
            }
        }
        match &self.expect {
            None => Ok(Found::pass(format!("connected in {}", timed.so_far()))),
            Some(wanted) => answer(&mut stream, wanted, seed, timed).await,
        }
    }

    fn by_hand(&self, said: &str) -> String {
        let Address { host, port } = &self.address;
        match (said, &self.expect) {
            ("", None) => format!("nc -vz {host} {port}"),
            ("", Some(_)) => format!("nc -v -w 5 {host} {port}"),
            (said, _) => format!("{} | nc -v -w 5 {host} {port}", printf(said)),
        }
    }
}

/// Reads until what came is what is wanted.
async fn answer(
    stream: &mut TcpStream,
    wanted: &Wanted,
    seed: u64,
    timed: &mut Timed,
) -> Result<Found, Found> {
    let mut bytes = Vec::new();
    let reading = read_until(stream, &mut bytes, |text| wanted.judge(&"the answer", text, seed).is_ok());
    let end = match timed.part("answer", reading).await {
        Ok(Ok(End::Good)) => return Ok(Found::pass(format!("answered in {}", timed.so_far()))),
        Ok(Ok(End::Closed)) => "then it closed the connection".to_owned(),
        Ok(Ok(End::Long)) => format!("more than {LONGEST} bytes came"),
        Ok(Err(error)) => format!("then {error}"),
        Err(late) => format!("no more came within {}", late.limit()),
    };
    let text = String::from_utf8_lossy(&bytes);
    let Err(mut found) = wanted.judge(&"the answer", &text, seed) else {
        return Ok(Found::pass(format!("answered in {}", timed.so_far())));
    };
    found.reason = if bytes.is_empty() {
        let end = end.trim_start_matches("then ").replace("no more came", "it said nothing");
        let next = "look into its log, or whether it wants to be spoken to otherwise (`send`, TLS)";
        format!("connected, but no answer: {end}; {next}")
    } else {
        format!("{}; {end}", found.reason)
    };
    Err(found)
}

/// Why reading ended.
enum End {
    Good,
    Closed,
    Long,
}

async fn read_until(
    stream: &mut TcpStream,
    bytes: &mut Vec<u8>,
    good: impl Fn(&str) -> bool,
) -> io::Result<End> {
    loop {
        if stream.read_buf(bytes).await? == 0 {
            return Ok(End::Closed);
        }
        if good(&String::from_utf8_lossy(bytes)) {
            return Ok(End::Good);
        }
        if bytes.len() > LONGEST {
            return Ok(End::Long);
        }
    }
}
