//! What the target sees: sessions, journeys, rows, and nothing after a user has gone.

use super::{all_done, program};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use support::{Answer, Counts, Ended, Program, Raw, Scripted, Seen, TlsServer, TlsSetup};

/// A server that gives everybody who has none a session of its own.
fn shop() -> Scripted {
    let sessions = AtomicUsize::new(0);
    Scripted::answering(move |seen| match seen.header("cookie") {
        "" => Answer::ok("hello")
            .header("set-cookie", &format!("sid={}; Path=/", sessions.fetch_add(1, SeqCst))),
        _ => Answer::ok("again"),
    })
}

/// A scenario of users.
fn scenario(url: &str, users: &str, journeys: &str) -> String {
    format!(
        "scenario: users\ntarget: {{ http: '{url}' }}\nload:\n  profile: {{ users: {users} }}\n  timeout: 20s\n  \
         journeys: {journeys}\ngates: [p50 <= 10s]\n"
    )
}

/// Runs a scenario of users that would last for hours until `enough` has come about, then stops it as Ctrl-C does.
fn until(program: &Program, text: &str, what: &str, enough: impl Fn() -> bool) -> Ended {
    let running = program.start_scenario(text);
    running.waits_for(what, enough);
    running.interrupt();
    let ended = running.end();
    assert_eq!(ended.code, Some(130), "{ended}");
    ended
}

/// How many came without a session, and the requests of each session by its cookie.
fn sessions(server: &Scripted) -> (usize, BTreeMap<String, Vec<Seen>>) {
    let mut sessions: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    let mut strangers = 0;
    for seen in server.seen() {
        match seen.header("cookie").to_owned() {
            cookie if cookie.is_empty() => strangers += 1,
            cookie => sessions.entry(cookie).or_default().push(seen),
        }
    }
    (strangers, sessions)
}

#[test]
fn each_user_has_one_session_and_one_connection_and_every_request_is_counted() {
    let (program, server) = (program(), shop());
    let journeys = "[{ name: j, steps: [{ name: one, get: /one, think: 20ms }, { name: two, get: /two }] }]";
    let text = scenario(&server.url(), "{ count: 7, ramp: 0s, hold: 2h }", journeys);
    let all_came_again = || sessions(&server).1.values().filter(|requests| requests.len() >= 3).count() == 7;
    let ended = until(&program, &text, "three requests of each session", all_came_again);
    let report = ended.report();
    assert_eq!(report.counts(), all_done(server.seen().len() as u64), "{ended}");
    let (strangers, sessions) = sessions(&server);
    assert_eq!((strangers, sessions.len()), (7, 7), "as many sessions as users");
    assert_eq!(server.connections(), 8, "one for each user, and one that looked whether anybody is there");
    assert!(report.whole("/generator/in_flight_max") <= 7);
    assert_eq!(report.text("/run/model"), "closed");
    assert!(report.text("/run/caution").contains("coordinated omission"));
    assert_eq!(report.at("/run/stages/0/to_users"), 7);
    ended.expect(130, &["stage hold: 7 users for 2h"]);
}

#[test]
fn users_come_and_go_with_the_stages_and_come_back_as_strangers() {
    let (program, server) = (program(), shop());
    let stages = "{ stages: [{ from: 3, hold: 2s, name: all }, { to: 1, over: 200ms }, { hold: 1s, name: one }, \
                  { to: 3, over: 200ms }, { hold: 2s, name: back }] }";
    let journeys = "[{ name: j, steps: [{ get: /x, think: 5ms }] }]";
    let ended = program.scenario(&scenario(&server.url(), stages, journeys));
    let report = ended.report();
    assert_eq!(report.counts(), all_done(server.seen().len() as u64), "{ended}");
    assert_eq!(sessions(&server).0, 5, "three, and two who came again");
    let stages: Vec<(&str, u64, u64)> = report
        .list("/run/stages")
        .iter()
        .map(|stage| {
            let users = |key: &str| stage[key].as_u64().unwrap_or(99);
            (stage["name"].as_str().unwrap_or("?"), users("from_users"), users("to_users"))
        })
        .collect();
    let expected = [("all", 3, 3), ("stage-2", 3, 1), ("one", 1, 1), ("stage-4", 1, 3), ("back", 3, 3)];
    assert_eq!(stages, expected);
}

