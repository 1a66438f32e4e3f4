//! What stands around a check, whatever its kind: how long and how often it is asked, in whose place, after whom and
//! under which condition. A kind itself asks once and knows nothing of it.

mod condition;
mod depends;
mod patience;
mod places;
mod written;

pub use condition::OnlyIf;
pub use depends::resolve;
pub use patience::{Answered, Patience};
pub use places::Places;
pub use written::{Eventually, Retry};

pub(super) use written::patience;
