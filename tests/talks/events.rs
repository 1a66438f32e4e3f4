//! `sse`: streams that are as expected, and those that are not.

use crate::{failed, program, scenario, stream_server, went_well};
use support::undisturbed;

#[test]
fn events_are_counted_and_timed_over_either_version_of_http() {
    let program = program();
    for version in ["", ", http_version: http2"] {
        let server = stream_server::start();
        let ended = program.scenario(&scenario(&server.url(), version, "{ name: s, sse: /events }"));
        let report = went_well(&ended, 20);
        assert_eq!(report.whole("/endpoints/0/first_event_us/n"), 20);
        assert_eq!(report.whole("/endpoints/0/gap_us/n"), 60, "three between four events");
    }
}

#[test]
fn the_terminal_shows_them() {
    let (program, server) = (program(), stream_server::start());
    program
        .write("scenario.yaml", scenario(&server.url(), "", "{ name: s, sse: /events }, { get: /events }"));
    let run = ["run", "scenario.yaml", "--out", "runs", "--report", "terminal=r.txt"];
    undisturbed(|| program.run(&run)).expect(0, &[]);
    let page = program.read("r.txt");
    let (_, streams) = page.split_once("streams (first event from the instant of sending").unwrap();
    let row: Vec<&str> = streams.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!((row[0], row[1]), ("j/s", "20"), "{page}");
    assert!(row.contains(&"60") && !streams.contains("j/GET"), "{page}");
}

#[test]
fn other_steps_have_no_times_of_events() {
    let (program, server) = (program(), stream_server::start());
    let report = went_well(&program.scenario(&scenario(&server.url(), "", "{ get: /events }")), 20);
    let endpoint = report.at("/endpoints/0");
    assert!(endpoint.get("first_event_us").is_none() && endpoint.get("gap_us").is_none(), "{endpoint:#}");
}

#[test]
fn a_stream_ends_with_the_event_that_is_waited_for() {
    let (program, server) = (program(), stream_server::start());
    for (until, gaps) in [
        ("{ event: done }", 3),
        ("{ event: tick }", 0),
        ("{ json: { $.n: { equals: 1 } } }", 1),
        ("{ event: tick, data: { contains: '2' } }", 2),
        ("{ count: 2 }", 1),
    ] {
        let steps = format!("{{ name: s, sse: /events, events: {{ until: {until} }} }}");
        let report = went_well(&program.scenario(&scenario(&server.url(), "", &steps)), 20);
        assert_eq!(report.whole("/endpoints/0/first_event_us/n"), 20);
        let counted = report.at("/endpoints/0/gap_us/n").as_u64().unwrap_or(0);
        assert_eq!(counted, 20 * gaps, "{until}");
    }
}

#[test]
fn tokens_of_a_model_come_for_what_was_sent() {
    let (program, server) = (program(), stream_server::start());
    let steps = "{ name: ask, sse: /tokens, body: 'one two three', \
                 events: { at_least: 4, at_most: 4, gap: 20s, first_event: 20s, until: { data: '[DONE]' } } }";
    let report = went_well(&program.scenario(&scenario(&server.url(), "", steps)), 20);
    assert_eq!(report.whole("/endpoints/0/gap_us/n"), 60);
}

#[test]
fn what_the_last_event_says_is_used_by_later_steps() {
    let (program, server) = (program(), stream_server::start());
    let steps = "{ name: s, sse: /events, expect: { json: { $.id: { matches: '^x' } } }, capture: { id: $.id } }, \
                 { name: later, sse: '/tokens', body: '{{ id }}', events: { until: { json: { $.token: { equals: x7 } } } } }";
    went_well(&program.scenario(&scenario(&server.url(), "", steps)), 40);
}

#[test]
fn elsewhere_each_piece_is_an_event() {
    let (program, server) = (program(), stream_server::start());
    let steps =
        "{ name: s, sse: /pieces, events: { at_least: 3, at_most: 3 }, expect: { body: { equals: three } } }";
    let report = went_well(&program.scenario(&scenario(&server.url(), "", steps)), 20);
    assert_eq!(report.whole("/endpoints/0/gap_us/n"), 40);
}

#[test]
fn streams_that_are_not_as_expected_and_in_which_words() {
    let (program, server) = (program(), stream_server::start());
    for (step, class, words) in [
        ("sse: /events, events: { at_least: 5 }", "assertion", "expected at least 5 events, got 4"),
        ("sse: /events, events: { at_most: 2 }", "assertion", "expected at most 2 events, but another came"),
        (
            "sse: /events, events: { until: { data: bye } }",
            "assertion",
            "the stream ended after 4 events without the one that `until` waits for; the last is `{\"id\": \"x7\"}`",
        ),
        (
            "sse: /events, expect: { json: { $.id: { equals: y } } }",
            "assertion",
            "$.id should be `\"y\"`, but is `\"x7\"`",
        ),
        (
            "sse: /quiet, events: { first_event: 50ms }",
            "assertion",
            "expected the first event within 50ms, but none came",
        ),
        (
            "sse: /endless, events: { gap: 50ms, first_event: 20s }",
            "assertion",
            "expected another event within 50ms of the last, but none came; 3 events before it",
        ),
        ("sse: /endless, timeout: 200ms", "timeout", "no complete answer within 200ms: 3 events"),
        ("sse: /quiet, timeout: 200ms", "timeout", "no complete answer within 200ms: no event"),
        (
            "sse: /other, json: {}",
            "status",
            "expected status below 400, got 404 Not Found; the body begins `nothing at /other for POST`",
        ),
        ("sse: /pieces, expect: { json: { $.a: { exists: true } } }", "assertion", "the event is not JSON: "),
    ] {
        let said = failed(&program, &scenario(&server.url(), "", &format!("{{ name: s, {step} }}")), class);
        assert!(said.starts_with(words), "{step}: {said}");
    }
}

#[test]
fn a_stream_that_is_cut_says_after_how_many_events() {
    let (program, server) = (program(), stream_server::start());
    for version in ["", ", http_version: http2"] {
        let text = scenario(&server.url(), version, "{ name: s, sse: /cut }");
        let report = program.scenario(&text).report();
        assert_eq!((report.counts().failed, report.counts().done), (20, 0));
        let examples = report.at("/endpoints/0/examples").to_string();
        assert!(examples.contains("after 2 events: "), "{examples}");
    }
}

#[test]
fn several_streams_share_a_connection() {
    let (program, server) = (program(), stream_server::start());
    let text = scenario(&server.url(), ", http_version: http2", "{ name: s, sse: /events }");
    let text = text.replace("workers: 1", "workers: 1\n  connections: { streams: 50 }");
    went_well(&program.scenario(&text), 20);
    assert_eq!(server.connections(), 2, "one of them looked before the load whether somebody is there");
}

#[test]
fn connections_of_streams_are_kept_as_the_scenario_says() {
    let (program, server) = (program(), stream_server::start());
    let text = scenario(&server.url(), "", "{ name: s, sse: /events }, { name: t, sse: /events }");
    went_well(
        &program.scenario(&text.replace("workers: 1", "workers: 1\n  connections: { keep_alive: false }")),
        40,
    );
    assert_eq!(server.connections(), 41);
    let server = stream_server::start();
    let text = scenario(&server.url(), "", "{ name: s, sse: /events }, { name: t, sse: /events }");
    went_well(&program.scenario(&text), 40);
    assert!(server.connections() <= 21, "{}", server.connections());
}
