//! The faults while the load runs.

use super::teller::Teller;
use super::{FaultsPlan, Session, course, watching};
use crate::clock::Clock;
use crate::cluster::Lost;
use crate::event::{Event, EventKind};
use futures_util::FutureExt as _;
use futures_util::future::{join, join_all};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// What comes from the faults.
pub(in crate::engine) enum Told {
    /// Something came about.
    Event(Box<Event>),
    /// The run cannot go on; why.
    Abort(String),
}

/// The faults while the load runs. Dropping it leaves them as they are, for the guard or `recover`.
pub(in crate::engine) struct Running {
    told: mpsc::UnboundedReceiver<Told>,
    wind_up: watch::Sender<bool>,
    /// Everything that goes on; it advances while somebody waits for what comes next.
    work: Option<Pin<Box<dyn Future<Output = std::thread::Result<()>>>>>,
    clock: Clock,
}

impl Running {
    pub(in crate::engine) fn start(session: Session, plan: Arc<FaultsPlan>, clock: Clock) -> Running {
        let (to, told) = mpsc::unbounded_channel();
        let (wind_up, wound_up) = watch::channel(false);
        let teller = Teller { clock, to };
        let end = wind_up.clone();
        let work = async move { Box::pin(all(session, &plan, &teller, &end, &wound_up)).await };
        let work = Box::pin(AssertUnwindSafe(work).catch_unwind());
        Running { told, wind_up, work: Some(work), clock }
    }

    /// What comes next; `None` when everything is taken back and told. Dropping the wait loses nothing.
    pub(in crate::engine) async fn next(&mut self) -> Option<Told> {
        let Some(work) = &mut self.work else { return self.told.recv().await };
        let ended = tokio::select! {
            biased;
            told = self.told.recv() => return told,
            ended = work => ended,
        };
        self.work = None;
        if ended.is_ok() {
            return self.told.recv().await;
        }
        let text = "the faults' own task panicked; run `shakedown recover` to be sure that all is taken back";
        let kind = EventKind::Trouble { text: text.to_owned() };
        Some(Told::Event(Box::new(Event { at: self.clock.now(), kind })))
    }

    /// No further injection; what was done is taken back.
    pub(in crate::engine) fn wind_up(&self) {
        self.wind_up.send_replace(true);
    }
}

/// Every fault's course, the lease and the watches, until all is over.
async fn all(
    session: Session,
    plan: &FaultsPlan,
    teller: &Teller,
    wind_up: &watch::Sender<bool>,
    wound_up: &watch::Receiver<bool>,
) {
    let courses =
        (0..plan.faults.len()).map(|place| course::follow(&session, plan, place, teller, wound_up.clone()));
    let mut end = wound_up.clone();
    // Also where all faults are over the namespace is held until the load is.
    let whole = join(join_all(courses), async move { end.wait_for(|over| *over).await.is_ok() });
    let mut lost = session.keeper.lost();
    let given_up = async {
        // The keeper lives as long as the session.
        let how = match lost.wait_for(Option::is_some).await {
            Ok(how) => how.clone(),
            Err(_) => None,
        };
        if let Some(how) = how {
            teller.abort(words(&how));
            wind_up.send_replace(true);
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = whole => {}
        () = given_up => {}
        () = watching::follow(&session.cluster, teller) => {}
    }
    for text in session.end().await {
        teller.say(EventKind::Trouble { text });
    }
}

fn words(lost: &Lost) -> String {
    match lost {
        Lost::Deleted => "the lease was deleted, which ends the faults".to_owned(),
        Lost::Taken { holder } => {
            format!("{holder} took the lease: to it this run seemed dead, so there is no further injection")
        }
    }
}
