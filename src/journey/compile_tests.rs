//! Steps as written in YAML, and the requests that come of them.

use super::grpc::Calls;
use super::{CompileContext, Journey, JourneySpec, Pairs};
use crate::source::{Budget, Located, Node, Problem, decode, parse};
use crate::transport::{Content, HttpVersion, Target, TlsOptions};
use http::HeaderMap;
use std::time::Duration;

fn compile(yaml: &str) -> (Option<Journey>, Vec<Problem>) {
    compile_for("http://shop.test/api", yaml)
}

/// A journey to the target of this URL.
pub(super) fn compile_for(url: &str, yaml: &str) -> (Option<Journey>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut tree: Node = parse(yaml, 0, &mut Budget::default(), &mut problems).unwrap();
    let spec: Option<JourneySpec> = decode(&mut tree, &mut problems);
    let vars = [("token".to_owned(), "t0p".to_owned())];
    let headers = Pairs(vec![(located("x-all"), located("yes"))]);
    let read = |path: &Located<String>| match path.as_str() {
        "body.bin" => Ok(vec![0, 159, 146, 150]),
        "ids.csv" => Ok(b"id\n7\n8\n".to_vec()),
        other => Err(Problem::at(path.mark, format!("there is no file `{other}`"))),
    };
    let limit = Duration::from_secs(1);
    let target = Target::new(url, HttpVersion::Auto, &TlsOptions::default(), limit).unwrap();
    let cx = CompileContext {
        vars: &vars,
        read: &read,
        read_body: &|path| read(path).map(Content::from),
        timeout: "30s".parse().unwrap(),
        headers: &headers,
        target: Some(&target),
        calls: Calls::Asked,
    };
    let journey = spec.and_then(|spec| Journey::compile(&spec, &cx, &mut problems));
    (journey, problems)
}

fn located(text: &str) -> Located<String> {
    Located { value: text.to_owned(), ..Located::default() }
}

/// A one-step journey's request, as `METHOD path` and its headers and body.
fn request(step: &str) -> (String, HeaderMap, Vec<u8>) {
    let yaml = format!("name: j\ndata: {{ csv: ids.csv }}\nsteps:\n  - {step}\n");
    let (journey, problems) = compile(&yaml);
    assert_eq!(problems, [], "{step}");
    let journey = journey.unwrap();
    let mut values = journey.values(1, 42);
    let request = journey.steps[0].render(&mut values).unwrap().into_owned();
    (
        format!("{} {}", request.method, request.path),
        request.headers,
        request.body.in_memory().unwrap().to_vec(),
    )
}

#[test]
fn paths_and_queries() {
    for (step, line) in [
        ("get: /a", "GET /api/a"),
        ("delete: '/a/{{ id }}?x=1'", "DELETE /api/a/8?x=1"),
        ("{ get: /a, query: { q: 'x & {{ id }}', 'p q': 1 } }", "GET /api/a?q=x%20%26%208&p%20q=1"),
        ("{ head: '/a?b', query: { c: d } }", "HEAD /api/a?b&c=d"),
        ("options: '/{{ n }}'", "OPTIONS /api/1"),
    ] {
        assert_eq!(request(step).0, line, "{step}");
    }
}

#[test]
fn bodies_and_their_types() {
    for (step, kind, body) in [
        (
            "{ post: /, json: { id: '{{ id }}', all: [1, true, null, 'a\"{{ n }}'] } }",
            "application/json",
            r#"{"id":"8","all":[1,true,null,"a\"1"]}"#,
        ),
        (
            "{ post: /, form: { a: 'x y', b: '{{ id }}' } }",
            "application/x-www-form-urlencoded",
            "a=x%20y&b=8",
        ),
        ("{ put: /, body: 'raw {{ token }}', headers: { content-type: text/x } }", "text/x", "raw t0p"),
    ] {
        let (_, headers, got) = request(step);
        assert_eq!(String::from_utf8(got).unwrap(), body, "{step}");
        assert_eq!(headers["content-type"], kind, "{step}");
    }
    assert_eq!(request("{ patch: /, body_file: body.bin }").2, [0, 159, 146, 150]);
}

#[test]
fn headers_and_credentials() {
    let (_, headers, _) =
        request("{ get: /, headers: { X-Id: '{{ id }}', x-all: no }, auth: { bearer: '{{ token }}' } }");
    assert_eq!((&headers["host"], &headers["x-id"]), (&"shop.test".parse().unwrap(), &"8".parse().unwrap()));
    assert_eq!(headers["x-all"], "no", "a step's own header stands in for the target's");
    assert_eq!(headers["authorization"], "Bearer t0p");
    let (_, headers, _) = request("{ get: /, auth: { basic: { user: ann, password: '{{ token }}' } } }");
    assert_eq!(headers["authorization"], "Basic YW5uOnQwcA==");
}

#[test]
fn a_journey_knows_its_endpoints_and_timeouts() {
    let (journey, _) = compile(
        "name: buy\nweight: 3\nsteps:\n  - get: '/x?{{ n }}'\n  - { post: /y, name: pay, timeout: 1s }\n",
    );
    let journey = journey.unwrap();
    let endpoints: Vec<_> = journey.steps.iter().map(|step| (step.endpoint.as_str(), step.timeout)).collect();
    assert_eq!(
        endpoints,
        [("buy/GET /x?{{ n }}", Duration::from_secs(30)), ("buy/pay", Duration::from_secs(1))]
    );
    assert_eq!(journey.weight, 3);
}

#[test]
fn what_can_never_work_is_found_before_the_run() {
    for (yaml, messages) in [
        ("name: j\nsteps: []", vec!["a journey needs at least one step"]),
        ("name: j\nsteps: [{ name: x }]", vec!["a step without a request"]),
        ("name: j\nsteps: [{ get: /, post: / }]", vec!["a step has one request, but this has GET and POST"]),
        ("name: j\nsteps: [{ get: x }]", vec!["the path `x` does not start with `/`"]),
        ("name: j\nsteps: [{ get: '/a b' }]", vec!["`/a b` is not a path of a GET request"]),
        ("name: j\nsteps: [{ post: /, json: 1, body: x }]", vec!["a request has one body"]),
        ("name: j\nsteps: [{ post: /, body_file: gone }]", vec!["there is no file `gone`"]),
        ("name: j\nsteps: [{ get: /, headers: { 'a b': x } }]", vec!["`a b` cannot be a header's name"]),
        ("name: j\nsteps: [{ get: '/{{ a }}', capture: { a: $.x } }]", vec!["nothing is called `a` here"]),
        (
            "name: j\nsteps: [{ get: /, capture: { n: $.x, b: 'x' } }]",
            vec![
                "`n` is a value that every arrival has and cannot be captured over",
                "`x` is not a JSONPath (RFC 9535)",
            ],
        ),
        ("name: j\nsteps: [{ get: /, timeout: 0s }]", vec!["a timeout of zero lets no answer through"]),
    ] {
        let (journey, problems) = compile(yaml);
        let found: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, messages, "{yaml}");
        assert!(journey.is_none(), "{yaml}");
    }
}
