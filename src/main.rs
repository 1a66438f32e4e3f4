//! The `shakedown` command.

use std::process::ExitCode;

#[cfg(feature = "alloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    shakedown::cli::main()
}
