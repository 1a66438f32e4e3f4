//! One round for a Job.

use crate::cluster::Part;
use crate::controllers::condition;
use crate::controllers::desk::{Desk, number};
use crate::controllers::event::{Tone, Word};
use crate::controllers::job::indexes;
use crate::controllers::job::pods::{TRACKING, has_failed, index_of, is_indexed, is_uncounted, new_pod};
use crate::controllers::job::verdict::{REACHED, TOO_LATE, TOO_MANY_FAILURES, Verdict, is_over, says};
use crate::controllers::pods;
use crate::controllers::work::{Controller, Next};
use crate::object;
use crate::resource::Kind;
use crate::status::ApiError;
use crate::store::{Change, ObjectKey};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const WHO: &str = "job-controller";
/// After a failure, the next Pod comes after this pause; each further failure doubles it (as on a real cluster).
const PAUSE: Duration = Duration::from_secs(10);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// The controller of Jobs.
pub(in crate::controllers) struct Jobs(pub(in crate::controllers) Desk);

impl Controller for Jobs {
    type Key = ObjectKey;

    fn kinds(&self) -> Vec<&'static Kind> {
        vec![self.0.jobs, self.0.pods]
    }

    fn wake(&self, kind: &'static Kind, change: &Change) -> Vec<ObjectKey> {
        if kind.id == self.0.pods.id { self.0.owners(self.0.jobs, change) } else { vec![change.key.clone()] }
    }

    fn reconcile(&self, key: &ObjectKey) -> Result<Next, ApiError> {
        let Some(job) = self.0.get(self.0.jobs, key) else {
            return self.release_all(key).map(|()| Next::Rest);
        };
        let own = self.0.claim((self.0.jobs, &job), self.0.pods)?;
        let mut status = self.count(&job, &own)?;
        if object::is_terminating(&job) {
            return Ok(Next::Rest);
        }
        if is_over(&job) {
            return self.expire(&job);
        }
        let active: Vec<_> = own.iter().filter(|pod| pods::is_active(pod)).collect();
        let verdict = Verdict::of(&status).or_else(|| verdict(&job, &status, &own));
        let (kept, next) = match verdict {
            Some(verdict) => {
                self.end(&job, &mut status, verdict, &own)?;
                (0, Next::Rest)
            }
            None => self.run(&job, &mut status, &active, &own)?,
        };
        set_counts(&mut status, kept, &own, &active);
        self.0.set_status(self.0.jobs, &job, status)?;
        Ok(next)
    }
}

impl Jobs {
    /// Adds Pods that ended since the last round to the status, and lets them go.
    fn count(&self, job: &Value, own: &[Arc<Value>]) -> Result<Value, ApiError> {
        let mut status = job["status"].clone();
        let mut done = indexes::parse(object::text(&status, "/completedIndexes"));
        let mut moved = false;
        for pod in own.iter().filter(|pod| is_uncounted(pod)) {
            let succeeded = object::text(pod, "/status/phase") == "Succeeded";
            if !succeeded && !has_failed(pod) {
                continue;
            }
            self.release(pod)?;
            moved = true;
            if succeeded {
                match index_of(pod).filter(|_| is_indexed(job)) {
                    Some(index) => _ = done.insert(index),
                    None => status["succeeded"] = json!(number(&status, "/succeeded") + 1),
                }
            } else {
                status["failed"] = json!(number(&status, "/failed") + 1);
            }
        }
        if is_indexed(job) && !done.is_empty() {
            status["succeeded"] = json!(done.len());
            status["completedIndexes"] = json!(indexes::write(&done));
        }
        if moved {
            // Stored at once: a failure later in this round must not lose what was counted.
            self.0.set_status(self.0.jobs, job, with_start(status.clone()))?;
        }
        Ok(status)
    }

    fn release(&self, pod: &Value) -> Result<(), ApiError> {
        self.0.change(self.0.pods, pod, Part::Whole, |pod| {
            if let Some(list) = pod.pointer_mut("/metadata/finalizers").and_then(Value::as_array_mut) {
                list.retain(|one| one != TRACKING);
            }
        })
    }

