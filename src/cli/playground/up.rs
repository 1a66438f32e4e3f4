//! `shakedown playground up`

use super::embedded::{Embedded, Size, deploy};
use super::screen;
use crate::cli::telling::{print, tell};
use crate::cli::{Failure, signals};
use crate::cluster::{Cluster, Manifest};
use crate::run::Exit;
use ::playground::node::HostPrograms;
use std::path::{Path, PathBuf};

/// What to do with the embedded Kubernetes.
#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum Command {
    /// Run it in the foreground until Ctrl-C; prints how kubectl finds it
    Up(Args),
}

/// How to start it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Apply this file, or the YAML files of this folder, and wait until all is ready; may be repeated
    #[arg(long, value_name = "PATH")]
    manifests: Vec<PathBuf>,
    /// The namespace for manifests that name none; created when it is missing
    #[arg(long, short, value_name = "NAME", default_value = "default")]
    namespace: String,
    /// How many nodes, spread over three zones
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=200))]
    nodes: u8,
    /// Pods may run any program of this machine, as the image `process:/path/to/program`
    #[arg(long)]
    allow_host_programs: bool,
    /// Keep a list of the Services' names and addresses in this file, in the form of /etc/hosts
    #[arg(long, value_name = "FILE")]
    hosts: Option<PathBuf>,
}

/// Does it.
pub(in crate::cli) fn obey(command: &Command) -> Result<Exit, Failure> {
    let Command::Up(args) = command;
    let mut manifests = Vec::new();
    for path in &args.manifests {
        manifests.extend(Manifest::read(path)?);
    }
    let host_programs = if args.allow_host_programs { HostPrograms::Allowed } else { HostPrograms::Refused };
    let embedded = Embedded::start(Size { nodes: usize::from(args.nodes), host_programs })?;
    let outcome = embedded.block_on(stay(&embedded, args, &manifests));
    embedded.stop();
    outcome.map(|()| Exit::Pass)
}

/// Until Ctrl-C.
async fn stay(embedded: &Embedded, args: &Args, manifests: &[Manifest]) -> Result<(), Failure> {
    let mut stops =
        signals::Stops::new().map_err(|source| Failure::System { what: "listen for signals", source })?;
    let cluster = embedded.connect(&args.namespace).await?;
    announce(embedded.kubeconfig())?;
    tokio::select! {
        () = stops.next() => Ok(()),
        outcome = serve(embedded, &cluster, args, manifests) => outcome,
    }
}

fn announce(kubeconfig: &Path) -> Result<(), Failure> {
    print(format_args!("export KUBECONFIG={}\n", kubeconfig.display()))?;
    tell("the playground is up; Ctrl-C ends it and everything in it");
    Ok(())
}

/// Puts the manifests up, then shows how things are for as long as it is let.
async fn serve(
    embedded: &Embedded,
    cluster: &Cluster,
    args: &Args,
    manifests: &[Manifest],
) -> Result<(), Failure> {
    let (say, said) = tokio::sync::mpsc::unbounded_channel();
    let shown = screen::show(cluster, said);
    let named = async {
        match &args.hosts {
            Some(path) => embedded.keep_hosts(path).await,
            None => std::future::pending().await,
        }
    };
    let deployed = async {
        if !manifests.is_empty() {
            cluster.ensure_namespace(&[]).await?;
            deploy(cluster, manifests).await?;
            // Whoever shows lives for as long as this does.
            let _ = say.send("all that was applied is ready".to_owned());
        }
        std::future::pending().await
    };
    tokio::select! {
        outcome = shown => outcome,
        outcome = named => outcome,
        outcome = deployed => outcome,
    }
}
