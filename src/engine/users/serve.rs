//! The process that drives the users, from its first order to its last word.

use super::attack::attack;
use super::ground::Ground;
use super::prepare::prepare;
use super::wire::{Inbound, Order, Outbound, Word, ends};
use crate::clock::{Clock, Offset};
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// Names may come to mean other addresses during a long run.
const RESOLVE_EVERY: Duration = Duration::from_secs(30);
/// After the turn of a second, so that on-time answers of it are in.
const HAND_OVER_AFTER: Duration = Duration::from_millis(50);

/// Drives the users that whoever holds the other end of the socket asks for, on so many threads; returns when they are
/// gone, and at once when the other end is.
///
/// # Errors
/// The socket is none, or the system gives no threads.
pub fn serve(parent: UnixStream, threads: usize) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let served = runtime.block_on(attend(parent));
    // Where the other end is gone there is nobody left to wait for goose's users; the process ends with this.
    runtime.shutdown_background();
    served
}

async fn attend(parent: UnixStream) -> io::Result<()> {
    let (mut orders, mut words) = ends(parent)?;
    let Some(Order::Prepare(job)) = orders.next().await? else { return Ok(()) };
    let prepared = match prepare(&job).await {
        Ok(prepared) => prepared,
        Err(why) => return words.say(&Word::Refused { why }).await,
    };
    words.say(&Word::Ready).await?;
    let Some(Order::Start { zero }) = orders.next().await? else { return Ok(()) };
    match Ground::new(prepared, Clock::of_zero(zero)) {
        Some(ground) => drive(Arc::new(ground), orders, words).await,
        None => words.say(&Word::Refused { why: "the load is not one of users".to_owned() }).await,
    }
}

/// Runs the users and hands over what is recorded, once a second and at the end.
async fn drive(ground: Arc<Ground>, mut orders: Inbound, mut words: Outbound) -> io::Result<()> {
    let resolving = tokio::spawn(resolve_again(ground.clone()));
    let mut attack = tokio::spawn(attack(ground.clone()));
    let mut second = 1;
    let ended = loop {
        let due = ground.clock.instant(Offset::from_micros(second * 1_000_000) + HAND_OVER_AFTER);
        tokio::select! {
            order = orders.next() => match order? {
                Some(Order::Stop) => ground.stop(),
                Some(Order::Prepare(_) | Order::Start { .. }) => {}
                None => return Ok(()),
            },
            () = tokio::time::sleep_until(due.into()) => {
                words.say(&Word::Batch(Box::new(ground.batch(second)))).await?;
                second += 1;
            }
            ended = &mut attack => break ended,
        }
    };
    resolving.abort();
    let over = ground.is_over();
    match ended {
        Ok(Ok(())) if over => {}
        Ok(Ok(())) => ground.trouble("the users went before the load was over; part of it is missing".into()),
        Ok(Err(error)) => ground.trouble(format!("goose cannot run the users: {error}")),
        Err(_) => ground.trouble("goose panicked; part of the load is missing".into()),
    }
    words.say(&Word::Batch(Box::new(ground.batch(u64::MAX)))).await
}

async fn resolve_again(ground: Arc<Ground>) {
    loop {
        tokio::time::sleep(RESOLVE_EVERY).await;
        // While the name service does not answer, the last known addresses go on serving.
        if let Ok(found) = ground.plan.target.resolve().await {
            ground.names.set(found);
        }
    }
}
