//! The page, from top to bottom.

use super::super::Report;
use super::super::page::Page;
use super::super::plain::{harmless, lines};
use super::super::style::paint;
use super::{checks, endpoints, errors, faults, gates, generator, ledger, recovery, timeline};
use crate::run::Run;
use crate::units::{Span, grouped};
use crate::verdict::{Finding, Subject};
use std::io::{self, Write};
use std::time::Duration;

/// How wide the word before a finding is.
const COLUMN: usize = 16;

/// The report for people.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    page: Page,
}

impl Terminal {
    /// On this page.
    pub fn new(page: Page) -> Terminal {
        Terminal { page }
    }
}

impl Report for Terminal {
    fn write(&self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        self.page.headline(run.verdict, &run.reason, out)?;
        self.about(run, out)?;
        self.findings(run, out)?;
        gates::write(run, self.page, out)?;
        faults::write(run, self.page, out)?;
        recovery::write(run, self.page, out)?;
        ledger::write(run, self.page, out)?;
        endpoints::write(run, self.page, out)?;
        self.caution(run, out)?;
        timeline::write(run, self.page, out)?;
        errors::write(run, self.page, out)?;
        checks::write(run, self.page, out)?;
        generator::write(run, self.page, out)
    }
}

impl Terminal {
    /// What ran where, and how much of it was measured.
    fn about(self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        let (meta, totals) = (&run.meta, &run.summary.totals);
        let mut said = vec![harmless(&meta.scenario)];
        if run.summary.planned() > 0 {
            said.push(format!("{} of load measured", Span::new(totals.length)));
        } else if let Some(watch) = &meta.watch {
            let last = Duration::from_secs(run.summary.last.second());
            said.push(format!("watched for {} of {}, every {}", Span::new(last), watch.length, watch.every));
        } else {
            said.push("no load".to_owned());
        }
        if let Some(users) = run.meta.most_users().filter(|_| run.summary.planned() > 0) {
            said.push(format!("up to {} users", grouped(users.into())));
        }
        if run.summary.warmup.planned > 0 {
            said.push(format!("{} requests of warm-up apart", grouped(run.summary.warmup.planned)));
        }
        said.extend((!meta.target.is_empty()).then(|| harmless(&meta.target)));
        said.push(harmless(&meta.started));
        if !meta.tls_verified {
            said.push("certificates were NOT verified".to_owned());
        }
        for line in lines(&said.join(" · "), self.page.width) {
            writeln!(out, "{}", paint(self.page.style.faint(), &line))?;
        }
        Ok(())
    }

    /// What the latencies must not be taken for.
    fn caution(self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        let caution = run.meta.model.caution().filter(|_| run.summary.planned() > 0);
        for line in caution.iter().flat_map(|text| lines(text, self.page.width - 2)) {
            writeln!(out, "  {}", paint(self.page.style.faint(), &line))?;
        }
        Ok(())
    }

    /// All findings, when there is more to say than the headline said.
    fn findings(self, run: &Run, out: &mut dyn Write) -> io::Result<()> {
        if run.findings.len() > 1 {
            self.page.title("findings", out)?;
            for finding in &run.findings {
                self.finding(finding, out)?;
            }
        }
        for broke in &run.summary.broke {
            let said = format!("stage {} broke {}: {}", broke.stage, broke.gate, broke.reason);
            self.beside("  broke", anstyle::Style::new(), &said, out)?;
        }
        Ok(())
    }

    fn finding(self, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let said = match finding.subject {
            Subject::Check => format!("check {}: {}", finding.name, finding.reason),
            Subject::Fault => format!("fault {}: {}", finding.name, finding.reason),
            Subject::Gate | Subject::Generator | Subject::Run => {
                format!("{}: {}", finding.name, finding.reason)
            }
        };
        let word = format!("  {}", finding.verdict.word());
        self.beside(&word, self.page.style.verdict(finding.verdict), &said, out)
    }

    fn beside(self, word: &str, colour: anstyle::Style, text: &str, out: &mut dyn Write) -> io::Result<()> {
        self.page.beside((word, colour), COLUMN, (text, anstyle::Style::new()), out)
    }
}
