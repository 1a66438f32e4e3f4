//! What shows from outside that a fault acts.

use crate::fault::FaultContext;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What came of waiting for an effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It was seen; what.
    Proven(String),
    /// It was not seen in time; what was seen instead, and what that may mean.
    Unproven(String),
}

/// A future of a proof.
pub type Proving<'a> = Pin<Box<dyn Future<Output = Effect> + Send + 'a>>;

/// Something that can be seen from outside once a fault acts.
pub trait Prove: Debug + Send + Sync {
    /// What is waited for, for `plan`: "the Pods are gone and as many others are ready".
    fn what(&self) -> String;

    /// Waits until it is seen, at most for `within`. It begins when the injection is acknowledged.
    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a>;
}
