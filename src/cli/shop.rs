//! `shakedown shop`: the demo shop, to try scenarios on. Alone it is one process; `api` and `store` are its two programs.

use super::telling::tell;
use super::{Failure, signals};
use crate::run::Exit;
use crate::shop::{Door, Found, Fsync, NotReady, Shop, is_ready};
use crate::units::Span;
use http::HeaderValue;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Which program, and where it listens.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Args {
    #[command(flatten)]
    door: DoorArgs,
    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Debug, clap::Subcommand)]
enum Role {
    /// Serve products and take orders, which are kept in a store; any number of these may run
    Api(Api),
    /// Keep the orders of all apis in one durable log
    Store(Store),
    /// Exit with 0 if one of these programs takes orders, else with 1: a health check for images without a shell
    Ready(Ready),
}

#[derive(Debug, clap::Args)]
struct Api {
    #[command(flatten)]
    door: DoorArgs,
    #[command(flatten)]
    orders: Orders,
    /// With `--database`: how old a connection may get. Behind a Service an old one may lead to a server that is not meant
    /// any more
    #[arg(long, value_name = "TIME", default_value = "30s", requires = "database")]
    max_age: Span,
}

/// Where an api's orders go.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Orders {
    /// The store, as http://HOST:PORT; it need not be there yet
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// A PostgreSQL with the table `orders` instead, as postgres://USER@HOST:PORT/DATABASE; the password from PGPASSWORD
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Ready {
    /// Where it is, as http://HOST:PORT
    #[arg(value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
}

#[derive(Debug, clap::Args)]
struct Store {
    #[command(flatten)]
    door: DoorArgs,
    /// The folder of the log; it is made when it is not there
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// When an order is acknowledged: when it is on the disk, or at once
    #[arg(long, value_enum, default_value_t = Promise::Always)]
    fsync: Promise,
    /// With `--fsync never`: how often orders leave the process; `kill -9` loses those since
    #[arg(long, value_name = "TIME", default_value = "100ms")]
    flush_every: Span,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Promise {
    /// On the disk: nothing acknowledged is ever lost
    Always,
    /// At once: fast, and `kill -9` loses acknowledged orders
    Never,
}

#[derive(Debug, clap::Args)]
struct DoorArgs {
    /// Address and port; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// After a signal to end: how long it still takes connections while it says that it is not ready
    #[arg(long, value_name = "TIME", default_value = "0s")]
    drain: Span,
    /// The name in the header `x-served-by` of every answer; else the variable `HOSTNAME`
    #[arg(long, value_name = "NAME", env = "POD_NAME")]
    name: Option<String>,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an IP address and a port, such as 127.0.0.1:8080")
}

impl DoorArgs {
    fn door(&self) -> Door {
        let name = self.name.clone().or_else(|| std::env::var("HOSTNAME").ok());
        // A name that fits no header names nobody; it is for people only.
        let served_by = name.and_then(|name| HeaderValue::try_from(name).ok());
        Door { listen: self.listen, drain: self.drain.get(), served_by }
    }
}

/// Serves until Ctrl-C, SIGTERM or SIGHUP; then drains, answers what is in flight and ends. A second one ends it at once.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let system = |what| move |source| Failure::System { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("start the runtime"))?.block_on(async {
        if let Some(Role::Ready(Ready { url })) = &args.role {
            return Ok(is_ready(url).await.map_or_else(|why| unready(&why), |()| Exit::Pass));
        }
        let mut first = signals::Stops::new().map_err(system("listen for signals"))?;
        let mut both = signals::Stops::new().map_err(system("listen for signals"))?;
        let shop = open(args).await?;
        let at_once = async {
            both.next().await;
            both.insisted().await;
        };
        tokio::select! {
            served = shop.serve(async { first.next().await }) => served?,
            () = at_once => {}
        }
        Ok(Exit::Pass)
    })
}

/// Says why.
fn unready(why: &NotReady) -> Exit {
    tell(why);
    Exit::Failed
}

/// Opens the program and says in one line where it listens.
async fn open(args: &Args) -> Result<Shop, Failure> {
    match &args.role {
        None | Some(Role::Ready(_)) => {
            let shop = Shop::alone(&args.door.door()).await?;
            tell(format_args!("the demo shop listens on http://{}; Ctrl-C ends it", shop.addr()));
            Ok(shop)
        }
        Some(Role::Api(api)) => {
            let door = api.door.door();
            let (shop, to) = match (&api.orders.database, &api.orders.store) {
                (Some(url), _) => {
                    let password = std::env::var("PGPASSWORD").ok();
                    let age = api.max_age.get();
                    // Not the URL: it may hold a password.
                    (Shop::with_database(&door, url, password.as_deref(), age).await?, "a database")
                }
                (None, store) => {
                    let store = store.as_deref().unwrap_or_default();
                    (Shop::api(&door, store).await?, store)
                }
            };
            tell(format_args!(
                "the demo shop's api listens on http://{}; its orders go to {to}; Ctrl-C ends it",
                shop.addr()
            ));
            Ok(shop)
        }
        Some(Role::Store(store)) => {
            let fsync = match store.fsync {
                Promise::Always => Fsync::Always,
                Promise::Never => Fsync::Never { flush_every: store.flush_every.get() },
            };
            let shop = Shop::store(&store.door.door(), &store.data, fsync).await?;
            let found = shop.found().map(said).unwrap_or_default();
            tell(format_args!(
                "the demo shop's store listens on http://{}; {} holds {found}; Ctrl-C ends it",
                shop.addr(),
                store.data.display()
            ));
            Ok(shop)
        }
    }
}

/// What a store found, in words.
fn said(found: Found) -> String {
    let orders = if found.orders == 1 { "order" } else { "orders" };
    let torn = match found.torn {
        0 => String::new(),
        bytes => format!(" (cut off: {bytes} bytes of a record that a crash has torn)"),
    };
    format!("{} {orders}{torn}", found.orders)
}
