//! The process that drives the users, as the run sees it.

use super::super::batch::Batch;
use super::super::{LoadPlan, Pace};
use super::error::UsersError;
use super::job::Job;
use super::wire::{Inbound, Order, Outbound, Word, ends};
use crate::clock::Clock;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The subcommand that serves.
const ROLE: &str = "worker";
/// How long the process may take to read the scenario and look its target up.
const READY_WITHIN: Duration = Duration::from_mins(1);
/// How long the process may take to end once it has nothing more to say.
const GONE_WITHIN: Duration = Duration::from_secs(5);

/// The process that drives the users; it is ended when this is dropped.
pub(in crate::engine) struct Crew {
    process: Child,
    /// The last line that it wrote to standard error.
    last_line: JoinHandle<String>,
    words: Inbound,
    orders: Outbound,
}

/// The process for the users of a load, ready to start; none where the load has no users.
pub(in crate::engine) async fn gather(load: &LoadPlan) -> Result<Option<Crew>, UsersError> {
    let Pace::Users { job, threads, .. } = &load.pace else { return Ok(None) };
    let crew = timeout(READY_WITHIN, Crew::gather(job, *threads)).await;
    crew.unwrap_or(Err(UsersError::Silent(READY_WITHIN.as_secs()))).map(Some)
}

impl Crew {
    async fn gather(job: &Job, threads: u32) -> Result<Crew, UsersError> {
        let mut crew = Crew::start(threads).map_err(UsersError::Start)?;
        // Where this fails the process is gone, and what follows tells how.
        let _ = crew.orders.say(&Order::Prepare(Box::new(job.clone()))).await;
        match crew.words.next().await {
            Ok(Some(Word::Ready)) => Ok(crew),
            Ok(Some(Word::Refused { why })) => Err(UsersError::Refused(why)),
            Ok(Some(Word::Batch(_)) | None) | Err(_) => Err(crew.lost().await),
        }
    }

    /// Its own process group keeps Ctrl-C at a terminal away from it: goose would take that for its own.
    fn start(threads: u32) -> io::Result<Crew> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut process = Command::new(std::env::current_exe()?)
            .args([ROLE, "--threads", &threads.to_string()])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let stderr = process.stderr.take();
        let (words, orders) = ends(ours)?;
        Ok(Crew { process, last_line: tokio::spawn(last_line(stderr)), words, orders })
    }

    /// Starts the users, hands over what they do, and tells them when to stop; returns with their last batch.
    ///
    /// # Errors
    /// The process is gone before its last word.
    pub(in crate::engine) async fn work(
        mut self,
        clock: Clock,
        batches: mpsc::Sender<(u32, Batch)>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), UsersError> {
        // Where an order cannot be said the process is gone; that shows when there is nothing more to hear of it.
        let _ = self.orders.say(&Order::Start { zero: clock.zero() }).await;
        let mut told = false;
        loop {
            tokio::select! {
                word = self.words.next() => match word {
                    Ok(Some(Word::Batch(batch))) => {
                        let last = batch.second == u64::MAX;
                        // The dispatcher ends only after this; if it is gone there is nobody left to tell.
                        let _ = batches.send((0, *batch)).await;
                        if last {
                            drop(batches);
                            self.dismiss().await;
                            return Ok(());
                        }
                    }
                    Ok(Some(Word::Ready)) => {}
                    Ok(Some(Word::Refused { why })) => return Err(UsersError::Refused(why)),
                    Ok(None) | Err(_) => return Err(self.lost().await),
                },
                () = asked(&mut stop), if !told => {
                    told = true;
                    let _ = self.orders.say(&Order::Stop).await;
                }
            }
        }
    }

    /// Waits for the end of a process that has said everything.
    async fn dismiss(&mut self) {
        if timeout(GONE_WITHIN, self.process.wait()).await.is_err() {
            // Killed or gone by itself meanwhile: either way it is over.
            let _ = self.process.kill().await;
        }
    }

    /// How a process ended that had more to say.
    async fn lost(mut self) -> UsersError {
        let how = match timeout(GONE_WITHIN, self.process.wait()).await {
            Ok(Ok(status)) => match (status.signal(), status.code()) {
                (Some(signal), _) => format!("was ended by signal {signal}"),
                (None, Some(code)) => format!("ended with {code}"),
                (None, None) => "ended".to_owned(),
            },
            Ok(Err(_)) => "ended".to_owned(),
            Err(_) => {
                let _ = self.process.kill().await;
                "hung up".to_owned()
            }
        };
        let last = self.last_line.await.unwrap_or_default();
        let last = if last.is_empty() { last } else { format!(" (`{last}`)") };
        UsersError::Lost { how: how + &last }
    }
}

/// Waits until somebody asks to stop; for ever, where nobody is left who could.
async fn asked(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Reads all that a process writes to standard error and keeps the last line of it.
async fn last_line(stderr: Option<ChildStderr>) -> String {
    const LONGEST: usize = 300;
    let Some(stderr) = stderr else { return String::new() };
    let (mut lines, mut last) = (BufReader::new(stderr).lines(), String::new());
    while let Ok(Some(line)) = lines.next_line().await {
        if !line.trim().is_empty() {
            last = line.trim().chars().take(LONGEST).collect();
        }
    }
    last
}
