//! The rate over time as a picture in text, for `shakedown plan`.

use super::{Arrivals, Crowd, Planned, Schedule, Stage};
use crate::clock::Offset;
use crate::units::{Rate, Span};

/// The characters of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Block elements, eight heights to a line.
    Blocks,
    /// ASCII for terminals and logs that have nothing else.
    Ascii,
}

/// The size of the picture without its labels, in characters, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// Columns of time.
    pub width: usize,
    /// Lines of rate.
    pub height: usize,
    /// The characters.
    pub glyphs: Glyphs,
}

impl Default for Canvas {
    fn default() -> Canvas {
        Canvas { width: 60, height: 10, glyphs: Glyphs::Blocks }
    }
}

impl Glyphs {
    /// Marks from the lowest to a full one.
    fn marks(self) -> &'static [char] {
        match self {
            Glyphs::Blocks => &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
            Glyphs::Ascii => &['.', ':', '#'],
        }
    }

    /// Axis upwards, axis with a label, corner, axis of time, beginning of a stage.
    fn axes(self) -> [char; 5] {
        match self {
            Glyphs::Blocks => ['│', '┤', '└', '─', '┬'],
            Glyphs::Ascii => ['|', '+', '+', '-', '+'],
        }
    }

    /// A bar one line high where `top` fills it: blank for nothing, and anything above that is seen.
    pub fn bar(self, value: f64, top: f64) -> char {
        let marks = self.marks();
        match level(value, top, marks.len()) {
            0 => ' ',
            height => marks[height.min(marks.len()) - 1],
        }
    }
}

/// Draws the planned rate over time, with the names and beginnings of the stages below. A column shows its highest
/// rate, so that a short spike in a long run is seen; a name or time that finds no room is left out.
pub fn draw(schedule: &Schedule, canvas: Canvas) -> String {
    picture(schedule, canvas, |rate| Rate::per_second(rate).to_string())
}

/// Draws the planned users over time, above the names and beginnings of `stages`, which are the crowd's.
pub fn draw_users(crowd: &Crowd, stages: &[Stage], canvas: Canvas) -> String {
    // What is drawn is a number over time, whatever it counts.
    let level = |users: u32| Rate::per_second(f64::from(users));
    let stage =
        |(stage, (from, to)): (&Stage, _)| Stage { from: level(from), to: level(to), ..stage.clone() };
    let stages = stages.iter().zip(crowd.stages()).map(stage).collect();
    picture(&Schedule::new(stages, Arrivals::Even), canvas, |users| format!("{users} users"))
}

/// The rates of a schedule as a picture; `label` writes one of them.
fn picture(schedule: &Schedule, canvas: Canvas, label: impl Fn(f64) -> String) -> String {
    let (width, height) = (canvas.width.max(10), canvas.height.max(2));
    let marks = canvas.glyphs.marks();
    let [axis, labelled, corner, floor, tick] = canvas.glyphs.axes();
    let rates: Vec<f64> = (0..width).map(|column| highest(schedule, column, width)).collect();
    let top = rates.iter().copied().fold(0.0, f64::max);
    let heights: Vec<usize> = rates.iter().map(|rate| level(*rate, top, height * marks.len())).collect();

    let (high, half, zero) = (label(top), label(top * 0.5), label(0.0));
    let margin = high.chars().count().max(half.chars().count());
    let mut lines = Vec::with_capacity(height + 3);
    for row in (0..height).rev() {
        let (text, axis) = match row {
            _ if row + 1 == height => (high.as_str(), labelled),
            _ if (row + 1) * 2 == height => (half.as_str(), labelled),
            _ => ("", axis),
        };
        let bars = heights.iter().map(|level| match level.saturating_sub(row * marks.len()) {
            0 => ' ',
            part => marks[part.min(marks.len()) - 1],
        });
        lines.push(format!("{text:>margin$} {axis}{}", bars.collect::<String>()));
    }
    let begins: Vec<usize> =
        schedule.stages().iter().map(|planned| column(schedule, planned, width)).collect();
    let bottom = (0..width).map(|column| if begins.contains(&column) { tick } else { floor });
    lines.push(format!("{zero:>margin$} {corner}{}", bottom.collect::<String>()));
    for labels in [names(schedule, &begins, width), times(schedule, &begins, width)] {
        lines.push(format!("{:margin$}  {labels}", ""));
    }
    lines.iter().map(|line| line.trim_end()).fold(String::new(), |text, line| text + line + "\n")
}

/// How many marks high a rate is; anything above zero is seen.
fn level(rate: f64, top: f64, marks: usize) -> usize {
    if rate <= 0.0 { 0 } else { ((rate / top * marks as f64).round() as usize).max(1) }
}

/// The instant at which a column begins.
fn begin(schedule: &Schedule, column: usize, width: usize) -> Offset {
    let micros = u128::from(schedule.end().micros()) * column as u128 / width as u128;
    Offset::from_micros(micros as u64)
}

/// The highest rate within a column of time.
fn highest(schedule: &Schedule, column: usize, width: usize) -> f64 {
    let (from, to) = (begin(schedule, column, width), begin(schedule, column + 1, width));
    let inside = schedule.stages().iter().filter(|planned| planned.start < to && from < planned.end);
    let rate = |planned: &Planned, at: Offset| planned.line.rate(at.since(planned.start).as_secs_f64());
    inside
        .map(|planned| rate(planned, from.max(planned.start)).max(rate(planned, to.min(planned.end))))
        .fold(0.0, f64::max)
}

