//! What a command said, as much of it as is kept.

use std::fmt;
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// So many bytes of the beginning of what a command says are kept, and as many of its end.
const KEPT: usize = 512 * 1024;
/// As much as a pipe holds.
const AT_ONCE: usize = 64 * 1024;

/// What a command said on one of its outputs: all of it, or its beginning and its end with a line between that says how
/// much was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// How many bytes of its middle are not in it.
    pub left_out: u64,
}

impl Said {
    /// Everything that comes until the stream ends: a pipe that nobody reads would stop the command.
    pub(super) async fn of(stream: Option<impl AsyncRead + Unpin>) -> Said {
        let Some(mut stream) = stream else { return Said::default() };
        let (mut head, mut rest, mut left_out) = (Vec::new(), Vec::new(), 0);
        let mut buffer = vec![0; AT_ONCE];
        // What came before a broken stream is kept; how the command ended tells of the break.
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            let (first, later) = buffer[..length].split_at(length.min(KEPT - head.len()));
            head.extend_from_slice(first);
            rest.extend_from_slice(later);
            if rest.len() > 2 * KEPT {
                left_out += forget(&mut rest);
            }
        }
        if rest.len() > KEPT {
            left_out += forget(&mut rest);
        }
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if left_out == 0 {
            head.append(&mut rest);
            return Said { text: lossy(&head), left_out };
        }
        Said {
            text: format!("{}\n… {left_out} bytes left out …\n{}", lossy(&head), lossy(&rest)), left_out
        }
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Takes away all but the end; gives how much that was.
fn forget(rest: &mut Vec<u8>) -> u64 {
    rest.drain(..rest.len() - KEPT).len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_long_text_keeps_its_beginning_and_its_end() {
        for (length, left_out) in [(0, 0), (10, 0), (2 * KEPT, 0), (2 * KEPT + 1, 1), (9 * KEPT, 7 * KEPT)] {
            let many = tokio::io::repeat(b'.').take(length as u64);
            let said = Said::of(Some((&b"first"[..]).chain(many).chain(&b"last"[..]))).await;
            // Nine more bytes are around them.
            let left_out = if length < 2 * KEPT { left_out } else { left_out + 9 };
            assert_eq!(said.left_out, left_out as u64, "{length}");
            assert!(said.text.starts_with("first") && said.text.ends_with("last"), "{length}");
            assert_eq!(said.text.contains(&format!("… {left_out} bytes left out …")), left_out > 0);
            assert!(said.text.len() <= 2 * KEPT + 100, "{length}: {}", said.text.len());
        }
    }
}
