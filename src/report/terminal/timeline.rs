//! The run second by second, as lines of bars: when it was slow, when it failed, when faults were active, and when the
//! generator was not to be trusted.

use super::super::numbers::{micros, rate};
use super::super::page::Page;
use super::super::plain::{harmless, middle, width};
use super::super::style::paint;
use super::cells::{Cell, Cells, measured, not_good};
use crate::clock::Offset;
use crate::load::Glyphs;
use crate::run::{FaultResult, Row, Run, UntrustedSpan};
use crate::units::grouped;
use std::io::{self, Write};

/// A shorter run is told by its figures alone.
const FEWEST: usize = 3;
/// As wide as the picture of a plan: the bars of both fit a terminal of 80 columns.
const CELLS: usize = 60;
/// More faults are left to their table.
const FAULTS: usize = 5;
/// The name of a fault is cut to so many columns.
const NAME: usize = 16;
const INDENT: usize = 2;
const GAP: usize = 2;
/// Requests were planned, and none was answered well: that is no low bar.
const NO_GOOD_ANSWER: char = '·';

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    let untrusted = &run.summary.generator.untrusted;
    let timeline = Timeline {
        rows: measured(&run.summary.series, &run.meta.stages),
        untrusted: untrusted.seconds,
        spans: &untrusted.spans,
        faults: run.summary.faults.iter().filter_map(Active::of).collect(),
    };
    timeline.write(page, out)
}

/// What there is to draw.
struct Timeline<'a> {
    rows: Vec<Row>,
    /// How many seconds cannot be trusted.
    untrusted: u64,
    spans: &'a [UntrustedSpan],
    faults: Vec<Active<'a>>,
}

/// From when to when a fault was active; without an end it still was.
struct Active<'a> {
    name: &'a str,
    from: Offset,
    to: Option<Offset>,
}

impl Active<'_> {
    fn of(fault: &FaultResult) -> Option<Active<'_>> {
        fault.injected().map(|from| Active { name: &fault.plan.name, from, to: fault.ended() })
    }
}

/// One line: what it is called, what is drawn, and its scale in words.
struct Line<'a> {
    label: String,
    drawn: Drawn<'a>,
    words: String,
}

/// What a cell of a line shows.
///
/// Bars are linear, from zero to the highest second of the run: twice as high is twice as much, and two lines that look
/// alike are alike. On a logarithmic scale an outage would look like a bad moment. The price is that one spike flattens all
/// the rest; so the highest is always named, and then the median is, too.
enum Drawn<'a> {
    P99 { top: u64 },
    NotGood { top: f64 },
    Untrusted,
    Fault(&'a Active<'a>),
}

impl Drawn<'_> {
    fn glyph(&self, cell: &Cell) -> char {
        match self {
            Drawn::P99 { top } => match cell.p99_us {
                Some(us) => Glyphs::Blocks.bar(us.max(1) as f64, *top as f64),
                None if cell.planned => NO_GOOD_ANSWER,
                None => ' ',
            },
            Drawn::NotGood { top } => Glyphs::Blocks.bar(cell.not_good, *top),
            Drawn::Untrusted if cell.untrusted => '?',
            Drawn::Fault(fault) if cell.sees(fault.from, fault.to) => '━',
            Drawn::Untrusted | Drawn::Fault(_) => ' ',
        }
    }

    /// The cells of the line. Bars that stand on seconds that cannot be trusted stand back; the line of `?` says the same
    /// where there are no colours.
    fn cells(&self, cells: &[Cell], page: Page) -> String {
        let bars = matches!(self, Drawn::P99 { .. } | Drawn::NotGood { .. });
        let alike = cells.chunk_by(|one, next| one.untrusted == next.untrusted);
        let drawn = alike.map(|cells| {
            let text: String = cells.iter().map(|cell| self.glyph(cell)).collect();
            let grey = bars && cells.iter().any(|cell| cell.untrusted);
            if grey { paint(page.style.faint(), &text) } else { text }
        });
        drawn.collect()
    }
}

