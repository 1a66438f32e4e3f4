//! A search as it is saved and reported.

use super::{Attempt, BreakingPoint, Cut, Range};
use crate::history::per_second;
use crate::run::Exit;
use crate::units::{Rate, Ratio, Span};
use crate::verdict::Verdict;
use serde::{Deserialize, Serialize};

/// The version of the saved form.
pub const SCHEMA: u32 = 1;

/// A whole search: what was asked, each run, and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this form; 1.
    pub schema: u32,
    /// The version of shakedown that searched.
    pub version: String,
    /// The scenario's name.
    pub scenario: String,
    /// SHA-256 of the scenario and everything it includes, in hexadecimal.
    pub hash: String,
    /// Where the load went.
    pub target: String,
    /// The wall clock's time at the start, RFC 3339 in UTC.
    pub started: String,
    /// The seed of the first run; each further one adds one.
    pub seed: u64,
    /// What was asked for.
    pub asked: Asked,
    /// The gates that had to hold.
    pub gates: Vec<String>,
    /// What of the scenario was left out, and why.
    pub left_out: Vec<String>,
    /// The runs, in their order.
    pub attempts: Vec<Attempt>,
    /// What was found.
    pub found: BreakingPoint,
}

/// What a search was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The first rate.
    #[serde(rename = "from_per_s", with = "per_second")]
    pub from: Rate,
    /// The highest rate.
    #[serde(rename = "limit_per_s", with = "per_second")]
    pub limit: Rate,
    /// How near the ends have to come.
    pub precision: Ratio,
    /// How long a rate is held to come near.
    pub hold: Span,
    /// How long an end is held to be sure.
    pub confirm: Span,
    /// How often each end is tried again.
    pub repeats: u32,
    /// The pause between two runs.
    pub rest: Span,
    /// How long the target may take to be well again after a run.
    pub recover: Span,
}

/// The part of the highest rate that held which is a careful normal load.
const CAREFUL: f64 = 0.7;

impl Asked {
    /// Where to look.
    pub fn range(&self) -> Range {
        let Asked { from, limit, precision, repeats, .. } = *self;
        Range { from, limit, precision: precision.get(), repeats }
    }
}

impl Record {
    /// How the process ends: what is asked is whether the first rate holds, and how much more does.
    pub fn exit(&self) -> Exit {
        let found = &self.found;
        let cut = found.cut_short.as_ref().map(|short| short.cut);
        match cut {
            Some(Cut::Interrupted) => return Exit::Interrupted,
            Some(Cut::Unreachable) => return Exit::Unreachable,
            Some(Cut::Unwell) => return Exit::Failed,
            _ => {}
        }
        match (found.failed, cut) {
            (Some(failed), _) if failed.rate <= self.asked.from => Exit::Failed,
            (_, Some(_)) => Exit::Inconclusive,
            (_, None) => Exit::Pass,
        }
    }

    /// The exit as a verdict.
    pub fn verdict(&self) -> Verdict {
        match self.exit() {
            Exit::Pass => Verdict::Pass,
            Exit::Failed => Verdict::Fail,
            _ => Verdict::Inconclusive,
        }
    }

    /// A rate for the `base` of a profile: 70 % of the highest that held, in two digits; none where that is not sure.
    pub fn base(&self) -> Option<Rate> {
        let passed = self.found.passed.filter(|passed| passed.agree > self.asked.repeats)?;
        let base = passed.rate.times(CAREFUL).as_per_second();
        let step = 10_f64.powf(base.log10().floor() - 1.0);
        Some(Rate::per_second((base / step).floor() * step))
    }
}
