//! A Kubernetes small enough to live in a binary: for trying, for demos and for tests.
//!
//! ```no_run
//! # async fn example() -> Result<(), playground::PlaygroundError> {
//! let playground = playground::Playground::start(playground::Options::default()).await?;
//! println!("export KUBECONFIG={}", playground.kubeconfig_path().display());
//! # Ok(()) }
//! ```
//!
//! # Layers
//!
//! [`store`] holds all objects as JSON under one version counter, with a bounded history for each resource.
//! [`schema`] says which fields the kinds have, and [`ownership`] who owns which field of an object.
//! [`resource`] is the table of kinds: names, subresources, defaults and rules, one file for each API group.
//! [`cluster`] has the rules of the objects' lives over the store. [`api`] is the HTTP interface over the cluster.
//! [`identity`] has the tokens and the authority by which programs in Pods and the API server know each other.
//! [`metrics`] is the place where the nodes leave what the Pods use, for the API server and the autoscaler
//! ([`measurements`](cluster::Cluster::measurements)). Imports point down only. [`node`] runs Pods; [`images`]
//! knows the databases that it can start, and their entrypoints are parts that [`supervise`] plays inside of
//! containers.
//!
//! # For controllers, schedulers and kubelets
//!
//! They work on a [`cluster::Cluster`], the same that the API server uses, so everything they write is filled
//! in and checked as a client's writing is, and everybody sees it at once. It is cheap to clone.
//!
//! - Reading: [`get`](cluster::Cluster::get) and [`list`](cluster::Cluster::list); objects are shared
//!   `Arc<Value>`, [`object`] reads their metadata, [`selector`] selects.
//! - Watching: [`follow`](cluster::Cluster::follow) with [`store::From::Present`] gives every present object as
//!   `Added` and then every change, none lost and none twice: its place in the history is kept for it. It must
//!   keep reading. [`Selected::next`](cluster::Selected::next) is safe in `select!`;
//!   [`is_synced`](cluster::Selected::is_synced) tells when the present objects have been seen.
//! - Writing: [`create`](cluster::Cluster::create), [`modify`](cluster::Cluster::modify) (reads, changes and
//!   stores in one step, so there is nothing to retry), [`set_status`](cluster::Cluster::set_status),
//!   [`delete`](cluster::Cluster::delete), [`evict`](cluster::Cluster::evict), and
//!   [`bind`](cluster::Cluster::bind) for the scheduler. A change that changes nothing wakes nobody, so a
//!   controller may write the status it computed without comparing.
//! - Ownership: a handle from [`written_by`](cluster::Cluster::written_by) makes its writer the owner of the fields
//!   that it changes (`managedFields`).
//!
//! What the API server leaves to them:
//!
//! - A Pod that is deleted on a node stays, marked with `deletionTimestamp`, until the kubelet deletes it with a
//!   grace period of 0.
//! - Objects deleted with `Foreground` or `Orphan` wait under the finalizers `foregroundDeletion` and `orphan`
//!   for the garbage collector, which also collects what a `Background` deletion leaves behind.
//! - A deleted Namespace waits, `Terminating`, until its controller empties it and removes `kubernetes` from its
//!   `spec.finalizers` ([`cluster::Part::Finalize`]); that controller also gives new namespaces their `default`
//!   ServiceAccount.
//! - `status` of workloads and budgets. An eviction is refused until `observedGeneration` of the budget's status
//!   is current.
//! - Addresses: a Service gets its cluster IP and its node ports when it is created; somebody has to listen
//!   there. Nodes, Pods and Services have addresses in one block 127.x.0.0/16 that this playground alone uses
//!   (x from 128); node ports are open on the nodes' addresses and on 127.0.0.1, and no two playgrounds of a
//!   machine give out the same one.
//! - [`api::NodeAgent`], given in [`Options`], answers `pods/log` and `pods/exec` for the API
//!   server: [`node::Nodes::agent`] is the nodes' own.

pub mod api;
mod block;
mod bootstrap;
mod claim;
pub mod cluster;
pub mod controllers;
mod cri;
mod entrypoint;
mod home;
pub mod identity;
pub mod images;
mod kubeconfig;
pub mod metrics;
pub mod node;
pub mod object;
pub mod ownership;
pub mod patch;
mod playground;
mod procfs;
mod quantity;
mod recorder;
pub mod resource;
pub mod schema;
pub mod selector;
pub mod service;
pub mod status;
pub mod store;
mod supervise;
mod throttle;

pub use home::Home;
pub use playground::{Options, Playground, PlaygroundError, Upkeep};
pub use supervise::supervise;
