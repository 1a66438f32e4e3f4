//! A primary, its standby, and the shop on them.

use crate::stage::{Stage, answered, becomes, has};
use k8s_openapi::api::core::v1::{Pod, Service};
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

fn installed() -> bool {
    has("postgresql", "psql")
}

const ORDERS: &str = "SELECT count(*) FROM orders WHERE sku = 'quadrant'";

fn insert(id: &str) -> String {
    format!("INSERT INTO orders (id, sku, quantity) VALUES ('{id}', 'quadrant', 1)")
}

#[test]
fn a_killed_primary_comes_back_with_its_data_and_a_promoted_standby_takes_the_service_over() {
    if !installed() {
        return;
    }
    let stage = Stage::with(&["postgres"]);
    let shop = |service, statement: &str| stage.sql(service, "shop", statement);
    answered(|| shop("db", &insert("a")));
    becomes("it streams", "streaming", || shop("db", "SELECT state FROM pg_stat_replication"));
    becomes("the standby has it", "1", || shop("db-standby", ORDERS));
    becomes("the standby refuses", "true", || {
        let refused = shop("db-standby", &insert("x")).unwrap_err();
        Ok(refused.contains("read-only").to_string())
    });

    // A deletion without grace is a SIGKILL. The next Pod finds the volume.
    let pods = stage.cluster.api::<Pod>();
    let kill = || {
        let now = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() };
        stage.runtime.block_on(pods.delete("db-0", &now)).unwrap();
    };
    kill();
    becomes("the primary is back with its data", "1", || shop("db", ORDERS));
    answered(|| shop("db", &insert("b")));
    becomes("the standby follows it again", "2", || shop("db-standby", ORDERS));

    assert_eq!(answered(|| shop("db-standby", "SELECT pg_promote()")), "t");
    let to_standby = json!({"spec": {"selector": {"member": "db-standby"}}});
    let patch = Patch::Merge(&to_standby);
    let services = stage.cluster.api::<Service>();
    stage.runtime.block_on(services.patch("db", &PatchParams::default(), &patch)).unwrap();
    // The old primary has never heard of this one.
    becomes("the Service leads to the new primary", "0", || {
        shop("db", &insert("c")).ok();
        shop("db-replication", "SELECT count(*) FROM orders WHERE id = 'c'").map(|old| {
            let new = shop("db-standby", "SELECT count(*) FROM orders WHERE id = 'c'");
            if new.as_deref() == Ok("1") { old } else { "not yet".to_owned() }
        })
    });
}

#[test]
fn the_shops_orders_are_rows_and_survive_the_database() {
    if !installed() {
        return;
    }
    let stage = Stage::with(&["postgres"]);
    for (scenario, service) in [("kill-on", "api"), ("network", "api"), ("failover", "api")] {
        let ended = stage.run(scenario, service);
        // How much a busy machine fails meanwhile is for the gates; every fault has to be proven and taken back.
        assert!(matches!(ended.code, Some(0 | 1 | 3)), "{scenario}: {ended}");
        for wrong in ["was not proven", "could not be injected"] {
            assert!(!ended.out.contains(wrong), "{scenario}: {ended}");
        }
    }
    // After the failover: the orders are in what was the standby.
    becomes("the Service leads to a primary", "f", || stage.sql("db", "shop", "SELECT pg_is_in_recovery()"));
    let count: u64 = answered(|| stage.sql("db", "shop", "SELECT count(*) FROM orders")).parse().unwrap();
    assert!(count > 100, "{count}");
}

#[test]
fn what_an_acknowledgement_is_worth_is_the_clients_choice() {
    if !installed() {
        return;
    }
    let stage = Stage::with(&["postgres"]);
    let order = |service: &str, id: &str| {
        let body = format!(r#"{{"id":"{id}","sku":"sextant"}}"#);
        let posted = reqwest::Client::new().post(format!("{}/orders", stage.url(service))).body(body);
        let answer = stage.runtime.block_on(async { posted.send().await.unwrap() });
        answer.status().as_u16()
    };
    // Each kill has to come before the writer of the log wakes by itself, which it does every ten seconds; so a slow
    // machine gets several tries.
    let lost = (0..5).any(|attempt| {
        let (safe, fast) = (format!("safe-{attempt}"), format!("fast-{attempt}"));
        becomes("the shop takes orders", "ready", || {
            let both = ["api", "api-async"].map(|service| {
                let asked = reqwest::Client::new().get(format!("{}/ready", stage.url(service))).send();
                stage.runtime.block_on(asked).is_ok_and(|answer| answer.status().is_success())
            });
            if both == [true, true] { Ok("ready".to_owned()) } else { Err(format!("{both:?}")) }
        });
        assert_eq!(order("api", &safe), 201);
        assert_eq!(order("api-async", &fast), 201);
        let now = DeleteParams { grace_period_seconds: Some(0), ..DeleteParams::default() };
        stage.runtime.block_on(stage.cluster.api::<Pod>().delete("db-0", &now)).unwrap();
        let count =
            |id: &str| stage.sql("db", "shop", &format!("SELECT count(*) FROM orders WHERE id = '{id}'"));
        becomes("what waited for the disk is there", "1", || count(&safe));
        count(&fast).as_deref() == Ok("0")
    });
    assert!(lost, "no acknowledged order was ever lost with synchronous_commit = off");
}
