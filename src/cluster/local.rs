//! A command of this machine and everything that it starts.

use super::Said;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::process::{Child, Command};

/// How a command of this machine ended.
#[derive(Debug)]
pub struct LocalEnd {
    /// Its exit code, or the signal that ended it.
    pub status: ExitStatus,
    /// What it printed.
    pub out: Said,
    /// What it said on standard error.
    pub err: Said,
}

/// Why a command of this machine did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// It cannot be started.
    #[error(transparent)]
    Start(#[from] io::Error),
    /// It took longer than its limit, and was killed with all that it had started.
    #[error("it did not end within {} s", limit.as_secs_f64())]
    Late {
        /// The limit.
        limit: Duration,
    },
}

/// Runs a command to its end: until nobody holds its outputs open any more. It gets these variables beside our own. When that
/// takes longer than `limit`, or whoever waits for it goes away, it is killed with all of its process group: whatever it
/// started and did not send away on purpose.
///
/// # Errors
/// It cannot be started, or takes longer.
pub async fn run_here<S: AsRef<str>>(
    (program, args): (&str, &[S]),
    variables: &[(&str, &str)],
    limit: Duration,
) -> Result<LocalEnd, LocalError> {
    let child = Command::new(program)
        .args(args.iter().map(AsRef::as_ref))
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let ended = Group(child).end();
    tokio::time::timeout(limit, ended).await.map_err(|_| LocalError::Late { limit })?
}

/// The leader of a process group.
struct Group(Child);

impl Group {
    async fn end(mut self) -> Result<LocalEnd, LocalError> {
        let (stdout, stderr) = (self.0.stdout.take(), self.0.stderr.take());
        let (out, err) = tokio::join!(Said::of(stdout), Said::of(stderr));
        // Not before: as long as it is not waited for, its number belongs to nobody else.
        let status = self.0.wait().await?;
        Ok(LocalEnd { status, out, err })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // None when it has come to its end; what it left behind then, it left on purpose.
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // It fails only where nobody of the group is left.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;
    use std::time::Instant;

    const PATIENCE: Duration = Duration::from_mins(1);

    async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether a process is there and does not only wait to be buried.
    fn lives(pid: u32) -> bool {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
    }

    /// The words of a command that starts another one, and writes down its number.
    fn with_a_child(file: &Path) -> [String; 2] {
        ["-c".to_owned(), format!("sleep 600 & echo $! > '{}'; wait", file.display())]
    }

    fn number_in(file: &Path) -> Option<u32> {
        fs::read_to_string(file).ok()?.trim().parse().ok()
    }

    #[tokio::test]
    async fn what_it_started_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let args = with_a_child(&file);
        let aborted = tokio::spawn(async move { run_here(("sh", &args), &[], PATIENCE).await });
        let pid = until("it never started", || number_in(&file)).await;
        assert!(lives(pid));
        aborted.abort();
        until("its child lives on", || (!lives(pid)).then_some(())).await;
    }

    #[tokio::test]
    async fn what_takes_too_long_is_ended_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        // Half a minute would be enough for any machine; a second is, for nearly all of them.
        let mut limit = Duration::from_secs(1);
        let pid = loop {
            let ended = run_here(("sh", &with_a_child(&file)), &[], limit).await;
            assert!(matches!(ended, Err(LocalError::Late { .. })), "{ended:?}");
            match number_in(&file) {
                Some(pid) => break pid,
                None => limit *= 2,
            }
        };
        until("its child lives on", || (!lives(pid)).then_some(())).await;
    }

    #[tokio::test]
    async fn a_command_gets_its_variables_and_says_how_it_ended() {
        let args = ["-c", "echo $SHIP; echo aground >&2; exit 3"];
        let ended = run_here(("sh", &args), &[("SHIP", "Fram")], PATIENCE).await.unwrap();
        assert_eq!((ended.out.text.as_str(), ended.err.text.as_str()), ("Fram\n", "aground\n"));
        assert_eq!(ended.status.code(), Some(3));
        let none: [&str; 0] = [];
        let missing = run_here(("no-such-program", &none), &[], PATIENCE).await;
        assert!(matches!(missing, Err(LocalError::Start(_))), "{missing:?}");
    }
}
