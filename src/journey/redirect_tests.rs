//! Where redirects lead, step by step, as a target sees it.

use super::compile_tests::compile_for;
use super::{Cookies, Sender};
use crate::transport::{Answer, Failure, Keep, Request};
use bytes::Bytes;
use http::header::{COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};

/// Answers one request after the other as it is told, and with 200 from then on; notes what it was asked.
#[derive(Default)]
struct Told {
    answers: Vec<(u16, HeaderMap)>,
    seen: Vec<Request>,
}

impl Sender for Told {
    async fn send(&mut self, request: &Request, _: Keep, _: u64) -> Result<Answer, Failure> {
        let (code, headers) = self.answers.get(self.seen.len()).cloned().unwrap_or((200, HeaderMap::new()));
        self.seen.push(request.clone());
        let status = StatusCode::from_u16(code).unwrap();
        Ok(Answer { status, headers: headers.into(), trailers: None, body: Bytes::new(), length: 0 })
    }
}

fn to(code: u16, location: &str) -> (u16, HeaderMap) {
    (code, HeaderMap::from_iter([(LOCATION, HeaderValue::from_bytes(location.as_bytes()).unwrap())]))
}

/// Performs a step of the target `url` that gets these answers; how it went, and what was asked.
fn perform(url: &str, step: &str, answers: Vec<(u16, HeaderMap)>) -> (Result<(), String>, Vec<Request>) {
    let (journey, problems) = compile_for(url, &format!("name: j\nsteps:\n  - {step}\n"));
    assert_eq!(problems, [], "{step}");
    let journey = journey.unwrap();
    let (mut told, mut cookies) = (Told { answers, seen: Vec::new() }, Cookies::default());
    let mut values = journey.values(0, 0);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let performed = runtime.block_on(journey.steps[0].perform(&mut values, &mut cookies, &mut told));
    (performed.map_err(|failure| format!("{}: {}", failure.class.word(), failure.text)), told.seen)
}

#[test]
fn a_location_is_resolved_against_the_uri_that_was_asked_for() {
    for (location, path) in [
        ("/new", "/new"),
        ("c?y=2", "/api/a/c?y=2"),
        ("?page=2", "/api/a/b?page=2"),
        ("?back=http://shop.test:8080/", "/api/a/b?back=http://shop.test:8080/"),
        ("../../fin", "/fin"),
        ("../../../../fin", "/fin"),
        ("/a/./x/../y", "/a/y"),
        ("/login?next=http://shop.test:8080/home", "/login?next=http://shop.test:8080/home"),
        ("", "/api/a/b?x=1"),
        ("#part", "/api/a/b?x=1"),
        ("/fin#part", "/fin"),
        ("/fin?a=b c", "/fin?a=b%20c"),
        ("/a b", "/a%20b"),
        ("/caf\u{e9}?q=\u{e9}", "/caf%C3%A9?q=%C3%A9"),
        ("/a%2Fb", "/a%2Fb"),
        ("//shop.test:8080/x", "/x"),
        ("http://shop.test:8080", "/"),
        ("HTTP://SHOP.test:8080/x", "/x"),
        ("http://pat:ahoy@shop.test:8080/x", "/x"),
    ] {
        let (went, seen) = perform(
            "http://shop.test:8080/api",
            "{ get: '/a/b?x=1', redirects: 1 }",
            vec![to(302, location)],
        );
        assert_eq!(went, Ok(()), "{location}");
        let last = seen.last().unwrap();
        assert_eq!((seen.len(), last.path.as_str()), (2, path), "{location}");
        assert_eq!(last.headers[HOST], "shop.test:8080");
    }
}

#[test]
fn bytes_that_are_not_utf_8_come_back_as_they_are() {
    let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_bytes(b"/caf\xe9").unwrap())]);
    let (_, seen) = perform("http://shop.test", "{ get: /, redirects: 1 }", vec![(301, headers)]);
    assert_eq!(seen[1].path, "/caf%E9");
}

#[test]
fn a_redirect_to_another_scheme_host_or_port_fails_the_step() {
    for (url, location, other) in [
        ("http://shop.test", "https://shop.test/a", Some("https://shop.test")),
        ("http://shop.test", "http://shop.test:443/a", Some("http://shop.test:443")),
        ("http://shop.test:8080", "http://shop.test/a", Some("http://shop.test")),
        ("http://shop.test", "//evil.test/a", Some("http://evil.test")),
        ("http://shop.test", "http://shop.test@evil.test/", Some("http://evil.test")),
        ("http://shop.test", "http://shop.test.evil.test/", Some("http://shop.test.evil.test")),
        ("http://shop.test", "\\\\evil.test", Some("http://evil.test")),
        ("https://shop.test", "http://shop.test/a", Some("http://shop.test")),
        ("http://shop.test", "shop-app://callback?code=7", None),
    ] {
        let (went, seen) = perform(url, "{ get: /, redirects: 5 }", vec![to(301, location)]);
        let meant = other
            .map(|other| format!("write `target: {{ http: \"{other}\" }}` if that is meant, or "))
            .unwrap_or_default();
        let words = format!(
            "status: a redirect to `{location}` leaves the target {url}, where all load goes; {meant}leave `redirects` \
             out, so that the 301 is the answer"
        );
        assert_eq!((went, seen.len()), (Err(words), 1), "nothing more is sent");
    }
    let (went, _) =
        perform("http://shop.test", "{ get: /, redirects: 5 }", vec![to(302, "https://pat:ahoy@x.test/")]);
    let words = went.unwrap_err();
    assert!(words.contains("`https://pat:***@x.test/`") && !words.contains("ahoy"), "{words}");
    let (went, _) =
        perform("http://shop.test", "{ get: /, redirects: 5 }", vec![to(302, "http://shop.test:99999/")]);
    let words = went.unwrap_err();
    assert!(words.contains("`http://shop.test:99999/` leads nowhere, as that is no URI"), "{words}");
}

