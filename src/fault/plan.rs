//! What a fault would do.

use super::{Deed, FaultContext, Prove, Refusal, Victim};
use crate::cluster::Right;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A future of a kind.
pub type Planning<'a> = Pin<Box<dyn Future<Output = Result<Plan, Refusal>> + Send + 'a>>;

/// What a fault would do now.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Who is hit; never empty.
    pub victims: Vec<Victim>,
    /// What is done, in this order.
    pub deeds: Vec<Deed>,
    /// What shows from outside that it acted.
    pub proof: Arc<dyn Prove>,
    /// What people should know before: an operator that will revert it, a budget that will refuse it.
    pub warnings: Vec<String>,
}

/// A kind of fault, with its settings.
pub trait FaultKind: Debug + Send + Sync {
    /// Its key in the scenario.
    fn name(&self) -> &'static str;

    /// The rights that planning, doing, proving and taking back need, for the role that `rbac` prints.
    fn rights(&self, namespace: &str) -> Vec<Right>;

    /// Whether the settings fit each other and how long the fault lasts (`for`, if it is given); otherwise what is
    /// wrong and the next move, for the scenario's author.
    fn check(&self, _lasts: Option<Duration>) -> Result<(), String> {
        Ok(())
    }

    /// Looks at the cluster and says what would be done; changes nothing. It is asked again for each injection, so
    /// that replaced Pods are followed.
    fn plan<'a>(&'a self, cx: &'a FaultContext) -> Planning<'a>;
}

/// A fault of a scenario.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Its name, by which gates know it.
    pub name: String,
    /// When it is injected, from the start of the load.
    pub at: Duration,
    /// How long it lasts, from its injection; `None` for what is over at once, as a deleted Pod is.
    pub lasts: Option<Duration>,
    /// After how long it is injected again, as long as it lasts.
    pub every: Option<Duration>,
    /// How long its effect may take to be seen.
    pub within: Duration,
    /// What it is.
    pub kind: Arc<dyn FaultKind>,
}
