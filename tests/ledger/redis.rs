//! Redis of this machine.

use crate::account::{Account, scenario};
use crate::shop::{Store, program, store};
use shakedown::event::WriteOutcome::{Acknowledged, Unknown};
use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::Duration;
use support::{Program, Server};

/// A server, and the shop for the load.
struct Stage {
    server: Server,
    program: Program,
    store: Store,
}

impl Stage {
    fn new(settings: &[&str]) -> Option<Stage> {
        let mut server = Server::new("redis-server", None)?;
        let port = server.port.to_string();
        let fixed = ["--port", &port, "--bind", "127.0.0.1", "--save", ""].map(str::to_owned);
        let settings = settings.iter().map(|setting| (*setting).to_owned());
        server.start(&fixed.into_iter().chain(settings).collect::<Vec<_>>());
        let program = program();
        let store = store(&program, "127.0.0.1:0", &[]);
        Some(Stage { server, program, store })
    }

    fn ask(&self, words: &[&str]) -> BTreeSet<String> {
        let port = self.server.port.to_string();
        let said = self.server.tool("redis-cli", &[&["-p", &port], words].concat());
        said.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn scenario(&self, more: &str) -> String {
        let url = format!("redis://127.0.0.1:{}/0", self.server.port);
        let ledger = format!("  redis: \"{url}\"\n  rate: 100/s\n  timeout: 500ms\n{more}");
        scenario(&self.store.url(), &ledger)
    }
}

#[test]
fn what_is_set_or_appended_is_there_and_is_taken_away_at_the_end() {
    let Some(stage) = Stage::new(&[]) else { return };
    for (structure, left) in [("strings", None), ("stream", Some("shakedown_ledger"))] {
        stage.program.scenario(&stage.scenario(&format!("  structure: {structure}\n")));
        let account = Account::of(&stage.program);
        assert!(account.outcomes.len() >= 700, "{} writes", account.outcomes.len());
        assert_eq!(account.found(), account.that(Acknowledged), "{structure}");
        assert_eq!(account.found().len(), account.outcomes.len(), "{structure}: {:?}", account.outcomes);
        assert_eq!(account.troubles, Vec::<String>::new());
        assert_eq!(stage.ask(&["--scan"]), left.into_iter().map(str::to_owned).collect(), "{structure}");
    }
    assert_eq!(stage.ask(&["xlen", "shakedown_ledger"]), BTreeSet::from(["0".to_owned()]));
}

#[test]
fn a_write_whose_answer_came_too_late_is_unknown_and_found() {
    let Some(stage) = Stage::new(&[]) else { return };
    let running = stage.program.start_scenario(&stage.scenario(""));
    running.has_measured(3);
    stage.server.stop();
    sleep(Duration::from_millis(1_500));
    stage.server.go_on();
    running.end();
    let account = Account::of(&stage.program);
    let recovered = &account.that(Unknown) & &account.found();
    assert!(!recovered.is_empty(), "{:?}", account.outcomes);
    assert_eq!(account.lost(), BTreeSet::new());
}

#[test]
fn without_a_file_a_restart_loses_exactly_what_a_direct_query_misses() {
    let Some(mut stage) = Stage::new(&["--appendonly", "no"]) else { return };
    let running = stage.program.start_scenario(&stage.scenario(""));
    running.has_measured(3);
    stage.server.kill();
    stage.server.start_again();
    running.end();
    let account = Account::of(&stage.program);
    let keys = stage.ask(&["--scan"]);
    let there: BTreeSet<String> =
        keys.iter().filter_map(|key| key.strip_prefix("shakedown_ledger:")).map(str::to_owned).collect();
    let missing = &account.ids(&account.that(Acknowledged)) - &there;
    assert!(missing.len() >= 200, "three seconds were lost: {}", missing.len());
    assert_eq!(account.ids(&account.lost()), missing);
    assert_eq!(account.ids(&account.found()), there, "what shows the loss stays, to be looked at");
}

#[test]
fn with_a_file_that_is_synced_a_restart_loses_nothing() {
    let Some(mut stage) = Stage::new(&["--appendonly", "yes", "--appendfsync", "always"]) else { return };
    let running = stage.program.start_scenario(&stage.scenario("  structure: stream\n"));
    running.has_measured(3);
    stage.server.kill();
    stage.server.start_again();
    running.end();
    let account = Account::of(&stage.program);
    assert_eq!(account.lost(), BTreeSet::new());
    assert!(account.found().len() > 400, "{:?}", account.outcomes);
}
