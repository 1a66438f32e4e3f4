//! Whether the target is well: its smoke checks hold, and it takes connections.

use crate::cli::Failure;
use crate::engine::{Control, RunPlan, drive, reach};
use crate::event::{CheckEnd, Event, EventKind};
use crate::search::{Cut, CutShort};
use crate::units::Span;
use crate::verdict::{Severity, Verdict};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a target that is not well is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// How a target is.
enum Health {
    Well,
    /// It answers, and not as it should.
    Unwell(String),
    /// It does not answer.
    Silent(String),
}

/// Asks a target of which no request was asked yet, once; what speaks against a search.
pub(super) async fn at_first(checks: &RunPlan, control: &Control) -> Result<Option<CutShort>, Failure> {
    let Some(health) = control.unless_stopped(ask(checks, control)).await else {
        return Ok(Some(interrupted()));
    };
    let (cut, why) = match health? {
        Health::Well => return Ok(None),
        Health::Unwell(why) => (Cut::Unwell, why),
        Health::Silent(why) => (Cut::Unreachable, why),
    };
    let text = format!("the target is not well, so no load was sent: {why}");
    Ok(Some(CutShort { cut, text }))
}

/// Leaves the target alone for `rest`, and then waits until it is well, at most for `patience`; what ends the search
/// otherwise.
pub(super) async fn come_back(
    checks: &RunPlan,
    control: &Control,
    (rest, patience): (Span, Span),
) -> Result<Option<CutShort>, Failure> {
    if control.unless_stopped(sleep(rest.get())).await.is_none() {
        return Ok(Some(interrupted()));
    }
    let begun = Instant::now();
    loop {
        let Some(health) = control.unless_stopped(ask(checks, control)).await else {
            return Ok(Some(interrupted()));
        };
        let why = match health? {
            Health::Well => return Ok(None),
            Health::Unwell(why) | Health::Silent(why) => why,
        };
        if begun.elapsed() >= patience.get() {
            let text = format!("the target did not come back within {patience} after the last run: {why}");
            return Ok(Some(CutShort { cut: Cut::NotBack, text }));
        }
        if control.unless_stopped(sleep(AGAIN)).await.is_none() {
            return Ok(Some(interrupted()));
        }
    }
}

/// What there is to say when somebody stops a search.
pub(super) fn interrupted() -> CutShort {
    CutShort { cut: Cut::Interrupted, text: "it was interrupted".to_owned() }
}

async fn ask(checks: &RunPlan, control: &Control) -> Result<Health, Failure> {
    let mut failed: Vec<CheckEnd> = Vec::new();
    let mut say = |event: Event| match event.kind {
        EventKind::Check(end) if end.verdict == Verdict::Fail && end.severity == Severity::Fail => {
            failed.push(end);
        }
        _ => {}
    };
    // Boxed: the futures of a whole run are large.
    Box::pin(drive(checks, None, &[], control, &mut say)).await?;
    if let Some(first) = failed.first() {
        let why = format!("check {}: {}", first.name, first.reason);
        let silent = failed.iter().all(|end| end.unreachable);
        return Ok(if silent { Health::Silent(why) } else { Health::Unwell(why) });
    }
    let Some(target) = &checks.target else { return Ok(Health::Well) };
    Ok(match reach(target).await {
        Ok(_) => Health::Well,
        Err(failure) => {
            Health::Silent(format!("{}; {}", checks.secrets.redact(&failure.text), failure.next_move()))
        }
    })
}
