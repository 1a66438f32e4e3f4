//! What every story needs: a cluster with a namespace of its own, the shop in it, what was seen, who asks.

mod cluster;
mod prober;
mod refusal;
mod shop;
mod timeline;
mod world;

pub use cluster::{PATIENCE, Stage, object};
pub use prober::{Prober, request};
pub use refusal::{refused, wants};
pub use shop::{LEAVING, READY, STARTING, Shop, grace, image, is_ready, until_told};
pub use timeline::{Change, Timeline};
