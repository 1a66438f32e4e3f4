//! Connections to a Service are spoiled by a proxy in between.

use crate::cluster::{ObjectRef, Right};
use crate::fault::interpose::{Family, proxy_pod, routes, twin_service};
use crate::fault::proof::{Feels, Interposed, Whom};
use crate::fault::reach::Place;
use crate::fault::service::Selecting;
use crate::fault::{Deed, FaultContext, FaultKind, Lasting, Plan, Planning, Refusal, rights};
use crate::units::{Bandwidth, Bytes, Ratio, Span};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The label by which a Service finds the proxy.
const PROXY: &str = "shakedown.dev/proxy";
/// How long the proxy may take to be ready; its image may have to be pulled.
const READY: Duration = Duration::from_mins(2);

/// So much longer than the fault the proxy spoils connections, if nobody stops it before.
const SLACK: Duration = Duration::from_secs(30);

/// Connections to a Service go by a proxy that delays them, makes them narrow, or breaks them. Those that are open when
/// it begins stay as they are; those through the proxy end with the fault.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "keys of a file; `check` allows one of them")]
pub struct Network {
    /// The Service's name.
    #[schemars(required)]
    pub service: String,
    /// So much is added to each round trip.
    pub latency: Option<Span>,
    /// The latency varies by up to so much, both ways.
    pub jitter: Option<Span>,
    /// The most that passes, of each connection.
    pub bandwidth: Option<Bandwidth>,
    /// Connections are reset as soon as they are made.
    pub reset: bool,
    /// Connections are reset after this time, or after so many bytes: `1s`, `64KiB`.
    pub reset_after: Option<String>,
    /// Connections are refused.
    pub refuse: bool,
    /// Connections are taken and nothing passes.
    pub blackhole: bool,
    /// The server's side is lost, and the client is not told.
    pub half_open: bool,
    /// Only so many of the connections are touched; all when it is left out.
    pub share: Option<Ratio>,
}

impl FaultKind for Network {
    fn name(&self) -> &'static str {
        "network"
    }

    fn rights(&self, namespace: &str) -> Vec<Right> {
        let mut all = rights(namespace, "", "services", &["get", "patch", "create", "delete"]);
        all.extend(rights(namespace, "", "pods", &["list", "watch", "create", "delete"]));
        all.extend(rights(namespace, "discovery.k8s.io", "endpointslices", &["list", "watch"]));
        all
    }

    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        let breaks = self.breaks();
        let spoils = self.latency.is_some() || self.bandwidth.is_some();
        let wrong = if self.service.is_empty() {
            "`network` needs the name of a Service: `service: store`"
        } else if breaks.len() > 1 {
            return Err(format!("{} exclude each other; make two faults of it", breaks.join(" and ")));
        } else if breaks.is_empty() && !spoils {
            "`network` does nothing yet; add one of latency, bandwidth, reset, reset_after, refuse, blackhole, \
             half_open"
        } else if !breaks.is_empty() && spoils && self.reset_after.is_none() {
            return Err(format!("what is broken by {} is not slow as well; drop one", breaks.join("")));
        } else if self.jitter > self.latency {
            "`jitter` is more than `latency`, and nothing arrives before it was sent; lower it"
        } else if self.refuse && self.share.is_some() {
            "a port is closed for all or for none: `refuse` takes no `share`; `reset` does"
        } else if self.share.is_some_and(|share| share.get() <= 0.0) {
            "`share` is nothing at all; write for example `share: 30%`"
        } else if self.reset_after.as_deref().is_some_and(|after| !is_amount(after)) {
            "`reset_after` is neither a time nor a size; write for example `1s` or `64KiB`"
        } else {
            return Ok(());
        };
        Err(wrong.to_owned())
    }

    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a> {
        Box::pin(async move {
            let target = Selecting::find(cx, &self.service).await?;
            let unfit = |why| Refusal::dangerous(target.object.clone(), why);
            let routes = routes(&target).map_err(unfit)?;
            let (twin, proxy) = (cx.own_name("twin"), cx.own_name("proxy"));
            let pod = proxy_pod(
                (&proxy, (PROXY, &proxy)),
                (&twin, Family::of(&target.service)),
                &routes,
                &self.arguments(cx.seed, cx.lasts),
                &cx.helpers,
            );
            let mut warnings = target.warnings();
            warnings.extend(own_node(&target));
            Ok(Plan {
                victims: vec![target.victim()],
                deeds: vec![
                    Deed::Create { manifest: twin_service(&twin, &target, &routes) },
                    Deed::Create { manifest: pod },
                    Deed::AwaitReady { pod: proxy.clone(), limit: READY },
                    Deed::Change {
                        object: target.object.clone(),
                        subresource: None,
                        fields: vec![("/spec/selector".to_owned(), Some(json!({PROXY: proxy})))],
                        lasting: Lasting::UntilUndone,
                    },
                ],
                proof: Arc::new(Interposed {
                    service: self.service.clone(),
                    pod: proxy,
                    places: Place::of_service(&target.service).await,
                    feels: self.feels(),
                    whom: self.whom(),
                }),
                warnings,
            })
        })
    }
}

