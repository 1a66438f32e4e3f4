//! The shop's store as a process of its own.

use std::io::{Read, Write};
use std::net::TcpStream;
use support::{Program, Running};

/// A store that runs.
pub struct Store {
    pub running: Running,
    pub address: String,
}

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A store on the folder `data`.
pub fn store(program: &Program, listen: &str, options: &[&str]) -> Store {
    let running =
        program.start(&[&["shop", "store", "--data", "data", "--listen", listen], options].concat());
    let said = running.says("Ctrl-C ends it");
    let address = said.split_once("listens on http://").and_then(|(_, rest)| rest.split(';').next());
    let address = address.unwrap_or_else(|| panic!("no address in {said}")).to_owned();
    Store { running, address }
}

impl Store {
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether it has the order of this id.
    pub fn has(&self, id: &str) -> bool {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET /orders/{id} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {answer}"));
        assert!(["200", "404"].contains(&status), "{answer}");
        status == "200"
    }
}
