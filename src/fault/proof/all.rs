//! Several effects.

use super::{Effect, Prove, Proving};
use crate::fault::FaultContext;
use std::sync::Arc;
use std::time::Duration;

/// Each of them is seen, in whatever order.
#[derive(Debug, Clone)]
pub struct All(pub Vec<Arc<dyn Prove>>);

impl Prove for All {
    fn what(&self) -> String {
        self.0.iter().map(|one| one.what()).collect::<Vec<_>>().join("; ")
    }

    fn prove<'a>(&'a self, cx: &'a FaultContext, within: Duration) -> Proving<'a> {
        Box::pin(async move {
            let effects = self.0.iter().map(|one| one.prove(cx, within));
            together(futures_util::future::join_all(effects).await)
        })
    }
}

fn together(effects: Vec<Effect>) -> Effect {
    let (mut seen, mut missing) = (Vec::new(), Vec::new());
    for effect in effects {
        match effect {
            Effect::Proven(what) => seen.push(what),
            Effect::Unproven(what) => missing.push(what),
        }
    }
    if missing.is_empty() { Effect::Proven(seen.join("; ")) } else { Effect::Unproven(missing.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_missing_is_enough_to_be_unproven() {
        let (a, b) = (Effect::Proven("a".to_owned()), Effect::Unproven("b".to_owned()));
        assert_eq!(together(vec![a.clone(), a.clone()]), Effect::Proven("a; a".to_owned()));
        assert_eq!(together(vec![a, b.clone()]), b);
    }
}