impl Network {
    /// Those of its keys that break connections.
    fn breaks(&self) -> Vec<&'static str> {
        let all = [
            (self.reset, "`reset`"),
            (self.reset_after.is_some(), "`reset_after`"),
            (self.refuse, "`refuse`"),
            (self.blackhole, "`blackhole`"),
            (self.half_open, "`half_open`"),
        ];
        all.into_iter().filter(|(given, _)| *given).map(|(_, key)| key).collect()
    }

    /// It as arguments of `shakedown proxy`.
    fn arguments(&self, seed: u64, lasts: Option<Duration>) -> Vec<String> {
        let valued = [
            ("--latency", self.latency.map(|time| time.to_string())),
            ("--jitter", self.jitter.map(|time| time.to_string())),
            ("--bandwidth", self.bandwidth.map(|bandwidth| bandwidth.to_string())),
            ("--reset-after", self.reset_after.clone()),
            ("--share", self.share.map(|share| share.to_string())),
            ("--seed", Some(seed.to_string())),
            ("--for", lasts.map(|lasts| Span::new(lasts + SLACK).to_string())),
        ];
        let flags = [
            ("--reset", self.reset),
            ("--refuse", self.refuse),
            ("--blackhole", self.blackhole),
            ("--half-open", self.half_open),
        ];
        let mut all: Vec<String> =
            flags.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag.to_owned()).collect();
        for (flag, value) in valued {
            all.extend(value.into_iter().flat_map(|value| [flag.to_owned(), value]));
        }
        all
    }

    fn feels(&self) -> Feels {
        match (self.latency, self.bandwidth) {
            (Some(latency), _) => {
                let jitter = self.jitter.unwrap_or_default().get();
                Feels::Slower { delay: latency.get(), jitter }
            }
            _ if self.refuse => Feels::Refused,
            _ if self.reset => Feels::Reset,
            _ if self.blackhole || self.half_open => Feels::Silent,
            (None, Some(_)) => Feels::Nothing("a few bytes pass a narrow connection as fast as a wide one"),
            (None, None) => Feels::Nothing("its resets come later than a first answer"),
        }
    }

    fn whom(&self) -> Whom {
        if self.share.is_some_and(|share| share.get() < 1.0) { Whom::Some } else { Whom::All }
    }
}

/// Whether `reset_after` can be read.
fn is_amount(text: &str) -> bool {
    let size = text.parse::<Bytes>().is_ok_and(|size| size.get() > 0);
    size || text.parse::<Span>().is_ok_and(|time| !time.get().is_zero())
}

/// A warning for a Service that answers only on nodes that have one of its Pods: then it is the node of the proxy alone.
fn own_node(target: &Selecting) -> Option<String> {
    let object: &ObjectRef = &target.object;
    let spec = target.service.spec.as_ref()?;
    let local = |policy: &Option<String>| policy.as_deref() == Some("Local");
    let any = local(&spec.internal_traffic_policy) || local(&spec.external_traffic_policy);
    any.then(|| format!("{object} stays on its node (trafficPolicy Local): only that of the proxy answers"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn network(settings: &Value) -> Network {
        let mut all = json!({"service": "store"});
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn settings_that_do_not_fit_are_refused_in_words() {
        for (settings, words) in [
            (json!({}), "does nothing yet"),
            (json!({"service": "", "reset": true}), "needs the name of a Service"),
            (json!({"reset": true, "refuse": true}), "`reset` and `refuse` exclude each other"),
            (json!({"blackhole": true, "latency": "1s"}), "`blackhole` is not slow as well"),
            (json!({"jitter": "2s", "latency": "1s"}), "more than `latency`"),
            (json!({"refuse": true, "share": "30%"}), "takes no `share`"),
            (json!({"reset": true, "share": "0%"}), "nothing at all"),
            (json!({"reset_after": "soon"}), "neither a time nor a size"),
        ] {
            let why = network(&settings).check(None).unwrap_err();
            assert!(why.contains(words), "{settings}: {why}");
        }
        for settings in [
            json!({"latency": "100ms", "jitter": "20ms", "bandwidth": "1MiB/s", "share": "30%"}),
            json!({"reset_after": "64KiB", "latency": "1s"}),
            json!({"half_open": true}),
        ] {
            assert_eq!(network(&settings).check(None), Ok(()), "{settings}");
        }
    }

    #[test]
    fn the_proxy_is_told_what_is_asked() {
        for (settings, arguments, feels) in [
            (
                json!({"latency": "100ms", "jitter": "20ms", "share": "30%"}),
                "--latency 100ms --jitter 20ms --share 30% --seed 7",
                Feels::Slower { delay: Duration::from_millis(100), jitter: Duration::from_millis(20) },
            ),
            (json!({"refuse": true}), "--refuse --seed 7", Feels::Refused),
            (json!({"reset": true}), "--reset --seed 7", Feels::Reset),
            (json!({"half_open": true}), "--half-open --seed 7", Feels::Silent),
        ] {
            let network = network(&settings);
            assert_eq!(network.arguments(7, None).join(" "), arguments);
            assert_eq!(network.feels(), feels);
        }
        let narrow = network(&json!({"bandwidth": "1MiB/s"}));
        assert_eq!(
            narrow.arguments(7, Some(Duration::from_mins(1))).join(" "),
            "--bandwidth 1MiB/s --seed 7 --for 1m30s"
        );
        assert!(matches!(narrow.feels(), Feels::Nothing(_)));
    }
}
