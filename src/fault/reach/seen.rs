//! One look: a fresh connection, the first words, the first byte.

use super::Speech;
use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// What became of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The first byte of an answer came after this time, counted from before the connection was made.
    Answered(Duration),
    /// It is open, and nothing came: all that can be seen of a protocol that we do not speak.
    Open,
    /// It is open, what was asked was not answered in time.
    Silent,
    /// It was refused.
    Refused,
    /// It was made and reset.
    Reset,
    /// It was made and closed without a word.
    Closed,
    /// It was not made in time.
    NoWay,
    /// Something else; what the system, or the server, says.
    Other(String),
}

impl Seen {
    /// Whether a client could go on.
    pub fn works(&self) -> bool {
        matches!(self, Seen::Answered(_) | Seen::Open)
    }
}

/// "a fresh connection is refused": the end of that sentence.
impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Answered(time) => write!(f, "is answered after {:.1} ms", time.as_secs_f64() * 1e3),
            Seen::Open => f.write_str("is made"),
            Seen::Silent => f.write_str("is made and not answered"),
            Seen::Refused => f.write_str("is refused"),
            Seen::Reset => f.write_str("is made and reset"),
            Seen::Closed => f.write_str("is made and closed at once"),
            Seen::NoWay => f.write_str("is not made in time"),
            Seen::Other(why) => write!(f, "fails: {why}"),
        }
    }
}

/// How long it is waited whether a server of an unknown protocol speaks first, or ends the connection.
const LISTEN: Duration = Duration::from_millis(500);

/// Makes a fresh connection and asks; all of it may take `limit`.
pub async fn look(at: SocketAddr, speech: Speech, limit: Duration) -> Seen {
    let begin = Instant::now();
    let mut stream = match timeout(limit, TcpStream::connect(at)).await {
        Err(_) => return Seen::NoWay,
        Ok(Err(error)) => return broken(&error),
        Ok(Ok(stream)) => stream,
    };
    let left = limit.saturating_sub(begin.elapsed());
    ask(&mut stream, speech, begin, left).await
}

/// Asks on an open connection; the time of an answer counts from `begin`.
pub(super) async fn ask(stream: &mut TcpStream, speech: Speech, begin: Instant, limit: Duration) -> Seen {
    let mut bytes = [0; 16];
    let answer = async {
        stream.write_all(speech.greeting()).await?;
        stream.read(&mut bytes).await
    };
    let limit = if speech == Speech::Unknown { limit.min(LISTEN) } else { limit };
    match timeout(limit, answer).await {
        Err(_) if speech == Speech::Unknown => Seen::Open,
        Err(_) => Seen::Silent,
        Ok(Err(error)) => broken(&error),
        Ok(Ok(0)) => Seen::Closed,
        Ok(Ok(count)) if speech.understands(&bytes[..count]) => Seen::Answered(begin.elapsed()),
        Ok(Ok(count)) => Seen::Other(format!("`{}` answers {speech}", bytes[..count].escape_ascii())),
    }
}

fn broken(error: &std::io::Error) -> Seen {
    match error.kind() {
        ErrorKind::ConnectionRefused => Seen::Refused,
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => Seen::Reset,
        ErrorKind::TimedOut => Seen::NoWay,
        _ => Seen::Other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    const LIMIT: Duration = Duration::from_secs(1);

    /// What is seen of a server that takes one connection and does this with it.
    async fn seen(speech: Speech, does: impl AsyncFnOnce(TcpStream) + 'static) -> Seen {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let server = async {
            let (stream, _) = listener.accept().await.unwrap();
            does(stream).await;
        };
        tokio::join!(look(at, speech, LIMIT), server).0
    }

    #[tokio::test]
    async fn each_end_of_a_connection_has_its_name() {
        let answer = |text: &'static [u8]| {
            async move |mut stream: TcpStream| {
                let _ = stream.read(&mut [0; 64]).await.unwrap();
                stream.write_all(text).await.unwrap();
            }
        };
        let http = seen(Speech::Http, answer(b"HTTP/1.1 200 OK\r\n\r\n")).await;
        assert!(matches!(http, Seen::Answered(_)), "{http}");
        let other = seen(Speech::Http, answer(b"-ERR unknown command")).await;
        assert_eq!(other.to_string(), "fails: `-ERR unknown com` answers HTTP GET /");
        assert!(matches!(seen(Speech::Postgres, answer(b"N")).await, Seen::Answered(_)));
        let closes = async |mut stream: TcpStream| {
            let _ = stream.read(&mut [0; 64]).await.unwrap();
        };
        assert_eq!(seen(Speech::Redis, closes).await, Seen::Closed);
        let resets = async |mut stream: TcpStream| {
            let _ = stream.read(&mut [0; 64]).await.unwrap();
            stream.set_zero_linger().unwrap();
        };
        assert_eq!(seen(Speech::Redis, resets).await, Seen::Reset);
        let holds = async |stream: TcpStream| {
            tokio::time::sleep(2 * LIMIT).await;
            drop(stream);
        };
        assert_eq!(seen(Speech::Redis, holds).await, Seen::Silent);
        assert_eq!(seen(Speech::Unknown, holds).await, Seen::Open);
        let speaks_first = async |mut stream: TcpStream| stream.write_all(b"\x4a").await.unwrap();
        assert!(matches!(seen(Speech::Unknown, speaks_first).await, Seen::Answered(_)));
    }

    #[tokio::test]
    async fn a_closed_port_refuses() {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(look(port, Speech::Http, LIMIT).await, Seen::Refused);
    }
}
