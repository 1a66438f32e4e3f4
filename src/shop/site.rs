//! Which of the two programs this process is.

use super::api::Api;
use super::log::LogFailed;
use super::metrics::{Metrics, Reading};
use super::refusal::Refusal;
use super::reply::Reply;
use super::store::Keeper;
use http::Request;
use hyper::body::Incoming;

/// The program behind the door.
#[derive(Debug)]
pub(super) enum Site {
    /// It sells.
    Api(Api),
    /// It keeps.
    Store(Keeper),
}

impl Site {
    /// Answers what the programs do not have in common.
    pub(super) async fn answer(
        &self,
        metrics: &Metrics,
        request: Request<Incoming>,
    ) -> Result<Reply, Refusal> {
        match self {
            Site::Api(api) => api.answer(metrics, request).await,
            Site::Store(keeper) => keeper.answer(metrics, request).await,
        }
    }

    /// Why it should get no new requests.
    pub(super) async fn unready(&self) -> Option<String> {
        match self {
            Site::Api(api) => api.unready().await,
            Site::Store(keeper) => keeper.unready(),
        }
    }

    /// What it knows about itself.
    pub(super) fn readings(&self) -> Vec<Reading> {
        match self {
            Site::Api(api) => api.readings(),
            Site::Store(keeper) => keeper.readings(),
        }
    }

    /// Waits until it cannot go on.
    pub(super) async fn failed(&self) -> LogFailed {
        match self {
            Site::Api(_) => std::future::pending().await,
            Site::Store(keeper) => keeper.failed().await,
        }
    }

    /// Puts everything where it survives this process.
    pub(super) fn close(&self) -> Result<(), LogFailed> {
        match self {
            Site::Api(_) => Ok(()),
            Site::Store(keeper) => keeper.close(),
        }
    }
}
