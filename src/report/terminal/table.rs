//! A table as all parts of the page use it: no lines, a faint header, numbers to the right.

use super::super::plain;
use super::super::style::Style;
use crate::verdict::Verdict;
use std::io::{self, Write};
use tabled::builder::Builder;
use tabled::settings::object::{Cell, Columns, Rows};
use tabled::settings::{Alignment, Color, Padding};

/// The page is at most this wide.
pub(in crate::report) const PAGE: usize = 110;
const INDENT: usize = 2;
const GAP: usize = 2;

/// A title, a header and rows. The first column is a verdict's word where `verdicts` are given.
pub(in crate::report) struct Table {
    title: &'static str,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    verdicts: Vec<Verdict>,
    /// The first column with numbers; they go to the right, up to `numbers_end`.
    numbers: std::ops::Range<usize>,
}

impl Table {
    /// An empty table; the columns in `numbers` go to the right.
    pub(in crate::report) fn new(
        title: &'static str,
        header: &[&'static str],
        numbers: std::ops::Range<usize>,
    ) -> Table {
        Table { title, header: header.to_vec(), rows: Vec::new(), verdicts: Vec::new(), numbers }
    }

    /// A row of cells.
    pub(in crate::report) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// A row whose first cell is a verdict.
    pub(in crate::report) fn judged(&mut self, verdict: Verdict, cells: Vec<String>) {
        self.worded(verdict, verdict.word(), cells);
    }

    /// A row whose first cell is a word in the colour of a verdict.
    pub(in crate::report) fn worded(&mut self, verdict: Verdict, word: &str, mut cells: Vec<String>) {
        cells.insert(0, word.to_owned());
        self.verdicts.push(verdict);
        self.rows.push(cells);
    }

    /// Shortens the cells of one column with `shorten` until the table fits the page, but not below `least`.
    pub(in crate::report) fn fit(&mut self, column: usize, least: usize, shorten: fn(&str, usize) -> String) {
        let others: usize =
            (0..self.header.len()).filter(|other| *other != column).map(|n| self.wide(n)).sum();
        let gaps = GAP * (self.header.len() - 1);
        let room = PAGE.saturating_sub(INDENT + gaps + others).max(least);
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            *cell = shorten(cell, room);
        }
    }

    fn wide(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| plain::width(cell));
        cells.chain(self.header.get(column).map(|cell| plain::width(cell))).max().unwrap_or_default()
    }

    /// Writes it after an empty line; nothing when it has no rows.
    pub(in crate::report) fn write(self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut builder = Builder::new();
        builder.push_record(self.header);
        self.rows.into_iter().for_each(|row| builder.push_record(row));
        let mut table = builder.build();
        table.with(tabled::settings::Style::empty());
        table.with(Padding::new(0, GAP, 0, 0));
        table.modify(Columns::new(self.numbers), Alignment::right());
        if style == Style::Coloured {
            table.modify(Rows::first(), colour(style.faint()));
            for (row, verdict) in self.verdicts.into_iter().enumerate() {
                table.modify(Cell::new(row + 1, 0), colour(style.verdict(verdict)));
            }
        }
        writeln!(out, "\n{}", super::super::style::paint(style.bold(), self.title))?;
        for line in table.to_string().lines() {
            writeln!(out, "{:INDENT$}{}", "", line.trim_end())?;
        }
        Ok(())
    }
}

fn colour(style: anstyle::Style) -> Color {
    Color::new(style.render().to_string(), style.render_reset().to_string())
}
