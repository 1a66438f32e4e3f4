//! The rules tried on a small made-up house.

use crate::rules::{Layer, Peers, Rules, Source, badly_named, too_long};

const HOUSE: Rules<'static> = Rules {
    layers: &[
        Layer { modules: &["units", "clock"], peers: Peers::RightImportsLeft },
        Layer { modules: &["load", "gate"], peers: Peers::Apart },
        Layer { modules: &["engine"], peers: Peers::Apart },
        Layer { modules: &["report"], peers: Peers::Apart },
        Layer { modules: &["cli"], peers: Peers::Apart },
    ],
    strangers: &[("report", "engine")],
    top: "cli",
    kinds: &["load"],
};

fn file(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned() }
}

#[test]
fn each_wrong_edge_is_named_with_its_rule() {
    let cases = [
        (
            "src/units.rs",
            "\nuse crate::load::X;",
            "src/units.rs:2: `units` (L0) imports `load` (L1): imports point down only",
        ),
        (
            "src/load/mod.rs",
            "use crate::{units, gate::Y};",
            "src/load/mod.rs:1: `load` (L1) imports `gate` (L1): modules of this layer stay apart",
        ),
        (
            "src/units.rs",
            "use super::clock;",
            "src/units.rs:1: `units` (L0) imports `clock` (L0): in this layer only those further right",
        ),
        (
            "src/load/a.rs",
            "use super::super::engine::E;",
            "src/load/a.rs:1: `load` (L1) imports `engine` (L2): imports point down",
        ),
        (
            "src/report/text.rs",
            "use crate::engine::E;",
            "src/report/text.rs:1: `report` (L3) imports `engine` (L2): they never meet",
        ),
        (
            "src/gate.rs",
            "use crate::Verdict;",
            "src/gate.rs:1: `gate` uses `crate::Verdict`, a name of the root",
        ),
        ("src/gate.rs", "use crate::*;", "src/gate.rs:1: `gate` uses `crate::*`, a name of the root"),
        ("src/gate.rs", "use crate as root;", "src/gate.rs:1: the crate's root is renamed"),
        (
            "src/gate.rs",
            "#[cfg(test)] mod tests { use crate::cli; }",
            "src/gate.rs:1: `gate` (L1) imports `cli` (L4)",
        ),
        (
            "src/main.rs",
            "fn main() { shakedown::engine::go() }",
            "src/main.rs:1: `main` uses `engine`; it may use only `cli`",
        ),
    ];
    for (path, text, expected) in cases {
        let broken = HOUSE.imports(&file(path, text));
        assert_eq!(broken.len(), 1, "{path}: {text}: {broken:?}");
        assert!(broken[0].to_string().starts_with(expected), "{}\n{expected}", broken[0]);
    }
}

#[test]
fn right_edges_pass() {
    let cases = [
        ("src/clock.rs", "use crate::units::Span;"),
        ("src/load/mod.rs", "use crate::{clock, units}; use self::a::A; use crate::load::b; mod a;"),
        ("src/load/a.rs", "use super::b; mod tests { use super::super::b; }"),
        ("src/cli/run.rs", "use crate::{engine, report};"),
        ("src/lib.rs", "pub mod cli; pub use crate::cli::Exit;"),
        ("src/main.rs", "fn main() { shakedown::cli::main() }"),
        ("src/units.rs", "//! See [`crate::cli`].\n"),
    ];
    for (path, text) in cases {
        assert_eq!(HOUSE.imports(&file(path, text)), [], "{path}: {text}");
    }
}

#[test]
fn a_module_without_a_layer_is_reported_once() {
    let sources =
        [file("src/attic/a.rs", ""), file("src/attic/mod.rs", "use crate::units;"), file("src/lib.rs", "")];
    let broken = HOUSE.unknown_modules(&sources);
    assert_eq!(broken.len(), 1);
    assert!(broken[0].to_string().starts_with("src/attic/a.rs:1: `attic` has no layer"), "{}", broken[0]);
}

#[test]
fn a_kind_that_is_not_in_the_list_is_reported() {
    let listed = "mod peak;\nmod forgotten;\nkinds! { peak: peak::Peak }";
    let sources = [
        file("src/load/mod.rs", listed),
        file("src/load/peak.rs", "use super::shape::Shape;"),
        file("src/load/shape.rs", ""),
        file("src/load/forgotten.rs", "use super::forgotten::Myself;"),
        file("src/gate/forgotten_too.rs", ""),
    ];
    let broken = HOUSE.unregistered(&sources);
    assert_eq!(broken.len(), 1, "{broken:?}");
    let expected = "src/load/forgotten.rs:1: nothing in src/load/ names `forgotten::…`; add `mod forgotten;`";
    assert!(broken[0].to_string().starts_with(expected), "{}", broken[0]);
}

#[test]
fn no_macro_prints() {
    let text = "// println!\nlet x = \"println!\";\nprintln!(); eprintln ! (); my_println!(); dbg!(x)";
    for path in ["src/engine/a.rs", "src/cli/a.rs"] {
        let lines: Vec<_> = HOUSE.printing(&file(path, text)).into_iter().map(|v| v.place).collect();
        assert_eq!(lines, [format!("{path}:3"), format!("{path}:3"), format!("{path}:3")]);
    }
}

#[test]
fn long_files_and_empty_names_are_reported() {
    assert_eq!(too_long(&file("src/a.rs", &"\n".repeat(400))), None);
    let long = too_long(&file("src/a.rs", &"\n".repeat(401))).unwrap();
    assert_eq!(long.to_string(), "src/a.rs:401: 401 lines, at most 400; split it by idea");
    for bad in ["src/load/utils.rs", "src/common/mod.rs", "src/helpers.rs"] {
        assert!(badly_named(&file(bad, "")).is_some(), "{bad}");
    }
    assert!(badly_named(&file("src/load/commonwealth.rs", "")).is_none());
}
