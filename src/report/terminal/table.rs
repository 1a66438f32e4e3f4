//! A table as all parts of the page use it: no lines, a faint header, numbers to the right.

use super::super::page::Page;
use super::super::plain;
use super::super::style::{Style, paint};
use crate::verdict::Verdict;
use std::io::{self, Write};
use tabled::builder::Builder;
use tabled::settings::object::{Cell, Columns, Rows};
use tabled::settings::{Alignment, Color, Padding};

const INDENT: usize = 2;
const GAP: usize = 2;
/// A cell that is cut keeps so many columns, wherever that leads.
const LEAST: usize = 12;

/// A title, a header and rows. The first column is a verdict's word where `verdicts` are given.
pub(in crate::report) struct Table {
    title: &'static str,
    header: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    verdicts: Vec<Verdict>,
    /// The first column with numbers; they go to the right, up to `numbers_end`.
    numbers: std::ops::Range<usize>,
    /// The columns that can be left out.
    spare: Vec<&'static str>,
    left_out: Vec<&'static str>,
}

impl Table {
    /// An empty table; the columns in `numbers` go to the right.
    pub(in crate::report) fn new(
        title: &'static str,
        header: &[&'static str],
        numbers: std::ops::Range<usize>,
    ) -> Table {
        Table {
            title,
            header: header.to_vec(),
            rows: Vec::new(),
            verdicts: Vec::new(),
            numbers,
            spare: Vec::new(),
            left_out: Vec::new(),
        }
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

    /// Columns that are left out, the first of these first, where the page is too narrow for all.
    pub(in crate::report) fn spare(&mut self, columns: &[&'static str]) {
        self.spare = columns.to_vec();
    }

    /// Makes it fit the page: what can be spared is left out until one column has room for `least`, and then the cells of
    /// that column are cut with `shorten`.
    pub(in crate::report) fn fit(
        &mut self,
        page: Page,
        column: &str,
        least: usize,
        shorten: fn(&str, usize) -> String,
    ) {
        loop {
            let Some(column) = self.column(column) else { return };
            let wide = self.wide(column);
            let room = page.width.saturating_sub(self.width() - wide);
            if room < least.min(wide) && !self.spare.is_empty() {
                let spared = self.spare.remove(0);
                self.leave_out(spared);
                continue;
            }
            return self.cut(column, room.max(LEAST), shorten);
        }
    }

    fn cut(&mut self, column: usize, room: usize, shorten: fn(&str, usize) -> String) {
        for cell in self.rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            *cell = shorten(cell, room);
        }
    }

    /// Whether no line is wider than the page.
    pub(in crate::report) fn fits(&self, page: Page) -> bool {
        self.width() <= page.width
    }

    fn leave_out(&mut self, name: &'static str) {
        let Some(column) = self.column(name) else { return };
        self.header.remove(column);
        self.rows.iter_mut().filter(|row| column < row.len()).for_each(|row| drop(row.remove(column)));
        self.numbers.start -= usize::from(column < self.numbers.start);
        self.numbers.end -= usize::from(column < self.numbers.end);
        self.left_out.push(name);
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|header| *header == name)
    }

    fn width(&self) -> usize {
        let cells: usize = (0..self.header.len()).map(|column| self.wide(column)).sum();
        INDENT + cells + GAP * self.header.len().saturating_sub(1)
    }

    fn wide(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| plain::width(cell));
        cells.chain(self.header.get(column).map(|cell| plain::width(cell))).max().unwrap_or_default()
    }

    /// Writes it after an empty line; nothing when it has no rows.
    pub(in crate::report) fn write(self, page: Page, out: &mut dyn Write) -> io::Result<()> {
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
        if page.style == Style::Coloured {
            table.modify(Rows::first(), colour(page.style.faint()));
            for (row, verdict) in self.verdicts.into_iter().enumerate() {
                table.modify(Cell::new(row + 1, 0), colour(page.style.verdict(verdict)));
            }
        }
        page.title(self.title, out)?;
        for line in table.to_string().lines() {
            writeln!(out, "{:INDENT$}{}", "", line.trim_end())?;
        }
        if self.left_out.is_empty() {
            return Ok(());
        }
        let said = format!("left out for want of room: {}", self.left_out.join(", "));
        plain::lines(&said, page.width - INDENT)
            .iter()
            .try_for_each(|line| writeln!(out, "{:INDENT$}{}", "", paint(page.style.faint(), line)))
    }
}

fn colour(style: anstyle::Style) -> Color {
    Color::new(style.render().to_string(), style.render_reset().to_string())
}
