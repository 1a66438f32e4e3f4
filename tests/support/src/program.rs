//! The program under test, as somebody at a command line meets it.

use crate::running::{Ended, Running};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tempfile::TempDir;

/// The program, a folder to run it in, and its environment.
#[derive(Debug)]
pub struct Program {
    binary: PathBuf,
    launcher: Vec<String>,
    folder: TempDir,
    environment: Vec<(String, String)>,
    started: AtomicUsize,
}

impl Program {
    /// The program at this path, which a test knows as `env!("CARGO_BIN_EXE_shakedown")`.
    pub fn at(binary: &str) -> Program {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Program {
            binary: binary.into(),
            launcher: Vec::new(),
            folder,
            environment: Vec::new(),
            started: AtomicUsize::new(0),
        }
    }

    /// With one more variable in its environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Program {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Started by another program, such as `nice -n 19`, which becomes it.
    #[must_use]
    pub fn through<S: Into<String>>(mut self, launcher: impl IntoIterator<Item = S>) -> Program {
        self.launcher = launcher.into_iter().map(Into::into).collect();
        self
    }

    /// With its temporary files in a folder `tmp` of its own.
    #[must_use]
    pub fn with_own_tmp(self) -> Program {
        let place = self.folder().join("tmp");
        fs::create_dir(&place).expect("the folder takes folders");
        let place = place.to_str().expect("a path of plain text").to_owned();
        self.with("TMPDIR", &place)
    }

    /// What is in its folder for temporary files.
    pub fn tmp(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder().join("tmp")).expect("made by `with_own_tmp`");
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }

    /// The folder that it runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the folder.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.folder().join(name), content).expect("the folder takes files");
    }

    /// Reads a file of the folder.
    pub fn read(&self, name: &str) -> String {
        let path = self.folder().join(name);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Starts it with these arguments.
    pub fn start(&self, args: &[&str]) -> Running {
        let number = self.started.fetch_add(1, SeqCst);
        let [out, err] = ["out", "err"].map(|name| self.folder().join(format!("said-{number}.{name}")));
        let create = |path: &Path| File::create(path).expect("the folder takes files");
        let mut process = match self.launcher.split_first() {
            Some((program, before)) => {
                let mut launched = Command::new(program);
                launched.args(before).arg(&self.binary);
                launched
            }
            None => Command::new(&self.binary),
        };
        let process = process
            .args(args)
            .current_dir(self.folder())
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(create(&out))
            .stderr(create(&err))
            .spawn()
            .expect("the program can be run");
        Running::new(process, out, err)
    }

    /// Runs it with these arguments to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        self.start(args).end()
    }

    /// Starts the scenario of this text; the json report goes to standard output, the run to the folder `runs`.
    pub fn start_scenario(&self, text: &str) -> Running {
        self.write("scenario.yaml", text);
        self.start(&["run", "scenario.yaml", "--out", "runs", "--report", "json=-"])
    }

    /// Runs the scenario of this text to its end; the json report goes to standard output.
    pub fn scenario(&self, text: &str) -> Ended {
        self.start_scenario(text).end()
    }

    /// Runs `load` with these arguments to its end; the json report goes to standard output.
    pub fn load(&self, args: &[&str]) -> Ended {
        self.start_load(args).end()
    }

    /// Starts `load` with these arguments; the json report goes to standard output, the run to the folder `runs`.
    pub fn start_load(&self, args: &[&str]) -> Running {
        let all: Vec<&str> =
            ["load", "--out", "runs", "--report", "json=-"].iter().chain(args).copied().collect();
        self.start(&all)
    }

    /// The folders of the saved runs, the oldest first, as arguments.
    pub fn saved(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.folder().join("runs")) else { return Vec::new() };
        let name = |entry: fs::DirEntry| format!("runs/{}", entry.file_name().to_string_lossy());
        let mut names: Vec<String> = entries.filter_map(Result::ok).map(name).collect();
        names.sort();
        names
    }
}
