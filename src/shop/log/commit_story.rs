//! Group log on a disk that does what the test says.

use super::super::disk::Disk;
use super::super::record::Record;
use super::{Fsync, Log};
use std::future::Future;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;
use tokio::task::yield_now;

const NEVER: Fsync = Fsync::Never { flush_every: Duration::from_hours(1) };

/// A disk whose every fsync waits for the test's word.
struct Slow {
    written: Arc<Mutex<Vec<u8>>>,
    asks: Sender<()>,
    word: Receiver<io::Result<()>>,
}

impl Disk for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.asks.send(()).unwrap();
        self.word.recv().unwrap()
    }
}

/// The test's end of a [`Slow`] disk.
struct Hand {
    written: Arc<Mutex<Vec<u8>>>,
    asked: Receiver<()>,
    say: Sender<io::Result<()>>,
}

impl Hand {
    fn written(&self) -> Vec<u8> {
        self.written.lock().unwrap().clone()
    }
}

fn slow() -> (Slow, Hand) {
    let written = Arc::new(Mutex::default());
    let ((asks, asked), (say, word)) = (channel(), channel());
    (Slow { written: Arc::clone(&written), asks, word }, Hand { written, asked, say })
}

fn record(content: &[u8]) -> Record {
    Record::new(content).unwrap()
}

/// Each byte as a record of its own.
fn encoded(contents: &[u8]) -> Vec<u8> {
    contents.chunks(1).flat_map(|content| record(content).bytes().to_vec()).collect()
}

async fn is_pending(future: impl Future) -> bool {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await
}

#[tokio::test]
async fn all_who_come_while_the_disk_is_busy_share_one_fsync() {
    let (disk, hand) = slow();
    let log = Log::start(disk, 0, Fsync::Always).unwrap();
    let first = log.append(&record(b"0"));
    hand.asked.recv().unwrap();
    let numbers: Vec<u64> = (1..10).map(|n| log.append(&record(n.to_string().as_bytes()))).collect();
    assert!(is_pending(log.acknowledged(first)).await, "not before the disk has it");
    hand.say.send(Ok(())).unwrap();
    log.acknowledged(first).await.unwrap();
    hand.asked.recv().unwrap();
    assert_eq!(log.settled(), first);
    assert!(is_pending(log.acknowledged(numbers[0])).await);
    hand.say.send(Ok(())).unwrap();
    for number in numbers {
        log.acknowledged(number).await.unwrap();
    }
    assert_eq!((hand.written(), log.settled()), (encoded(b"0123456789"), 10));
    assert!(hand.asked.try_recv().is_err(), "two fsyncs were enough for ten writers");
}

#[tokio::test]
async fn after_a_failed_fsync_nothing_is_acknowledged_any_more() {
    let (disk, hand) = slow();
    let log = Log::start(disk, 5, Fsync::Always).unwrap();
    let number = log.append(&record(b"x"));
    assert_eq!(number, 6, "it counts on from what was there");
    hand.asked.recv().unwrap();
    hand.say.send(Err(io::Error::other("no space"))).unwrap();
    let failed = log.acknowledged(number).await.unwrap_err();
    assert!(failed.to_string().ends_with("no space"), "{failed}");
    assert_eq!(log.failed().await, failed);
    let later = log.append(&record(b"y"));
    assert_eq!(log.acknowledged(later).await, Err(failed.clone()));
    assert_eq!((log.failure(), log.settled()), (Some(failed.clone()), 5));
    assert_eq!(log.close(), Err(failed));
}

#[tokio::test]
async fn without_fsync_an_acknowledged_record_is_still_only_in_this_process() {
    let (disk, hand) = slow();
    let log = Log::start(disk, 0, NEVER).unwrap();
    let number = log.append(&record(b"x"));
    log.acknowledged(number).await.unwrap();
    yield_now().await;
    assert_eq!((log.settled(), hand.written()), (1, Vec::new()));
    hand.say.send(Ok(())).unwrap();
    log.close().unwrap();
    assert_eq!(hand.written(), encoded(b"x"), "an orderly end writes it");
}

#[tokio::test]
async fn without_fsync_the_buffer_does_not_grow_without_end() {
    let (disk, hand) = slow();
    let log = Log::start(disk, 0, NEVER).unwrap();
    let content = vec![1; 50_000];
    for _ in 0..=super::BUFFER / content.len() {
        log.append(&record(&content));
    }
    while hand.written().len() < super::BUFFER {
        yield_now().await;
    }
    hand.say.send(Ok(())).unwrap();
}

#[tokio::test]
async fn dropping_it_writes_what_is_left() {
    let (disk, hand) = slow();
    let log = Log::start(disk, 0, NEVER).unwrap();
    log.append(&record(b"l"));
    hand.say.send(Ok(())).unwrap();
    drop(log);
    assert_eq!(hand.written(), encoded(b"l"));
}
