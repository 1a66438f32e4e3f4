//! Where something stands in the files of a scenario, and what is wrong there.

mod located;
mod problem;
mod similar;

pub use located::{LOCATED, LOCATED_FIELDS, Located, Mark};
pub use problem::Problem;
pub use similar::similar;
