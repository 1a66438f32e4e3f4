//! What becomes of an order, as server-sent events. The shop keeps no parcels: everybody who follows an order sees it being
//! packed from the beginning.

use crate::shop::orders::Order;
use crate::shop::reply::{Reply, events};
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

/// The events of every order, in their order.
const STATES: [&str; 3] = ["taken", "packed", "shipped"];
/// From one to the next.
const STEP: Duration = Duration::from_millis(50);

/// Answers with the events of an order; the last one ends the stream.
pub(super) fn follow(order: Order) -> Reply {
    events(stream::iter(STATES.into_iter().enumerate()).then(move |(place, state)| {
        let data = json!({ "order": order.id, "sku": order.sku, "state": state });
        async move {
            if place > 0 {
                sleep(STEP).await;
            }
            format!("event: {state}\ndata: {data}\n\n")
        }
    }))
}
