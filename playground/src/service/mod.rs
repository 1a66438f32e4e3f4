//! Services as TCP proxies on their cluster IPs and node ports.

mod backends;
mod plan;
mod proxy;
mod start;

pub use start::{Services, start};
