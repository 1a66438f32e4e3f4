//! The shop's programs as processes, and a client of a few lines: one connection a request, so that nothing is kept that
//! could hide how a process ends.

use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::{Program, Running};

/// What takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// One program of the shop.
pub struct Process {
    pub running: Running,
    pub address: String,
}

/// An answer, read to the end of its connection.
pub struct Answer {
    pub status: u16,
    head: String,
    body: String,
}

/// One request.
pub struct Send {
    head: String,
    body: String,
}

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A store on the folder `data`.
pub fn store(program: &Program, listen: &str, options: &[&str]) -> Process {
    start(program, &[&["store", "--data", "data", "--listen", listen], options].concat())
}

/// An api of this store.
pub fn api(program: &Program, store: &str, options: &[&str]) -> Process {
    start(program, &[&["api", "--store", store, "--listen", "127.0.0.1:0"], options].concat())
}

fn start(program: &Program, args: &[&str]) -> Process {
    let running = program.start(&[&["shop"], args].concat());
    let said = running.says("Ctrl-C ends it");
    let address = said.split_once("listens on http://").and_then(|(_, rest)| rest.split(';').next());
    let address = address.unwrap_or_else(|| panic!("no address in {said}")).to_owned();
    Process { running, address }
}

/// Sends an order under this id.
pub fn order(address: &str, id: &str) -> Option<Answer> {
    Send::post("/orders", &format!(r#"{{"id":"{id}","sku":"sextant"}}"#)).to(address)
}

impl Process {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn get(&self, path: &str) -> Answer {
        Send::get(path).to(&self.address).unwrap_or_else(|| panic!("no answer to {path}"))
    }

    /// How many orders it lists; none when it does not answer.
    pub fn count(&self) -> Option<u64> {
        Send::get("/orders").to(&self.address)?.json()["total"].as_u64()
    }

    /// A value of its metrics.
    pub fn metric(&self, name: &str) -> u64 {
        let page = self.get("/metrics").body;
        let value = page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("no {name} in\n{page}"))
    }
}

impl Send {
    pub fn get(path: &str) -> Send {
        Send { head: format!("GET {path}"), body: String::new() }
    }

    pub fn post(path: &str, body: &str) -> Send {
        Send { head: format!("POST {path}"), body: body.to_owned() }
    }

    /// The answer of this address; none when the connection does not come about or ends before a whole answer.
    pub fn to(&self, address: &str) -> Option<Answer> {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let Send { head, body } = self;
        let length = body.len();
        let request = format!("{head} HTTP/1.1\r\nhost: shop\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).ok()?;
        let mut text = Vec::new();
        loop {
            if let Some(answer) = Answer::whole(&text) {
                return Some(answer);
            }
            let mut bytes = [0; 4096];
            let count = stream.read(&mut bytes).ok().filter(|count| *count > 0)?;
            text.extend_from_slice(&bytes[..count]);
        }
    }
}

impl Answer {
    fn whole(bytes: &[u8]) -> Option<Answer> {
        let (head, body) = std::str::from_utf8(bytes).ok()?.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
        (answer.header("content-length").parse() == Ok(body.len())).then_some(answer)
    }

    /// A header; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}
