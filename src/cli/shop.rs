//! `shakedown shop`: the demo shop alone, to try scenarios on.

use super::{Failure, signals};
use crate::run::Exit;
use crate::shop::Shop;
use std::net::SocketAddr;

/// Where the shop listens.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Address and port; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
}

/// Serves until Ctrl-C; then answers what is in flight and ends. A second Ctrl-C ends it at once.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let system = |what| move |source| Failure::System { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("start the runtime"))?.block_on(async {
        let mut first = signals::Stops::new().map_err(system("listen for signals"))?;
        let mut both = signals::Stops::new().map_err(system("listen for signals"))?;
        let shop = Shop::bind(args.listen).await?;
        anstream::eprintln!("the demo shop listens on http://{}; Ctrl-C ends it", shop.addr());
        let at_once = async {
            both.next().await;
            both.next().await;
        };
        tokio::select! {
            () = shop.serve(async { first.next().await }) => {}
            () = at_once => {}
        }
        Ok(Exit::Pass)
    })
}
