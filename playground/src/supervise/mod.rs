//! The process between the playground and a program of a container: it makes sure that no program outlives the
//! playground, and writes what a container prints into its log.
//!
//! The embedding binary is started anew as `program args… -- MODE … COMMAND…`; its `main` hands over to
//! [`supervise`]. Standard input is a socket to the playground: the supervisor writes the process id of the
//! program on it, then reads orders: the single bytes [`TERMINATE`], [`INTERRUPT`] and [`KILL`], and [`limit`].
//! The end of the socket, which the kernel brings about however the playground dies, means kill. Should the
//! supervisor itself be killed, the program's first process dies with it (`PR_SET_PDEATHSIG`, set in a step of its
//! own before the program takes over).
//!
//! The same binary plays two more parts inside containers: `-- as UID GID COMMAND…` gives up the rights of root,
//! and `-- entrypoint …` does what the entrypoints of some images do ([`crate::entrypoint`]).

mod become_program;
mod handover;
mod lines;
mod log_file;
mod orders;
mod pump;
mod run;

pub(crate) use handover::hand_over;
pub(crate) use log_file::rotated;
pub(crate) use orders::{AS, INTERRUPT, KILL, Mode, TERMINATE, limit};
pub use run::supervise;
