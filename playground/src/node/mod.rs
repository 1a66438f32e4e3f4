//! The nodes: which of them a Pod gets (scheduler), and what runs there (kubelet), as processes of this machine.

mod action;
mod agent;
mod board;
mod container;
mod context;
mod environment;
mod exec;
mod expand;
mod fit;
mod garbage;
mod image;
mod kubelet;
mod layout;
mod limits;
mod log;
mod machine;
mod meter;
mod mount;
mod options;
mod prepare;
mod printer;
mod probe;
mod process;
mod reclaim;
mod register;
mod scheduler;
mod start;
mod status;
mod tail;
mod taint;
mod user;
mod worker;

pub use image::{Container, ImageFolder, ImageSource, Launch, StopSignal};
pub use options::{HostPrograms, NodeOptions, Supervisor};
pub use start::{NodeError, Nodes, start};
pub use user::User;
