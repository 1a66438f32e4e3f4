//! Load, chaos and smoke testing of deployed services.
//!
//! One scenario goes in, a verdict comes out. The layers, lowest first (`tests/layers.rs` holds them):
//! units, clock, source, verdict, sample · stats, timer, transport, database, event, cluster, shop, proxy, pressure ·
//! journey · load, check, fault, gate, history · scenario, trust · engine, run · search · report · cli.

pub mod check;
pub mod cli;
pub mod clock;
pub mod cluster;
pub mod database;
pub mod engine;
pub mod event;
pub mod fault;
pub mod gate;
pub mod history;
pub mod journey;
pub mod ledger;
pub mod load;
pub mod pressure;
pub mod proxy;
pub mod report;
pub mod run;
pub mod sample;
pub mod scenario;
pub mod search;
pub mod shop;
pub mod source;
pub mod stats;
pub mod timer;
pub mod transport;
pub mod trust;
pub mod units;
pub mod verdict;
