//! Effects that can be seen from outside, one file each; kinds choose among them.

mod all;
mod answered_by;
mod checked;
mod complete;
mod cut_off;
mod endpoints;
mod felt;
mod gone;
mod interposed;
mod look;
mod parted;
mod prove;
mod replaced;
mod replicas;
mod resized;
mod revision;
mod running;
mod stuck;
mod unschedulable;

pub use all::All;
pub use answered_by::AnsweredBy;
pub use checked::{Checked, Where};
pub use complete::Complete;
pub use cut_off::CutOff;
pub use gone::Gone;
pub use interposed::{Feels, Interposed, Whom};
pub use parted::Parted;
pub use prove::{Effect, Prove, Proving};
pub use replaced::Replaced;
pub use replicas::Replicas;
pub use resized::{Resized, ResizedContainer};
pub use revision::RevisionServes;
pub use running::{Running, RunningContainer};
pub use stuck::{Flaw, Stuck};
pub use unschedulable::Unschedulable;
