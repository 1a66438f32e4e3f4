//! Services as TCP proxies on their cluster IPs and node ports, and their names.

mod backends;
mod hosts;
mod plan;
mod proxy;
mod start;

pub use hosts::{HostsError, hosts, keep_hosts};
pub use start::{Services, start};
