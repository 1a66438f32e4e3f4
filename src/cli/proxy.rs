//! `shakedown proxy`: what the network fault runs in the cluster. Hidden, because a run starts it; `docs/proxy.md` tells
//! of it.

use super::telling::tell;
use super::{Failure, signals};
use crate::engine;
use crate::proxy::{Counts, Direction, Faults, Latency, Outage, Proxy, Reset, Schedule, Setup, Upstream};
use crate::run::Exit;
use crate::units::{Bandwidth, Bytes, Ratio, Span, grouped};
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

/// Where it listens, where that leads, and what goes wrong on the way.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("outage").args(["reset", "reset_after", "refuse", "blackhole", "half_open"])))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags of a command line; `outage` makes one value of them"
)]
pub(super) struct Args {
    /// Address and port; port 0 takes any free one. Once for each --upstream, in the same order
    #[arg(long, value_name = "ADDR:PORT", required = true, value_parser = address)]
    listen: Vec<SocketAddr>,
    /// Where connections go, by name or address
    #[arg(long, value_name = "HOST:PORT", required = true)]
    upstream: Vec<Upstream>,
    /// A further port that takes and closes connections whatever the fault is, for probes
    #[arg(long, value_name = "ADDR:PORT", value_parser = address)]
    ready: Option<SocketAddr>,
    /// Added to each round trip
    #[arg(long, value_name = "TIME")]
    latency: Option<Span>,
    /// The latency varies by up to so much, both ways
    #[arg(long, value_name = "TIME", requires = "latency")]
    jitter: Option<Span>,
    /// The most that passes, of each connection
    #[arg(long, value_name = "SIZE/s")]
    bandwidth: Option<Bandwidth>,
    /// Which way latency, bandwidth and the bytes of --reset-after apply
    #[arg(long, value_enum, default_value_t = Way::Down)]
    direction: Way,
    /// Reset connections as soon as they are made
    #[arg(long, conflicts_with_all = ["latency", "bandwidth"])]
    reset: bool,
    /// Reset connections after this time, or after so many bytes
    #[arg(long, value_name = "TIME|SIZE", value_parser = reset_after)]
    reset_after: Option<Reset>,
    /// Close the port: connections are refused
    #[arg(long, conflicts_with_all = ["latency", "bandwidth", "share"])]
    refuse: bool,
    /// Take connections and let nothing pass
    #[arg(long, conflicts_with_all = ["latency", "bandwidth"])]
    blackhole: bool,
    /// Lose the upstream without telling the client
    #[arg(long, conflicts_with_all = ["latency", "bandwidth"])]
    half_open: bool,
    /// Touch only so many of the connections
    #[arg(long, value_name = "SHARE", default_value = "100%")]
    share: Ratio,
    /// Chooses the connections and the jitter
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// When the fault begins, from the start
    #[arg(long, value_name = "TIME", default_value = "0s")]
    after: Span,
    /// How long it lasts; to the end when left out
    #[arg(long = "for", value_name = "TIME")]
    lasts: Option<Span>,
    /// After a signal to end: how long connections may still go on
    #[arg(long, value_name = "TIME", default_value = "5s")]
    drain: Span,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Way {
    /// Requests
    Up,
    /// Answers
    Down,
    /// Half of the latency each way, the bandwidth each way
    Both,
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write an IP address and a port, such as 0.0.0.0:8080")
}

fn reset_after(text: &str) -> Result<Reset, String> {
    match (text.parse::<Bytes>(), text.parse::<Span>()) {
        (Ok(size), _) if size.get() > 0 => Ok(Reset::AfterBytes(size.get())),
        (_, Ok(time)) if !time.get().is_zero() => Ok(Reset::After(time.get())),
        (Ok(_), _) | (_, Ok(_)) => Err("for a reset at once write --reset".into()),
        _ => Err(format!("`{text}` is neither a time nor a size; write for example `1s` or `64KiB`")),
    }
}

/// Proxies until Ctrl-C, SIGTERM or SIGHUP; then drains and ends. A second one ends it at once.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let setup = args.setup()?;
    // Two for each connection, and one for each that waits exactly.
    engine::raise_open_files();
    let system = |what| move |source| Failure::System { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("start the runtime"))?.block_on(async {
        let mut first = signals::Stops::new().map_err(system("listen for signals"))?;
        let mut both = signals::Stops::new().map_err(system("listen for signals"))?;
        let said = args.said(setup.faults.seed);
        let proxy = tokio::select! {
            proxy = Proxy::open(setup) => proxy?,
            () = first.next() => return Ok(Exit::Pass),
        };
        tell(format_args!("{}; {said}", listens(&proxy, &args.upstream)));
        let at_once = async {
            both.next().await;
            both.insisted().await;
        };
        tokio::select! {
            counts = proxy.run(async { first.next().await }) => tell(sum(&counts)),
            () = at_once => {}
        }
        Ok(Exit::Pass)
    })
}

