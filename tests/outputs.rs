//! What the program does when what it says cannot be written, is not read, or must not be lost.
#![expect(clippy::expect_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "outputs/files.rs"]
mod files;
#[path = "outputs/hangup.rs"]
mod hangup;
#[path = "outputs/history.rs"]
mod history;
#[path = "outputs/streams.rs"]
mod streams;
#[path = "outputs/verdicts.rs"]
mod verdicts;

use support::{Program, Scripted};

/// Standard output is a pipe that nobody reads any more.
const PIPE_CLOSED: &str = r#"[ -p gone ] || mkfifo gone; exec 3<>gone 4>gone 3<&-; exec "$@" >&4 4>&-"#;
/// The disk that standard output goes to is full.
const OUT_FULL: &str = r#"exec "$@" >/dev/full"#;
/// The disk that a log of standard error goes to is full.
const ERR_FULL: &str = r#"exec "$@" 2>/dev/full"#;
/// No file may grow beyond 16 KiB, which looks like a full disk to whoever writes the history.
const SMALL_FILES: &str = r#"trap '' XFSZ; ulimit -f 32; exec "$@""#;

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// The program as a shell starts it.
fn started_by(shell: &str) -> Program {
    program().through(["sh", "-c", shell, "sh"])
}

/// A scenario of one check, in a file of the program's folder.
fn one_check(program: &Program, name: &str, server: &Scripted) {
    let text = format!(
        "scenario: {name}\ntarget: {{ http: '{}' }}\nsmoke: [{{ http: {{ get: / }} }}]\n",
        server.url()
    );
    program.write(&format!("{name}.yaml"), text);
}
