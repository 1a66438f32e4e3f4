//! The load generator about itself, in a line or two.

use super::super::numbers::{micros, three};
use super::super::page::Page;
use super::super::plain::lines;
use crate::run::{GeneratorSummary, Run, UntrustedSpan};
use std::io::{self, Write};

/// More spans are left to the json report.
const SPANS: usize = 5;

pub(super) fn write(run: &Run, page: Page, out: &mut dyn Write) -> io::Result<()> {
    if run.summary.planned() == 0 {
        return Ok(());
    }
    let generator = &run.summary.generator;
    let mut said = vec![];
    if let Some(lag) = &generator.lag {
        let [p50, p99, max] = [lag.p50, lag.p99, lag.max].map(|us| micros(us as f64));
        said.push(format!("lag p50 {p50}, p99 {p99}, max {max}"));
    }
    if let Some(cpu) = generator.cpu {
        let cores = f64::from(run.meta.machine.cores);
        let may = generator.quota.map_or(cores, |quota| quota.min(cores));
        said.push(format!("{} of {may} cores", three(cpu)));
    }
    said.push(trust(generator));
    page.title("generator", out)?;
    for line in lines(&said.join(" · "), page.width - 2) {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

fn trust(generator: &GeneratorSummary) -> String {
    let untrusted = &generator.untrusted;
    if untrusted.seconds == 0 {
        return "every second can be trusted".to_owned();
    }
    let mut spans: Vec<String> = untrusted.spans.iter().take(SPANS).map(span).collect();
    if untrusted.spans.len() > SPANS {
        spans.push("more in the json report".to_owned());
    }
    format!("{} s cannot be trusted: {}", untrusted.seconds, spans.join("; "))
}

fn span(span: &UntrustedSpan) -> String {
    let causes: Vec<&str> = span.causes.iter().map(|cause| cause.words()).collect();
    let last = span.to.saturating_sub(1);
    let when =
        if last == span.from { format!("second {last}") } else { format!("seconds {} to {last}", span.from) };
    format!("{when} ({})", causes.join(", "))
}
