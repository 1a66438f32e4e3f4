//! `postgres`.

use crate::stage::{Stage, end, has, kill, soon, spec, sql};
use crate::story::{BINARY, eventually, lives, pid, state, supervisor};
use playground::node::Supervisor;
use serde_json::{Value, json};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

fn installed() -> bool {
    has("postgres", "postgresql")
}

fn probe() -> Value {
    json!(["pg_isready", "-U", "postgres"])
}

fn password(word: &str) -> Value {
    json!([{"name": "POSTGRES_PASSWORD", "value": word}])
}

/// The processes that a server has started.
fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    list.split_whitespace().map(|pid| pid.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_database_on_a_volume_survives_the_death_of_its_process_and_of_its_pod() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    stage.apply("postgres/1-services.yaml");
    stage.apply("postgres/2-primary.yaml");
    let pod = stage.ready("db-0", 0).await;
    let ask = async |pod: &Value, statement: &str| sql(pod, "change-me", "shop", statement).await;
    // The table is the init script's.
    ask(&pod, "INSERT INTO orders VALUES ('a', DEFAULT, 'sextant', 1)").await.unwrap();
    assert_eq!(ask(&pod, "SHOW wal_writer_delay").await.unwrap(), "10s");
    let refused = sql(&pod, "wrong", "shop", "SELECT 1").await.unwrap_err();
    assert!(refused.contains("password authentication failed"), "{refused}");

    let all = children(pid(&pod));
    assert!(all.len() > 3, "the server has its own children: {all:?}");
    kill(&pod);
    let pod = stage.ready("db-0", 1).await;
    assert!(!all.iter().any(|child| lives(*child)), "they died with it");
    assert_eq!(ask(&pod, "SELECT sku FROM orders").await.unwrap(), "sextant");

    ask(&pod, "INSERT INTO orders VALUES ('b', DEFAULT, 'compass', 1)").await.unwrap();
    let next = stage.replace("db-0", &pod).await;
    assert_eq!(ask(&next, "SELECT count(*) FROM orders").await.unwrap(), "2");
}

#[tokio::test]
async fn two_servers_share_a_port_and_nothing_else() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    let (one, other) = tokio::join!(
        async {
            stage.story.pod("one", spec("postgres", json!({"env": password("first")}), probe()));
            stage.ready("one", 0).await
        },
        async {
            let image = "docker.io/library/postgres:latest";
            stage.story.pod("other", spec(image, json!({"env": password("second")}), probe()));
            stage.ready("other", 0).await
        }
    );
    sql(&one, "first", "postgres", "CREATE TABLE t ()").await.unwrap();
    let missing = sql(&other, "second", "postgres", "SELECT * FROM t").await.unwrap_err();
    assert!(missing.contains("does not exist"), "{missing}");
    sql(&other, "first", "postgres", "SELECT 1").await.unwrap_err();
    assert_eq!(
        sql(&other, "second", "postgres", "SHOW listen_addresses").await.unwrap(),
        other["status"]["podIP"]
    );
}

#[tokio::test]
async fn without_a_password_there_is_no_database_unless_everybody_is_trusted() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    stage.story.pod("bare", spec("postgres", json!({}), probe()));
    let ended = |pod: &Value| !pod["status"]["containerStatuses"][0]["lastState"]["terminated"].is_null();
    let pod = stage.story.until("bare", ended).await.pop().unwrap();
    assert_ne!(pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"], 0);
    let log = stage.previous_log(&pod).await;
    assert!(log.contains("superuser password is not specified"), "{log}");

    let trust = json!({"env": [{"name": "POSTGRES_HOST_AUTH_METHOD", "value": "trust"}]});
    stage.story.pod("open", spec("postgres", trust, probe()));
    let pod = stage.ready("open", 0).await;
    assert_eq!(sql(&pod, "", "postgres", "SELECT 1").await.unwrap(), "1");
}

