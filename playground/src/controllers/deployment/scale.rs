//! Following a changed number of replicas, also in the middle of an update.

use crate::controllers::deployment::Deployments;
use crate::controllers::deployment::family::Family;
use crate::controllers::deployment::revision::former_most;
use crate::controllers::deployment::rolling::Bounds;
use crate::controllers::desk::number;
use crate::status::ApiError;
use serde_json::Value;
use std::cmp::Reverse;
use std::sync::Arc;

impl Deployments {
    /// Brings the sets to the Deployment's new size: a single active one takes all of it; in the middle of a rolling
    /// update each gets its share, the largest also what is left over by rounding.
    pub(super) fn scale(&self, family: &Family) -> Result<(), ApiError> {
        let (deployment, bounds) = (&family.deployment, Bounds::of(&family.deployment));
        let mut active: Vec<&Arc<Value>> =
            family.all().filter(|set| number(set, "/spec/replicas") > 0).collect();
        if active.len() <= 1 {
            if let Some(set) = active.first().copied().or(family.new.as_ref()) {
                self.resize(deployment, set, bounds.wanted)?;
            }
            return Ok(());
        }
        let size = |set: &Value| number(set, "/spec/replicas");
        let target = if bounds.wanted > 0 { bounds.at_most() } else { 0 };
        let mut rest = target - family.sum("/spec/replicas");
        active.sort_by_key(|set| Reverse(size(set)));
        let mut sizes: Vec<i64> = Vec::new();
        for set in &active {
            let former = former_most(set).filter(|most| *most > 0).unwrap_or(bounds.at_most());
            // Rounded to the nearest, as the real controller does.
            let share = (2 * size(set) * target + former).div_euclid(2 * former) - size(set);
            let share = if rest > 0 { share.clamp(0, rest) } else { share.clamp(rest, 0) };
            rest -= share;
            sizes.push(size(set) + share);
        }
        if let Some(largest) = sizes.first_mut() {
            *largest = (*largest + rest).max(0);
        }
        for (set, size) in active.into_iter().zip(sizes) {
            self.resize(deployment, set, size)?;
        }
        Ok(())
    }
}
