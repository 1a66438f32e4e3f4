//! What a request carries: bytes in memory, or a file that is read piece by piece while it is sent.

use super::Failure;
use crate::sample::ErrorClass;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::Frame;
use std::fs::Metadata;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;
use tokio::fs::File;
use tokio::io::AsyncReadExt;

/// How much of a file is in memory for each request that sends it.
const PIECE: usize = 64 * 1024;

/// What a request carries. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Content {
    /// All of it, in memory.
    Bytes(Bytes),
    /// A file, never whole in memory.
    File(Arc<FileContent>),
}

impl Default for Content {
    /// Nothing.
    fn default() -> Content {
        Content::Bytes(Bytes::new())
    }
}

impl<B: Into<Bytes>> From<B> for Content {
    fn from(bytes: B) -> Content {
        Content::Bytes(bytes.into())
    }
}

impl Content {
    /// How many bytes.
    pub fn len(&self) -> u64 {
        match self {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(file) => file.length,
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it; none where it is a file.
    pub fn in_memory(&self) -> Option<&Bytes> {
        match self {
            Content::Bytes(bytes) => Some(bytes),
            Content::File(_) => None,
        }
    }

    /// As the body of a request of hyper, which says no more of a failed one than that it failed. Why comes to `trouble`.
    pub(super) fn outgoing(&self, trouble: &Trouble) -> Outgoing {
        match self {
            Content::Bytes(bytes) => Either::Left(Full::new(bytes.clone())),
            Content::File(file) => {
                let frames = file.pieces(trouble).map(|piece| piece.map(Frame::data));
                Either::Right(StreamBody::new(frames.boxed()))
            }
        }
    }
}

/// A body for hyper and for reqwest.
pub(super) type Outgoing = Either<Full<Bytes>, StreamBody<BoxStream<'static, Result<Frame<Bytes>, Failure>>>>;

/// Why a body could not be sent, when that was our own fault.
#[derive(Debug, Clone, Default)]
pub(super) struct Trouble(Arc<OnceLock<Failure>>);

impl Trouble {
    /// The failure that counts, where another one followed from ours.
    pub(super) fn or(&self, failure: Failure) -> Failure {
        self.0.get().cloned().unwrap_or(failure)
    }

    /// What came of it, unless there was trouble.
    pub(super) fn unless<T>(&self, result: Result<T, Failure>) -> Result<T, Failure> {
        self.0.get().map_or(result, |failure| Err(failure.clone()))
    }
}

/// A file that requests carry, as it was before the run. One that is another by then cannot be sent: nobody would know
/// what the figures are about.
#[derive(Debug)]
pub struct FileContent {
    path: PathBuf,
    name: String,
    length: u64,
    modified: Option<SystemTime>,
}

impl FileContent {
    /// The file at `path`, `name` in messages, as the system says that it is.
    pub fn new(path: PathBuf, name: String, about: &Metadata) -> FileContent {
        FileContent { path, name, length: about.len(), modified: about.modified().ok() }
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens it, to be read from its beginning.
    ///
    /// # Errors
    /// It cannot be read, or is not as it was. This and what follows is the generator's failure, not the target's.
    pub(super) async fn open(self: &Arc<Self>) -> Result<Pieces, Failure> {
        let file = File::open(&self.path).await.map_err(|e| self.unreadable(&e))?;
        let pieces = Pieces { left: self.length, file, of: self.clone() };
        pieces.is_as_it_was().await?;
        Ok(pieces)
    }

    /// All of it, piece by piece. A failure comes to `trouble` as well.
    pub(super) fn pieces(self: &Arc<Self>, trouble: &Trouble) -> BoxStream<'static, Result<Bytes, Failure>> {
        let (file, trouble) = (self.clone(), trouble.clone());
        let noted = move |failure: Failure| {
            // The first one is why; there is no second.
            let _ = trouble.0.set(failure.clone());
            failure
        };
        let opened = stream::once(async move { file.open().await });
        let pieces = opened.map_ok(|pieces| {
            stream::try_unfold(pieces, |mut pieces| async move {
                Ok(pieces.next().await?.map(|piece| (piece, pieces)))
            })
        });
        pieces.try_flatten().map_err(noted).boxed()
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure::new(ErrorClass::Generator, format!("cannot read the body `{}`: {error}", self.name))
    }
}

/// The rest of a file.
#[derive(Debug)]
pub(super) struct Pieces {
    left: u64,
    file: File,
    of: Arc<FileContent>,
}

impl Pieces {
    /// The next piece; none at the end.
    ///
    /// # Errors
    /// It cannot be read, or is not as it was.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut piece = BytesMut::with_capacity(usize::try_from(self.left).unwrap_or(PIECE).min(PIECE));
        let read = self.file.read_buf(&mut piece).await.map_err(|e| self.of.unreadable(&e))?;
        if read == 0 {
            return Err(self.changed());
        }
        piece.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.left -= piece.len() as u64;
        if self.left == 0 {
            self.is_as_it_was().await?;
        }
        Ok(Some(piece.freeze()))
    }

    async fn is_as_it_was(&self) -> Result<(), Failure> {
        let now = self.file.metadata().await.map_err(|e| self.of.unreadable(&e))?;
        let same = now.len() == self.of.length && now.modified().ok() == self.of.modified;
        if same { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> Failure {
        let text =
            format!("the body `{}` has changed since the run began; leave it alone meanwhile", self.of.name);
        Failure::new(ErrorClass::Generator, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Duration;

    /// A file of these bytes in this folder, as requests carry it.
    fn noted(folder: &tempfile::TempDir, bytes: &[u8]) -> Arc<FileContent> {
        let path = folder.path().join("body");
        fs::write(&path, bytes).unwrap();
        let about = fs::metadata(&path).unwrap();
        Arc::new(FileContent::new(path, "body".into(), &about))
    }

    #[tokio::test]
    async fn a_file_comes_piece_by_piece_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..PIECE * 2 + 7).map(|n| (n % 251) as u8).collect();
        let file = noted(&folder, &bytes);
        let (mut pieces, mut all) = (file.open().await.unwrap(), Vec::new());
        while let Some(piece) = pieces.next().await.unwrap() {
            assert!(piece.len() <= PIECE);
            all.extend_from_slice(&piece);
        }
        assert_eq!((all, Content::File(file).len()), (bytes, PIECE as u64 * 2 + 7));
    }

    #[tokio::test]
    async fn a_file_that_changes_is_our_own_failure() {
        let words = "the body `body` has changed since the run began; leave it alone meanwhile";
        let folder = tempfile::tempdir().unwrap();
        let file = noted(&folder, &[1; 100]);
        let mut pieces = file.open().await.unwrap();
        fs::write(folder.path().join("body"), [1; 99]).unwrap();
        let changed = pieces.next().await.and(pieces.next().await).unwrap_err();
        assert_eq!((changed.class, changed.text.as_str()), (ErrorClass::Generator, words));
        assert_eq!(file.open().await.unwrap_err().text, words);

        let file = noted(&folder, &[1; 100]);
        let touched = fs::File::options().write(true).open(folder.path().join("body")).unwrap();
        touched.set_modified(SystemTime::now() + Duration::from_mins(1)).unwrap();
        assert_eq!(file.open().await.unwrap_err().text, words, "as long as before, but another");

        fs::remove_file(folder.path().join("body")).unwrap();
        let gone = file.open().await.unwrap_err();
        assert_eq!(gone.class, ErrorClass::Generator);
        assert!(gone.text.starts_with("cannot read the body `body`: "), "{}", gone.text);
    }
}
