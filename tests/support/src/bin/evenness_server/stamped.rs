//! Reading from a connection, and when what was read had come.

use nix::sys::socket::sockopt::ReceiveTimestampns;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt};
use nix::sys::time::TimeSpec;
use std::io::{self, IoSliceMut};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Has the kernel note when what comes on this connection comes. Without its notes, the instant of the reading counts.
pub fn stamp(stream: &TcpStream) {
    let _ = setsockopt(stream, ReceiveTimestampns, &true);
}

/// Reads once, when there is something to read: how many bytes, and when the last of them came. 0 bytes are the end.
pub async fn read(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<(usize, Instant)> {
    loop {
        stream.readable().await?;
        match stream.try_io(Interest::READABLE, || receive(stream, buffer)) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

fn receive(stream: &TcpStream, buffer: &mut [u8]) -> io::Result<(usize, Instant)> {
    let mut room = [IoSliceMut::new(buffer)];
    let mut notes = nix::cmsg_space!(TimeSpec);
    let message = recvmsg::<()>(stream.as_raw_fd(), &mut room, Some(&mut notes), MsgFlags::empty())?;
    let stamp = message.cmsgs()?.find_map(|note| match note {
        ControlMessageOwned::ScmTimestampns(stamp) => Some(Duration::from(stamp)),
        _ => None,
    });
    // The stamp is of the wall clock: how long ago it was there, it was on the monotonic clock too.
    let (now, wall) = (Instant::now(), SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
    let ago = stamp.map_or(Duration::ZERO, |stamp| wall.saturating_sub(stamp));
    Ok((message.bytes, now.checked_sub(ago).unwrap_or(now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_lies_unread_came_when_it_came() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut there = TcpStream::connect(listener.local_addr()?).await?;
        let (here, _) = listener.accept().await?;
        stamp(&here);
        // The kernel begins to stamp a moment after it was asked to.
        for _ in 0..1_000 {
            let sent = Instant::now();
            there.write_all(b"?").await?;
            std::thread::sleep(Duration::from_millis(2));
            let before_reading = Instant::now();
            let (bytes, came) = read(&here, &mut [0; 8]).await?;
            assert_eq!(bytes, 1);
            if came < before_reading {
                assert!(sent <= came, "nothing comes before it was sent");
                return Ok(());
            }
        }
        panic!("no stamp came");
    }

    #[tokio::test]
    async fn the_end_is_told() -> io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        drop(TcpStream::connect(listener.local_addr()?).await?);
        let (here, _) = listener.accept().await?;
        stamp(&here);
        assert_eq!(read(&here, &mut [0; 8]).await?.0, 0);
        Ok(())
    }
}
