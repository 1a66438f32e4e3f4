//! What a journey sends, as the server sees it: rows, captures, cookies, redirects, bodies, credentials, templates.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on may panic")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::{Answer, Counts, Ended, Program, Scripted, Seen, undisturbed};

fn program() -> Program {
    Program::at(env!("CARGO_BIN_EXE_shakedown"))
}

/// A scenario of these journeys with 20 arrivals.
fn scenario(server: &Scripted, rest: &str) -> String {
    format!(
        "scenario: twenty arrivals\ntarget: {{ http: '{}' }}\nload:\n  workers: 1\n  \
         profile: {{ stages: [{{ from: 40/s, to: 40/s, over: 500ms }}] }}\n{rest}",
        server.url()
    )
}

/// Everything was answered as expected.
fn went_well(ended: &Ended, requests: u64) {
    let report = ended.report();
    assert_eq!(report.counts(), Counts { planned: requests, done: requests, ..Counts::default() }, "{ended}");
}

/// How often each path was asked for.
fn paths(server: &Scripted) -> BTreeMap<String, usize> {
    let mut paths = BTreeMap::new();
    for seen in server.seen() {
        *paths.entry(seen.path).or_insert(0) += 1;
    }
    paths
}

fn body(seen: &Seen) -> &str {
    std::str::from_utf8(&seen.body).unwrap()
}

/// The first request to a path.
fn to(server: &Scripted, path: &str) -> Seen {
    server
        .seen()
        .into_iter()
        .find(|seen| seen.path == path)
        .unwrap_or_else(|| panic!("nobody asked for {path}"))
}

#[test]
fn rows_are_taken_in_order_from_wherever_they_are() {
    let program = program();
    program.write("rows.csv", "id,name\n1,chair\n2,\"table, round\"\n");
    program
        .write("rows.jsonl", "{\"id\": 1, \"name\": \"chair\"}\n{\"id\": 2, \"name\": \"table, round\"}\n");
    for data in [
        "{ rows: [{ id: 1, name: chair }, { id: 2, name: 'table, round' }] }",
        "{ csv: rows.csv }",
        "{ jsonl: rows.jsonl }",
    ] {
        let server = Scripted::start([Answer::ok("ok")]);
        let journey = format!(
            "  journeys:\n    - name: j\n      data: {data}\n      steps: [{{ get: '/{{{{ id }}}}/{{{{ name }}}}' }}]\n"
        );
        went_well(&program.scenario(&scenario(&server, &journey)), 20);
        let expected = [("/1/chair".to_owned(), 10), ("/2/table%2C%20round".to_owned(), 10)];
        assert_eq!(paths(&server), BTreeMap::from(expected), "{data}");
    }
}

#[test]
fn random_rows_and_values_come_again_with_the_same_seed() {
    let program = program();
    let sent = |seed: &str| {
        let rows: Vec<String> = (0..50).map(|id| format!("{{ id: {id} }}")).collect();
        let journey = format!(
            "  poisson: true\n  journeys:\n    - name: j\n      data: {{ rows: [{}], pick: random }}\n      \
             steps: [{{ get: '/{{{{ n }}}}/{{{{ id }}}}/{{{{ uuid }}}}' }}]\n",
            rows.join(", ")
        );
        let mut seen = BTreeMap::new();
        let ended = undisturbed(|| {
            let server = Scripted::start([Answer::ok("ok")]);
            program.write("seed.yaml", scenario(&server, &journey) + "gates: [p50 <= 60s]\n");
            let ended = program.run(&["run", "seed.yaml", "--out", "runs", "--seed", seed]);
            seen = paths(&server);
            ended
        });
        ended.expect(0, &[]);
        seen
    };
    let first = sent("7");
    assert_eq!(first, sent("7"));
    assert_ne!(first, sent("8"));
    assert!(first.len() >= 5, "one path for each arrival: {first:?}");
}

#[test]
fn captured_values_go_wherever_a_template_stands() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.as_str() {
        "/new" => {
            Answer::json(r#"{"id": 17, "tag": "a \"b\" & c"}"#).header("etag", "v1").header("x-page", "9")
        }
        "/list" => Answer::ok("serial=S-42; more"),
        _ => Answer::ok("ok"),
    });
    let journey = r#"  journeys:
    - name: j
      steps:
        - post: /new
          capture: { id: "$.id", tag: { json: "$.tag" }, etag: { header: etag } }
        - get: /list
          capture: { serial: { regex: "serial=([A-Z]-[0-9]+)" } }
        - name: use
          put: "/use/{{ id }}/{{ serial }}"
          query: { q: "{{ tag }}" }
          headers: { if-match: "{{ etag }}" }
          json: { id: "{{ id }}", tag: "{{ tag }}", text: "is {{ id }} {{ tag }}", list: ["{{ serial }}", 1] }
        - { name: form, post: /form, form: { tag: "{{ tag }}", id: "no {{ id }}" } }
        - { name: raw, post: /raw, body: "{{ id }}={{ tag }}", auth: { bearer: "{{ serial }}" } }
