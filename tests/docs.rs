//! The user guide says what the program does: its scenarios are read by the program, its tables are computed by it.
#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

#[path = "docs/page.rs"]
mod page;

use page::{Block, Page, pages};
use serde_json::{Value, json};
use shakedown::load::{Arrivals, Canvas, Schedule, draw, draw_users};
use shakedown::run::Exit;
use shakedown::scenario::{Scenario, schema};
use shakedown::source::{Budget, Environment, parse};
use shakedown::stats::{ALPHA, fewest, lower_bound, upper_bound};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Where paths in the guide's scenarios count from.
const BESIDE: &str = "scenarios/examples/guide.yaml";

/// The scenario of a YAML block: its own, or what it is a part of.
///
/// The word after `yaml` says which part: `top` (keys of the top level), `profile`, `journey`, `step` (one or a list),
/// `faults` (a list), `pod_kill` (its settings).
/// A block without a word is a whole scenario; one of `ci` is none.
fn scenario(block: &Block) -> Option<Result<Scenario, String>> {
    let text = match block.kind.as_str() {
        "yaml" => block.text.clone(),
        "yaml ci" => return None,
        fragment => match whole(fragment.strip_prefix("yaml ").unwrap(), &json_of(&block.text)) {
            Some(whole) => whole.to_string(),
            None => return Some(Err(format!("`{fragment}` is no part of a scenario"))),
        },
    };
    let environment = Environment::from_iter([
        ("SHOP_TOKEN", "s3cret"),
        ("SHOP_PASSWORD", "ahoy"),
        ("SHOP_URL", "http://shop.test"),
    ]);
    Some(Scenario::parse(BESIDE, &text, &environment).map_err(|rejected| rejected.to_string()))
}

/// A part put into a scenario that has all that it needs.
fn whole(part: &str, fragment: &Value) -> Option<Value> {
    let mut scenario = json!({
        "scenario": "part of the guide",
        "target": {
            "http": "http://127.0.0.1:8080",
            "kubernetes": { "context": "staging", "namespace": "shop" },
        },
        "load": {
            "profile": { "baseline": { "base": "1k/s", "hold": "2m" } },
            "journeys": [
                { "name": "browse", "steps": [{ "name": "list", "get": "/products" }, { "get": "/products/1" }] },
                { "name": "order", "steps": [{ "name": "create", "post": "/orders" }] },
            ],
        },
    });
    match part {
        "top" => {
            for (key, value) in fragment.as_object()? {
                match (key.as_str(), value) {
                    ("load", Value::Object(load)) => scenario["load"].as_object_mut()?.extend(load.clone()),
                    _ => scenario[key] = value.clone(),
                }
            }
        }
        "profile" => scenario["load"]["profile"] = fragment.clone(),
        "faults" => scenario["faults"] = fragment.clone(),
        "pod_kill" => scenario["faults"] = json!([{ "pod_kill": fragment }]),
        "journey" => scenario["load"]["journeys"] = json!([fragment]),
        "step" => {
            let before = json!({ "get": "/before", "capture": { "order": "$.id", "token": "$.token" } });
            let steps = fragment.as_array().cloned().unwrap_or_else(|| vec![fragment.clone()]);
            let steps: Vec<Value> = std::iter::once(before).chain(steps).collect();
            let data = json!({ "rows": [{ "id": 1, "sku": "sextant" }] });
            scenario["load"]["journeys"] = json!([{ "name": "guide", "data": data, "steps": steps }]);
        }
        _ => return None,
    }
    Some(scenario)
}

fn json_of(text: &str) -> Value {
    let mut problems = Vec::new();
    let tree = parse(text, 0, &mut Budget::default(), &mut problems);
    assert_eq!(problems, [], "{text}");
    tree.unwrap().to_json()
}

#[test]
fn every_scenario_of_the_guide_is_right() {
    let mut seen = 0;
    for page in pages() {
        for block in page.blocks("yaml") {
            match scenario(&block) {
                Some(Err(wrong)) => panic!("{}:{}: {wrong}\nin\n{}", page.path, block.line, block.text),
                Some(Ok(_)) => seen += 1,
                None => drop(json_of(&block.text)),
            }
        }
    }
    assert!(seen >= 25, "only {seen} scenarios and parts were found");
}

