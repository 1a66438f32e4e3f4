//! Connections of checks: where to, opened part by part within the attempt's limit, and what is said over them.

mod address;
mod asking;
pub mod curl;
mod headers;
mod needed;
mod open;
mod pem;
mod reach;
mod site;
mod timed;
mod wanted;

pub use address::Address;
pub use asking::Asking;
pub use headers::{Headers, fixed_headers, options};
pub use needed::needed_url;
pub use open::{Stream, open, tcp, unreachable};
pub use pem::pem;
pub use reach::Reach;
pub use site::{Schemes, Site};
pub use timed::Timed;
pub use wanted::{Wanted, text};
