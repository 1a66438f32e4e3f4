//! Faults beside the load: what has to hold before the first one, each one's life from its plan to its undo, and what
//! the cluster does meanwhile. All of it is told as events on the run's clock.
//!
//! ```text
//! prepare ── connect, consent, rights, plans, dry runs ── lease, journal, guard ──► Session
//! Running ── one course for each fault ── plan, journal, inject, prove, undo
//!         ── the lease, renewed        ── watches of the namespace
//! ```

mod course;
mod guard;
mod injection;
mod keeper;
mod needs;
mod notes;
mod plan;
mod preflight;
mod refused;
mod replay;
mod running;
mod session;
mod states;
mod teller;
mod vigil;
mod watching;

pub use guard::{GUARD_HOLDER, guard_rights};
pub use needs::{needs, needs_of_run};
pub use plan::FaultsPlan;
pub use preflight::{Preview, connect, preview};
pub use refused::Refused;
pub use replay::{By, Orphan, Orphans, Turn, orphans, replay};
pub(super) use running::{Running, Told};
pub use session::{Session, free, prepare};
pub use vigil::{Vigil, keep_vigil};
