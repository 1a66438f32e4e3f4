//! Makes the runs that a search asks for, one after the other.

use super::health::{self, interrupted};
use super::saved;
use crate::cli::Failure;
use crate::cli::conduct::{drive_and_save, judged};
use crate::cli::progress::Progress;
use crate::cli::telling::tell;
use crate::engine::{Control, LoadPlan, RunPlan, Stop};
use crate::event::Ending;
use crate::history::Meta;
use crate::report::{attempt_line, harmless};
use crate::run::{Run, Strictness};
use crate::scenario::Shape;
use crate::search::{Attempt, BreakingPoint, Cut, CutShort, Next, Purpose, Record, Search};
use crate::units::{Rate, Span};
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// A run that decides nothing is made again, this many times as long.
const LONGER: u32 = 3;

/// All that runs need.
pub(super) struct Seeker<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) stop: &'a Stop,
    pub(super) control: &'a Control,
    /// The checks alone.
    pub(super) checks: &'a RunPlan,
    pub(super) load: Arc<LoadPlan>,
    pub(super) shape: Shape,
    /// The plan of every run, but for its rate.
    pub(super) meta: Meta,
    pub(super) folder: &'a Path,
}

/// One run to make.
#[derive(Clone, Copy)]
struct Wanted {
    number: usize,
    rate: Rate,
    hold: Span,
}

impl Seeker<'_> {
    /// Searches to the end; what is known is in the record, and saved, after every run.
    pub(super) fn seek(&self, record: &mut Record) -> Result<(), Failure> {
        let mut search = Search::new(record.asked.range());
        loop {
            let ended = self.step(&mut search, record)?;
            record.attempts = search.attempts().to_vec();
            if let Some(found) = ended {
                record.found = found;
                return saved::write(self.folder, record);
            }
            // Should nobody come to write the end, what is saved says that it was cut off.
            let CutShort { cut, text } = interrupted();
            record.found = search.ended_early(cut, text);
            saved::write(self.folder, record)?;
        }
    }

    /// Makes the next run; gives what was found when there is none.
    fn step(&self, search: &mut Search, record: &Record) -> Result<Option<BreakingPoint>, Failure> {
        let (rate, purpose, undecided) = match search.next() {
            Next::Over(found) => return Ok(Some(found)),
            Next::Try { rate, purpose, undecided } => (rate, purpose, undecided),
        };
        let early = |search: &Search, CutShort { cut, text }| Ok(Some(search.ended_early(cut, text)));
        let number = search.attempts().len();
        if let Some(cut) = self.health(number, record)? {
            return early(search, cut);
        }
        let hold = match purpose {
            Purpose::Look => record.asked.hold,
            Purpose::Confirm => record.asked.confirm,
        };
        let hold = Span::new(hold.get() * LONGER.pow(undecided));
        if undecided > 0 {
            tell(format_args!("           nothing was decided; once more at {rate}, for {hold}"));
        }
        let wanted = Wanted { number, rate, hold };
        let (run, folder) = self.run(wanted)?;
        if self.control.stops() {
            return early(search, interrupted());
        }
        if let Some(Ending::Unreachable { reason }) = &run.summary.ending {
            let text = format!("the target could not be reached any more before {rate}: {reason}");
            return early(search, CutShort { cut: Cut::NotBack, text });
        }
        let attempt = Attempt::of(&run, rate, (purpose, hold), folder);
        tell(harmless(&attempt_line(&attempt)));
        search.add(attempt);
        Ok(None)
    }

    /// What keeps the next run from being made.
    fn health(&self, number: usize, record: &Record) -> Result<Option<CutShort>, Failure> {
        self.runtime.block_on(async {
            match number {
                0 => health::at_first(self.checks, self.control).await,
                _ => {
                    let waits = (record.asked.rest, record.asked.recover);
                    health::come_back(self.checks, self.control, waits).await
                }
            }
        })
    }

    /// One ordinary run, and the name of its folder.
    fn run(&self, wanted: Wanted) -> Result<(Run, String), Failure> {
        let Wanted { number, rate, hold } = wanted;
        // Each run has values of its own: what one has written must not be in the way of the next.
        let seed = self.meta.seed.wrapping_add(number as u64);
        let held = self.shape.held_at(rate, hold, seed);
        let plan = self.checks.with_load_alone(self.load.at(held.schedule, seed));
        let started = format!("{:.3}", jiff::Timestamp::now());
        let meta = Meta { seed, started, stages: held.stages, ..self.meta.clone() };
        let name = format!("{:02}-{}", number + 1, rate.to_string().replace('/', "-per-"));
        let folder = self.folder.join(&name);
        let mut progress = Progress::of_many(&meta, self.control.clone());
        let stopping = (self.stop, self.control);
        drive_and_save(self.runtime, (&plan, None), stopping, (&meta, &folder), &mut progress)?;
        Ok((judged(&folder, None, Strictness::Normal)?, name))
    }
}
