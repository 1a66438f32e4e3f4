//! The program while it runs, and what it leaves.

use crate::processes::lives;
use crate::report::Report;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A test waits no longer than this for anything: what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often it looks.
const LOOK: Duration = Duration::from_millis(5);

/// The program while it runs. Dropping it kills it.
#[derive(Debug)]
pub struct Running {
    process: Child,
    out: PathBuf,
    err: PathBuf,
}

impl Running {
    pub(crate) fn new(process: Child, out: PathBuf, err: PathBuf) -> Running {
        Running { process, out, err }
    }

    /// Waits until it has said this on standard error; gives all that it said there.
    pub fn says(&self, text: &str) -> String {
        self.waits_for(&format!("`{text}`"), || self.errors().contains(text));
        self.errors()
    }

    /// Waits until it has printed a line that begins with this; gives the rest of the line.
    pub fn prints(&self, begin: &str) -> String {
        let find = || {
            let all = read(&self.out);
            let whole = all.rsplit_once('\n').map(|(lines, _)| lines.to_owned())?;
            whole.lines().find_map(|line| Some(line.strip_prefix(begin)?.to_owned()))
        };
        self.waits_for(&format!("a line `{begin}…`"), || find().is_some());
        find().expect("it was just there")
    }

    /// Waits until something outside of it has come about; `what` is for the message when it does not.
    pub fn waits_for(&self, what: &str, come_about: impl Fn() -> bool) {
        let begun = Instant::now();
        while !come_about() {
            assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}; it said:\n{}", self.errors());
            sleep(LOOK);
        }
    }

    /// Waits until the newest history below `runs` holds this many whole seconds of load.
    pub fn has_measured(&self, seconds: usize) {
        let runs = self.out.with_file_name("runs");
        self.waits_for(&format!("{seconds} seconds of load"), || {
            let folders = fs::read_dir(&runs).into_iter().flatten().filter_map(Result::ok);
            let newest = folders.map(|entry| entry.path()).max();
            let events = newest.and_then(|folder| fs::read_to_string(folder.join("events.jsonl")).ok());
            // Each second ends with what the generator says of itself.
            events.is_some_and(|events| events.matches("\"generator\"").count() >= seconds)
        });
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    /// Asks it to end, as a supervisor does.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Closes its terminal.
    pub fn hang_up(&self) {
        self.signal(Signal::HUP);
    }

    /// Ends it at once; it cannot do anything about it.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    /// Makes it stand still, like a machine that hangs; its ports still take connections.
    pub fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).expect("a signal to our child");
    }

    /// Waits for its end, and for that of a process that it started; whether both came about.
    pub fn is_over_without(mut self, other: u32) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let over = self.process.try_wait().expect("our child can be waited for").is_some();
            if over && !lives(other) {
                return true;
            }
            sleep(LOOK);
        }
        false
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ended {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().expect("our child can be waited for") {
                break status;
            }
            assert!(begun.elapsed() < PATIENCE, "it hangs; it said:\n{}", self.errors());
            sleep(LOOK);
        };
        Ended { code: status.code(), out: read(&self.out), err: self.errors() }
    }

    fn errors(&self) -> String {
        read(&self.err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read(path: &PathBuf) -> String {
    String::from_utf8_lossy(&fs::read(path).expect("the file of an output")).into_owned()
}

/// How the program ended and what it said.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// All of its standard output.
    pub out: String,
    /// All of its standard error.
    pub err: String,
}

impl Ended {
    /// Its standard output as the json report, which must be all of it; and its exit code is the report's.
    pub fn report(&self) -> Report {
        assert!(self.out.starts_with('{'), "no json report\n{self}");
        let report = Report::parse(&self.out);
        let code = report.at("/exit_code").as_i64();
        assert_eq!(self.code.map(i64::from), code, "the process and its report disagree\n{self}");
        report
    }

    /// Why it is inconclusive, as it said itself, where its report doubts its own generator.
    pub(crate) fn disturbed(&self) -> Option<&str> {
        let doubts = if self.out.starts_with('{') {
            Report::parse(&self.out).doubts_the_generator()
        } else {
            // Lines of the page end anywhere.
            let words: Vec<&str> = self.out.split_whitespace().collect();
            words.join(" ").contains(" s cannot be trusted: ")
        };
        let verdict = self.err.lines().find(|line| line.starts_with("inconclusive: "));
        (self.code == Some(3) && doubts).then(|| verdict.unwrap_or("inconclusive"))
    }

    /// The exit code must be this, and standard error must hold each of these texts.
    pub fn expect(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "{self}");
        for text in texts {
            assert!(self.err.contains(text), "nothing of `{text}` in\n{self}");
        }
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit {:?}\n--- stderr\n{}\n--- stdout\n{}", self.code, self.err, self.out)
    }
}
