//! What a search found, and how sure it is.

use super::Broken;
use crate::history::per_second;
use crate::units::Rate;
use serde::{Deserialize, Serialize};

/// What the search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BreakingPoint {
    /// The highest rate at which the gates held; none where they held at none.
    pub passed: Option<Confidence>,
    /// The lowest rate at which a gate broke; none where none did.
    pub failed: Option<Confidence>,
    /// Why the lowest rate broke.
    pub why: Option<Why>,
    /// Why the search ended before both were confirmed and near enough, if it did.
    pub cut_short: Option<CutShort>,
}

/// How many runs say the same of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// The rate.
    #[serde(rename = "rate_per_s", with = "per_second")]
    pub rate: Rate,
    /// So many runs say so.
    pub agree: u32,
    /// Of so many that decided.
    pub of: u32,
}

/// Why a rate broke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// The gate that broke, where it was one, in the longest run.
    pub gate: Option<Broken>,
    /// In one sentence.
    pub reason: String,
}

/// A search that ended before it knew all that it was to find out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutShort {
    /// What ended it.
    pub cut: Cut,
    /// The same in words.
    pub text: String,
}

/// What ends a search early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// The generator cannot send more.
    Generator,
    /// Holding longer did not decide it.
    Undecided,
    /// The ends keep changing.
    Wavers,
    /// The target was not well before the first run.
    Unwell,
    /// The target could not be reached before the first run.
    Unreachable,
    /// The target did not come back after a run.
    NotBack,
    /// Somebody stopped it.
    Interrupted,
}
