//! Which cookies are taken, and where they go, request by request.

use super::Cookies;
use crate::journey::origin::Origin;
use crate::transport::{HttpVersion, Request, Target, TlsOptions};
use bytes::Bytes;
use http::header::{COOKIE, HOST, SET_COOKIE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method};
use std::time::Duration;

/// A journey to the target of this URL.
struct Way {
    origin: Origin,
    cookies: Cookies,
}

impl Way {
    fn to(url: &str) -> Way {
        let target = Target::new(url, HttpVersion::Auto, &TlsOptions::default(), Duration::from_secs(1));
        Way { origin: Origin::of(&target.unwrap()), cookies: Cookies::default() }
    }

    /// The answer to a request to `path` sets these.
    fn set(mut self, path: &str, lines: &[&str]) -> Way {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(SET_COOKIE, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        self.cookies.remember(&request(path), &headers.into(), &self.origin);
        self
    }

    /// What goes along with a request to `path`.
    fn sent(&self, path: &str) -> String {
        self.sent_with(request(path))
    }

    fn sent_with(&self, mut request: Request) -> String {
        self.cookies.apply(&mut request, &self.origin);
        let sent = request.headers.get(COOKIE).map(HeaderValue::as_bytes).unwrap_or_default();
        String::from_utf8(sent.to_vec()).unwrap()
    }
}

fn request(path: &str) -> Request {
    Request::new(Method::GET, PathAndQuery::try_from(path).unwrap(), HeaderMap::new(), Bytes::new())
}

#[test]
fn a_cookie_goes_where_it_belongs_until_it_is_taken_back() {
    let way = Way::to("http://shop.test");
    let way = way.set("/", &["a=1; Path=/", "c=0", "b=2; Path=/cart; HttpOnly", "a=3; Path=/"]);
    assert_eq!(way.sent("/cart/1?x=/"), "b=2; a=3; c=0", "longer paths first, then older ones");
    assert_eq!(way.sent("/cart"), "b=2; a=3; c=0");
    assert_eq!(way.sent("/cartoon"), "a=3; c=0");
    let way = way.set("/", &["a=; Path=/; Max-Age=0", "c=; Path=/cart; Max-Age=0"]);
    assert_eq!(way.sent("/cart"), "b=2; c=0", "another path is another cookie");
}

#[test]
fn a_cookie_without_a_path_stays_in_its_folder() {
    for (set_at, sent_to, goes) in [
        ("/login", "/account", true),
        ("/api/login", "/api/account", true),
        ("/api/login", "/api", true),
        ("/api/login", "/account", false),
        ("/api/", "/api/account", true),
        ("/api/login?next=/x/y", "/api/account", true),
    ] {
        let way = Way::to("http://shop.test").set(set_at, &["a=1", "b=2; Path=below"]);
        assert_eq!(way.sent(sent_to), if goes { "a=1; b=2" } else { "" }, "{set_at} then {sent_to}");
    }
}

#[test]
fn a_date_in_the_past_or_an_age_of_nothing_takes_a_cookie_back() {
    for (end, stays) in [
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", false),
        ("Expires=Thu, 01-Jan-1970 00:00:01 GMT", false),
        ("Expires=Thursday, 01-Jan-70 00:00:00 GMT", false),
        ("Expires=Thu Jan  1 00:00:00 1970", false),
        ("Expires=Fri, 31 Dec 2199 23:59:59 GMT", true),
        ("Expires=tomorrow", true),
        ("Max-Age=0", false),
        ("Max-Age=-1", false),
        ("Max-Age=3600", true),
        ("Max-Age=99999999999999999999", true),
        ("Max-Age=soon", true),
        ("Max-Age=3600; Expires=Thu, 01 Jan 1970 00:00:00 GMT", true),
        ("Max-Age=0; Expires=Fri, 31 Dec 2199 23:59:59 GMT", false),
    ] {
        let way = Way::to("http://shop.test").set("/", &["a=1"]).set("/", &[&format!("a=2; {end}")]);
        assert_eq!(way.sent("/"), if stays { "a=2" } else { "" }, "{end}");
    }
}

#[test]
fn a_cookie_ends_when_its_age_is_over() {
    let way = Way::to("http://shop.test").set("/", &["a=1; Max-Age=1", "b=2"]);
    let late = std::time::Instant::now() + Duration::from_mins(1);
    while way.sent("/") != "b=2" {
        assert!(std::time::Instant::now() < late, "{}", way.sent("/"));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn secure_cookies_are_taken_over_tls_and_within_this_machine_alone() {
    for (url, taken) in [
        ("https://shop.test", true),
        ("http://shop.test", false),
        ("http://192.0.2.7", false),
        ("http://127.0.0.1:8080", true),
        ("http://[::1]:8080", true),
        ("http://localhost", true),
        ("http://shop.localhost", true),
        ("http://localhost.test", false),
    ] {
        let way = Way::to(url).set("/", &["a=1; Secure", "b=2"]);
        assert_eq!(way.sent("/"), if taken { "a=1; b=2" } else { "b=2" }, "{url}");
    }
}

#[test]
fn a_domain_has_to_be_that_of_the_host() {
    for (url, domain, taken) in [
        ("http://www.shop.test", "www.shop.test", true),
        ("http://www.shop.test", "shop.test", true),
        ("http://www.shop.test", ".Shop.TEST", true),
        ("http://www.shop.test", "", true),
        ("http://www.shop.test", "evil.example", false),
        ("http://www.shop.test", "op.test", false),
        ("http://www.shop.test", "api.www.shop.test", false),
        ("http://www.shop.test", "test", false),
        ("http://localhost", "localhost", true),
        ("http://127.0.0.1", "127.0.0.1", true),
        ("http://127.0.0.1", "0.0.1", false),
        ("http://b\u{fc}cher.test", "b\u{fc}cher.test", true),
    ] {
        let way = Way::to(url).set("/", &[&format!("a=1; Domain={domain}")]);
        assert_eq!(way.sent("/"), if taken { "a=1" } else { "" }, "{domain} at {url}");
    }
}

#[test]
fn a_cookie_keeps_what_its_name_promises() {
    for (line, taken) in [
        ("__Secure-a=1; Secure", true),
        ("__Secure-a=1", false),
        ("__Host-a=1; Secure; Path=/", true),
        ("__Host-a=1; Secure", false),
        ("__Host-a=1; Path=/", false),
        ("__host-a=1; Secure; Path=/; Domain=shop.test", false),
    ] {
        assert_eq!(!Way::to("https://shop.test").set("/", &[line]).sent("/").is_empty(), taken, "{line}");
    }
}

#[test]
fn a_host_of_its_own_has_cookies_of_its_own() {
    let way = Way::to("http://127.0.0.1:8080").set("/", &["a=1"]);
    let named = |host: &'static str| {
        let mut request = request("/");
        request.headers.insert(HOST, HeaderValue::from_static(host));
        way.sent_with(request)
    };
    assert_eq!(["127.0.0.1:8080", "127.0.0.1", "shop.test"].map(named), ["a=1", "a=1", ""]);
}

#[test]
fn what_is_no_cookie_takes_none_away_and_values_go_back_as_they_came() {
    let lines = ["noval", "=7", "q=\"x y\"; HttpOnly", "z=caf\u{e9}", "e="];
    let way = Way::to("http://shop.test").set("/", &lines);
    let mut written = request("/");
    written.headers.insert(COOKIE, HeaderValue::from_static("mine=0"));
    assert_eq!(way.sent_with(written), "mine=0; q=\"x y\"; z=caf\u{e9}; e=");
}
