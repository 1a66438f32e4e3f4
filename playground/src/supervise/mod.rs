//! The process between the playground and a program of a container: it makes sure that no program outlives the
//! playground, and writes what a container prints into its log.
//!
//! The embedding binary is started anew as `program args… -- MODE … COMMAND…`; its `main` hands over to
//! [`supervise`]. Standard input is a socket to the playground: the supervisor writes the process id of the
//! program on it, then reads orders: the single bytes [`TERMINATE`] and [`KILL`], and [`limit`]. The end of the
//! socket, which the kernel brings about however the playground dies, means kill. Should the supervisor itself be killed, the program's
//! first process dies with it (`PR_SET_PDEATHSIG`, set in a step of its own before the program takes over).

mod handover;
mod lines;
mod log_file;
mod orders;
mod pump;
mod run;

pub(crate) use handover::hand_over;
pub(crate) use log_file::rotated;
pub(crate) use orders::{KILL, Mode, TERMINATE, limit};
pub use run::supervise;
