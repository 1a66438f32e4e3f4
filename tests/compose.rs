//! `docker-compose.yml` keeps what it promises: closed to the outside, without root, watched over, of pinned images.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::{Value, json};
use std::collections::BTreeSet;

fn compose() -> Value {
    let path = format!("{}/docker-compose.yml", env!("CARGO_MANIFEST_DIR"));
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A key of a service, its own or one of the block that it merges in (`<<`).
fn of<'a>(service: &'a Value, key: &str) -> &'a Value {
    match (service.get(key), service.get("<<")) {
        (None, Some(below)) => of(below, key),
        (found, _) => found.unwrap_or(&Value::Null),
    }
}

fn services(compose: &Value) -> Vec<(&String, &Value)> {
    let all: Vec<_> = compose["services"].as_object().unwrap().iter().collect();
    assert!(all.len() >= 5, "{all:?}");
    all
}

#[test]
fn it_is_the_demo_system() {
    let compose = compose();
    let names: BTreeSet<&str> = services(&compose).into_iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["api", "balancer", "postgres", "redis", "store"]));
    assert_eq!(compose["services"]["api"]["deploy"]["replicas"], 3);
}

#[test]
fn nothing_runs_as_root_or_writes_where_it_should_not() {
    let compose = compose();
    for (name, service) in services(&compose) {
        assert_eq!(of(service, "read_only"), &json!(true), "{name}");
        assert_eq!(of(service, "cap_drop"), &json!(["ALL"]), "{name}");
        assert_eq!(of(service, "security_opt"), &json!(["no-new-privileges:true"]), "{name}");
        let user = of(service, "user").as_str().unwrap_or_default();
        let number = user.split(':').next().and_then(|id| id.parse::<u32>().ok());
        assert!(number.is_some_and(|id| id > 0), "{name} runs as `{user}`");
        assert!(of(service, "privileged").is_null(), "{name}");
    }
}

#[test]
fn only_this_machine_reaches_it() {
    let compose = compose();
    let mut open = 0;
    for (name, service) in services(&compose) {
        assert!(of(service, "network_mode").is_null(), "{name}");
        for port in of(service, "ports").as_array().into_iter().flatten() {
            assert!(port.as_str().unwrap().starts_with("127.0.0.1:"), "{name}: {port}");
            open += 1;
        }
    }
    assert!(open > 0, "nobody reaches it");
}

#[test]
fn every_service_is_watched_and_of_an_image_of_a_version() {
    let compose = compose();
    for (name, service) in services(&compose) {
        assert_eq!(of(service, "healthcheck")["test"][0], "CMD", "{name}");
        let image = of(service, "image").as_str().unwrap();
        let tag = image.rsplit('/').next().unwrap().split_once(':').map(|(_, tag)| tag);
        assert!(tag.is_some_and(|tag| tag != "latest"), "{name}: {image}");
    }
}

#[test]
fn its_scenario_goes_to_the_port_of_the_balancer() {
    let compose = compose();
    let port = compose["services"]["balancer"]["ports"][0].as_str().unwrap().rsplit_once(':').unwrap().0;
    let path = format!("{}/scenarios/demo/compose.yaml", env!("CARGO_MANIFEST_DIR"));
    let scenario: Value = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(scenario["target"]["http"], format!("http://{port}"));
}

/// Each command of the demo shop is one that the program knows.
#[test]
fn the_commands_are_understood() {
    let compose = compose();
    let program = support::Program::at(env!("CARGO_BIN_EXE_shakedown"));
    for name in ["api", "store"] {
        let service = &compose["services"][name];
        let words = |value: &Value| -> Vec<String> {
            value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        let check = words(&of(service, "healthcheck")["test"]).split_off(2);
        for command in [words(&service["command"]), check] {
            let command: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
            let ended = program.run(&command);
            ended.expect(0, &[]);
            for option in command.iter().filter(|word| word.starts_with("--")) {
                assert!(ended.out.contains(option), "{name}: no {option} in {ended}");
            }
        }
    }
}
