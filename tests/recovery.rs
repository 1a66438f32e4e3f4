//! What a run says of recovery, held against servers of which the truth is known: hand-made ones in
//! `tests/histories/recovery/`, random ones, and a real one that is stopped and let go on.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "recovery/books.rs"]
mod books;
#[path = "recovery/histories.rs"]
mod histories;
#[path = "recovery/properties.rs"]
mod properties;
#[expect(dead_code, reason = "shared with stories that need more of it")]
#[path = "fault_runs/stage.rs"]
mod stage;
#[path = "recovery/stall.rs"]
mod stall;
#[path = "recovery/stopped.rs"]
mod stopped;
#[path = "recovery/world.rs"]
mod world;