impl Args {
    fn setup(&self) -> Result<Setup, Failure> {
        let (listen, upstream) = (self.listen.len(), self.upstream.len());
        if listen != upstream {
            return Err(Failure::Usage(format!(
                "{listen} × --listen and {upstream} × --upstream; give one --upstream for each --listen, in the same order"
            )));
        }
        let time = |span: Option<Span>| span.map_or(Duration::ZERO, Span::get);
        let (delay, jitter) = (time(self.latency), time(self.jitter));
        if jitter > delay {
            return Err(Failure::Usage(
                "--jitter is more than --latency, and nothing arrives before it was sent; lower it".into(),
            ));
        }
        let pairs = self.listen.iter().copied().zip(self.upstream.iter().cloned()).collect();
        let faults = Faults {
            latency: self.latency.map(|_| Latency { delay, jitter }),
            bandwidth: self.bandwidth,
            direction: self.direction.into(),
            outage: self.outage(),
            share: self.share.into(),
            seed: self.seed.unwrap_or_else(rand::random),
        };
        let schedule = Schedule { after: self.after.get(), lasts: self.lasts.map(Span::get) };
        Ok(Setup { pairs, faults, schedule, ready: self.ready, drain: self.drain.get() })
    }

    fn outage(&self) -> Option<Outage> {
        let chosen = [
            (self.reset, Outage::Reset(Reset::AtOnce)),
            (self.refuse, Outage::Refuse),
            (self.blackhole, Outage::Blackhole),
            (self.half_open, Outage::HalfOpen),
        ];
        let chosen = chosen.into_iter().find(|(asked, _)| *asked).map(|(_, outage)| outage);
        chosen.or(self.reset_after.map(Outage::Reset))
    }

    /// What it will do, in words.
    fn said(&self, seed: u64) -> String {
        let mut parts = Vec::new();
        if let Some(latency) = self.latency {
            let jitter = self.jitter.map(|jitter| format!(" ± {jitter}")).unwrap_or_default();
            parts.push(format!("latency {latency}{jitter}"));
        }
        parts.extend(self.bandwidth.map(|bandwidth| format!("bandwidth {bandwidth}")));
        parts.extend(self.outage().map(|outage| match outage {
            Outage::Refuse => "refuse".to_owned(),
            Outage::Reset(Reset::AtOnce) => "reset".to_owned(),
            Outage::Reset(Reset::After(time)) => format!("reset after {}", Span::new(time)),
            Outage::Reset(Reset::AfterBytes(bytes)) => format!("reset after {}", Bytes::new(bytes)),
            Outage::Blackhole => "blackhole".to_owned(),
            Outage::HalfOpen => "half-open".to_owned(),
        }));
        if parts.is_empty() {
            return "no fault; Ctrl-C ends it".to_owned();
        }
        let mut said = parts.join(", ");
        // Writing to a text cannot fail.
        let _ = write!(said, " ({}) for {} of connections", Direction::from(self.direction), self.share);
        let _ = write!(said, ", after {}", self.after);
        if let Some(lasts) = self.lasts {
            let _ = write!(said, " for {lasts}");
        }
        let _ = write!(said, ", seed {seed}; Ctrl-C ends it");
        said
    }
}

impl From<Way> for Direction {
    fn from(way: Way) -> Direction {
        match way {
            Way::Up => Direction::Up,
            Way::Down => Direction::Down,
            Way::Both => Direction::Both,
        }
    }
}

/// Where it listens, in words.
fn listens(proxy: &Proxy, upstreams: &[Upstream]) -> String {
    let pair = |(addr, upstream)| format!("{addr} for {upstream}");
    let pairs: Vec<String> = proxy.addrs().into_iter().zip(upstreams).map(pair).collect();
    let ready = proxy.ready_addr().map(|addr| format!(", for probes on {addr}")).unwrap_or_default();
    format!("the proxy listens on {}{ready}", pairs.join(", "))
}

/// What it did, in words.
fn sum(counts: &Counts) -> String {
    let mut said = format!(
        "the proxy has ended: {} connections, {} affected, {} bytes up, {} bytes down",
        grouped(counts.connections),
        grouped(counts.affected),
        grouped(counts.up),
        grouped(counts.down),
    );
    for (count, what) in [
        (counts.unreachable, "could not reach the upstream"),
        (counts.unfinished, "cut at the end"),
        (counts.broken, "broken by a mistake in the proxy; please report it"),
    ] {
        if count > 0 {
            // Writing to a text cannot fail.
            let _ = write!(said, ", {} {what}", grouped(count));
        }
    }
    said
}
