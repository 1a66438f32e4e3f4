//! How many checks are asked at once.

use std::pin::pin;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Who waits longer than this for an answer gives its place to the next: it costs nothing any more, and one server
/// that hangs must not hold up the checks of all others.
const BUSY: Duration = Duration::from_millis(250);

/// Places for checks that are being asked.
#[derive(Debug)]
pub struct Places {
    places: Semaphore,
}

impl Places {
    /// So many places, at least one.
    pub fn new(count: usize) -> Places {
        Places { places: Semaphore::new(count.max(1)) }
    }

    /// Does some work as soon as there is a place for it.
    pub async fn take<T>(&self, work: impl Future<Output = T>) -> T {
        // The semaphore is never closed, so there is a permit in the end.
        let place = self.places.acquire().await;
        let mut work = pin!(work);
        match tokio::time::timeout(BUSY, &mut work).await {
            Ok(done) => done,
            Err(_) => {
                drop(place);
                work.await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use std::cell::Cell;
    use tokio::time::{Instant, sleep};

    #[tokio::test(start_paused = true)]
    async fn no_more_are_busy_at_once_than_there_are_places() {
        let (places, busy, most) = (Places::new(3), Cell::new(0), Cell::new(0));
        join_all((0..20).map(|_| {
            places.take(async {
                busy.set(busy.get() + 1);
                most.set(most.get().max(busy.get()));
                sleep(Duration::from_millis(10)).await;
                busy.set(busy.get() - 1);
            })
        }))
        .await;
        assert_eq!(most.get(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hundred_that_hang_do_not_wait_for_each_other() {
        let (places, begun) = (Places::new(32), Instant::now());
        let hang = tokio::time::timeout(Duration::from_secs(10), std::future::pending::<()>());
        let _ = places.take(hang).await;
        let alone = begun.elapsed();
        let begun = Instant::now();
        join_all((0..100).map(|_| {
            places.take(async {
                let _ = tokio::time::timeout(Duration::from_secs(10), std::future::pending::<()>()).await;
            })
        }))
        .await;
        assert!(begun.elapsed() < alone + Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}
