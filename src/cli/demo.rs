//! `shakedown demo`: the embedded shop, loaded and judged.

use super::Failure;
use super::conduct::{Part, RunOptions, conduct};
use crate::run::Exit;
use crate::scenario::Scenario;
use crate::shop::Shop;
use crate::source::Environment;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread;
use tokio::sync::oneshot;

/// The demo's options are those of a run.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    options: RunOptions,
}

/// The scenarios of the demo, in order; they are also files to look at and to change.
const SCENARIOS: [(&str, &str); 2] = [
    ("scenarios/demo/baseline.yaml", include_str!("../../scenarios/demo/baseline.yaml")),
    ("scenarios/demo/spike.yaml", include_str!("../../scenarios/demo/spike.yaml")),
];

/// Starts the shop on a free port of loopback, runs the demo's scenarios against it and ends it.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let shop = RunningShop::start()?;
    let target = format!("http://{}", shop.address);
    anstream::eprintln!("the demo shop listens on {target}");
    let environment = Environment::of_process().with_target(Some(&target));
    let mut worst = Exit::Pass;
    for (name, text) in SCENARIOS {
        let scenario = Scenario::parse(name, text, &environment)?;
        worst = worst.or_worse(conduct(scenario, Part::All, &args.options)?);
        if worst == Exit::Interrupted {
            break;
        }
    }
    shop.end();
    Ok(worst)
}

/// The shop on a thread of its own, as a real service would be.
struct RunningShop {
    address: SocketAddr,
    end: oneshot::Sender<()>,
    thread: thread::JoinHandle<()>,
}

impl RunningShop {
    fn start() -> Result<RunningShop, Failure> {
        let (end, ended) = oneshot::channel();
        let (told, hear) = mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(e) => return drop(told.send(Err(e))),
            };
            runtime.block_on(async move {
                match Shop::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await {
                    Ok(shop) => {
                        // The one who waits for the address cannot be gone: it waits right below.
                        let _ = told.send(Ok(shop.addr()));
                        // Without a store there is no log that could break.
                        let _ = shop.serve(async { drop(ended.await) }).await;
                    }
                    Err(e) => drop(told.send(Err(std::io::Error::other(e)))),
                }
            });
        });
        let died = || Err(std::io::Error::other("it ended before it listened"));
        let address = hear.recv().unwrap_or_else(|_| died());
        let address = address.map_err(|source| Failure::System { what: "start the demo shop", source })?;
        Ok(RunningShop { address, end, thread })
    }

    fn end(self) {
        // A shop that is already gone is what is wanted.
        let _ = self.end.send(());
        let _ = self.thread.join();
    }
}