/// The column in which a stage begins.
fn column(schedule: &Schedule, planned: &Planned, width: usize) -> usize {
    let end = u128::from(schedule.end().micros()).max(1);
    ((u128::from(planned.start.micros()) * width as u128 / end) as usize).min(width - 1)
}

/// The stages' names below their beginnings.
fn names(schedule: &Schedule, begins: &[usize], width: usize) -> String {
    let mut line = Labels::new();
    for (planned, begin) in schedule.stages().iter().zip(begins) {
        line.put(*begin, &planned.stage.name, width + planned.stage.name.chars().count());
    }
    line.text
}

/// The times at which stages begin, and the end.
fn times(schedule: &Schedule, begins: &[usize], width: usize) -> String {
    let written = |at: Offset| Span::new(at.since(Offset::ZERO)).to_string();
    let end = written(schedule.end());
    let room = width.saturating_sub(end.len() + 1);
    let mut line = Labels::new();
    for (planned, begin) in schedule.stages().iter().zip(begins) {
        line.put(*begin, &written(planned.start), room);
    }
    line.put(width.saturating_sub(end.len()), &end, width);
    line.text
}

/// A line of labels that keep apart.
struct Labels {
    text: String,
    used: usize,
}

impl Labels {
    fn new() -> Labels {
        Labels { text: String::new(), used: 0 }
    }

    /// Writes a label at a column if it is free and the label ends before `room`.
    fn put(&mut self, column: usize, label: &str, room: usize) {
        let length = label.chars().count();
        let gap = usize::from(self.used > 0);
        if column < self.used + gap || column + length > room {
            return;
        }
        self.text.push_str(&" ".repeat(column - self.used));
        self.text.push_str(label);
        self.used = column + length;
    }
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "snapbox writes them when it updates a picture")]
mod tests {
    use super::*;
    use crate::load::Profile;
    use snapbox::{assert_data_eq, str};

    fn drawn(profile: &str, canvas: Canvas) -> String {
        let profile: Profile = serde_json::from_str(profile).unwrap();
        draw(&Schedule::new(profile.stages().unwrap(), Arrivals::Even), canvas)
    }

    const SMALL: Canvas = Canvas { width: 40, height: 4, glyphs: Glyphs::Ascii };

    #[test]
    fn a_spike() {
        assert_data_eq!(
            drawn(r#"{ "spike": { "base": "200/s" } }"#, Canvas::default()),
            str![[r#"
1000/s ┤                 █████████
       │                 █████████
       │                 █████████
       │                 █████████
       │                 █████████
 500/s ┤                 █████████
       │                 █████████
       │                 █████████
       │████████████████████████████████████████████████████████████
       │████████████████████████████████████████████████████████████
   0/s └┬────────────────┬───────┬──────────────────────────────────
        base             spike   after
        0s               10s     15s                             35s

"#]]
        );
    }

    #[test]
    fn a_ramp_in_ascii() {
        assert_data_eq!(
            drawn(r#"{ "peak": { "base": "1k/s", "ramp": "10s", "hold": "30s" } }"#, SMALL),
            str![[r#"
2000/s +       .:###############################
       |     .:#################################
1000/s +  .:####################################
       |.:######################################
   0/s ++---------+-----------------------------
        ramp      hold
        0s        10s                        40s

"#]]
        );
    }

    #[test]
    fn a_short_spike_in_a_long_run_is_seen_and_labels_without_room_are_left_out() {
        let profile = r#"{ "spike": { "base": "10/s", "before": "1h", "hold": "1s", "after": "1h" } }"#;
        assert_data_eq!(
            drawn(profile, SMALL),
            str![[r#"
50/s +                   ##
     |                   ##
25/s +                   ##
     |:::::::::::::::::::##:::::::::::::::::::
 0/s ++------------------++-------------------
      base               spike
      0s                 1h               2h1s

"#]]
        );
        let steps = r#"{ "stress": { "base": "10/s", "step": "10/s", "hold": "10s", "limit": "120/s" } }"#;
        assert_data_eq!(
            drawn(steps, SMALL),
            str![[r#"
120/s +                              ...:::####
      |                    ...:::##############
 60/s +          ...:::########################
      |...:::##################################
  0/s ++--+--+---+--+--+---+--+--+---+--+--+---
       step-1    step-4    step-7    step-10
       0s 10s    30s   50s 1m 1m10s  1m30s   2m

"#]]
        );
    }

    #[test]
    fn users_come_stay_and_go() {
        let profile: Profile = serde_json::from_str(
            r#"{ "users": { "stages": [{ "to": 25, "over": "10s", "name": "in" }, { "hold": "20s" },
                { "to": 0, "over": "10s", "name": "out" }] } }"#,
        )
        .unwrap();
        let drawn = draw_users(&profile.crowd().unwrap(), &profile.stages().unwrap(), SMALL);
        assert_data_eq!(
            drawn,
            str![[r#"
  25 users +       .:######################:.
           |     .:##########################:.
12.5 users +  .:################################:.
           |.:####################################:.
   0 users ++---------+-------------------+---------
            in        stage-2             out
            0s        10s                 30s    40s

"#]]
        );
    }

    #[test]
    fn nothing_planned_is_an_empty_picture() {
        let empty = draw(&Schedule::new(Vec::new(), Arrivals::Even), SMALL);
        assert_eq!(empty.lines().count(), SMALL.height + 3);
    }
}
