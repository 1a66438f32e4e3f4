//! A plain TCP stream that can say when what was read from it had come: the kernel notes that for each packet. So an
//! answer may lie unread for a moment without its times getting longer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_util::either::Either;

/// A stream that may know when the last bytes read from it had come.
pub(super) trait Came {
    /// When the last bytes that were read had come to this machine; `None` where nobody noted it.
    fn came(&self) -> Option<Instant>;
}

/// A TCP stream, with stamps from when it is asked for them.
#[derive(Debug)]
pub(super) struct Stamped {
    stream: TcpStream,
    #[cfg(target_os = "linux")]
    stamps: Option<linux::Stamps>,
    /// Before the last bytes were written: what comes next cannot have come earlier.
    written: Instant,
    came: Option<Instant>,
}

impl Stamped {
    /// The stream as it is, without stamps.
    pub(super) fn new(stream: TcpStream) -> Stamped {
        Stamped {
            stream,
            #[cfg(target_os = "linux")]
            stamps: None,
            written: Instant::now(),
            came: None,
        }
    }

    /// Asks the kernel for stamps. Where it has none, [`Came::came`] goes on giving `None`.
    pub(super) fn stamp(&mut self) {
        #[cfg(target_os = "linux")]
        {
            self.stamps = linux::Stamps::of(&self.stream);
        }
    }
}

impl Came for Stamped {
    fn came(&self) -> Option<Instant> {
        self.came
    }
}

/// Only plain text: the end of a TLS record says nothing about when its first packet came.
impl<S: Came, Other> Came for Either<S, Other> {
    fn came(&self) -> Option<Instant> {
        match self {
            Either::Left(stream) => stream.came(),
            Either::Right(_) => None,
        }
    }
}

