//! What the entrypoints of some images do, inside of a container: hidden parts of the supervisor's program, called
//! by the scripts that [`crate::images`] puts into their containers. Nothing here knows of the node.

mod enter;
mod initialise;
mod postgres;
mod redis;
mod scripts;
mod variables;

pub(crate) use enter::{MODE, POSTGRES, REDIS, REDIS_SERVER, enter};
