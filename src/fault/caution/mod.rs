//! What people should know before a fault is injected, one file a subject. All give sentences for `plan`.

mod autoscalers;
mod budgets;
mod managers;
mod replicas;

pub use autoscalers::{autoscaler_rights, autoscalers};
pub use budgets::{budget_rights, budgets};
pub use managers::managers;
pub use replicas::replicas;
