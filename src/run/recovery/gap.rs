//! The longest time between two good answers.

use super::silence::silences;
use super::span::Watch;
use crate::clock::Offset;
use crate::run::Bounds;
use crate::stats::SLOT;
use std::time::Duration;

/// The longest time between two good answers of which one came from `from` on and before `to`, as long as somebody
/// waited; none where it is not known when answers came.
///
/// Silences are counted from the last answer, but not from before `from`, and where nothing was planned for
/// longer than usual, from the first arrival after that: at most it is the time between the two answers. The certain part
/// of one is what its first arrival waited.
pub(super) fn longest(watch: &Watch<'_>, from: Offset, to: Offset) -> Option<Bounds> {
    let (silences, unseen) = silences(watch.series, from, to);
    let length = |silence: &super::silence::Silence| {
        let idle = silence.waiting.since(silence.last) > watch.usual.spacing.saturating_mul(2).max(SLOT);
        let begin = if idle { silence.waiting } else { silence.last }.max(from);
        let low = silence.next.unwrap_or(watch.end).since(silence.waiting.max(from));
        match silence.next {
            Some(next) => {
                let high = Some(next.since(silence.last.max(from)));
                Bounds { value: next.since(begin), low, high }
            }
            None => Bounds { value: watch.end.since(begin), low, high: None },
        }
    };
    let lengths: Vec<Bounds> = silences.iter().map(length).collect();
    let Some(longest) = lengths.iter().max_by_key(|one| one.value) else {
        return (unseen > Duration::ZERO).then_some(Bounds {
            value: Duration::ZERO,
            low: Duration::ZERO,
            high: Some(unseen),
        });
    };
    let high = lengths.iter().try_fold(unseen, |most, one| Some(most.max(one.high?)));
    Some(Bounds { high, ..*longest })
}
