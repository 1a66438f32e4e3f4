//! Holds the house to its plan: which module may import which, and a few rules on files.
//!
//! The table below is the architecture (`docs/decisions/0001-layers.md` says why). `layers/tokens.rs` reads Rust
//! source far enough to find paths, `layers/paths.rs` resolves them, `layers/rules.rs` judges; each tests itself on
//! small made-up sources, so that this test can fail.

#[path = "layers/paths.rs"]
mod paths;
#[path = "layers/rules.rs"]
mod rules;
#[path = "layers/story.rs"]
mod story;
#[path = "layers/tokens.rs"]
mod tokens;

use rules::{Layer, Peers, Rules, Source, Violation};
use std::path::Path;
use std::{fs, io};

/// The layers, lowest first. Imports point down only.
const RULES: Rules<'static> = Rules {
    layers: &[
        Layer { modules: &["units", "clock", "source", "verdict", "sample"], peers: Peers::RightImportsLeft },
        Layer {
            modules: &[
                "stats",
                "timer",
                "transport",
                "database",
                "event",
                "cluster",
                "shop",
                "proxy",
                "pressure",
            ],
            peers: Peers::RightImportsLeft,
        },
        Layer { modules: &["journey"], peers: Peers::Apart },
        Layer { modules: &["load", "check", "fault", "ledger", "gate", "history"], peers: Peers::Apart },
        Layer { modules: &["scenario", "trust"], peers: Peers::Apart },
        Layer { modules: &["engine", "run"], peers: Peers::Apart },
        Layer { modules: &["search"], peers: Peers::Apart },
        Layer { modules: &["report"], peers: Peers::Apart },
        Layer { modules: &["cli"], peers: Peers::Apart },
    ],
    // They lie in different layers and still never meet: `cli` joins them through `Run`.
    strangers: &[("report", "engine")],
    // The only module that prints, in one place, and the only one that `main` calls.
    top: "cli",
    // Each file of these folders is one kind, and the folder's `mod.rs` lists them.
    kinds: &["check", "load", "fault", "report"],
};

#[test]
fn imports_point_down() -> io::Result<()> {
    let sources = read("src")?;
    let edges: Vec<_> = sources.iter().flat_map(rules::edges).collect();
    assert!(
        edges.contains(&("event".to_owned(), "stats".to_owned())),
        "the scan is blind: it found {edges:?}"
    );
    none(sources.iter().flat_map(|source| RULES.imports(source)));
    Ok(())
}

#[test]
fn every_module_has_a_layer_and_every_kind_is_registered() -> io::Result<()> {
    let sources = read("src")?;
    none(RULES.unknown_modules(&sources).into_iter().chain(RULES.unregistered(&sources)));
    Ok(())
}

#[test]
fn nothing_that_is_printed_can_panic() -> io::Result<()> {
    none(read("src")?.iter().flat_map(|source| RULES.printing(source)));
    Ok(())
}

#[test]
fn files_are_small_and_say_what_they_are_for() -> io::Result<()> {
    let mut violations = Vec::new();
    for folder in ["src", "tests", "benches", "playground", "fuzz"] {
        violations.extend(read(folder)?.iter().filter_map(rules::too_long));
    }
    violations.extend(read("src")?.iter().filter_map(rules::badly_named));
    none(violations);
    Ok(())
}

/// Fails with every violation, one a line.
fn none(violations: impl IntoIterator<Item = Violation>) {
    let lines: Vec<String> = violations.into_iter().map(|violation| violation.to_string()).collect();
    assert!(lines.is_empty(), "{} rule(s) broken:\n\n{}\n", lines.len(), lines.join("\n"));
}

/// All Rust files below a folder of the repository, in the order of their paths; none when it does not exist.
fn read(folder: &str) -> io::Result<Vec<Source>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    collect(root, &root.join(folder), &mut sources)?;
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn collect(root: &Path, folder: &Path, into: &mut Vec<Source>) -> io::Result<()> {
    if !folder.is_dir() || folder.ends_with("target") {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap_or(&path);
            let path_text = name.to_string_lossy().replace('\\', "/");
            into.push(Source { path: path_text, text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}
