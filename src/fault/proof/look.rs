//! Watching objects until they show something.

use super::Effect;
use crate::cluster::is_denied;
use futures_util::StreamExt as _;
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt as _, reflector, watcher as watch};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// What a look at objects shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// The effect.
    Seen(String),
    /// Not yet; what is there instead.
    NotYet(String),
    /// It will not come any more; why.
    Never(String),
}

/// Judges all objects, whenever one of them changes, until the effect is seen.
pub(super) async fn look_for<K>(
    objects: Api<K>,
    which: watcher::Config,
    within: Duration,
    mut judge: impl FnMut(&[Arc<K>]) -> Look,
) -> Effect
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static,
{
    let resource = K::plural(&());
    let (reader, writer) = reflector::store();
    let mut changes = pin!(reflector::reflector(writer, watch(objects, which)).default_backoff());
    let mut missing = format!("the {resource} could not be read");
    let search = async {
        while let Some(change) = changes.next().await {
            match change {
                // Until the list is complete nothing can be said.
                Ok(Event::Init | Event::InitApply(_)) => continue,
                Ok(_) => {}
                Err(error) if is_denied(&error) => {
                    let hint = "`shakedown rbac` prints the role that is needed";
                    return Effect::Unproven(format!("the {resource} may not be watched: {error}; {hint}"));
                }
                Err(error) => {
                    missing = format!("the {resource} could not be watched: {error}");
                    continue;
                }
            }
            match judge(&reader.state()) {
                Look::Seen(what) => return Effect::Proven(what),
                Look::Never(why) => return Effect::Unproven(why),
                Look::NotYet(what) => missing = what,
            }
        }
        Effect::Unproven("the watch has ended".to_owned())
    };
    match tokio::time::timeout(within, search).await {
        Ok(effect) => effect,
        Err(_) => Effect::Unproven(format!("within {} s {missing}", within.as_secs_f64())),
    }
}

/// Objects of tests, from their JSON.
#[cfg(test)]
pub(super) fn objects<K: DeserializeOwned>(list: serde_json::Value) -> Vec<Arc<K>> {
    serde_json::from_value::<Vec<K>>(list).unwrap().into_iter().map(Arc::new).collect()
}
