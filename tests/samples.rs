//! Golden runs: histories made by hand in `reports/samples/`, and what each report makes of them.
//!
//! `UPDATE_GOLDEN=1 cargo test --test samples` writes both anew; read the difference before committing it.

#![expect(
    clippy::unwrap_used,
    reason = "tests may panic; clippy sees that only inside of `#[test]` functions"
)]

#[path = "samples/builder.rs"]
mod builder;
#[path = "samples/cast.rs"]
mod cast;
#[path = "samples/felt.rs"]
mod felt;

use builder::Sample;
use shakedown::gate::Gate;
use shakedown::history::{EVENTS_FILE, RUN_FILE, Reader, Writer};
use shakedown::report::{self, Page};
use shakedown::run::{Exit, Run, Strictness};
use std::fs;
use std::path::{Path, PathBuf};

fn folder(sample: &Sample) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/samples").join(sample.name)
}

/// Compares with the golden file, or writes it when asked to.
fn golden(path: &Path, got: &[u8]) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, got).unwrap();
        return;
    }
    let wanted = fs::read(path).unwrap_or_default();
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(got), shown(&wanted), "{} differs; UPDATE_GOLDEN=1 writes it anew", path.display());
}

/// Reads the run in a folder and judges it by its own gates, as `shakedown judge` does.
fn judge(folder: &Path, strictness: Strictness) -> Run {
    let (meta, _) = Reader::open(folder).unwrap();
    let events = || Reader::open(folder).unwrap().1.map(Result::unwrap);
    let gates = meta
        .gates
        .iter()
        .map(|plan| (Gate::parse(&plan.gate).unwrap(), plan.severity, plan.gate.clone()))
        .collect();
    Run::judge(meta, gates, events, strictness)
}

fn written(run: &Run, kind: &str, page: Page) -> Vec<u8> {
    let kind = report::list().iter().find(|known| known.name == kind).unwrap();
    let mut out = Vec::new();
    (kind.make)(page).write(run, &mut out).unwrap();
    out
}

#[test]
fn the_histories_are_what_the_builder_makes() {
    for sample in cast::all() {
        let fresh = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(fresh.path(), &sample.meta).unwrap();
        for event in &sample.events {
            writer.write(event).unwrap();
        }
        writer.finish().unwrap();
        for file in [RUN_FILE, EVENTS_FILE] {
            golden(&folder(&sample).join(file), &fs::read(fresh.path().join(file)).unwrap());
        }
    }
}

#[test]
fn each_sample_has_its_verdict_and_its_reports() {
    for sample in cast::all() {
        let (verdict, exit) = sample.expected;
        let run = judged(&sample, Strictness::Normal);
        assert_eq!((run.verdict, run.exit), (verdict, exit), "{}: {}", sample.name, run.reason);
        for (kind, file) in [("terminal", "report.txt"), ("json", "report.json"), ("junit", "report.xml")] {
            golden(&folder(&sample).join(file), &written(&run, kind, Page::PLAIN));
        }
    }
}

#[test]
fn every_figure_of_a_recovery_is_in_every_report() {
    let run = felt::fill(judged(&felt::sample(), Strictness::Normal));
    for (kind, file) in [("terminal", "report.txt"), ("json", "report.json"), ("junit", "report.xml")] {
        golden(&folder(&felt::sample()).join(file), &written(&run, kind, Page::PLAIN));
    }
}

/// The sample judged from its events as they are, without a file between.
fn judged(sample: &Sample, strictness: Strictness) -> Run {
    let gates = sample.meta.gates.iter();
    let gates = gates.map(|plan| (Gate::parse(&plan.gate).unwrap(), plan.severity, plan.gate.clone()));
    let events = || sample.events.clone();
    Run::judge(sample.meta.clone(), gates.collect(), events, strictness)
}

#[test]
fn judging_again_gives_the_same_bytes_as_judging_while_it_ran() {
    for sample in cast::all() {
        let fresh = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(fresh.path(), &sample.meta).unwrap();
        for event in &sample.events {
            writer.write(event).unwrap();
        }
        writer.finish().unwrap();
        let live = judged(&sample, Strictness::Normal);
        let (once, again) =
            (judge(fresh.path(), Strictness::Normal), judge(fresh.path(), Strictness::Normal));
        for kind in report::list() {
            let bytes = |run| written(run, kind.name, Page::terminal(None));
            assert_eq!(bytes(&once), bytes(&again), "{} {}", sample.name, kind.name);
            assert_eq!(bytes(&once), bytes(&live), "{} {}", sample.name, kind.name);
        }
    }
}

#[test]
fn strict_makes_an_inconclusive_run_fail_but_calls_it_what_it_is() {
    let sample = cast::all().into_iter().find(|sample| sample.name == "inconclusive").unwrap();
    let run = judged(&sample, Strictness::Strict);
    assert_eq!((run.verdict.word(), run.exit), ("inconclusive", Exit::Failed));
    let xml = String::from_utf8(written(&run, "junit", Page::PLAIN)).unwrap();
    assert!(xml.contains(r#"type="inconclusive""#) && xml.contains("<failure"), "{xml}");
    assert!(!xml.contains("<skipped"), "{xml}");
}

/// All samples judged, and one whose faults have all figures.
fn runs() -> impl Iterator<Item = (&'static str, Run)> {
    let felt = felt::fill(judged(&felt::sample(), Strictness::Normal));
    let cast = cast::all().into_iter().map(|sample| (sample.name, judged(&sample, Strictness::Normal)));
    cast.chain([("recovery", felt)])
}

#[test]
fn the_page_is_never_wider_than_it_says_and_never_raw() {
    for (name, run) in runs() {
        let plain = String::from_utf8(written(&run, "terminal", Page::PLAIN)).unwrap();
        for line in plain.lines() {
            assert!(line.chars().count() <= 110, "{name}: {} columns: {line}", line.chars().count());
            assert!(!line.chars().any(char::is_control), "{line:?}");
        }
        let coloured = String::from_utf8(written(&run, "terminal", Page::terminal(None))).unwrap();
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            plain,
            "colours add nothing but colours"
        );
        assert!(coloured.contains("\u{1b}["));
    }
}

#[test]
fn the_page_fits_the_terminal_and_says_what_it_leaves_out() {
    for columns in [60, 80, 100] {
        for (name, run) in runs() {
            let page = String::from_utf8(written(&run, "terminal", Page::terminal(Some(columns)))).unwrap();
            let page = anstream::adapter::strip_str(&page).to_string();
            // What is told of a check that does not hold is never broken.
            for line in page.lines().filter(|line| !line.starts_with("fail ")) {
                assert!(line.chars().count() <= columns, "{name} at {columns}: {line}\n{page}");
            }
            let (there, said) = (page.contains("  p90  "), page.contains("left out for want of room: p90"));
            assert_eq!(there != said, run.summary.planned() > 0, "{name}\n{page}");
        }
    }
}

#[test]
fn every_field_of_the_json_report_is_documented() {
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reports.md")).unwrap();
    for (_, run) in runs() {
        let bytes = written(&run, "json", Page::PLAIN);
        let mut open = vec![serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()];
        while let Some(value) = open.pop() {
            match value {
                serde_json::Value::Object(fields) => {
                    for (name, value) in fields {
                        assert!(
                            docs.contains(&format!("`{name}`")),
                            "docs/reports.md says nothing of `{name}`"
                        );
                        open.push(value);
                    }
                }
                serde_json::Value::Array(values) => open.extend(values),
                _ => {}
            }
        }
    }
}
