//! What the containers of a Pod are doing, written by their keepers and read by the writer of the Pod's status.

use crate::node::process::Program;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::watch;

/// The end of one run of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    pub(super) code: i32,
    pub(super) reason: &'static str,
    pub(super) message: String,
    pub(super) started: Option<Timestamp>,
    pub(super) finished: Timestamp,
    pub(super) id: String,
    /// Which run it was, from 0.
    pub(super) run: u32,
}

/// Where a container is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Waiting { reason: &'static str, message: String },
    Running { since: Timestamp },
    Terminated(End),
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) state: State,
    pub(super) last: Option<End>,
    pub(super) restarts: u32,
    /// Its startup probe has succeeded, or it runs and has none.
    pub(super) started: bool,
    pub(super) ready: bool,
    /// It will not run again.
    pub(super) over: bool,
    /// `process://` and the process id; empty before the first start.
    pub(super) id: String,
    /// How its present or last run was started.
    pub(super) program: Option<Arc<Program>>,
    /// The `resources` that it is held to; null before the first start.
    pub(super) resources: Value,
}

impl Report {
    pub(super) fn waiting(reason: &'static str) -> Report {
        Report {
            state: State::Waiting { reason, message: String::new() },
            last: None,
            restarts: 0,
            started: false,
            ready: false,
            over: false,
            id: String::new(),
            program: None,
            resources: Value::Null,
        }
    }

    /// Whether it is in its run `run`.
    pub(super) fn is_in_run(&self, run: u32) -> bool {
        matches!(self.state, State::Running { .. }) && self.restarts == run
    }

    /// Whether it ended well and for good.
    pub(super) fn is_completed(&self) -> bool {
        self.over && matches!(&self.state, State::Terminated(end) if end.code == 0)
    }

    /// Whether it ever ran.
    pub(super) fn has_run(&self) -> bool {
        !matches!(self.state, State::Waiting { .. }) || self.last.is_some()
    }
}

/// All containers of a Pod, in the order of its spec.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Board {
    /// Address and folders are there.
    pub(super) sandbox: bool,
    pub(super) init: Vec<Report>,
    pub(super) main: Vec<Report>,
    pub(super) ephemeral: Vec<Report>,
}

/// Which list of a Pod's spec a container is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Init,
    Main,
    Ephemeral,
}

impl Board {
    /// The list and the place in it of a container of `pod`, which may have got some since the Pod started.
    pub(super) fn find(pod: &Value, container: &str) -> Option<(List, usize)> {
        [(List::Main, "containers"), (List::Init, "initContainers"), (List::Ephemeral, "ephemeralContainers")]
            .into_iter()
            .find_map(|(list, key)| {
                let index = pod["spec"][key].as_array()?.iter().position(|one| one["name"] == container)?;
                Some((list, index))
            })
    }

    pub(super) fn report(&self, (list, index): (List, usize)) -> Option<&Report> {
        match list {
            List::Init => &self.init,
            List::Main => &self.main,
            List::Ephemeral => &self.ephemeral,
        }
        .get(index)
    }

    /// The Pod's containers have ended, and what ran beside them has been killed.
    pub(super) fn end(&mut self) {
        for report in self.init.iter_mut().chain(&mut self.main).chain(&mut self.ephemeral) {
            if let State::Running { since } = report.state {
                report.state = State::Terminated(End {
                    code: 137,
                    reason: "Error",
                    message: String::new(),
                    started: Some(since),
                    finished: Timestamp::now(),
                    id: report.id.clone(),
                    run: report.restarts,
                });
                report.ready = false;
            }
        }
    }

    pub(super) fn list_mut(&mut self, list: List) -> &mut Vec<Report> {
        match list {
            List::Init => &mut self.init,
            List::Main => &mut self.main,
            List::Ephemeral => &mut self.ephemeral,
        }
    }
}

/// The place of one container on the board.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) board: watch::Sender<Board>,
    pub(super) list: List,
    pub(super) index: usize,
}

impl Slot {
    /// Changes the report; the writer of the status is woken if it became another.
    pub(super) fn change(&self, edit: impl FnOnce(&mut Report)) {
        self.board.send_if_modified(|board| {
            let Some(report) = board.list_mut(self.list).get_mut(self.index) else { return false };
            let before = report.clone();
            edit(report);
            *report != before
        });
    }

    pub(super) fn report(&self) -> Option<Report> {
        self.board.borrow().report((self.list, self.index)).cloned()
    }

    /// Returns when its startup probe has succeeded.
    pub(super) async fn started(&self) {
        let mut changes = self.board.subscribe();
        let started = changes
            .wait_for(|board| board.report((self.list, self.index)).is_some_and(|report| report.started));
        // The sender is in this slot, so that it cannot be gone.
        let _ = started.await;
    }
}