#[test]
fn a_wrong_part_is_noticed() {
    let block = |kind: &str, text: &str| Block { kind: kind.into(), text: text.into(), line: 1 };
    for (kind, text) in [
        ("yaml", "scenario: x\n"),
        ("yaml top", "laod: {}\n"),
        ("yaml step", "{ get: /x, timeout: 5 }\n"),
        ("yaml profile", "{ peek: { base: 1/s } }\n"),
        ("yaml faults", "- { at: 1m }\n"),
        ("yaml faults", "- use: ../../chaos/no-such.yaml\n"),
        ("yaml pod_kill", "{ pods: app=api, leeve: 1 }\n"),
        ("yaml nonsense", "{}\n"),
        ("yaml top", "smoke: [{ redis: { url: 'redis://cache/0', rol: primary } }]\n"),
        ("yaml top", "smoke: [{ tcp: { address: db } }]\n"),
        ("yaml top", "smoke: [{ depends_on: [nobody], tcp: { address: 'db:5432' } }]\n"),
    ] {
        assert!(matches!(scenario(&block(kind, text)), Some(Err(_))), "{kind}");
    }
    assert!(scenario(&block("yaml step", "{ get: \"/x/{{ order }}/{{ sku }}\" }\n")).unwrap().is_ok());
}

#[test]
fn every_kind_of_check_has_an_example_that_is_read() {
    let around = ["name", "timeout", "retry", "eventually", "depends_on", "only_if", "severity"];
    let schema = schema();
    let defined = schema["$defs"].as_object().unwrap().values();
    let check = defined.map(|of| &of["properties"]).find(|of| around.iter().all(|key| of.get(key).is_some()));
    let keys = check.unwrap().as_object().unwrap().keys().map(String::as_str);
    let kinds: BTreeSet<&str> = keys.filter(|key| !around.contains(key)).collect();
    let mut shown = BTreeSet::new();
    for page in pages().iter().filter(|page| page.path.starts_with("docs/checks")) {
        for block in page.blocks("yaml") {
            let read = scenario(&block).unwrap_or_else(|| panic!("{}:{} is not read", page.path, block.line));
            shown.extend(read.unwrap().checks.iter().map(|check| check.kind));
        }
    }
    assert_eq!(shown, kinds);
}

