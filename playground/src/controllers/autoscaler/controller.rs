//! The controller of autoscalers.

use crate::cluster::{Part, apply_scale, scale_of};
use crate::controllers::autoscaler::metric::Metric;
use crate::controllers::autoscaler::pace::{History, Paced, Rules};
use crate::controllers::autoscaler::verdict::Verdict;
use crate::controllers::desk::Desk;
use crate::controllers::event::{Tone, Word};
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::{Kind, Subresource, by_kind};
use crate::selector::LabelSelector;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const WHO: &str = "horizontal-pod-autoscaler";
/// A real cluster looks every 15 s, because its metrics are that old; here they are a second old, and who tries
/// something out or tests it does not wait.
const PERIOD: Duration = Duration::from_secs(2);

/// Scales workloads by what their Pods use.
pub(in crate::controllers) struct Autoscalers {
    desk: Desk,
    histories: Mutex<HashMap<ObjectKey, History>>,
}

impl Autoscalers {
    pub(in crate::controllers) fn new(desk: Desk) -> Autoscalers {
        Autoscalers { desk, histories: Mutex::default() }
    }
}

impl Controller for Autoscalers {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.desk.autoscalers]
    }

    fn wake(&self, _: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        // Its own status is no news.
        let same = change.previous.as_ref().is_some_and(|before| before["spec"] == change.object["spec"]);
        if same { Vec::new() } else { vec![change.key.clone()] }
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(autoscaler) = self.desk.get(self.desk.autoscalers, key) else {
            self.histories.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
            return Ok(Next::Rest);
        };
        let mut verdict = Verdict::new(&autoscaler);
        let done = match target(&self.desk, &autoscaler) {
            Ok(target) => self.scale(&autoscaler, &target, &mut verdict),
            Err(why) => {
                let message =
                    format!("the HPA controller was unable to get the target's current scale: {why}");
                verdict.condition("AbleToScale", false, "FailedGetScale", &message);
                self.tell(&autoscaler, Tone::Warning, "FailedGetScale", &why);
                Ok(())
            }
        };
        self.desk.set_status(self.desk.autoscalers, &autoscaler, verdict.finish())?;
        done.map(|()| Next::After(PERIOD))
    }
}

/// What is scaled.
struct Target {
    kind: &'static Kind,
    workload: Arc<Value>,
    wished: u64,
}

fn target(desk: &Desk, autoscaler: &Value) -> Result<Target, String> {
    let reference = &autoscaler["spec"]["scaleTargetRef"];
    let text = |key: &str| reference[key].as_str().unwrap_or_default();
    let kind = by_kind(text("apiVersion"), text("kind")).filter(|kind| kind.has(Subresource::Scale));
    let kind = kind.ok_or_else(|| {
        format!("no matches for kind \"{}\" in group \"{}\"", text("kind"), text("apiVersion"))
    })?;
    let workload = desk.cluster.get(kind, object::namespace(autoscaler), text("name"));
    let workload = workload.map_err(|error| error.message)?;
    let wished = scale_of(&workload)["spec"]["replicas"].as_u64().unwrap_or(0);
    Ok(Target { kind, workload, wished })
}

impl Autoscalers {
    fn tell(&self, autoscaler: &Value, tone: Tone, reason: &'static str, message: &str) {
        self.desk.tell(self.desk.autoscalers, autoscaler, Word(WHO, tone, reason), message);
    }

    /// One round with a target that is there.
    fn scale(&self, autoscaler: &Value, target: &Target, verdict: &mut Verdict) -> Result<(), ApiError> {
        let able = "the HPA controller was able to get the target's current scale";
        verdict.condition("AbleToScale", true, "SucceededGetScale", able);
        let current = target.wished;
        let rules = Rules::of(autoscaler);
        verdict.set("currentReplicas", scale_of(&target.workload)["status"]["replicas"].clone());
        let (wanted, why) = if current == 0 {
            let off = "scaling is disabled since the replica count of the target is zero";
            verdict.condition("ScalingActive", false, "ScalingDisabled", off);
            (0, String::new())
        } else if current > rules.most {
            (rules.most, "Current number of replicas above Spec.MaxReplicas".to_owned())
        } else if current < rules.least {
            (rules.least, "Current number of replicas below Spec.MinReplicas".to_owned())
        } else if let Some(wish) = self.wish(autoscaler, target, verdict) {
            let paced = self.paced(autoscaler, &rules, current, wish.replicas);
            verdict.condition("AbleToScale", true, paced.able.0, paced.able.1);
            let (reason, message) = paced
                .limited
                .unwrap_or(("DesiredWithinRange", "the desired count is within the acceptable range"));
            verdict.condition("ScalingLimited", paced.limited.is_some(), reason, message);
            let above = paced.replicas > current;
            (
                paced.replicas,
                if above {
                    format!("{} above target", wish.metric)
                } else {
                    "All metrics below target".to_owned()
                },
            )
        } else {
            (current, String::new())
        };
        verdict.set("desiredReplicas", json!(wanted));
        if wanted == current {
            return Ok(());
        }
        self.rescale(autoscaler, target, wanted, verdict)?;
        self.tell(
            autoscaler,
            Tone::Normal,
            "SuccessfulRescale",
            &format!("New size: {wanted}; reason: {why}"),
        );
        Ok(())
    }

