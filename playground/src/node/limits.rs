//! What a container may use at most: told to those who see to it, when it starts and whenever it changes
//! (`pods/resize`).

use crate::node::board::Slot;
use crate::node::meter::Metered;
use crate::node::process::Orders;
use crate::quantity::{thousandths, units};
use crate::supervise;
use serde_json::Value;
use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use tokio::sync::watch;

/// Holds a running container to the limits in its Pod's spec, for as long as it is polled.
pub(super) async fn enforce(
    mut pod: watch::Receiver<Arc<Value>>,
    name: &str,
    slot: &Slot,
    orders: Orders,
    metered: Option<&Metered>,
) -> Infallible {
    let mut told = 0;
    loop {
        let resources = resources(&pod.borrow_and_update(), name);
        let millicores = thousandths(&resources["limits"]["cpu"]).unwrap_or(0);
        let millicores = u32::try_from(millicores).unwrap_or(u32::MAX);
        if millicores != told {
            orders.send(&supervise::limit(millicores)).await;
            told = millicores;
        }
        if let Some(metered) = metered {
            metered.limit_memory(units(&resources["limits"]["memory"]).filter(|bytes| *bytes > 0));
        }
        slot.change(|report| report.resources = resources);
        if pod.changed().await.is_err() {
            return pending().await;
        }
    }
}

/// The `resources` of a container, by its name.
fn resources(pod: &Value, name: &str) -> Value {
    let lists = ["containers", "initContainers"].into_iter();
    let mut all = lists.flat_map(|list| pod["spec"][list].as_array().into_iter().flatten());
    all.find(|container| container["name"] == name)
        .map_or(Value::Null, |container| container["resources"].clone())
}