#[test]
fn a_redirect_that_is_not_followed_to_its_end_is_no_answer() {
    let circle = "a redirect to `/loop` is one more than `redirects: 2` allows; look whether they go round in circles, raise \
                  `redirects`, or expect `status: 302` if that is the answer that is meant";
    let nowhere = "a 302 without `Location` leads nowhere; correct the answer, or expect `status: 302` if that is the answer \
                   that is meant";
    let bare = (302, HeaderMap::new());
    let looping = |count| vec![to(302, "/loop"); count];
    for (keys, answers, asked, fails) in [
        ("redirects: 2", looping(9), 3, Some(circle)),
        ("redirects: 2, expect: { status: 200 }", looping(9), 3, Some(circle)),
        ("redirects: 2, expect: { headers: { location: { contains: loop } } }", looping(9), 3, Some(circle)),
        ("redirects: 2, expect: { status: [200, 302] }", looping(9), 3, None),
        ("redirects: 2, expect: { status: 3xx }", looping(9), 3, None),
        ("redirects: 2", looping(2), 3, None),
        ("redirects: 2", vec![bare.clone()], 1, Some(nowhere)),
        ("redirects: 2, expect: { status: 302 }", vec![bare.clone()], 1, None),
        ("redirects: 2", vec![(304, HeaderMap::new())], 1, None),
        ("redirects: 0", looping(9), 1, None),
        ("expect: { status: 302 }", looping(9), 1, None),
        ("timeout: 30s", vec![bare], 1, None),
    ] {
        let (went, seen) = perform("http://shop.test", &format!("{{ get: /, {keys} }}"), answers);
        assert_eq!(went, fails.map_or(Ok(()), |words| Err(format!("status: {words}"))), "{keys}");
        assert_eq!(seen.len(), asked, "{keys}");
    }
}

#[test]
fn a_step_with_a_host_of_its_own_stays_there_or_goes_to_the_target() {
    for (location, host) in [
        ("/x", Some("blue.test")),
        ("http://blue.test/x", Some("blue.test")),
        ("http://127.0.0.1:8080/x", Some("127.0.0.1:8080")),
        ("http://green.test/x", None),
    ] {
        let step = "{ get: /, headers: { host: blue.test }, redirects: 1 }";
        let (went, seen) = perform("http://127.0.0.1:8080", step, vec![to(307, location)]);
        assert_eq!(went.is_ok(), host.is_some(), "{location}");
        let asked = seen.get(1).map(|request| request.headers[HOST].to_str().unwrap());
        assert_eq!(asked, host, "{location}");
    }
}

#[test]
fn what_becomes_of_method_and_body() {
    for (method, code, then, body) in [
        ("post", 301, "GET", ""),
        ("post", 302, "GET", ""),
        ("post", 303, "GET", ""),
        ("post", 307, "POST", "text"),
        ("post", 308, "POST", "text"),
        ("put", 301, "PUT", "text"),
        ("put", 302, "PUT", "text"),
        ("put", 303, "GET", ""),
    ] {
        let step =
            format!("{{ {method}: /, body: text, headers: {{ content-language: en }}, redirects: 1 }}");
        let (went, seen) = perform("http://shop.test", &step, vec![to(code, "/x")]);
        assert_eq!(went, Ok(()));
        assert_eq!((seen[1].method.as_str(), &**seen[1].body.in_memory().unwrap()), (then, body.as_bytes()));
        assert_eq!(seen[1].headers.contains_key("content-language"), !body.is_empty(), "{method} {code}");
    }
    let (_, seen) = perform("http://shop.test", "{ head: /, redirects: 1 }", vec![to(303, "/x")]);
    assert_eq!(seen[1].method, "HEAD");
}

#[test]
fn cookies_of_the_step_go_along_beside_those_that_were_set() {
    let mut first = to(302, "/b");
    first.1.insert(SET_COOKIE, HeaderValue::from_static("set=1; Path=/b"));
    let mut second = to(302, "/c");
    second.1.insert(SET_COOKIE, HeaderValue::from_static("other=2; Path=/"));
    let step = "{ get: /a, headers: { cookie: mine=0 }, redirects: 3 }";
    let (went, seen) = perform("http://shop.test", step, vec![first, second]);
    assert_eq!(went, Ok(()));
    let sent: Vec<_> = seen.iter().map(|request| request.headers[COOKIE].to_str().unwrap()).collect();
    assert_eq!(sent, ["mine=0", "mine=0; set=1", "mine=0; other=2"]);
}
