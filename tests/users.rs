//! Users (closed model): what the target sees of them, how they come and go, and what becomes of the process that
//! drives them.

#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "users/process.rs"]
mod process;
#[path = "users/sessions.rs"]
mod sessions;

use support::{Counts, Program};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

fn all_done(planned: u64) -> Counts {
    Counts { planned, done: planned, ..Counts::default() }
}