#[tokio::test]
async fn a_graceful_end_does_not_wait_for_clients() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    let made = stage.story.pod("db", spec("postgres", json!({"env": password("p")}), probe()));
    let pod = stage.ready("db", 0).await;
    let client = tokio::spawn({
        let pod = pod.clone();
        async move { sql(&pod, "p", "postgres", "SELECT pg_sleep(1000)").await }
    });
    soon("the client is there", "1", async || {
        sql(
            &pod,
            "p",
            "postgres",
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1000)'",
        )
        .await
    })
    .await;
    // SIGTERM would wait for the client, and SIGKILL come after the grace with 137.
    stage.story.delete("db", 1000);
    let seen = stage.story.until_gone("db").await;
    let last = seen.last().unwrap();
    assert_eq!(last["metadata"]["uid"], made["metadata"]["uid"]);
    assert_eq!(state(last)["terminated"]["exitCode"], 0);
    client.await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_standby_is_copied_follows_and_takes_over() {
    if !installed() {
        return;
    }
    let stage = Stage::new();
    for manifest in ["postgres/1-services.yaml", "postgres/2-primary.yaml", "postgres/3-standby.yaml"] {
        stage.apply(manifest);
    }
    let (primary, standby) = tokio::join!(stage.ready("db-0", 0), stage.ready("db-standby-0", 0));
    let insert = |id: &str| format!("INSERT INTO orders VALUES ('{id}', DEFAULT, 'quadrant', 1)");
    let ask = async |statement: &str| sql(&standby, "change-me", "shop", statement).await;
    sql(&primary, "change-me", "shop", &insert("a")).await.unwrap();
    assert_eq!(ask("SELECT pg_is_in_recovery()").await.unwrap(), "t");
    soon("the row arrives", "quadrant", async || ask("SELECT sku FROM orders WHERE id = 'a'").await).await;
    ask(&insert("b")).await.unwrap_err();

    // A primary that comes back is followed again.
    kill(&primary);
    let primary = stage.ready("db-0", 1).await;
    sql(&primary, "change-me", "shop", &insert("c")).await.unwrap();
    soon("the row arrives", "2", async || ask("SELECT count(*) FROM orders").await).await;

    kill(&primary);
    ask("SELECT pg_promote()").await.unwrap();
    ask(&insert("d")).await.unwrap();
    // It finds its own data, and is no standby again.
    kill(&standby);
    let standby = stage.ready("db-standby-0", 1).await;
    let count = sql(&standby, "change-me", "shop", "SELECT count(*) FROM orders").await;
    assert_eq!(count.unwrap(), "3");
}

#[tokio::test]
async fn a_playground_of_root_gives_the_server_the_rights_of_another_user() {
    if !installed() || !rustix::process::geteuid().is_root() {
        return;
    }
    // A program where that user cannot reach it.
    let closed = tempfile::tempdir().unwrap();
    std::fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let program = closed.path().join("playground");
    std::fs::copy(BINARY, &program).unwrap();
    let stage = Stage::supervised_by(Supervisor { program, ..supervisor() });
    stage.story.pod("db", spec("postgres", json!({"env": password("p")}), probe()));
    let pod = stage.ready("db", 0).await;
    let main = pid(&pod);
    let status = std::fs::read_to_string(format!("/proc/{main}/status")).unwrap();
    let ids = status.lines().find(|line| line.starts_with("Uid:")).unwrap();
    assert!(ids.split_whitespace().skip(1).all(|id| id != "0"), "{ids}");
    // Nobody can find out where the other Pods have their folders.
    let all = stage.story.home.path().join("pods");
    assert_eq!(all.metadata().unwrap().permissions().mode() & 0o777, 0o711);
    // The change of user does not loosen the tie to the supervisor.
    let family = children(main);
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap();
    end(parent.trim().parse().unwrap());
    eventually("the server is gone", async || !lives(main) && !family.iter().any(|child| lives(*child)))
        .await;
}
