//! What a port that speaks TLS says to those who ask it in plain text: an alert, or a page that tells them.

use super::failure::chain;
use super::stamped::Came;
use http::StatusCode;
use std::error::Error;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What is wrong where a port speaks TLS and nobody spoke it to it.
pub const SPEAKS_TLS: &str = "the port speaks TLS, and was asked in plain text";

/// What such a page means, and the next move.
pub const WANTS_TLS: &str = "a port that speaks TLS answers so: write https://";

/// The type of a record of TLS that holds an alert (RFC 8446, section 5.1). Neither an answer of HTTP/1 nor the first
/// frame of HTTP/2 begins so.
const ALERT: u8 = 0x15;

/// What such a page says: that of nginx, of Go, of Apache and of Tomcat.
const PAGES: [&str; 4] = [
    "plain HTTP request was sent to HTTPS port",
    "sent an HTTP request to an HTTPS server",
    "speaking plain HTTP to an SSL-enabled server port",
    "combination of host and port requires TLS",
];

/// Whether an answer is the page of a port that speaks TLS, as far as the beginning of its body tells.
pub fn wants_tls(status: StatusCode, body: &[u8]) -> bool {
    let says = |page: &&str| body.windows(page.len()).any(|part| part == page.as_bytes());
    status == StatusCode::BAD_REQUEST && PAGES.iter().any(says)
}

/// Whether that is what an error says, or one of its causes. HTTP/2 hands on nothing but the words.
pub fn speaks_tls(error: &(dyn Error + 'static)) -> bool {
    chain(error).contains(SPEAKS_TLS)
}

/// A stream without TLS. Where an alert of TLS is the first that comes, reading it fails with [`SPEAKS_TLS`], so that
/// whatever is spoken over the stream need not look for it. So does writing where the other end has hung up after its
/// alert: who writes first would hear of a broken pipe only.
#[derive(Debug)]
pub struct PlainText<S> {
    stream: S,
    /// Whether anything has come.
    heard: bool,
    /// What was read while writing, and belongs to the next reading.
    ahead: Option<u8>,
    /// Why writing failed; it is not told before it is known what the other end has said.
    broken: Option<io::Error>,
}

impl<S> PlainText<S> {
    /// Over this stream, from which nothing was read yet.
    pub fn new(stream: S) -> PlainText<S> {
        PlainText { stream, heard: false, ahead: None, broken: None }
    }

    /// The stream below.
    pub(super) fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PlainText<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(byte) = this.ahead.take_if(|_| buffer.remaining() > 0) {
            buffer.put_slice(&[byte]);
            return Poll::Ready(Ok(()));
        }
        if this.heard {
            return Pin::new(&mut this.stream).poll_read(cx, buffer);
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        match buffer.filled().get(before) {
            Some(&ALERT) => {
                buffer.set_filled(before);
                Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, SPEAKS_TLS)))
            }
            first => {
                this.heard = first.is_some();
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> PlainText<S> {
    /// Why writing failed: `error`, if not what the other end said before it hung up. That is there to be read, or will
    /// be as soon as the runtime has heard of the end.
    fn why(&mut self, cx: &mut Context<'_>, error: io::Error) -> Poll<io::Error> {
        let (mut first, mut read) = ([0], Ok(()));
        let hung_up = matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset);
        if hung_up && !self.heard {
            let mut buffer = ReadBuf::new(&mut first);
            let Poll::Ready(end) = Pin::new(&mut *self).poll_read(cx, &mut buffer) else {
                self.broken = Some(error);
                return Poll::Pending;
            };
            read = end;
            self.ahead = buffer.filled().first().copied();
        }
        Poll::Ready(read.err().filter(|end| speaks_tls(end)).unwrap_or(error))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for PlainText<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = match this.broken.take() {
            Some(error) => Err(error),
            None => ready!(Pin::new(&mut this.stream).poll_write(cx, data)),
        };
        match written {
            Ok(written) => Poll::Ready(Ok(written)),
            Err(error) => this.why(cx, error).map(Err),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl<S: Came> Came for PlainText<S> {
    fn came(&self) -> Option<std::time::Instant> {
        self.stream.came()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    /// What is read of these bytes, one after the other.
    async fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut all = Vec::new();
        let mut stream = PlainText::new(bytes);
        loop {
            match stream.read_u8().await {
                Ok(byte) => all.push(byte),
                Err(end) if end.kind() == io::ErrorKind::UnexpectedEof => return Ok(all),
                Err(error) if speaks_tls(&error) => return Err(format!("an alert after {all:?}")),
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    #[tokio::test]
    async fn an_alert_is_one_only_where_it_comes_first() {
        for (bytes, came) in [
            (&b"\x15\x03\x03\x00\x02\x02\x32"[..], Err("an alert after []".to_owned())),
            (b"\x15", Err("an alert after []".to_owned())),
            (b"HTTP/1.1 200 OK\r\n\r\n\x15\x03", Ok(b"HTTP/1.1 200 OK\r\n\r\n\x15\x03".to_vec())),
            (b"\x16\x03", Ok(b"\x16\x03".to_vec())),
            (b"", Ok(Vec::new())),
        ] {
            assert_eq!(read(bytes).await, came);
        }
    }

    /// Somebody who has said something and hung up, of which the runtime hears a little later.
    struct HungUp(&'static [u8], bool);

    impl AsyncRead for HungUp {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if !std::mem::replace(&mut self.1, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Pin::new(&mut self.0).poll_read(cx, buffer)
        }
    }

    impl AsyncWrite for HungUp {
        fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
            Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn who_hung_up_after_an_alert_is_heard_by_who_writes() {
        for (said, speaks, rest) in [
            (&b"\x15\x03\x03\x00\x02\x02\x32"[..], true, &b"\x03\x03\x00\x02\x02\x32"[..]),
            (b"HTTP/1.1 408\r\n", false, b"HTTP/1.1 408\r\n"),
            (b"", false, b""),
        ] {
            let mut stream = PlainText::new(HungUp(said, false));
            let error = stream.write_all(b"GET").await.unwrap_err();
            assert_eq!(speaks_tls(&error), speaks, "{said:?}");
            assert_eq!(error.kind() == io::ErrorKind::BrokenPipe, !speaks, "{said:?}");
            let mut left = Vec::new();
            stream.read_to_end(&mut left).await.unwrap();
            assert_eq!(left, rest, "nothing else is lost");
        }
    }

    #[test]
    fn pages_of_ports_that_speak_tls() {
        for (status, body, wanted) in [
            (400, "<title>400 The plain HTTP request was sent to HTTPS port</title>", true),
            (400, "Client sent an HTTP request to an HTTPS server.\n", true),
            (400, "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />", true),
            (400, "Bad Request\r\nThis combination of host and port requires TLS.\r\n", true),
            (200, "The plain HTTP request was sent to HTTPS port", false),
            (400, "{\"error\": \"no such order\"}", false),
            (400, "", false),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(wants_tls(status, body.as_bytes()), wanted, "{body}");
        }
    }
}
