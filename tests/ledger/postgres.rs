//! PostgreSQL of this machine.

use crate::account::{Account, scenario};
use crate::shop::{Store, program, store};
use shakedown::event::WriteOutcome::{Acknowledged, Failed, Unknown};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use support::{Program, Server, unprivileged};

/// A server with these settings, and the shop for the load.
struct Stage {
    server: Server,
    program: Program,
    store: Store,
}

impl Stage {
    fn new(settings: &[&str]) -> Option<Stage> {
        let mut server = Server::new("postgres", unprivileged())?;
        server.tool("initdb", &["-D", "data", "-U", "postgres", "-A", "trust", "--no-sync"]);
        let port = server.port.to_string();
        let fixed = ["-D", "data", "-p", &port, "-h", "127.0.0.1", "-k", ""].map(str::to_owned);
        let settings = settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]);
        server.start(&fixed.into_iter().chain(settings).collect::<Vec<_>>());
        let program = program();
        let store = store(&program, "127.0.0.1:0", &[]);
        let stage = Stage { server, program, store };
        stage.awaken();
        Some(stage)
    }

    /// Its port is open before it takes anybody in.
    fn awaken(&self) {
        let ready =
            || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.ask("SELECT 1"))).is_ok();
        self.store.running.waits_for("PostgreSQL", ready);
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.server.port)
    }

    fn ask(&self, query: &str) -> BTreeSet<String> {
        let url = self.url();
        let said = self.server.tool("psql", &["-X", "-A", "-t", "-q", "-d", &url, "-c", query]);
        said.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn scenario(&self, more: &str) -> String {
        let mut ledger = format!("  postgres: \"{}\"\n  rate: 100/s\n  timeout: 2s\n", self.url());
        let _ = write!(ledger, "{more}");
        scenario(&self.store.url(), &ledger)
    }

    /// Runs, and kills and restarts the database in the middle.
    fn killed(&mut self) -> Account {
        let running = self.program.start_scenario(&self.scenario(""));
        running.has_measured(3);
        self.server.kill();
        self.server.start_again();
        running.end();
        Account::of(&self.program)
    }
}

#[test]
fn what_is_committed_is_there_and_is_taken_away_at_the_end() {
    let Some(stage) = Stage::new(&[]) else { return };
    let ended = stage.program.scenario(&stage.scenario("  table: drill\n"));
    let account = Account::of(&stage.program);
    assert!(account.outcomes.len() >= 700, "{} writes\n{ended}", account.outcomes.len());
    assert_eq!(account.found(), account.that(Acknowledged));
    assert_eq!(account.found().len(), account.outcomes.len(), "{:?}", account.outcomes);
    assert_eq!(account.troubles, Vec::<String>::new());
    assert_eq!(stage.ask("SELECT count(*) FROM drill"), BTreeSet::from(["0".to_owned()]));
}

#[test]
fn with_synchronous_commit_a_kill_loses_nothing() {
    let Some(mut stage) = Stage::new(&["synchronous_commit=on"]) else { return };
    let account = stage.killed();
    assert_eq!(account.lost(), BTreeSet::new());
    let away = account.that(Failed).union(&account.that(Unknown)).copied().collect::<BTreeSet<u64>>();
    let (first, last) = (*away.first().expect("it was away"), *account.that(Acknowledged).last().unwrap());
    assert!(first < last, "it came back: {:?}", account.outcomes);
}

#[test]
fn without_synchronous_commit_a_kill_loses_exactly_what_a_direct_query_misses() {
    let Some(mut stage) = Stage::new(&["synchronous_commit=off", "wal_writer_delay=10s"]) else { return };
    let account = stage.killed();
    let there = stage.ask("SELECT id FROM shakedown_ledger");
    let missing = &account.ids(&account.that(Acknowledged)) - &there;
    assert!(!missing.is_empty(), "nothing was lost: {:?}", account.outcomes);
    assert_eq!(account.ids(&account.lost()), missing);
    assert_eq!(account.ids(&account.found()), there, "what shows the loss stays, to be looked at");
}

#[test]
fn a_database_that_cannot_be_reached_ends_the_run_before_its_load() {
    let Some(mut stage) = Stage::new(&[]) else { return };
    let text = stage.scenario("");
    stage.server.kill();
    let ended = stage.program.scenario(&text);
    ended.expect(4, &["the ledger cannot write"]);
}
