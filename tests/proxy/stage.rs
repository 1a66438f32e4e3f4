//! A proxy in a process of its own, between clients and upstreams of the test.

#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};
use support::{Program, Running};

/// A test waits no longer than this for anything: what takes longer hangs.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A running proxy.
pub struct Stage {
    /// Holds the folder of what it says.
    _program: Program,
    pub running: Running,
    /// Where it listens.
    pub addr: String,
    /// All that it said when it began.
    pub said: String,
}

/// Starts a proxy before this upstream.
pub fn proxy(upstream: &str, flags: &str) -> Stage {
    let program = program();
    let args = ["proxy", "--listen", "127.0.0.1:0", "--upstream", upstream].into_iter();
    let args: Vec<&str> = args.chain(flags.split_whitespace()).collect();
    let running = program.start(&args);
    let said = running.says("Ctrl-C ends it");
    let addr = after(&said, "listens on ");
    Stage { _program: program, running, addr, said }
}

/// The word that follows in a text.
pub fn after(text: &str, before: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no `{before}` in {text}")).1;
    rest.split([' ', ';', ',']).next().unwrap_or_default().to_owned()
}

impl Stage {
    /// A new connection.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.addr).expect("the proxy takes connections");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        stream
    }

    /// Asks it to end and gives its last words.
    pub fn end(self) -> String {
        self.running.terminate();
        let ended = self.running.end();
        ended.expect(0, &["the proxy has ended: "]);
        ended.err
    }
}

/// How and when a connection of an upstream ended: with how many bytes from the client, or why it broke.
pub type End = (Instant, Result<Vec<u8>, ErrorKind>);

/// An upstream: a port, and a thread for each connection. It lives as long as the test's process.
pub struct Upstream {
    pub addr: String,
    /// Each connection as it is taken.
    pub begins: Receiver<()>,
    /// Each connection as it ends.
    pub ends: Receiver<End>,
}

impl Upstream {
    /// Sends back whatever comes.
    pub fn echo() -> Upstream {
        Upstream::start(|stream| {
            let (mut all, mut some) = (Vec::new(), [0; 4_096]);
            loop {
                match stream.read(&mut some) {
                    Ok(0) => return Ok(all),
                    Ok(n) => {
                        all.extend_from_slice(&some[..n]);
                        stream.write_all(&some[..n]).map_err(|e| e.kind())?;
                    }
                    Err(error) => return Err(error.kind()),
                }
            }
        })
    }

    /// Reads to the end of what comes, and only then answers with what `answer` makes of it.
    pub fn listening(answer: impl Fn(&[u8]) -> Vec<u8> + Clone + Send + 'static) -> Upstream {
        Upstream::start(move |stream| {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).map_err(|e| e.kind())?;
            stream.write_all(&answer(&all)).map_err(|e| e.kind())?;
            Ok(all)
        })
    }

    /// Says all this, ends its way, and then reads to the end of what comes.
    pub fn saying(text: Vec<u8>) -> Upstream {
        Upstream::start(move |stream| {
            stream.write_all(&text).map_err(|e| e.kind())?;
            stream.shutdown(Shutdown::Write).map_err(|e| e.kind())?;
            let mut all = Vec::new();
            stream.read_to_end(&mut all).map_err(|e| e.kind())?;
            Ok(all)
        })
    }

    fn start<S>(serve: S) -> Upstream
    where
        S: Fn(&mut TcpStream) -> Result<Vec<u8>, ErrorKind> + Clone + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("an address").to_string();
        let (begin, begins) = channel();
        let (end, ends) = channel();
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (serve, end) = (serve.clone(), end.clone());
                // A test that has seen enough does not listen any more.
                let _ = begin.send(());
                thread::spawn(move || {
                    let ended = serve(&mut stream);
                    drop(stream);
                    let _ = end.send((Instant::now(), ended));
                });
            }
        });
        Upstream { addr, begins, ends }
    }

    /// The next end of a connection.
    pub fn end(&self) -> End {
        self.ends.recv_timeout(PATIENCE).expect("a connection ends")
    }
}

/// Sends a byte and waits for it to come back; how long that took.
pub fn ping(stream: &mut TcpStream) -> Result<Duration, ErrorKind> {
    let begun = Instant::now();
    stream.write_all(&[7]).map_err(|e| e.kind())?;
    match stream.read(&mut [0]) {
        Ok(0) => Err(ErrorKind::UnexpectedEof),
        Ok(_) => Ok(begun.elapsed()),
        Err(error) => Err(error.kind()),
    }
}

/// Waits until something is as it should be.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