impl AsyncRead for Stamped {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        #[cfg(target_os = "linux")]
        if let Some(stamps) = &mut this.stamps {
            this.came = None;
            let stamp = std::task::ready!(stamps.poll_read(&this.stream, cx, buffer))?;
            this.came = stamp.and_then(|stamp| {
                let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
                on_the_monotonic_clock(stamp, wall, Instant::now(), this.written)
            });
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stamped {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        #[cfg(target_os = "linux")]
        if this.stamps.is_some() {
            this.written = Instant::now();
        }
        Pin::new(&mut this.stream).poll_write(cx, data)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// The instant of a `stamp` of the wall clock, which shows `wall` `now`. `None` where it lies outside of what can be,
/// between `earliest` and `now`: then somebody set the wall clock meanwhile.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn on_the_monotonic_clock(
    stamp: Duration,
    wall: Duration,
    now: Instant,
    earliest: Instant,
) -> Option<Instant> {
    let came = now.checked_sub(wall.checked_sub(stamp)?)?;
    (came >= earliest).then_some(came)
}

#[cfg(target_os = "linux")]
mod linux {
    use nix::sys::socket::sockopt::ReceiveTimestampns;
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt};
    use nix::sys::time::TimeSpec;
    use std::io::{self, IoSliceMut};
    use std::os::fd::AsRawFd;
    use std::task::{Context, Poll, ready};
    use std::time::Duration;
    use tokio::io::{Interest, ReadBuf};
    use tokio::net::TcpStream;

    /// Reading with stamps. It has the room for one.
    #[derive(Debug)]
    pub(super) struct Stamps(Vec<u8>);

    impl Stamps {
        /// `None` where the kernel does not know the option.
        pub(super) fn of(stream: &TcpStream) -> Option<Stamps> {
            setsockopt(stream, ReceiveTimestampns, &true).ok()?;
            Some(Stamps(nix::cmsg_space!(TimeSpec)))
        }

        /// Reads into `buffer`; when the last of it came, by the wall clock.
        pub(super) fn poll_read(
            &mut self,
            stream: &TcpStream,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<Option<Duration>>> {
            loop {
                ready!(stream.poll_read_ready(cx))?;
                let room = buffer.initialize_unfilled();
                let asked = room.len();
                let mut read = None;
                let tried = stream.try_io(Interest::READABLE, || {
                    let (bytes, stamp) = self.receive(stream, room)?;
                    read = Some((bytes, stamp));
                    // Fewer than there is room for are all that there are. Said to the runtime, this spares the call
                    // that would find it out; its own streams do the same.
                    let emptied = 0 < bytes && bytes < asked;
                    if emptied { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
                });
                match (read, tried) {
                    (Some((bytes, stamp)), _) => {
                        buffer.advance(bytes);
                        return Poll::Ready(Ok(stamp));
                    }
                    (None, Err(e)) if e.kind() != io::ErrorKind::WouldBlock => return Poll::Ready(Err(e)),
                    (None, _) => {}
                }
            }
        }

        fn receive(&mut self, stream: &TcpStream, room: &mut [u8]) -> io::Result<(usize, Option<Duration>)> {
            let mut room = [IoSliceMut::new(room)];
            let flags = MsgFlags::empty();
            let message = recvmsg::<()>(stream.as_raw_fd(), &mut room, Some(&mut self.0), flags)?;
            let stamp = message.cmsgs().ok().and_then(|mut notes| {
                notes.find_map(|note| match note {
                    ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
                    _ => None,
                })
            });
            Ok((message.bytes, stamp))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    async fn pair() -> (Stamped, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (Stamped::new(here), listener.accept().await.unwrap().0)
    }

    #[tokio::test]
    async fn bytes_arrive_as_they_were_sent_and_the_end_is_the_end() {
        let (mut here, mut there) = pair().await;
        here.stamp();
        let sent: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
        let write = async {
            there.write_all(&sent).await.unwrap();
            there.shutdown().await.unwrap();
        };
        let mut came = Vec::new();
        let read = async { here.read_to_end(&mut came).await.unwrap() };
        tokio::join!(write, read);
        assert_eq!(came, sent);
        assert_eq!(here.came(), None, "nothing comes with the end");
        here.write_all(b"and back").await.unwrap();
        let mut back = [0; 8];
        there.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"and back");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_stamp_lies_between_the_question_and_the_reading_however_late_that_is() {
        let (mut here, mut there) = pair().await;
        here.stamp();
        let mut answer = [0; 64];
        // The kernel begins to stamp a moment after it was asked to.
        for _ in 0..1_000 {
            let asked = Instant::now();
            here.write_all(b"?").await.unwrap();
            there.read_exact(&mut [0]).await.unwrap();
            there.write_all(b"!").await.unwrap();
            std::thread::sleep(Duration::from_millis(2));
            let before_reading = Instant::now();
            assert_eq!(here.read(&mut answer).await.unwrap(), 1);
            if let Some(came) = here.came() {
                assert!(asked <= came && came < before_reading, "it came before anybody read it");
                return;
            }
        }
        panic!("no stamp came");
    }

    #[tokio::test]
    async fn without_being_asked_it_stamps_nothing() {
        let (mut here, mut there) = pair().await;
        there.write_all(b"!").await.unwrap();
        assert_eq!(here.read(&mut [0; 64]).await.unwrap(), 1);
        assert_eq!(here.came(), None);
    }

    #[test]
    fn a_wall_clock_that_was_set_meanwhile_is_not_believed() {
        let micros = Duration::from_micros;
        let written = Instant::now();
        let now = written + micros(100);
        let wall = 8_000_000;
        let read = |stamp| on_the_monotonic_clock(micros(stamp), micros(wall), now, written);
        for (stamp, came) in [
            (wall, Some(now)),
            (wall - 30, Some(written + micros(70))),
            (wall - 100, Some(written)),
            // Set forward between the packet and the reading.
            (wall - 101, None),
            (wall - 3_600_000, None),
            (0, None),
            // Set back.
            (wall + 1, None),
            (wall + 3_600_000, None),
        ] {
            assert_eq!(read(stamp), came, "{stamp}");
        }
    }
}
