//! A server in a process of its own, to be stopped and let go on like a machine that hangs, or to keep books of its own.

use crate::answer::Answer;
use crate::scripted::Scripted;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::env;
use std::io::{BufRead, BufReader, Read, Write, stdin, stdout};
use std::net::SocketAddr;
use std::process::{self, ChildStdout, Command, Stdio};

/// Tells the test binary that it is the child, and what the server is given.
const MARK: &str = "SUPPORT_CHILD_SERVER";
/// What the child says before its address.
const LISTENING: &str = "support child listens on ";
/// What it says before its account.
const ACCOUNT: &str = "support child tells ";

/// A server that can stand in a process of its own.
pub trait Served {
    /// Where it listens.
    fn addr(&self) -> SocketAddr;
    /// What it has to tell when it is asked to end, in one line.
    fn account(&self) -> String;
}

impl Served for Scripted {
    fn addr(&self) -> SocketAddr {
        Scripted::addr(self)
    }

    /// How many requests came.
    fn account(&self) -> String {
        self.seen().len().to_string()
    }
}

/// A server in a child process. Dropping it kills the process.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    addr: SocketAddr,
    /// Held open: the child's harness speaks up after a minute, and ends the child when nobody could hear it.
    output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts a child that answers 200 `ok`, as [`serving`](Child::serving) says.
    pub fn start(test: &str) -> Child {
        Child::serving(test, "", |_| Scripted::start([Answer::ok("ok")]))
    }

    /// Starts the child: this test binary again, running only the test `test` (its full name, as `cargo test` prints
    /// it), which must be the caller. In the child this call makes the server of `given`, serves and never returns, so
    /// it belongs first in the test, on the test's own thread: the child dies with the thread that started it.
    pub fn serving<S: Served>(test: &str, given: &str, serve: impl FnOnce(&str) -> S) -> Child {
        if let Some(given) = env::var_os(MARK) {
            stand(&serve(&given.to_string_lossy()));
        }
        let binary = env::current_exe().expect("a test binary knows where it is");
        let mut process = Command::new(binary)
            .args([test, "--exact", "--include-ignored", "--nocapture"])
            .env(MARK, given)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a test binary can be run");
        let mut output = BufReader::new(process.stdout.take().expect("stdout is piped"));
        let Some(addr) = told(&mut output, LISTENING) else {
            let _ = process.kill();
            let _ = process.wait();
            panic!("no test is called `{test}`, or it does not start its child first");
        };
        let addr = addr.parse().expect("an address");
        Child { process, addr, output }
    }

    /// Asks it to end; what it has to tell.
    pub fn end(mut self) -> String {
        drop(self.process.stdin.take());
        told(&mut self.output, ACCOUNT).expect("a child that was not killed tells what it has to tell")
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

/// The rest of the next line that holds `begin`. The harness may have begun a line of its own before.
fn told(output: &mut impl BufRead, begin: &str) -> Option<String> {
    let mut lines = output.lines().map_while(Result::ok);
    lines.find_map(|line| Some(line.split_once(begin)?.1.to_owned()))
}

/// Stands until the parent closes our standard input, be it by its own death.
fn stand(server: &impl Served) -> ! {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).expect("a signal for orphans");
    say(LISTENING, &server.addr().to_string());
    let _ = stdin().lock().read(&mut [0]);
    say(ACCOUNT, &server.account());
    process::exit(0)
}

/// Not by `println!`, which the test harness may hold back.
fn say(begin: &str, rest: &str) {
    let mut out = stdout().lock();
    out.write_all(format!("\n{begin}{rest}\n").as_bytes()).expect("the parent reads");
    out.flush().expect("the parent reads");
}