"#;
    went_well(&program.scenario(&scenario(&server, journey)), 100);
    let used = to(&server, "/use/17/S-42?q=a%20%22b%22%20%26%20c");
    assert_eq!((used.method.as_str(), used.header("if-match")), ("PUT", "v1"));
    assert_eq!(used.header("content-type"), "application/json");
    let json = r#"{"id":17,"tag":"a \"b\" & c","text":"is 17 a \"b\" & c","list":["S-42",1]}"#;
    assert_eq!(body(&used), json);
    let form = to(&server, "/form");
    assert_eq!(body(&form), "tag=a%20%22b%22%20%26%20c&id=no%2017");
    assert_eq!(form.header("content-type"), "application/x-www-form-urlencoded");
    let raw = to(&server, "/raw");
    assert_eq!((body(&raw), raw.header("authorization")), ("17=a \"b\" & c", "Bearer S-42"));
}

#[test]
fn values_of_the_arrival_and_of_the_scenario() {
    let (program, server) = (program(), Scripted::start([Answer::json("{\"tenant\": \"blue\"}")]));
    let rest = r#"  journeys:
    - name: j
      steps:
        - get: "/{{ n }}"
          headers: { x-tenant: "{{ tenant }}", x-uuid: "{{ uuid }}/{{ uuid }}", x-now: "{{ now }}", x-braces: '{{ "{{" }}' }
          expect: { json: { "$.tenant": { equals: "{{ tenant }}" } } }
vars: { tenant: blue }
"#;
    went_well(&program.scenario(&scenario(&server, rest)), 20);
    let numbers: Vec<String> = (0..20).map(|n| format!("/{n}")).collect();
    assert!(numbers.iter().all(|path| paths(&server)[path] == 1), "each arrival has its own number");
    let seen = to(&server, "/3");
    assert_eq!((seen.header("x-tenant"), seen.header("x-braces")), ("blue", "{{"));
    let (one, other) = seen.header("x-uuid").split_once('/').unwrap();
    assert!(one != other && one.len() == 36 && other.len() == 36, "{one} {other}");
    let now = seen.header("x-now");
    assert!(now.len() == 24 && now.ends_with('Z') && now.contains('T'), "{now}");
}

#[test]
fn cookies_belong_to_one_arrival() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.split_once("/login/") {
        Some((_, number)) => Answer::ok("in")
            .header("set-cookie", &format!("session=s{number}; Path=/; HttpOnly"))
            .header("set-cookie", "cart=c; Path=/cart")
            .header("set-cookie", "old=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
            .header("set-cookie", "other=1; Path=/; Domain=evil.example"),
        None => Answer::ok("ok"),
    });
    let journey = "  journeys: [{ name: j, steps: [{ get: '/login/{{ n }}' }, { get: '/me/{{ n }}' }, { get: '/cart/{{ n }}' }] }]\n";
    went_well(&program.scenario(&scenario(&server, journey)), 60);
    for n in 0..20 {
        assert_eq!(
            to(&server, &format!("/login/{n}")).header("cookie"),
            "",
            "each arrival starts without any"
        );
        assert_eq!(to(&server, &format!("/me/{n}")).header("cookie"), format!("session=s{n}"));
        assert_eq!(to(&server, &format!("/cart/{n}")).header("cookie"), format!("cart=c; session=s{n}"));
    }
}

