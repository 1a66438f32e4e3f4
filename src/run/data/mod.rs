//! Data as users lose it: the ledger of acknowledged writes against what was read back.

mod result;

pub use result::{DataLoss, LedgerResult};