impl Timeline<'_> {
    fn write(&self, page: Page, out: &mut dyn Write) -> io::Result<()> {
        if self.rows.len() < FEWEST {
            return Ok(());
        }
        let lines = self.lines();
        let label = lines.iter().map(|line| width(&line.label)).max().unwrap_or_default();
        let words = lines.iter().map(|line| width(&line.words)).max().unwrap_or_default();
        let room = page.width.saturating_sub(INDENT + label + 2 * GAP + words).min(CELLS);
        let all = Cells::of(&self.rows, self.spans, room as u64);
        page.title(&self.title(&all), out)?;
        for line in lines {
            let name = format!("{}{:2$}", line.label, "", label - width(&line.label));
            let cells = line.drawn.cells(&all.cells, page);
            let text = format!("{:INDENT$}{name}{:GAP$}{cells}{:GAP$}{}", "", "", "", line.words);
            writeln!(out, "{}", text.trim_end())?;
        }
        writeln!(out, "{:1$}{2}", "", INDENT + label + GAP, axis(&all))?;
        match self.faults.len().checked_sub(FAULTS) {
            None | Some(0) => Ok(()),
            Some(more) => writeln!(out, "  and {more} more faults, see their table"),
        }
    }

    /// What a cell is.
    fn title(&self, all: &Cells) -> String {
        let row = self.rows.first().map_or(1, |row| row.seconds.max(1));
        let cell = match (all.seconds, row) {
            (1, _) => "one second a cell".to_owned(),
            (seconds, 1) => format!("{} s a cell: its highest second", grouped(seconds)),
            (seconds, row) => {
                format!("{} s a cell: its highest {} s", grouped(seconds), grouped(row))
            }
        };
        let silent = all.cells.iter().any(|cell| cell.planned && cell.p99_us.is_none());
        let silent = if silent { format!("; {NO_GOOD_ANSWER} no good answer") } else { String::new() };
        format!("timeline (measured load, {cell}{silent})")
    }

    fn lines(&self) -> Vec<Line<'_>> {
        let untrusted = (self.untrusted > 0).then(|| Line {
            label: "untrusted".to_owned(),
            drawn: Drawn::Untrusted,
            words: format!("{} s cannot be trusted", grouped(self.untrusted)),
        });
        let faults = self.faults.iter().take(FAULTS).map(|fault| Line {
            label: middle(&harmless(fault.name), NAME),
            drawn: Drawn::Fault(fault),
            words: String::new(),
        });
        let bars = std::iter::once(p99(&self.rows)).chain(bad(&self.rows));
        bars.chain(untrusted).chain(faults).collect()
    }
}

fn p99(rows: &[Row]) -> Line<'static> {
    let mut known: Vec<(u64, u64)> = rows.iter().filter_map(|row| Some((row.p99_us?, row.second))).collect();
    // The first of the highest; of equal keys `max_by_key` gives the last.
    let Some((top, second)) = known.iter().rev().max_by_key(|(us, _)| *us).copied() else {
        return Line { label: "p99".into(), drawn: Drawn::P99 { top: 0 }, words: "no good answer".into() };
    };
    known.sort_unstable();
    let highest = format!("up to {}, at {} s", micros(top as f64), grouped(second));
    let median = known[known.len() / 2].0 as f64;
    let words =
        if lowest(median, top as f64) { format!("{highest}; median {}", micros(median)) } else { highest };
    Line { label: "p99".to_owned(), drawn: Drawn::P99 { top }, words }
}

/// Whether nothing lower can be told from it in the picture.
fn lowest(value: f64, top: f64) -> bool {
    Glyphs::Blocks.bar(value, top) == Glyphs::Blocks.bar(f64::MIN_POSITIVE, top)
}

/// Requests that failed or were dropped, where any did.
fn bad(rows: &[Row]) -> Option<Line<'static>> {
    let worst = rows.iter().rev().max_by(|one, other| not_good(one).total_cmp(&not_good(other)))?;
    let label = match (rows.iter().any(|row| row.failed > 0), rows.iter().any(|row| row.dropped > 0)) {
        (false, false) => return None,
        (true, false) => "failed",
        (false, true) => "dropped",
        (true, true) => "not good",
    };
    let top = not_good(worst);
    let words = format!("up to {}, at {} s", rate(top), grouped(worst.second));
    Some(Line { label: label.to_owned(), drawn: Drawn::NotGood { top }, words })
}

