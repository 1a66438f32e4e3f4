//! The proxy as a whole: opens its ports, serves, drains.

use super::connection::{World, serve};
use super::counts::{Counts, Tally};
use super::door::{Door, admit, see_off};
use super::error::ProxyError;
use super::faults::{Faults, Outage};
use super::line::Store;
use super::probe;
use super::schedule::{Lever, Schedule, Switch};
use super::upstream::{Route, Upstream};
use futures_util::future::join_all;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::timeout;

/// The most that is read at once.
const SCRATCH: usize = 64 * 1024;

/// What a proxy is told at its start, and for good.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where it listens, and where connections from there go. Port 0 takes any free one.
    pub pairs: Vec<(SocketAddr, Upstream)>,
    /// What it does to them.
    pub faults: Faults,
    /// When.
    pub schedule: Schedule,
    /// A port that takes and closes connections, for probes.
    pub ready: Option<SocketAddr>,
    /// How long connections may go on when it is told to end.
    pub drain: Duration,
}

/// A proxy that listens.
#[derive(Debug)]
pub struct Proxy {
    doors: Vec<(Door, Rc<Route>)>,
    ready: Option<Door>,
    faults: Rc<Faults>,
    schedule: Schedule,
    drain: Duration,
}

impl Proxy {
    /// Finds the upstreams, then opens the ports, the one for probes last. Must be called in a runtime.
    pub async fn open(setup: Setup) -> Result<Proxy, ProxyError> {
        let mut routes = Vec::new();
        for (addr, upstream) in setup.pairs {
            routes.push((addr, Rc::new(Route::find(upstream).await?)));
        }
        let open = |(addr, route)| Ok((Door::open(addr)?, route));
        Ok(Proxy {
            doors: routes.into_iter().map(open).collect::<Result<_, ProxyError>>()?,
            ready: setup.ready.map(Door::open).transpose()?,
            faults: Rc::new(setup.faults),
            schedule: setup.schedule,
            drain: setup.drain,
        })
    }

    /// Where it listens, in the order of the pairs.
    pub fn addrs(&self) -> Vec<SocketAddr> {
        self.doors.iter().map(|(door, _)| door.addr()).collect()
    }

    /// Where it answers probes.
    pub fn ready_addr(&self) -> Option<SocketAddr> {
        self.ready.as_ref().map(Door::addr)
    }

    /// Serves until `stop`. Then the fault is over, the ports are closed, and the connections may end by themselves for
    /// the time to drain.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Counts {
        LocalSet::new().run_until(self.serve(stop)).await
    }

    async fn serve(self, stop: impl Future<Output = ()>) -> Counts {
        let lever = Lever::new(self.schedule);
        let world = World {
            faults: self.faults,
            switch: lever.switch(),
            store: Store::default(),
            scratch: Rc::new(RefCell::new(vec![0; SCRATCH].into())),
            tally: Rc::default(),
        };
        let tally = world.tally.clone();
        let mut ports: Vec<Port> = self.doors.into_iter().map(Port::new).collect();
        let work = work(&mut ports, &world, &lever, self.schedule);
        tokio::select! {
            biased;
            () = stop => {}
            () = work => {}
            () = probe::answer(self.ready) => {}
        }
        lever.release();
        drain(ports, self.drain, &tally).await;
        tally.counts()
    }
}

/// An open port, where it leads, and who came in.
struct Port {
    door: Door,
    route: Rc<Route>,
    guests: JoinSet<()>,
}

impl Port {
    fn new((door, route): (Door, Rc<Route>)) -> Port {
        Port { door, route, guests: JoinSet::new() }
    }
}

/// Everything that goes on until the end; never returns.
async fn work(ports: &mut [Port], world: &World, lever: &Lever, schedule: Schedule) {
    let refuses = world.faults.outage == Some(Outage::Refuse);
    let numbers = Rc::new(Cell::new(0));
    let routes: Vec<Rc<Route>> = ports.iter().map(|port| port.route.clone()).collect();
    let admitting = ports.iter_mut().map(|port| {
        let refusing = if refuses { lever.switch() } else { Switch::OFF };
        let (route, numbers) = (port.route.clone(), numbers.clone());
        admit(&mut port.door, refusing, &mut port.guests, &world.tally, move |client| {
            serve(client, numbers.replace(numbers.get() + 1), route.clone(), world.clone())
        })
    });
    let refreshing = join_all(routes.iter().map(|route| route.refresh()));
    tokio::join!(join_all(admitting), refreshing, lever.follow(schedule));
}

/// Closes the ports and waits for those inside, but no longer than the time to drain.
async fn drain(ports: Vec<Port>, time: Duration, tally: &Tally) {
    let mut rooms: Vec<JoinSet<()>> = ports.into_iter().map(|port| port.guests).collect();
    let leaving = async {
        for guests in &mut rooms {
            while let Some(ended) = guests.join_next().await {
                see_off(&ended, tally);
            }
        }
    };
    if timeout(time, leaving).await.is_err() {
        let left: usize = rooms.iter().map(JoinSet::len).sum();
        tally.add(|counts| counts.unfinished = left as u64);
    }
}
