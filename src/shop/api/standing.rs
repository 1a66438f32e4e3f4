//! Whether the store could take an order, asked so that probes do not become a load of their own.

use std::future::Future;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer counts: half a second at most between the store's end and the first probe that knows of it.
const FRESH: Duration = Duration::from_millis(500);

/// The last answer and when it came.
#[derive(Debug, Default)]
pub(super) struct Standing {
    last: Mutex<Option<(Instant, Option<String>)>>,
}

impl Standing {
    /// Why the store would take no order. It is asked, by `question`, unless the last answer is fresh; whoever comes
    /// meanwhile waits for that answer.
    pub(super) async fn ask(&self, question: impl Future<Output = Result<(), String>>) -> Option<String> {
        let mut last = self.last.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        let answer = question.await.err();
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}
