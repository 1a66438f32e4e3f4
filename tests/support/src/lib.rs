//! Loopback servers for tests, each on a free port, on a thread of its own, gone when it is dropped; and the program
//! itself, run in a folder of its own as somebody at a command line runs it.
//!
//! - [`Scripted`] answers what the test says and remembers what it was asked;
//! - [`Delayed`] answers after an exact time;
//! - [`Streams`] speaks HTTP/2 and counts how many requests each connection carries at once;
//! - [`Raw`] is no HTTP server at all: silent, closing, resetting, or talking nonsense;
//! - [`TlsServer`] has a certificate of its own authority and may want one from the client;
//! - [`Server`] is a database of this machine, in a folder and on a port of its own;
//! - [`Known`] answers after one of two exact times and keeps a list of how long each answer really took;
//! - [`Holding`] holds all answers until so many requests have come that all of them are open at once;
//! - [`Bulk`] takes and gives long bodies without keeping them, so many at once;
//! - [`Leaving`] takes one connection and closes its port;
//! - [`Child`] is a server in a process of its own, which a test can stop and let go on;
//! - [`Neighbours`] keep a core busy;
//! - [`kubectls`] finds kubectl, old and new;
//! - [`spread`] tells in one line of JSON how far instants lie from a schedule;
//! - [`Program`] runs the program, and what it says comes back as [`Ended`] and [`Report`]; [`descendants`] and
//!   [`lives`] tell what it leaves behind; [`undisturbed`] runs it again where a busy machine left it without a verdict.
//!
//! A crate and not a module of each test, so that it is built once and nothing in it is unused.

mod answer;
mod authority;
mod bulk;
mod child;
mod delayed;
mod holding;
mod http;
mod known;
mod kubectl;
mod leaving;
mod loopback;
mod neighbours;
mod processes;
mod program;
mod raw;
mod report;
mod running;
mod scripted;
mod server;
mod skipped;
mod spread;
mod streams;
mod tls;
mod undisturbed;

pub use ::http::Version;
pub use answer::{Answer, Seen};
pub use authority::{Authority, Identity, Quality};
pub use bulk::Bulk;
pub use child::{Child, Served};
pub use delayed::Delayed;
pub use holding::Holding;
pub use known::{Account, Known};
pub use kubectl::{Kubectl, kubectls};
pub use leaving::Leaving;
pub use neighbours::Neighbours;
pub use processes::{descendants, lives};
pub use program::Program;
pub use raw::Raw;
pub use report::{Counts, Report};
pub use running::{Ended, Running};
pub use scripted::Scripted;
pub use server::{Server, unprivileged};
pub use skipped::skipped;
pub use spread::{WARM_UP, spread};
pub use streams::{Streams, StreamsSetup};
pub use tls::{Clients, Secured, TlsServer, TlsSetup};
pub use undisturbed::undisturbed;
