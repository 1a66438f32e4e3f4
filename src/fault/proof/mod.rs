//! Effects that can be seen from outside, one file each; kinds choose among them.

mod answered_by;
mod checked;
mod cut_off;
mod endpoints;
mod felt;
mod interposed;
mod parted;
mod prove;
mod replaced;

pub use answered_by::AnsweredBy;
pub use checked::{Checked, Where};
pub use cut_off::CutOff;
pub use interposed::{Feels, Interposed, Whom};
pub use parted::Parted;
pub use prove::{Effect, Prove, Proving};
pub use replaced::Replaced;