    /// The Job is gone: nothing counts its Pods any more.
    fn release_all(&self, key: &ObjectKey) -> Result<(), ApiError> {
        for pod in self.0.list(self.0.pods, &key.namespace) {
            let own = object::controller(&pod)
                .is_some_and(|owner| owner["kind"] == "Job" && owner["name"] == key.name.as_str());
            if own && is_uncounted(&pod) {
                self.release(&pod)?;
            }
        }
        Ok(())
    }

    /// Makes as many Pods as are missing. Returns how many are active then.
    fn run(
        &self,
        job: &Value,
        status: &mut Value,
        active: &[&Arc<Value>],
        own: &[Arc<Value>],
    ) -> Result<(usize, Next), ApiError> {
        if job["spec"]["suspend"] == true {
            for pod in active {
                self.remove(job, pod)?;
            }
            if !condition::holds(status, "Suspended") {
                condition::push(status, says("Suspended", "True", "JobSuspended", "Job suspended"));
                self.tell(job, Tone::Normal, "Suspended", "Job suspended");
            }
            if let Some(map) = status.as_object_mut() {
                map.shift_remove("startTime");
            }
            return Ok((0, Next::Rest));
        }
        if condition::holds(status, "Suspended") {
            condition::push(status, says("Suspended", "False", "JobResumed", "Job resumed"));
            self.tell(job, Tone::Normal, "Resumed", "Job resumed");
        }
        *status = with_start(status.take());
        let parallelism = number(job, "/spec/parallelism");
        let completions = job["spec"]["completions"].as_i64();
        let succeeded = number(status, "/succeeded");
        let open = match completions {
            Some(completions) => parallelism.min(completions - succeeded),
            // A work queue: once one has succeeded, no more come.
            None if succeeded > 0 => 0,
            None => parallelism,
        };
        let open = usize::try_from(open).unwrap_or(0);
        let mut surplus: Vec<_> = active.iter().collect();
        pods::least_needed_first(&mut surplus);
        let too_many =
            if completions.is_none() && succeeded > 0 { 0 } else { active.len().saturating_sub(open) };
        for pod in surplus.into_iter().take(too_many) {
            self.remove(job, pod)?;
        }
        let missing = open.saturating_sub(active.len());
        let deadline = time_left(job, status);
        let next: Next = deadline.into();
        if missing == 0 {
            return Ok((active.len() - too_many, next));
        }
        if let Some(pause) = pause(own) {
            return Ok((active.len(), next.or(Next::After(pause))));
        }
        let free = free_indexes(job, status, active);
        for place in 0..missing {
            let index = if is_indexed(job) { free.get(place).copied() } else { None };
            if is_indexed(job) && index.is_none() {
                break;
            }
            let pod = new_pod(self.0.jobs, job, index);
            let pod = self.0.create(self.0.pods, object::namespace(job), pod)?;
            let message = format!("Created pod: {}", object::name(&pod));
            self.tell(job, Tone::Normal, "SuccessfulCreate", &message);
        }
        Ok((active.len() + missing, next))
    }

    /// The Job is decided: what still runs goes, and when nothing is left, the Job is over.
    fn end(
        &self,
        job: &Value,
        status: &mut Value,
        verdict: Verdict,
        own: &[Arc<Value>],
    ) -> Result<(), ApiError> {
        if condition::holds(&job["status"], verdict.early()) {
            let left = own.iter().any(|pod| !pods::has_ended(pod));
            if !left {
                condition::push(status, verdict.condition(verdict.last()));
                if verdict.success {
                    status["completionTime"] = json!(object::now());
                    self.tell(job, Tone::Normal, "Completed", "Job completed");
                } else {
                    self.tell(job, Tone::Warning, verdict.reason, verdict.message);
                }
                return Ok(());
            }
        } else {
            condition::push(status, verdict.condition(verdict.early()));
        }
        for pod in own.iter().filter(|pod| pods::is_active(pod)) {
            self.remove(job, pod)?;
        }
        Ok(())
    }

    fn remove(&self, job: &Value, pod: &Value) -> Result<(), ApiError> {
        self.0.delete(self.0.pods, pod)?;
        let message = format!("Deleted pod: {}", object::name(pod));
        self.tell(job, Tone::Normal, "SuccessfulDelete", &message);
        Ok(())
    }

