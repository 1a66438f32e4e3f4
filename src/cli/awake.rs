//! `--keep-awake`, for every command that sends a load.

use super::Failure;
use crate::engine::Awake;

/// Whether the processors may idle meanwhile.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct KeepAwake {
    /// Let no processor of this machine idle meanwhile, so that nothing is sent late because one had to be woken. Takes root
    /// and power; for virtual machines whose load starts late
    #[arg(long)]
    keep_awake: bool,
}

impl KeepAwake {
    /// Keeps them awake as long as what it gives is held, where that was asked for.
    pub(super) fn hold(self) -> Result<Option<Awake>, Failure> {
        let held = self.keep_awake.then(Awake::hold).transpose();
        held.map_err(|error| Failure::Usage(format!("--keep-awake: {error}")))
    }
}