    fn paced(&self, autoscaler: &Value, rules: &Rules, current: u64, wish: u64) -> Paced {
        let mut histories = self.histories.lock().unwrap_or_else(PoisonError::into_inner);
        let history = histories.entry(crate::controllers::desk::key_of(autoscaler)).or_default();
        let now = Instant::now();
        let paced = rules.pace(now, history, current, wish);
        if paced.replicas != current {
            history.scaled(now, current, paced.replicas);
        }
        paced
    }

    fn rescale(
        &self,
        autoscaler: &Value,
        target: &Target,
        wanted: u64,
        verdict: &mut Verdict,
    ) -> Result<(), ApiError> {
        let mut result = Ok(());
        let changed = self.desk.change(target.kind, &target.workload, Part::Whole, |present| {
            result = apply_scale(present, &json!({"spec": {"replicas": wanted}}));
        });
        match changed.and(result) {
            Ok(()) => {
                let message = format!("the HPA controller was able to update the target scale to {wanted}");
                verdict.condition("AbleToScale", true, "SucceededRescale", &message);
                verdict.set("lastScaleTime", json!(object::now()));
                Ok(())
            }
            Err(error) => {
                let message =
                    format!("the HPA controller was unable to update the target scale: {}", error.message);
                verdict.condition("AbleToScale", false, "FailedUpdateScale", &message);
                self.tell(autoscaler, Tone::Warning, "FailedRescale", &error.message);
                Err(error)
            }
        }
    }

    /// The most that any metric asks for; `None` when they cannot be computed, or not safely: with a metric missing
    /// it never shrinks.
    fn wish(&self, autoscaler: &Value, target: &Target, verdict: &mut Verdict) -> Option<Wish> {
        let selector = LabelSelector::from_object(&target.workload["spec"]["selector"]);
        let mut pods = self.desk.list(self.desk.pods, object::namespace(autoscaler));
        pods.retain(|pod| selector.matches(pod));
        let usage = self.desk.cluster.measurements().all();
        let (mut shown, mut best, mut failures) = (Vec::new(), None::<Wish>, Vec::new());
        let specs = autoscaler["spec"]["metrics"].as_array().map(Vec::as_slice).unwrap_or_default();
        for spec in specs {
            let counted =
                Metric::of(spec).map_err(|why| ("InvalidMetricSourceType", why)).and_then(|metric| {
                    let count = metric.count(target.wished, &pods, &usage);
                    count.map(|count| (metric, count)).map_err(|why| ("FailedGetResourceMetric", why))
                });
            match counted {
                Ok((metric, count)) => {
                    shown.push(metric.shown(&count));
                    if best.as_ref().is_none_or(|best| count.replicas > best.replicas) {
                        best = Some(Wish { replicas: count.replicas, metric: metric.described() });
                    }
                }
                Err((reason, why)) => {
                    self.tell(autoscaler, Tone::Warning, reason, &why);
                    failures.push((reason, why));
                }
            }
        }
        verdict.set("currentMetrics", if shown.is_empty() { Value::Null } else { Value::Array(shown) });
        let safe = best.filter(|best| failures.is_empty() || best.replicas >= target.wished);
        match (&safe, failures.first()) {
            (Some(wish), _) => {
                let from = &wish.metric;
                let message =
                    format!("the HPA was able to successfully calculate a replica count from {from}");
                verdict.condition("ScalingActive", true, "ValidMetricFound", &message);
            }
            (None, Some((reason, why))) => {
                let message = format!("the HPA was unable to compute the replica count: {why}");
                verdict.condition("ScalingActive", false, reason, &message);
                let (bad, all) = (failures.len(), specs.len());
                let message = format!("invalid metrics ({bad} invalid out of {all}), first error is: {why}");
                self.tell(autoscaler, Tone::Warning, "FailedComputeMetricsReplicas", &message);
            }
            (None, None) => {}
        }
        safe
    }
}

/// What the metrics ask for, and which of them does.
struct Wish {
    replicas: u64,
    metric: String,
}
