//! The fault `restore` on a real database.

use crate::stage::{Stage, answered, becomes, has};
use std::time::Duration;
use support::undisturbed;

const ROWS: &str = "SELECT count(*) FROM t";

/// A scenario whose only fault is a drill, given by the keys that differ.
fn drill(stage: &Stage, seconds: u32, lasts: &str, more: &str) -> String {
    let volume = "/var/lib/postgresql/data/drill.dump";
    format!(
        "scenario: drill\ntarget: {{ http: '{}', kubernetes: {{ context: playground, namespace: shop, guard: off }} }}\n\
         load:\n  profile: {{ stages: [{{ from: 20/s, to: 20/s, over: {seconds}s, name: hold }}] }}\n  journeys: [{{ name: \
         browse, steps: [{{ get: /products }}] }}]\nfaults:\n- name: drill\n  at: 1s\n  {lasts}\n  restore:\n    database: \
         drill_a\n    {more}\n    backup: [pg_dump, -U, postgres, -Fc, -f, {volume}, drill_a]\n    destroy: [dropdb, -U, \
         postgres, --force, drill_a]\n    restore: [pg_restore, -U, postgres, --clean, --if-exists, --create, \
         --exit-on-error, -d, postgres, {volume}]\n    check: [sh, -c, 'test \"$(psql -U postgres -d drill_a -Atqc \"{ROWS}\")\" \
         = 3']\n    in: {{ pods: 'app=db,member=db' }}\n",
        stage.url("api")
    )
}

const CONSENT: &str = "destroys: database drill_a";

#[test]
fn a_database_is_destroyed_with_consent_and_comes_back_however_the_run_ends() {
    if !has("postgresql", "psql") {
        return;
    }
    let stage = Stage::with(&["postgres"]);
    let ask = |statement: &str| stage.sql("db", "drill_a", statement);
    answered(|| stage.sql("db", "postgres", "CREATE DATABASE drill_a"));
    answered(|| ask("CREATE TABLE t AS SELECT generate_series(1, 3) AS n"));
    let made = "SELECT oid FROM pg_database WHERE datname = 'drill_a'";
    let first = answered(|| ask(made));

    let scenario = drill(&stage, 3, "", "");
    stage.program.write("s.yaml", &scenario);
    let refused = stage.program.run(&["run", "s.yaml", "--yes"]);
    refused.expect(2, &["consent by `destroys: database drill_a`", "nothing was sent"]);
    assert_eq!(ask(made).as_ref(), Ok(&first), "nothing was touched");

    // Consent to the drill is not consent of the namespace.
    stage.program.write("s.yaml", drill(&stage, 3, "", CONSENT));
    stage.program.run(&["run", "s.yaml"]).expect(4, &["does not consent to faults"]);
    assert_eq!(ask(made).as_ref(), Ok(&first));

    stage.program.write("s.yaml", drill(&stage, 8, "for: 3s", CONSENT));
    let ended = undisturbed(|| stage.program.run(&["run", "s.yaml", "--yes"]));
    ended.expect(0, &["fault drill: proven, ", "does not exist", "fault drill: undone"]);
    assert_eq!(ask(ROWS).unwrap(), "3");
    assert_ne!(ask(made).as_ref(), Ok(&first), "it is a new database");

    // The runner dies while the data are gone; the Pod of the database is another one when somebody recovers.
    stage.program.write("s.yaml", drill(&stage, 600, "for: 9m", CONSENT));
    let running = stage.program.start(&["run", "s.yaml", "--yes"]);
    running.says("fault drill: proven");
    running.kill();
    running.end();
    assert!(ask(ROWS).unwrap_err().contains("does not exist"));
    let pods = stage.cluster.api::<k8s_openapi::api::core::v1::Pod>();
    stage.runtime.block_on(pods.delete("db-0", &kube::api::DeleteParams::default())).unwrap();
    becomes("the next Pod is there", "1", || stage.sql("db", "postgres", "SELECT 1"));
    let mut tries = 0..90;
    while stage.program.run(&["recover", "--context", "playground", "-n", "shop"]).code != Some(0) {
        assert!(tries.next().is_some(), "it is never recovered");
        std::thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(ask(ROWS).unwrap(), "3");
}
