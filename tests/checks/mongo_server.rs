//! A server that speaks the wire protocol of MongoDB as its documentation describes it: `OP_MSG`, the `OP_QUERY` that
//! clients still greet with, and a login by SCRAM-SHA-256. What it answers to a command is the story's.

use crate::mongo_login::Login;
use ::mongodb::bson::{Document, doc};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

const OP_REPLY: i32 = 1;
const OP_QUERY: i32 = 2004;
const OP_MSG: i32 = 2013;
/// A longer message ends the connection.
const LONGEST: usize = 48_000_000;

/// What it answers to a command; nothing at all where there is none.
type Respond = dyn Fn(&str, &Document) -> Option<Document> + Send + Sync;

/// A server that ends with the test.
pub struct MongoServer {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl MongoServer {
    /// Says this to each command, whose name comes first.
    pub fn answering(
        respond: impl Fn(&str, &Document) -> Option<Document> + Send + Sync + 'static,
    ) -> MongoServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let (ended, respond): (_, Arc<Respond>) = (Arc::clone(&ends), Arc::new(respond));
        let accepting = thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let respond = Arc::clone(&respond);
                // It ends with the client's connection.
                thread::spawn(move || talk(stream, &*respond));
            }
        });
        MongoServer { address, ends, accepting: Some(accepting) }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for MongoServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the one that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// Answers one client until it hangs up or is left without an answer; whatever is wrong with what it says ends it.
fn talk(mut stream: TcpStream, respond: &Respond) -> Option<()> {
    let mut login = Login::default();
    loop {
        let mut head = [0; 16];
        stream.read_exact(&mut head).ok()?;
        // A handshake of TLS, which it does not speak.
        if head.starts_with(&[0x16, 3]) {
            return None;
        }
        let number = |at: usize| i32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        let (length, request, operation) = (number(0), number(4), number(12));
        let size = usize::try_from(length).ok()?.checked_sub(16).filter(|size| *size <= LONGEST)?;
        let mut body = vec![0; size];
        stream.read_exact(&mut body).ok()?;
        let (before, document) = match operation {
            // Flags, then a section of kind 0.
            OP_MSG => (vec![0; 5], body.get(5..)?),
            // Flags, the collection's name, how many to skip and to return.
            OP_QUERY => {
                let name = body.get(4..)?.iter().position(|byte| *byte == 0)?;
                // Flags, cursor, where it starts, how many there are.
                ([&[0; 16][..], &[1, 0, 0, 0]].concat(), body.get(4 + name + 1 + 8..)?)
            }
            _ => return None,
        };
        let command = Document::from_reader(document).ok()?;
        let name = command.keys().next()?.clone();
        let answer = match login.answer(&name, &command) {
            Some(answer) => answer,
            None => {
                let Some(answer) = respond(&name, &command) else {
                    // Silence, until the client has had enough of it.
                    let _ = stream.read(&mut [0; 1]);
                    return None;
                };
                answer
            }
        };
        let document = answer.to_vec().ok()?;
        let operation = if operation == OP_MSG { OP_MSG } else { OP_REPLY };
        let length = i32::try_from(16 + before.len() + document.len()).ok()?;
        let mut reply = Vec::new();
        for field in [length, 1, request, operation] {
            reply.extend_from_slice(&field.to_le_bytes());
        }
        stream.write_all(&[reply, before, document].concat()).ok()?;
    }
}

/// What a server on its own says to `hello`.
pub fn hello() -> Document {
    doc! {
        "ismaster": true, "isWritablePrimary": true, "helloOk": true, "maxBsonObjectSize": 16_777_216,
        "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000, "minWireVersion": 0,
        "maxWireVersion": 21, "readOnly": false, "saslSupportedMechs": ["SCRAM-SHA-256"], "ok": 1.0,
    }
}

/// What a member of a set says to it.
pub fn member(set: &str, me: SocketAddr, primary: Option<SocketAddr>) -> Document {
    let mut hello = hello();
    let writes = primary == Some(me);
    hello.extend(doc! {
        "ismaster": writes, "isWritablePrimary": writes, "secondary": !writes, "setName": set, "setVersion": 1,
        "me": me.to_string(), "hosts": [me.to_string()],
    });
    hello.extend(primary.map(|primary| ("primary".to_owned(), primary.to_string().into())));
    hello
}

/// What is refused.
pub fn refused(code: i32, name: &str, message: &str) -> Document {
    doc! { "ok": 0.0, "code": code, "codeName": name, "errmsg": message }
}
