//! Steal time: what the host of a virtual machine gave to others while this one wanted to run.

use std::fs;

const FILE: &str = "/proc/stat";
/// In the line `cpu  user nice system idle iowait irq softirq steal guest guest_nice`; guests are in user and nice.
const FIELDS: usize = 8;

/// Ticks of all cores together since the machine's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    all: u64,
    stolen: u64,
}

/// The steal time since the last look.
#[derive(Debug)]
pub(super) struct Steal {
    before: Option<Ticks>,
}

impl Steal {
    /// Begins now.
    pub(super) fn start() -> Steal {
        Steal { before: read() }
    }

    /// The share of the machine's time since the last look that was stolen.
    pub(super) fn share(&mut self) -> Option<f64> {
        let now = read()?;
        let before = self.before.replace(now)?;
        share(before, now)
    }
}

fn read() -> Option<Ticks> {
    ticks_of(&fs::read_to_string(FILE).ok()?)
}

fn ticks_of(text: &str) -> Option<Ticks> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> =
        line.split_whitespace().take(FIELDS).map(str::parse).collect::<Result<_, _>>().ok()?;
    let stolen = *fields.get(FIELDS - 1)?;
    Some(Ticks { all: fields.iter().sum(), stolen })
}

fn share(before: Ticks, now: Ticks) -> Option<f64> {
    let all = now.all.checked_sub(before.all).filter(|all| *all > 0)?;
    // The kernel may take back a few ticks of steal time.
    Some(now.stolen.saturating_sub(before.stolen) as f64 / all as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_of_all_cores_and_guests_do_not_count_twice() {
        let text = |steal: u64, idle: u64| {
            format!("cpu  100 20 30 {idle} 40 0 5 {steal} 90 10\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1\n")
        };
        let before = ticks_of(&text(5, 800)).unwrap();
        assert_eq!(before, Ticks { all: 1_000, stolen: 5 });
        let now = ticks_of(&text(55, 950)).unwrap();
        assert_eq!(share(before, now), Some(0.25));
        assert_eq!(share(before, before), None, "no tick has passed");
        assert_eq!(share(now, before), None);
    }

    #[test]
    fn nonsense_is_no_figure() {
        for text in ["", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7 x", "intr 1"] {
            assert_eq!(ticks_of(text), None, "{text}");
        }
    }
}
