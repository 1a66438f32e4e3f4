//! Why a second cannot be trusted.

use serde::Serialize;

/// Why a second cannot be trusted. In the order of reports: what explains the others comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A control group held the process back.
    Throttled,
    /// The host gave the machine's processor time to others.
    Stolen,
    /// The load threads hardly ever got a core.
    Starved,
    /// The load threads waited for a core.
    Queue,
    /// The processor was at its limit.
    Cpu,
    /// There was no free port.
    Ports,
    /// There was no free descriptor.
    Descriptors,
    /// Requests could not be sent, and what was lacking is not known.
    Unsent,
    /// Arrivals were dropped.
    Dropped,
    /// Requests started late.
    Late,
}

impl Cause {
    /// All causes, in the order of reports.
    pub const ALL: [Cause; 10] = [
        Cause::Throttled,
        Cause::Stolen,
        Cause::Starved,
        Cause::Queue,
        Cause::Cpu,
        Cause::Ports,
        Cause::Descriptors,
        Cause::Unsent,
        Cause::Dropped,
        Cause::Late,
    ];

    /// Its name in reports.
    pub const fn words(self) -> &'static str {
        match self {
            Cause::Throttled => "throttled by its control group",
            Cause::Stolen => "processor time stolen by the host",
            Cause::Starved => "starved of a core",
            Cause::Queue => "waiting for a core",
            Cause::Cpu => "processor at its limit",
            Cause::Ports => "out of ports",
            Cause::Descriptors => "out of descriptors",
            Cause::Unsent => "failures of its own",
            Cause::Dropped => "dropped arrivals",
            Cause::Late => "late starts",
        }
    }

    /// Whether the generator may have made answers slow, or requests fail, that the target answered well. Dropped
    /// arrivals alone do not: those that were sent were measured as they should be, and a target that does not answer
    /// is the usual reason.
    pub const fn spoils(self) -> bool {
        !matches!(self, Cause::Dropped)
    }
}
