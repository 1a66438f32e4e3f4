//! Where the last lines of a file begin.

use std::io::SeekFrom;
use tokio::fs::File;
use tokio::io::{self, AsyncReadExt as _, AsyncSeekExt as _};

/// The file is searched from its end in pieces of this size, in bytes.
const PIECE: u64 = 64 * 1024;

/// Goes to where the last `lines` lines begin, or to the start; returns how many there are. Every line of the
/// file has an end.
pub(super) async fn seek_last_lines(file: &mut File, lines: u64) -> io::Result<u64> {
    let mut end = file.metadata().await?.len();
    let mut found = 0;
    // The end of the last line is no beginning of another.
    let mut ends = 0;
    let mut piece = Vec::new();
    while end > 0 && lines > 0 {
        let start = end.saturating_sub(PIECE);
        file.seek(SeekFrom::Start(start)).await?;
        piece.clear();
        file.take(end - start).read_to_end(&mut piece).await?;
        for (index, _) in piece.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
            if ends == lines {
                file.seek(SeekFrom::Start(start + index as u64 + 1)).await?;
                return Ok(lines);
            }
            ends += 1;
        }
        found = ends;
        end = start;
    }
    let place = if lines == 0 { SeekFrom::End(0) } else { SeekFrom::Start(0) };
    file.seek(place).await?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_lines_are_found_across_pieces() {
        let long = "x".repeat(usize::try_from(PIECE).unwrap());
        for (content, lines, expected, found) in [
            (String::new(), 3, String::new(), 0),
            ("a\nb\nc\n".to_owned(), 0, String::new(), 0),
            ("a\nb\nc\n".to_owned(), 2, "b\nc\n".to_owned(), 2),
            ("a\nb\nc\n".to_owned(), 3, "a\nb\nc\n".to_owned(), 3),
            ("a\nb\nc\n".to_owned(), 9, "a\nb\nc\n".to_owned(), 3),
            (format!("a\n{long}\nb\n"), 2, format!("{long}\nb\n"), 2),
            (format!("{long}\n{long}\n{long}\n"), 1, format!("{long}\n"), 1),
        ] {
            let held = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(held.path(), &content).unwrap();
            let mut file = File::open(held.path()).await.unwrap();
            assert_eq!(seek_last_lines(&mut file, lines).await.unwrap(), found);
            let mut rest = String::new();
            file.read_to_string(&mut rest).await.unwrap();
            assert!(rest == expected, "{lines} of {} bytes gave {} bytes", content.len(), rest.len());
        }
    }
}
