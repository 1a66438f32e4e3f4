//! A connection that is kept for many writes, and opened again after it was lost; more and more seldom as long as that
//! fails. Nothing is sent twice: who finds no connection has certainly sent nothing.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The pause after the first attempt that failed; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A connection that is opened when it is needed.
pub(super) struct Kept<C> {
    state: Mutex<State<C>>,
}

struct State<C> {
    open: Option<Arc<C>>,
    /// How many attempts failed in a row, until when no other is made, and why the last one failed.
    failed: u32,
    not_before: Option<Instant>,
    why: String,
}

impl<C> Default for Kept<C> {
    fn default() -> Kept<C> {
        let state = State { open: None, failed: 0, not_before: None, why: String::new() };
        Kept { state: Mutex::new(state) }
    }
}

impl<C> Kept<C> {
    /// The connection; `open` opens it if there is none. Others wait meanwhile.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(super) async fn get(&self, open: impl Future<Output = Result<C, String>>) -> Result<Arc<C>, String> {
        let mut state = self.state.lock().await;
        if let Some(open) = &state.open {
            return Ok(open.clone());
        }
        if state.not_before.is_some_and(|until| Instant::now() < until) {
            return Err(state.why.clone());
        }
        match open.await {
            Ok(opened) => {
                let opened = Arc::new(opened);
                *state =
                    State { open: Some(opened.clone()), failed: 0, not_before: None, why: String::new() };
                Ok(opened)
            }
            Err(why) => {
                let pause = FIRST_PAUSE.saturating_mul(1 << state.failed.min(10)).min(LONGEST_PAUSE);
                state.failed += 1;
                state.not_before = Some(Instant::now() + pause);
                state.why.clone_from(&why);
                Err(why)
            }
        }
    }

    /// No further write over this connection. Those that are under way on it still get their answers.
    pub(super) async fn retire(&self, used: &Arc<C>) {
        let mut state = self.state.lock().await;
        if state.open.as_ref().is_some_and(|open| Arc::ptr_eq(open, used)) {
            state.open = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test(start_paused = true)]
    async fn it_is_opened_once_and_again_when_it_is_retired() {
        let opened = Cell::new(0);
        let kept = Kept::default();
        let open = async || {
            opened.set(opened.get() + 1);
            Ok::<u32, String>(opened.get())
        };
        let first = kept.get(open()).await.unwrap();
        assert_eq!(*kept.get(open()).await.unwrap(), 1);
        kept.retire(&first).await;
        let second = kept.get(open()).await.unwrap();
        kept.retire(&first).await;
        assert_eq!((*second, *kept.get(open()).await.unwrap()), (2, 2), "an old one retires nobody else");
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_become_rare_while_nobody_answers() {
        let tried = Cell::new(0);
        let kept: Kept<()> = Kept::default();
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_mins(1) {
            let refused = kept.get(async {
                tried.set(tried.get() + 1);
                Err("refused".to_owned())
            });
            assert_eq!(refused.await.err().as_deref(), Some("refused"));
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!((55..70).contains(&tried.get()), "{}", tried.get());
        tokio::time::sleep(LONGEST_PAUSE).await;
        assert!(kept.get(async { Ok(()) }).await.is_ok(), "and who answers again is heard");
    }
}
