//! Starts a playground with one node, prints its kubeconfig's path and stays until its input ends:
//! `cargo run -p playground --example up`.

use playground::resource::by_kind;
use playground::store::Write;
use playground::{Options, Playground};
use serde_json::json;
use std::error::Error;
use std::io::Read as _;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let playground = Playground::start(Options::default()).await?;
        let nodes = by_kind("v1", "Node").ok_or("no nodes")?;
        playground.cluster().create(nodes, "", json!({"metadata": {"name": "node-a"}}), Write::Commit)?;
        println!("export KUBECONFIG={}", playground.kubeconfig_path().display());
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
        playground.stop().await;
        Ok(())
    })
}
