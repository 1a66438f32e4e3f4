//! Effects that can be seen from outside, one file each; kinds choose among them.

mod all;
mod complete;
mod gone;
mod look;
mod prove;
mod replaced;
mod replicas;
mod resized;
mod revision;
mod running;
mod stuck;
mod unschedulable;

pub use all::All;
pub use complete::Complete;
pub use gone::Gone;
pub use prove::{Effect, Prove, Proving};
pub use replaced::Replaced;
pub use replicas::Replicas;
pub use resized::{Resized, ResizedContainer};
pub use revision::RevisionServes;
pub use running::{Running, RunningContainer};
pub use stuck::{Flaw, Stuck};
pub use unschedulable::Unschedulable;