#[test]
fn redirects_are_followed_where_the_step_says_so_and_never_away() {
    let program = program();
    let server = Scripted::answering(|seen| match seen.path.as_str() {
        "/a" | "/stay" => Answer::status(302).header("location", "/b").header("set-cookie", "k=v"),
        "/b" => Answer::status(307).header("location", "c?x=1"),
        "/away" => Answer::status(301).header("location", "http://evil.test/"),
        "/loop" => Answer::status(301).header("location", "/loop"),
        _ => Answer::ok("end"),
    });
    let journey = "  journeys:
    - { name: follow, steps: [{ post: /a, body: text, redirects: 5, expect: { status: 200, body: { equals: end } } }] }
    - { name: stay, steps: [{ get: /stay, expect: { status: 302 } }] }
    - { name: short, steps: [{ name: s, get: /b, redirects: 0, expect: { status: 200 } }] }
    - { name: away, steps: [{ name: s, get: /away, redirects: 1 }] }
    - { name: loop, steps: [{ name: s, get: /loop, redirects: 2 }] }
";
    let report = program.scenario(&scenario(&server, journey)).report();
    assert_eq!(report.counts(), Counts { planned: 20, done: 8, failed: 12, dropped: 0 });
    let paths = paths(&server);
    assert_eq!((paths["/a"], paths["/b"], paths["/c?x=1"], paths["/stay"]), (4, 8, 4, 4));
    assert_eq!((paths["/away"], paths["/loop"]), (4, 12));
    let end = to(&server, "/c?x=1");
    assert_eq!((end.method.as_str(), body(&end), end.header("cookie")), ("GET", "", "k=v"));
    let away = report.endpoint("away/s");
    let words = format!(
        "a redirect to `http://evil.test/` leaves the target {}, where all load goes; write `target: {{ http: \
         \"http://evil.test\" }}` if that is meant, or leave `redirects` out, so that the 301 is the answer",
        server.url()
    );
    assert_eq!(away.text("/examples/status"), words);
    let looping = report.endpoint("loop/s");
    let looping = looping.text("/examples/status");
    assert!(looping.starts_with("a redirect to `/loop` is one more than `redirects: 2` allows"), "{looping}");
    let short = report.endpoint("short/s");
    assert_eq!(short.text("/examples/status"), "expected status 200, got 307 Temporary Redirect");
}

#[test]
fn methods_bodies_and_credentials() {
    let (program, server) = (program().with("PASSWORD", "pa:ss wörd"), Scripted::start([Answer::ok("ok")]));
    program.write("body.bin", [0_u8, 159, 146, 150, b'{', b'{']);
    let text = r#"
scenario: methods
target: { http: 'URL/prefix/', headers: { x-every: one, authorization: none } }
load:
  profile: { stages: [{ from: 20/s, to: 20/s, over: 1s }] }
  journeys:
    - name: j
      steps:
        - { head: /head }
        - { options: /options }
        - { delete: /delete, auth: { basic: { user: pat, password: "${env:PASSWORD}" } } }
        - { patch: /patch, body_file: body.bin, headers: { content-type: application/octet-stream } }
        - { get: "/get?a=1", query: { b: "ü &" } }
"#;
    went_well(&program.scenario(&text.replace("URL", &server.url())), 100);
    for (path, method) in
        [("/head", "HEAD"), ("/options", "OPTIONS"), ("/delete", "DELETE"), ("/patch", "PATCH")]
    {
        let seen = to(&server, &format!("/prefix{path}"));
        assert_eq!((seen.method.as_str(), seen.header("x-every")), (method, "one"));
    }
    let basic = "Basic cGF0OnBhOnNzIHfDtnJk";
    assert_eq!(to(&server, "/prefix/delete").header("authorization"), basic);
    assert_eq!(to(&server, "/prefix/patch").body[..], [0, 159, 146, 150, b'{', b'{']);
    let get = to(&server, "/prefix/get?a=1&b=%C3%BC%20%26");
    assert_eq!((get.header("authorization"), get.header("host")), ("none", &server.url()["http://".len()..]));
}

#[test]
fn a_pause_is_kept_and_counts_for_nobody() {
    let program = program();
    let times: Arc<Mutex<BTreeMap<String, Instant>>> = Arc::default();
    let noted = Arc::clone(&times);
    let server = Scripted::answering(move |seen| {
        noted.lock().unwrap().insert(seen.path.clone(), Instant::now());
        Answer::ok("ok")
    });
    let journey = "  journeys:
    - name: j
      steps:
        - { name: one, get: '/one/{{ n }}', think: 400ms }
        - { name: two, get: '/two/{{ n }}', think: { from: 200ms, to: 300ms } }
        - { name: three, get: '/three/{{ n }}' }
";
    let ended = program.scenario(&scenario(&server, journey));
    went_well(&ended, 60);
    let times = times.lock().unwrap();
    for n in 0..20 {
        let at = |step: &str| times[&format!("/{step}/{n}")];
        assert!(at("two").duration_since(at("one")) >= Duration::from_millis(399), "{n}");
        assert!(at("three").duration_since(at("two")) >= Duration::from_millis(199), "{n}");
    }
    for step in ["j/two", "j/three"] {
        let median = ended.report().endpoint(step).number("/response_us/p50");
        assert!(median < 200_000.0, "{step}: the pause is not the server's time, but p50 is {median} us");
    }
}