#[test]
fn every_key_is_described() {
    fn keys(node: &Value, found: &mut BTreeSet<String>) {
        if let Some(properties) = node.get("properties").and_then(Value::as_object) {
            found.extend(properties.keys().cloned());
        }
        match node {
            Value::Object(map) => map.values().for_each(|value| keys(value, found)),
            Value::Array(items) => items.iter().for_each(|value| keys(value, found)),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    keys(&schema(), &mut all);
    assert!(all.len() > 80, "{all:?}");
    // The kinds of faults have pages of their own.
    let pages = [
        "docs/scenario.md",
        "docs/protocols-in-load.md",
        "docs/checks.md",
        "docs/checks/http.md",
        "docs/checks/network.md",
        "docs/checks/databases.md",
        "docs/checks/mcp.md",
        "docs/checks/cluster.md",
        "docs/faults.md",
        "docs/faults/network.md",
        "docs/recovery.md",
        "docs/grpc.md",
    ];
    let text: String = pages.map(|path| Page::read(path).text).concat();
    let missing: Vec<&String> = all.iter().filter(|key| !text.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "{pages:?} do not describe {missing:?}");
}

#[test]
fn examples_of_reports_are_from_the_golden_ones() {
    let samples = std::fs::read_dir("reports/samples").unwrap();
    let reports =
        samples.map(|entry| std::fs::read_to_string(entry.unwrap().path().join("report.txt")).unwrap());
    let reports: Vec<String> = reports.collect();
    let blocks = Page::read("docs/reports.md").blocks("");
    assert!(blocks.len() >= 3, "of the verdict, a recovery and a timeline");
    for block in blocks {
        let found = reports.iter().any(|report| report.contains(block.text.trim_end()));
        assert!(found, "docs/reports.md:{} is in no report.txt of reports/samples", block.line);
    }
}

#[test]
fn exit_codes_are_those_of_the_program() {
    for path in ["docs/exit-codes.md", "README.md"] {
        let rows = Page::read(path).table("code");
        let wanted: Vec<[String; 2]> =
            Exit::ALL.iter().map(|exit| [exit.code().to_string(), exit.meaning().to_owned()]).collect();
        let found: Vec<[String; 2]> = rows.iter().map(|row| [row[0].clone(), row[1].clone()]).collect();
        assert_eq!(found, wanted, "{path}");
    }
    let help = Command::new(env!("CARGO_BIN_EXE_shakedown")).arg("--help").output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    for exit in Exit::ALL {
        let line = format!("{:>5}  {}", exit.code(), exit.meaning());
        assert!(help.lines().any(|found| found == line), "no line `{line}` in\n{help}");
    }
}

/// `0.1%` as a share.
fn share(cell: &str) -> f64 {
    cell.trim_end_matches('%').parse::<f64>().unwrap() / 100.0
}

/// The fewest requests with which `bad` bad ones still show a share of at most `limit`.
fn fewest_with(bad: u64, limit: f64) -> u64 {
    let shown = |n: u64| upper_bound(bad, n, ALPHA) <= limit;
    let (mut low, mut high) = (bad, 1_000_000_000);
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if shown(middle) { high = middle } else { low = middle }
    }
    high
}

#[test]
fn numbers_of_samples_are_those_of_the_judge() {
    let rows = Page::read("docs/gates.md").table("at most bad");
    assert!(rows.len() >= 6);
    for row in rows {
        let limit = share(&row[0]);
        let counts: Vec<u64> = row[2..].iter().map(|cell| cell.replace(',', "").parse().unwrap()).collect();
        let wanted: Vec<u64> = [0, 1, 3, 10, 30].iter().map(|bad| fewest_with(*bad, limit)).collect();
        assert_eq!(counts, wanted, "{}", row[0]);
        assert_eq!(Some(wanted[0]), fewest(limit, ALPHA));
    }
}

#[test]
fn verdicts_of_counts_are_those_of_the_judge() {
    for row in Page::read("docs/gates.md").table("requests") {
        let number = |cell: &str| cell.replace(',', "").parse::<u64>().unwrap();
        let (n, limit) = (number(&row[0]), share(&row[1]));
        let (pass, fail) = (number(&row[2]), number(&row[3]));
        let passes = |bad| upper_bound(bad, n, ALPHA) <= limit;
        let fails = |bad| lower_bound(bad, n, ALPHA) > limit;
        assert!(passes(pass) && !passes(pass + 1), "{n} {limit}");
        assert!(fails(fail) && !fails(fail - 1), "{n} {limit}");
    }
}

#[test]
fn pictures_are_what_plan_draws() {
    let page = Page::read("docs/profiles.md");
    let blocks = page.blocks("");
    let pairs: Vec<_> =
        blocks.windows(2).filter(|pair| pair[0].kind == "yaml profile" && pair[1].kind == "text").collect();
    assert_eq!(pairs.len(), 7);
    for pair in pairs {
        let load = scenario(&pair[0]).unwrap().unwrap().load.unwrap();
        let drawn = match &load.users {
            Some(crowd) => draw_users(crowd, &load.stages, Canvas::default()),
            None => draw(&Schedule::new(load.stages, Arrivals::Even), Canvas::default()),
        };
        assert!(drawn == pair[1].text, "{}:{} should be\n{drawn}", page.path, pair[1].line);
    }
}

#[test]
fn pages_are_listed_and_links_lead_somewhere() {
    let index = Page::read("docs/README.md").text;
    for page in pages() {
        let path = Path::new(&page.path);
        let name = page.path.trim_start_matches("docs/");
        let listed = name == "README.md" || index.contains(&format!("({name})"));
        assert!(listed, "{name} is not in docs/README.md");
        for link in page.links() {
            let target = path.parent().unwrap().join(link.split('#').next().unwrap_or_default());
            assert!(target.exists(), "{} links to `{link}`, which is not there", page.path);
        }
    }
}
