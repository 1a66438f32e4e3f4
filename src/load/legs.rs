//! A written list of ramps and holds, whatever it is that they change: a rate of arrivals, or a number of users.

use super::ProfileError;
use super::error::some_time;
use crate::units::Span;
use std::collections::HashSet;

/// One entry of the list as it is written.
pub(super) struct Written<'a, A> {
    pub(super) to: Option<A>,
    pub(super) over: Option<Span>,
    pub(super) hold: Option<Span>,
    pub(super) from: Option<A>,
    pub(super) name: Option<&'a String>,
    pub(super) warmup: bool,
}

/// One entry, understood: the amount goes evenly from `from` to `to` within `length`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leg<A> {
    pub(super) name: String,
    pub(super) from: A,
    pub(super) to: A,
    pub(super) length: Span,
    pub(super) warmup: bool,
}

/// What an amount is called in messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    /// What changes: `rate`.
    pub(super) amount: &'static str,
    /// How a ramp is written: `{ to: 100/s, over: 10s }`.
    pub(super) ramp: &'static str,
}

/// The entries in order of time; the first begins at its `from`, each other one where the one before ended.
pub(super) fn legs<'a, A: Copy + Default>(
    list: impl ExactSizeIterator<Item = Written<'a, A>>,
    words: Words,
) -> Result<Vec<Leg<A>>, ProfileError> {
    let (mut legs, mut names) = (Vec::with_capacity(list.len()), HashSet::new());
    let mut amount = A::default();
    for (place, written) in list.enumerate() {
        match written.from {
            Some(from) if place == 0 => amount = from,
            Some(_) => {
                return Err(ProfileError::at(
                    format!("[{place}].from"),
                    format!("stage {} has a `from`, but only the first stage can", place + 1),
                    format!(
                        "leave it out: a stage begins with the {} that the one before ended with",
                        words.amount
                    ),
                ));
            }
            None => {}
        }
        let leg = written.leg(place, amount, words)?;
        if leg.name.trim().is_empty() {
            return Err(ProfileError::at(
                format!("[{place}].name"),
                format!("the `name` of stage {} is empty", place + 1),
                "write a name, or leave it out",
            ));
        }
        if !names.insert(leg.name.clone()) {
            return Err(ProfileError::at(
                format!("[{place}].name"),
                format!("two stages are named `{}`", leg.name),
                "give each its own name, so that a gate can tell them apart",
            ));
        }
        amount = leg.to;
        legs.push(leg);
    }
    if legs.is_empty() {
        let help = format!("write for example `- {}`", words.ramp);
        return Err(ProfileError::whole("the list of stages is empty", help));
    }
    Ok(legs)
}

impl<A: Copy> Written<'_, A> {
    /// The entry at its `place` in the list, beginning with the amount `from`.
    fn leg(&self, place: usize, from: A, words: Words) -> Result<Leg<A>, ProfileError> {
        let number = place + 1;
        let incomplete = |what: &str| {
            let help = format!("write `{}` or `{{ hold: 30s }}`", words.ramp);
            Err(ProfileError::at(format!("[{place}]"), format!("stage {number} {what}"), help))
        };
        let (to, field, length) = match (self.to, self.over, self.hold) {
            (Some(to), Some(over), None) => (to, "over", over),
            (None, None, Some(hold)) => (from, "hold", hold),
            (Some(_), None, None) => return incomplete("has `to` without `over`"),
            (None, Some(_), None) => return incomplete("has `over` without `to`"),
            (None, None, None) => return incomplete("has neither `to` and `over` nor `hold`"),
            (_, _, Some(_)) => return incomplete("has both a ramp and a `hold`"),
        };
        some_time(field, length).map_err(|error| ProfileError {
            field: format!("[{place}].{field}"),
            message: format!("{} in stage {number}", error.message),
            ..error
        })?;
        let name = self.name.cloned().unwrap_or_else(|| format!("stage-{number}"));
        Ok(Leg { name, from, to, length, warmup: self.warmup })
    }
}