    /// A Job that is over goes after its `ttlSecondsAfterFinished`.
    fn expire(&self, job: &Value) -> Result<Next, ApiError> {
        let Some(ttl) = job["spec"]["ttlSecondsAfterFinished"].as_i64() else { return Ok(Next::Rest) };
        let mut kinds = ["Complete", "Failed"].into_iter();
        let over = kinds.find_map(|kind| condition::find(&job["status"], kind));
        let Some(rest) = over.and_then(|over| left(object::text(over, "/lastTransitionTime"), ttl)) else {
            return Ok(Next::Rest);
        };
        if rest.is_zero() {
            return self.0.delete(self.0.jobs, job).map(|()| Next::Rest);
        }
        Ok(Next::After(rest))
    }

    fn tell(&self, job: &Value, tone: Tone, reason: &'static str, message: &str) {
        self.0.tell(self.0.jobs, job, Word(WHO, tone, reason), message);
    }
}

/// How long it is from now until `seconds` after `since`; zero when that is past.
fn left(since: &str, seconds: i64) -> Option<Duration> {
    let since: Timestamp = since.parse().ok()?;
    let rest = SignedDuration::from_secs(seconds) - Timestamp::now().duration_since(since);
    Some(if rest.is_positive() { rest.unsigned_abs() } else { Duration::ZERO })
}

fn time_left(job: &Value, status: &Value) -> Option<Duration> {
    left(object::text(status, "/startTime"), job["spec"]["activeDeadlineSeconds"].as_i64()?)
}

fn verdict(job: &Value, status: &Value, own: &[Arc<Value>]) -> Option<Verdict> {
    let (succeeded, failed) = (number(status, "/succeeded"), number(status, "/failed"));
    let restarts: i64 = own.iter().filter(|pod| pods::is_active(pod)).map(|pod| pods::restarts(pod)).sum();
    let again = job["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure";
    let limit = number(job, "/spec/backoffLimit");
    let none_active = !own.iter().any(|pod| pods::is_active(pod));
    match job["spec"]["completions"].as_i64() {
        _ if failed > limit || (again && restarts > 0 && restarts >= limit) => Some(TOO_MANY_FAILURES),
        _ if time_left(job, status).is_some_and(|rest| rest.is_zero()) => Some(TOO_LATE),
        Some(completions) if succeeded >= completions => Some(REACHED),
        None if succeeded > 0 && none_active => Some(REACHED),
        _ => None,
    }
}

/// How long a new Pod has to wait because of those that failed since the last success.
fn pause(own: &[Arc<Value>]) -> Option<Duration> {
    let ended = own.iter().filter(|pod| has_failed(pod));
    let times: Vec<Timestamp> = ended.filter_map(|pod| pods::ready_changed(pod)).collect();
    let (last, failures) = (times.iter().max()?, u32::try_from(times.len()).unwrap_or(u32::MAX));
    let pause = PAUSE.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST_PAUSE);
    let rest = pause.checked_sub(Timestamp::now().duration_since(*last).unsigned_abs())?;
    (!rest.is_zero()).then_some(rest)
}

/// The indexes, lowest first, that are neither done nor being worked on.
fn free_indexes(job: &Value, status: &Value, active: &[&Arc<Value>]) -> Vec<i64> {
    let mut taken: BTreeSet<i64> = indexes::parse(object::text(status, "/completedIndexes"));
    taken.extend(active.iter().filter_map(|pod| index_of(pod)));
    (0..number(job, "/spec/completions")).filter(|index| !taken.contains(index)).collect()
}

fn with_start(mut status: Value) -> Value {
    if object::text(&status, "/startTime").is_empty() {
        status["startTime"] = json!(object::now());
    }
    status
}

fn set_counts(status: &mut Value, kept: usize, own: &[Arc<Value>], active: &[&Arc<Value>]) {
    let map = object::map_mut(status);
    if kept > 0 {
        map.insert("active".to_owned(), json!(kept));
    } else {
        map.shift_remove("active");
    }
    map.insert("terminating".to_owned(), json!(own.iter().filter(|pod| pods::is_leaving(pod)).count()));
    map.insert("uncountedTerminatedPods".to_owned(), json!({}));
    map.insert("ready".to_owned(), json!(active.iter().filter(|pod| pods::is_ready(pod)).count()));
}
