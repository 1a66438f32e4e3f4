//! What the nodes answer to the API server.

use crate::api::{AgentFuture, ExecRequest, LogRequest, LogStream, NodeAgent, Start};
use crate::node::board::{Board, List, Report, State};
use crate::node::context::Shared;
use crate::node::exec;
use crate::node::log;
use crate::object;
use crate::status::{ApiError, Details};
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::watch;

/// A handle on the nodes.
pub(super) struct Agent {
    pub(super) shared: Arc<Shared>,
}

/// One run of a container, seen from outside.
#[derive(Debug, Clone)]
pub(super) struct Run {
    board: watch::Receiver<Board>,
    place: (List, usize),
    number: u32,
}

impl Run {
    /// Whether it has ended; its log is whole then.
    pub(super) fn is_over(&self) -> bool {
        // The sender is gone with the Pod.
        let gone = self.board.has_changed().is_err();
        gone || !self.board.borrow().report(self.place).is_some_and(|report| report.is_in_run(self.number))
    }

    /// Returns when it has ended.
    pub(super) async fn over(&mut self) {
        let (place, number) = (self.place, self.number);
        let over =
            self.board.wait_for(|board| !board.report(place).is_some_and(|report| report.is_in_run(number)));
        // An error means that the Pod is gone.
        let _ = over.await;
    }
}

impl Agent {
    /// The container's place and what is known of it.
    fn look(&self, pod: &Value, container: &str) -> Option<(watch::Receiver<Board>, (List, usize), Report)> {
        let board = self.shared.register.get(object::uid(pod))?;
        let place = Board::find(pod, container)?;
        let report = board.borrow().report(place).cloned()?;
        Some((board, place, report))
    }

    async fn open_log(&self, pod: &Value, request: LogRequest) -> Result<LogStream, ApiError> {
        let container = &request.container;
        let who = format!("container \"{container}\" in pod \"{}\"", object::name(pod));
        let (board, place, report) = self
            .look(pod, container)
            .ok_or_else(|| ApiError::bad_request(format!("{who} is waiting to start: ContainerCreating")))?;
        let which = if request.previous { "previous terminated " } else { "" };
        let number = wanted_run(&report, request.previous)
            .map_err(|why| ApiError::bad_request(format!("{which}{who} {why}")))?;
        let path = self.shared.log(object::uid(pod), container, number);
        let gone = |error| ApiError::bad_request(format!("{which}{who} has no log any more: {error}"));
        log::read(path, Run { board, place, number }, &request).await.map_err(gone)
    }

    fn prepare_exec(&self, pod: &Value, request: ExecRequest) -> Result<Start, ApiError> {
        let running =
            self.look(pod, &request.container).filter(|(_, _, report)| report.is_in_run(report.restarts));
        let found = running.and_then(|(board, place, report)| {
            let run = Run { board, place, number: report.restarts };
            Some((run, report.program?))
        });
        let Some((run, program)) = found else {
            let cause =
                format!("unable to upgrade connection: container not found (\"{}\")", request.container);
            let message = format!("Internal error occurred: {cause}");
            return Err(ApiError::new(500, "InternalError", message, Details::default()));
        };
        let supervisor = self.shared.supervisor.clone();
        Ok(Box::new(move || exec::start(&supervisor, &program, run, &request)))
    }
}

/// The run whose log is meant, or why there is none, as a kubelet finds it.
fn wanted_run(report: &Report, previous: bool) -> Result<u32, String> {
    let last = report.last.as_ref().filter(|end| !end.id.is_empty()).map(|end| end.run);
    if previous {
        return last.ok_or_else(|| "not found".to_owned());
    }
    match &report.state {
        State::Running { .. } => Ok(report.restarts),
        State::Terminated(end) if !end.id.is_empty() => Ok(end.run),
        State::Terminated(_) => last.ok_or_else(|| "is terminated".to_owned()),
        State::Waiting { .. } if report.last.is_some() => last.ok_or_else(|| "is terminated".to_owned()),
        State::Waiting { reason, .. } => Err(match *reason {
            "ErrImagePull" => "is waiting to start: image can't be pulled".to_owned(),
            "ImagePullBackOff" => "is waiting to start: trying and failing to pull image".to_owned(),
            other => format!("is waiting to start: {other}"),
        }),
    }
}

impl NodeAgent for Agent {
    fn logs(&self, pod: Arc<Value>, request: LogRequest) -> AgentFuture<'_, LogStream> {
        Box::pin(async move { self.open_log(&pod, request).await })
    }

    fn exec(&self, pod: Arc<Value>, request: ExecRequest) -> AgentFuture<'_, Start> {
        Box::pin(async move { self.prepare_exec(&pod, request) })
    }
}
