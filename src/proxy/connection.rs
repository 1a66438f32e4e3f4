//! One connection: both ways, and how a fault ends it.

use super::chance::Chance;
use super::counts::Tally;
use super::faults::{Direction, Faults, Outage, Reset};
use super::line::{End, Line, Store};
use super::pump::{Pump, Scratch};
use super::schedule::Switch;
use super::upstream::Route;
use bytes::Bytes;
use std::future::pending;
use std::io::ErrorKind::WouldBlock;
use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// What the connections of a proxy share.
#[derive(Clone)]
pub(super) struct World {
    pub(super) faults: Rc<Faults>,
    pub(super) switch: Switch,
    pub(super) store: Store,
    pub(super) scratch: Scratch,
    pub(super) tally: Rc<Tally>,
}

/// How a connection ends.
enum Ended {
    /// In good order.
    Closed,
    /// With a reset on both sides.
    Broken,
    /// With a client that does not know.
    HalfOpen,
}

/// Serves connection `number` to its end.
pub(super) async fn serve(mut client: TcpStream, number: u64, route: Rc<Route>, world: World) {
    let mut chance = Chance::new(world.faults.seed, number);
    let hit = world.faults.any() && chance.hits(world.faults.share);
    let switch = if hit { world.switch.clone() } else { Switch::OFF };
    let mut upstream = None;
    let ended = tokio::select! {
        biased;
        ended = cut(switch.clone(), &world) => ended,
        ended = relay(&mut client, &mut upstream, &route, (switch.clone(), chance), &world) => ended,
    };
    match ended {
        Ended::Closed => {}
        Ended::Broken => {
            reset(&client);
            upstream.iter().for_each(reset);
        }
        Ended::HalfOpen => {
            drop(upstream);
            swallow(&client, switch, &world.scratch).await;
        }
    }
}

/// Waits until the fault ends this connection, which most faults never do.
async fn cut(mut switch: Switch, world: &World) -> Ended {
    switch.on().await;
    world.tally.add(|counts| counts.affected += 1);
    let end = async {
        match world.faults.outage {
            Some(Outage::Refuse | Outage::Reset(Reset::AtOnce)) => Ended::Broken,
            Some(Outage::HalfOpen) => Ended::HalfOpen,
            Some(Outage::Reset(Reset::After(time))) => {
                sleep(time).await;
                Ended::Broken
            }
            Some(Outage::Blackhole | Outage::Reset(Reset::AfterBytes(_))) | None => pending().await,
        }
    };
    tokio::select! {
        biased;
        ended = end => ended,
        () = switch.off() => pending().await,
    }
}

/// Passes everything on, both ways, until both have ended or one has broken.
async fn relay(
    client: &mut TcpStream,
    upstream: &mut Option<TcpStream>,
    route: &Route,
    (switch, mut chance): (Switch, Chance),
    world: &World,
) -> Ended {
    let (mut up, down) = (Line::new(world.store.clone()), Line::new(world.store.clone()));
    if world.faults.outage == Some(Outage::Blackhole)
        && hold(client, &mut up, switch.clone(), &world.scratch).await == Held::Left
    {
        return Ended::Closed;
    }
    let Ok(stream) = route.connect().await else {
        world.tally.add(|counts| counts.unreachable += 1);
        return Ended::Broken;
    };
    let upstream = upstream.insert(stream);
    // Refused only for a connection that has ended, which reading shows.
    let _ = (client.set_nodelay(true), upstream.set_nodelay(true));
    let mut pump = |way, line| {
        let own = (line, switch.clone(), chance.fork());
        Pump::new((way, &world.faults), own, (world.scratch.clone(), world.tally.clone()))
    };
    let (up, down) = (pump(Direction::Up, up), pump(Direction::Down, down));
    let ((from_client, to_client), (from_upstream, to_upstream)) = (client.split(), upstream.split());
    let mut up = pin!(up.run(from_client, to_upstream));
    let mut down = pin!(down.run(from_upstream, to_client));
    let last = tokio::select! {
        end = &mut up => if end == End::Broken { end } else { down.await },
        end = &mut down => if end == End::Broken { end } else { up.await },
    };
    if last == End::Broken { Ended::Broken } else { Ended::Closed }
}

/// What became of a client that was held.
#[derive(PartialEq, Eq)]
enum Held {
    Freed,
    Left,
}

/// Keeps a client waiting while the fault is on, taking in what it sends.
///
/// One that ends its way meanwhile has given up: keeping it would cost a descriptor for every timeout of a long outage.
async fn hold(client: &TcpStream, line: &mut Line, mut switch: Switch, scratch: &Scratch) -> Held {
    while switch.is_on() {
        tokio::select! {
            () = switch.off() => {}
            _ = client.readable(), if line.has_room() => {
                let mut scratch = scratch.borrow_mut();
                match client.try_read(&mut scratch) {
                    Ok(0) => return Held::Left,
                    Ok(n) => line.push(Instant::now(), Bytes::copy_from_slice(&scratch[..n])),
                    Err(error) if error.kind() == WouldBlock => {}
                    Err(_) => return Held::Left,
                }
            }
        }
    }
    Held::Freed
}

/// Throws away what the client sends until it leaves, or until the fault ends and it is reset.
async fn swallow(client: &TcpStream, mut switch: Switch, scratch: &Scratch) {
    loop {
        tokio::select! {
            biased;
            () = switch.off() => return reset(client),
            _ = client.readable() => match client.try_read(&mut scratch.borrow_mut()) {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) if error.kind() == WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}

/// Lets the connection end with a reset when it is dropped. Set only here, at the very end: set earlier, it would cut
/// connections that no fault has touched.
fn reset(stream: &TcpStream) {
    // Refused only for a connection that has ended.
    let _ = stream.set_zero_linger();
}
