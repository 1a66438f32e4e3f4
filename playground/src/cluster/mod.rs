//! The rules of the objects' lives, over the store: what the API server, the controllers and the kubelets use alike.

mod account;
mod address;
mod apply;
mod bind;
mod create;
mod delete;
mod evict;
mod handle;
mod kept;
mod scale;
mod selected;
mod settle;
mod stamp;
mod update;
mod writer;

pub use apply::Applied;
pub use delete::{DeleteOptions, Deleted, Propagation};
pub use handle::Cluster;
pub use scale::{apply_scale, scale_of};
pub use selected::{Selected, Sight};
pub use update::Part;
pub use writer::Writer;
