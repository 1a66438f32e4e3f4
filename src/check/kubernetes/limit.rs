//! One attempt, in the time that it has.

use super::reach::Kubectl;
use crate::check::{CheckContext, Found};
use crate::units::Span;
use std::time::Instant;
use tokio::time::timeout;

/// Asks the cluster, and says so where it takes longer than the check may.
pub async fn in_time(cx: &CheckContext, ask: impl Future<Output = Result<Found, Found>>) -> Found {
    let begun = Instant::now();
    let found = match timeout(cx.limit, ask).await {
        Ok(asked) => asked.unwrap_or_else(|found| found),
        Err(_) => unanswered(cx).await,
    };
    found.phase("cluster", begun.elapsed())
}

/// What it means that the cluster took longer than the check may.
pub async fn unanswered(cx: &CheckContext) -> Found {
    let limit = Span::new(cx.limit);
    match cx.cluster.reach().await {
        Ok(cluster) => Found::unreachable(format!(
            "no answer from the API server {} within {limit}; look whether it is overloaded, or cut off",
            cluster.server()
        ))
        .reproduce(Kubectl::of(cluster).with("get --raw /readyz")),
        Err(why) => Found::unreachable(why),
    }
}
