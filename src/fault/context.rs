//! What a fault may use.

use crate::cluster::{Cluster, RunId};
use std::time::Duration;

/// How the Pods that shakedown itself puts into the cluster are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helpers {
    /// The image of this program.
    pub image: String,
    /// When it is pulled: `Always`, `IfNotPresent` or `Never`.
    pub pull_policy: String,
}

impl Helpers {
    /// The user that they run as, which is that of the image; it is named so that an image without one runs too.
    pub const USER: u32 = 10_001;
}

impl Default for Helpers {
    fn default() -> Helpers {
        Helpers { image: "shakedown".to_owned(), pull_policy: "IfNotPresent".to_owned() }
    }
}

/// What a fault may use.
#[derive(Debug, Clone)]
pub struct FaultContext {
    /// The cluster, and the one namespace that may be touched.
    pub cluster: Cluster,
    /// The run, whose label everything gets that it makes.
    pub run: RunId,
    /// The fault's name in the scenario.
    pub fault: String,
    /// How long the fault lasts; what runs inside of a Pod ends itself after that.
    pub lasts: Option<Duration>,
    /// The run's own Pods.
    pub helpers: Helpers,
    /// The seed of everything random in this fault.
    pub seed: u64,
}

impl FaultContext {
    /// The name of an object that this fault makes: `shakedown-RUN-FAULT-part`, cut to what Kubernetes takes.
    pub fn own_name(&self, part: &str) -> String {
        let plain =
            |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
        let fault: String = self.fault.chars().map(plain).take(24).collect();
        let name = format!("shakedown-{}-{}-{part}", self.run, fault.trim_matches('-'));
        name.chars().take(63).collect::<String>().trim_end_matches('-').to_owned()
    }
}
