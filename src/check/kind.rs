//! What every kind of check is: written, compiled, asked.

use super::context::CheckContext;
use super::found::Found;
use crate::cluster::Right;
use crate::journey::CompileContext;
use crate::source::{Located, Problem};
use std::fmt;
use std::pin::Pin;
use std::time::Duration;

/// A check that is being asked.
pub type Probing<'a> = Pin<Box<dyn Future<Output = Found> + 'a>>;

/// A kind of check as it is written.
pub trait CheckKind: Sized {
    /// Makes it ready to be asked; all that is wrong with it goes to `problems`. What comes of one with problems is not
    /// asked.
    fn compile(
        spec: &Located<Self>,
        cx: &CompileContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Option<impl Check + 'static>;
}

/// A check that can be asked, as often as one likes.
pub trait Check: fmt::Debug + Send + Sync {
    /// What it does, in a few words: its name when it has none.
    fn describe(&self) -> String;

    /// Asks once. Timeouts, retries and what a failure weighs are not its business; a probe that is dropped in the
    /// middle leaves nothing behind.
    fn probe<'a>(&'a self, cx: &'a CheckContext) -> Probing<'a>;

    /// The rights in the cluster that asking and explaining need, for the role that `rbac` prints.
    fn rights(&self, _namespace: &str) -> Vec<Right> {
        Vec::new()
    }

    /// How much longer than its limit an attempt may take to clean up after itself.
    fn cleans_up_for(&self) -> Duration {
        Duration::ZERO
    }
}
