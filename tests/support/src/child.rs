//! A server in a process of its own, to be stopped and let go on like a machine that hangs.

use crate::answer::Answer;
use crate::scripted::Scripted;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::env;
use std::io::{BufRead, BufReader, Read, Write, stdin, stdout};
use std::net::SocketAddr;
use std::process::{self, ChildStdout, Command, Stdio};

/// Tells the test binary that it is the child.
const MARK: &str = "SUPPORT_CHILD_SERVER";
/// What the child says before its address.
const LISTENING: &str = "support child listens on ";

/// A server that answers 200 `ok`, in a child process. Dropping it kills the process.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    addr: SocketAddr,
    /// Held open: the child's harness speaks up after a minute, and ends the child when nobody could hear it.
    _output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts the child: this test binary again, running only the test `test` (its full name, as `cargo test` prints
    /// it), which must be the caller. In the child this call serves and never returns, so it belongs first in the test,
    /// on the test's own thread: the child dies with the thread that started it.
    pub fn start(test: &str) -> Child {
        if env::var_os(MARK).is_some() {
            serve();
        }
        let binary = env::current_exe().expect("a test binary knows where it is");
        let mut process = Command::new(binary)
            .args([test, "--exact", "--include-ignored", "--nocapture"])
            .env(MARK, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a test binary can be run");
        let mut output = BufReader::new(process.stdout.take().expect("stdout is piped"));
        // The harness may have begun a line of its own before.
        let find = |line: String| Some(line.split_once(LISTENING)?.1.parse().expect("an address"));
        let addr = output.by_ref().lines().map_while(Result::ok).find_map(find);
        let Some(addr) = addr else {
            let _ = process.kill();
            let _ = process.wait();
            panic!("no test is called `{test}`, or it does not start its child first");
        };
        Child { process, addr, _output: output }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://` and the address, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Stops it, and returns when it stands still. Its port still takes connections, as the kernel does that.
    pub fn stop(&self) {
        self.signal(Signal::STOP, WaitIdOptions::STOPPED);
    }

    /// Lets it go on, and returns when it does.
    pub fn go_on(&self) {
        self.signal(Signal::CONT, WaitIdOptions::CONTINUED);
    }

    fn signal(&self, signal: Signal, effect: WaitIdOptions) {
        let pid = Pid::from_child(&self.process);
        kill_process(pid, signal).expect("a signal to our child");
        // NOWAIT leaves the child's end to `Drop`, should it end meanwhile.
        let options = effect | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(pid), options).expect("our child can be waited for");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Serves until the parent closes our standard input, be it by its own death.
fn serve() -> ! {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).expect("a signal for orphans");
    let server = Scripted::start([Answer::ok("ok")]);
    // Not `println!`, which the test harness may hold back.
    let line = format!("\n{LISTENING}{}\n", server.addr());
    stdout().lock().write_all(line.as_bytes()).expect("the parent reads");
    stdout().lock().flush().expect("the parent reads");
    let _ = stdin().lock().read(&mut [0]);
    process::exit(0)
}
