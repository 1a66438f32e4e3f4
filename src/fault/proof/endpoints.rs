//! Who stands behind a Service, followed as it changes: the best clock for what clients will feel.

use crate::fault::FaultContext;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt as _, watcher as watch};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

/// The ready endpoints of one Service.
pub(super) struct Endpoints {
    changes: BoxStream<'static, watcher::Result<Event<EndpointSlice>>>,
    slices: Slices,
}

#[derive(Default)]
struct Slices {
    known: BTreeMap<String, EndpointSlice>,
    listed: BTreeMap<String, EndpointSlice>,
}

impl Endpoints {
    /// Those of this Service, from now on. It needs the rights to list and watch `EndpointSlices`.
    pub(super) fn of(cx: &FaultContext, service: &str) -> Endpoints {
        let config = watcher::Config::default().labels(&format!("kubernetes.io/service-name={service}"));
        let changes = watch(cx.cluster.api::<EndpointSlice>(), config).default_backoff().boxed();
        Endpoints { changes, slices: Slices::default() }
    }

    /// The names of the Pods, or the addresses of what is no Pod, that are ready: first as it is, then after each
    /// change. Errors: they cannot be watched; the next call tries again.
    pub(super) async fn next(&mut self) -> Result<BTreeSet<String>, String> {
        while let Some(change) = self.changes.next().await {
            let change = change.map_err(|error| format!("the endpoints cannot be watched: {error}"))?;
            if self.slices.take(change) {
                return Ok(self.slices.ready());
            }
        }
        // It never ends by itself.
        std::future::pending().await
    }
}

impl Slices {
    /// Whether everything is known now.
    fn take(&mut self, change: Event<EndpointSlice>) -> bool {
        let name = |slice: &EndpointSlice| slice.metadata.name.clone().unwrap_or_default();
        match change {
            Event::Init => self.listed.clear(),
            Event::InitApply(slice) => drop(self.listed.insert(name(&slice), slice)),
            Event::InitDone => {
                self.known = mem::take(&mut self.listed);
                return true;
            }
            Event::Apply(slice) => {
                self.known.insert(name(&slice), slice);
                return true;
            }
            Event::Delete(slice) => {
                self.known.remove(&name(&slice));
                return true;
            }
        }
        false
    }

    fn ready(&self) -> BTreeSet<String> {
        let endpoints = self.known.values().flat_map(|slice| slice.endpoints.iter().flatten());
        // Not to say it means ready.
        let ready =
            endpoints.filter(|one| one.conditions.as_ref().is_none_or(|now| now.ready != Some(false)));
        let name = ready.filter_map(|one| {
            let pod = one.target_ref.as_ref().and_then(|target| target.name.clone());
            pod.or_else(|| one.addresses.first().cloned())
        });
        name.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn slice(name: &str, endpoints: &[(&str, Option<bool>)]) -> EndpointSlice {
        let endpoint = |(pod, ready): &(&str, Option<bool>)| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": ready}, "targetRef": {"name": pod}});
        let endpoints: Vec<_> = endpoints.iter().map(endpoint).collect();
        let slice = json!({"metadata": {"name": name}, "addressType": "IPv4", "endpoints": endpoints});
        serde_json::from_value(slice).unwrap()
    }

    #[test]
    fn the_ready_ones_of_all_slices_count_and_a_new_list_replaces_what_was_known() {
        let mut slices = Slices::default();
        let ready = |slices: &Slices| slices.ready().into_iter().collect::<Vec<_>>().join(" ");
        for (change, complete, expected) in [
            (Event::Init, false, ""),
            (Event::InitApply(slice("a", &[("x", Some(true)), ("y", Some(false))])), false, ""),
            (Event::InitDone, true, "x"),
            (Event::Apply(slice("b", &[("z", None)])), true, "x z"),
            (Event::Delete(slice("a", &[])), true, "z"),
            (Event::Init, false, "z"),
            (Event::InitApply(slice("c", &[("w", Some(true))])), false, "z"),
            (Event::InitDone, true, "w"),
        ] {
            let what = format!("{change:?}");
            assert_eq!((slices.take(change), ready(&slices).as_str()), (complete, expected), "{what}");
        }
    }
}
