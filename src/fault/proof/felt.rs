//! Trying places until all of them show the effect.

use crate::fault::reach::Place;
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// Tries each place until it shows the effect, at most up to `deadline`, but once in any case. `look` gives what it
/// saw, as the end of "a fresh connection to … ": `Ok` when that is the effect. Gives the sentence on the last place,
/// or on the first that does not show it.
pub(super) async fn felt<'p, F>(
    places: &'p [Place],
    deadline: Instant,
    look: impl Fn(&'p Place) -> F,
) -> Result<String, String>
where
    F: Future<Output = Result<String, String>>,
{
    let mut sentence = String::new();
    for place in places {
        let seen = loop {
            match look(place).await {
                Err(_) if Instant::now() + PAUSE < deadline => sleep(PAUSE).await,
                seen => break seen,
            }
        };
        let said = |seen: String| format!("a fresh connection to {place} {seen}");
        sentence = seen.map(said).map_err(said)?;
    }
    Ok(sentence)
}