/// The second in which the first cell begins and every tenth round one, each below the cell that begins there.
fn axis(all: &Cells) -> String {
    let mut text = String::new();
    for (column, cell) in all.cells.iter().enumerate() {
        let round = cell.begins.is_multiple_of(all.seconds.saturating_mul(10));
        if column == 0 || (round && column > text.len()) {
            text = format!("{text:column$}{} s", grouped(cell.begins));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row a figure of p99 in milliseconds; `None` is a second without a good answer.
    fn rows(p99_ms: &[Option<u64>]) -> Vec<Row> {
        let row = |(second, ms): (u64, &Option<u64>)| Row {
            second,
            seconds: 1,
            planned: 100,
            p99_us: ms.map(|ms| ms * 1_000),
            ..Row::default()
        };
        (0..).zip(p99_ms).map(row).collect()
    }

    fn drawn(rows: Vec<Row>, faults: Vec<Active<'_>>, page: Page) -> String {
        let untrusted = rows.iter().map(|row| row.untrusted).sum();
        let mut out = Vec::new();
        Timeline { rows, untrusted, spans: &[], faults }.write(page, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn lines(rows: Vec<Row>) -> Vec<String> {
        drawn(rows, vec![], Page::PLAIN).lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn a_picture_line_by_line() {
        let some = |ms: &[u64]| rows(&ms.iter().copied().map(Some).collect::<Vec<_>>());
        let with = |mut rows: Vec<Row>, second: usize, change: fn(&mut Row)| {
            change(&mut rows[second]);
            rows
        };
        let title = "timeline (measured load, one second a cell)";
        let silent = "timeline (measured load, one second a cell; · no good answer)";
        for (what, rows, wanted) in [
            ("one second", some(&[7]), vec![]),
            ("two seconds", some(&[7, 8]), vec![]),
            (
                "linear from zero",
                some(&[1, 2, 4, 8]),
                vec![title, "  p99  ▁▂▄█  up to 8.00 ms, at 3 s", "       0 s"],
            ),
            ("all alike", some(&[5, 5, 5]), vec![title, "  p99  ███  up to 5.00 ms, at 0 s", "       0 s"]),
            (
                "a spike is named, and so is what it flattens",
                some(&[3, 3, 900, 4]),
                vec![title, "  p99  ▁▁█▁  up to 900 ms, at 2 s; median 4.00 ms", "       0 s"],
            ),
            (
                "a second without a good answer is no low bar",
                rows(&[Some(4), None, Some(8)]),
                vec![silent, "  p99  ▄·█  up to 8.00 ms, at 2 s", "       0 s"],
            ),
            (
                "no good answer at all",
                rows(&[None, None, None]),
                vec![silent, "  p99  ···  no good answer", "       0 s"],
            ),
            (
                "seconds in which nothing was planned",
                with(some(&[8, 8, 8]), 2, |row| row.second = 5),
                vec![title, "  p99  ██   █  up to 8.00 ms, at 0 s", "       0 s"],
            ),
            (
                "failed",
                with(some(&[8, 8, 8]), 1, |row| row.failed = 25),
                vec![
                    title,
                    "  p99     ███  up to 8.00 ms, at 0 s",
                    "  failed   █   up to 25/s, at 1 s",
                    "          0 s",
                ],
            ),
            (
                "dropped, not to be trusted",
                with(some(&[8, 8, 8]), 2, |row| (row.dropped, row.untrusted) = (5, 1)),
                vec![
                    title,
                    "  p99        ███  up to 8.00 ms, at 0 s",
                    "  dropped      █  up to 5/s, at 2 s",
                    "  untrusted    ?  1 s cannot be trusted",
                    "             0 s",
                ],
            ),
            (
                "failed and dropped",
                with(some(&[8, 8, 8]), 0, |row| (row.failed, row.dropped) = (5, 4)),
                vec![
                    title,
                    "  p99       ███  up to 8.00 ms, at 0 s",
                    "  not good  █    up to 9/s, at 0 s",
                    "            0 s",
                ],
            ),
        ] {
            assert_eq!(lines(rows), wanted, "{what}");
        }
    }

    #[test]
    fn a_longer_run_has_several_seconds_a_cell_and_stays_on_the_page() {
        let long = |count: u64, seconds: u64| -> Vec<Row> {
            let row =
                |n| Row { second: n * seconds, seconds, planned: 1, p99_us: Some(n + 1), ..Row::default() };
            (0..count).map(row).collect()
        };
        for (count, seconds, title, axis) in [
            (61, 1, "2 s a cell: its highest second", "0 s       20 s      40 s      60 s"),
            (
                600,
                1,
                "11 s a cell: its highest second",
                "0 s       110 s     220 s     330 s     440 s     550 s",
            ),
            (30, 128, "128 s a cell: its highest 128 s", "0 s       1,280 s   2,560 s"),
            (
                675,
                128,
                "1,536 s a cell: its highest 128 s",
                "0 s       15,360 s  30,720 s  46,080 s  61,440 s  76,800 s",
            ),
        ] {
            let lines = lines(long(count, seconds));
            assert_eq!(lines[0], format!("timeline (measured load, {title})"));
            assert_eq!(lines[2].trim_start(), axis);
            assert!(lines.iter().all(|line| width(line) <= Page::PLAIN.width), "{lines:?}");
        }
    }

    #[test]
    fn faults_have_a_line_each_and_too_many_are_counted() {
        let at = |ms: u64| Offset::from_micros(ms * 1_000);
        let active = |name, from, to: Option<u64>| Active { name, from: at(from), to: to.map(at) };
        let ten = || rows(&[Some(8); 10]);
        let picture = drawn(
            ten(),
            vec![active("kill", 2_100, Some(2_150)), active("a name that is too long", 4_900, None)],
            Page::PLAIN,
        );
        assert!(picture.contains("\n  kill                ━\n  a name t…oo long      ━━━━━━\n"), "{picture}");
        let many = (0..7).map(|_| active("cut", 0, None)).collect();
        assert!(drawn(ten(), many, Page::PLAIN).ends_with("\n  and 2 more faults, see their table\n"));
    }

    #[test]
    fn bars_on_seconds_that_cannot_be_trusted_are_greyed_and_marked() {
        let mut rows = rows(&[Some(8); 4]);
        (rows[1].untrusted, rows[2].untrusted, rows[2].dropped) = (1, 1, 3);
        let picture = drawn(rows, vec![], Page::terminal(None));
        for line in ["  p99        █\u{1b}[2m██\u{1b}[0m█  up", "   \u{1b}[2m █\u{1b}[0m   up", "   ??   2 s"]
        {
            assert!(picture.contains(line), "{line:?} in {picture:?}");
        }
    }
}