#[test]
fn a_ramp_is_a_warm_up_that_no_total_counts() {
    let (program, server) = (program(), shop());
    let journeys = "[{ name: j, steps: [{ get: /x, think: 5ms }] }]";
    let users = "{ count: 4, ramp: 1s, hold: 1s }";
    let report = program.scenario(&scenario(&server.url(), users, journeys)).report();
    let (counts, warmup) = (report.counts(), report.warmup());
    assert!(counts.done > 0 && warmup.done > 0, "{counts:?} {warmup:?}");
    assert_eq!(counts.done + warmup.done, server.seen().len() as u64);
}

#[test]
fn each_user_keeps_its_row_where_there_are_as_many_and_goes_through_the_whole_mix() {
    let (program, server) = (program(), shop());
    let journeys = "\n    - { name: a, weight: 3, data: { rows: [{ id: 10 }, { id: 11 }, { id: 12 }, { id: 13 }] }, \
                    steps: [{ get: '/a/{{ id }}/{{ n }}', think: 5ms }] }\n    \
                    - { name: b, steps: [{ get: '/b/{{ n }}', think: 5ms }] }";
    let text = scenario(&server.url(), "{ count: 4, ramp: 0s, hold: 2h }", journeys);
    let enough = || {
        let (_, sessions) = sessions(&server);
        sessions.len() == 4 && sessions.values().all(|requests| requests.len() >= 12)
    };
    let ended = until(&program, &text, "twelve requests of each session", enough);
    let report = ended.report();
    assert_eq!(report.counts().failed, 0, "{ended}");
    let (_, sessions) = sessions(&server);
    assert_eq!(sessions.len(), 4);
    for (cookie, requests) in &sessions {
        let ids: BTreeSet<&str> =
            requests.iter().filter_map(|seen| seen.path.strip_prefix("/a/")?.split('/').next()).collect();
        assert_eq!(ids.len(), 1, "{cookie} is always the same: {ids:?}");
        assert!(
            requests.iter().any(|seen| seen.path.starts_with("/b/")),
            "{cookie} never went the other way"
        );
    }
    let numbers: BTreeSet<String> =
        server.seen().iter().filter_map(|seen| Some(seen.path.rsplit('/').next()?.to_owned())).collect();
    assert_eq!(numbers.len(), server.seen().len(), "no journey has another's number");
    let (a, b) =
        (report.counts_of("a/GET /a/{{ id }}/{{ n }}").done, report.counts_of("b/GET /b/{{ n }}").done);
    assert!(a > 2 * b && a < 4 * b, "3 to 1, and a little: {a} {b}");
}

#[test]
fn without_keep_alive_each_request_has_a_connection_of_its_own() {
    let (program, server) = (program(), shop());
    let text = scenario(
        &server.url(),
        "{ count: 2, ramp: 0s, hold: 1s }",
        "[{ name: j, steps: [{ get: /x, think: 10ms }] }]\n  connections: { keep_alive: false }",
    );
    let report = program.scenario(&text).report();
    assert_eq!(report.counts(), all_done(server.seen().len() as u64));
    assert_eq!(server.connections(), server.seen().len() + 1);
    assert_eq!(sessions(&server).0, 2, "cookies are the user's, not the connection's");
}

#[test]
fn users_speak_the_targets_tls() {
    let (program, server) = (program(), TlsServer::start(&TlsSetup::default()));
    program.write("ca.pem", server.root_pem());
    let text = scenario(
        &server.url(),
        "{ count: 2, ramp: 0s, hold: 2h }",
        "[{ name: j, steps: [{ get: /x, think: 10ms }] }]",
    );
    let text = text.replace("' }\n", "', tls: { ca: ca.pem } }\n");
    let ended = until(&program, &text, "some requests", || server.seen().len() >= 10);
    let report = ended.report();
    assert_eq!(report.counts(), all_done(server.seen().len() as u64), "{ended}");
}

#[test]
fn a_silent_server_times_every_user_out() {
    let (program, server) = (program(), Raw::silent());
    let report = program.load(&[&server.url(), "--users", "3", "--for", "1s", "--timeout", "200ms"]).report();
    let counts = report.counts();
    assert!(counts.failed >= 3, "{counts:?}");
    assert_eq!(counts, Counts { planned: counts.failed, failed: counts.failed, ..Counts::default() });
    assert_eq!(report.errors()["timeout"], counts.failed);
}
