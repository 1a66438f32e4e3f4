//! A server that looks at the clock when a request comes, and tells how evenly the requests came.
//!
//! `evenness_server RATE` listens on a free port of the loopback, says its address on the first line, answers every
//! request with 34 bytes, and when its standard input ends says in one line of JSON how far the arrivals lay from an
//! even schedule of RATE a second. The first second is left out: connections are made in it.
//!
//! A request arrives when the kernel of this machine has it for us: how long this program then takes to be woken and to
//! read is not the generator's doing.

mod distances;
mod stamped;

use std::cell::RefCell;
use std::io::Read;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 34\r\n\r\nThe quick brown fox jumps the dog\n";

fn main() -> ExitCode {
    let Some(rate) =
        std::env::args().nth(1).and_then(|rate| rate.parse::<i64>().ok()).filter(|rate| *rate > 0)
    else {
        eprintln!("usage: evenness_server RATE (requests a second)");
        return ExitCode::from(2);
    };
    match serve() {
        Ok(arrivals) => {
            println!("{}", distances::report(&arrivals, rate));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("evenness_server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until standard input ends; the instants of all requests.
fn serve() -> std::io::Result<Vec<Instant>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let arrivals = Rc::new(RefCell::new(Vec::with_capacity(1 << 20)));
    let (over, ended) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut nothing = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut nothing);
        let _ = over.send(());
    });
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let accept = async {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::task::spawn_local(answer(stream, arrivals.clone()));
            }
        };
        tokio::select! {
            result = accept => result,
            _ = ended => Ok::<(), std::io::Error>(()),
        }
    })?;
    Ok(arrivals.take())
}

/// Answers the requests of one connection; they have no body.
async fn answer(mut stream: TcpStream, arrivals: Rc<RefCell<Vec<Instant>>>) {
    let mut buffer = [0_u8; 4096];
    let mut held = 0;
    stamped::stamp(&stream);
    while let Ok((read, came)) = stamped::read(&stream, &mut buffer[held..]).await {
        if read == 0 {
            return;
        }
        held += read;
        while let Some(end) = buffer[..held].windows(4).position(|four| four == b"\r\n\r\n") {
            buffer.copy_within(end + 4..held, 0);
            held -= end + 4;
            arrivals.borrow_mut().push(came);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
        if held == buffer.len() {
            return;
        }
    }
}
