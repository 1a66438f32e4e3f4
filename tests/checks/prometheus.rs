//! `prometheus`: against answers as Prometheus gives them.

use crate::golden::{failure, program, smoke};
use std::net::TcpListener;
use support::{Answer, Raw, Scripted};

pub fn vector(samples: &[(&str, &str)]) -> Answer {
    let samples: Vec<String> = samples
        .iter()
        .map(|(job, value)| {
            format!(r#"{{"metric":{{"__name__":"up","job":"{job}"}},"value":[1,"{value}"]}}"#)
        })
        .collect();
    let data = format!(r#"{{"resultType":"vector","result":[{}]}}"#, samples.join(","));
    Answer::json(format!(r#"{{"status":"success","data":{data}}}"#))
}

/// Runs one check of `up` that does not hold, and compares what is told.
fn fails(name: &str, code: i32, url: &str, more: &str) {
    let program = program();
    let checks = format!(
        "  - name: up\n    timeout: 1s\n    prometheus:\n      url: {url}\n      query: up{{job=~\"shop.*\"}}\n      {more}\n"
    );
    let ended = smoke(&program, "", &checks);
    ended.expect(code, &["check up: FAILED"]);
    failure(name, &ended, &program);
}

#[test]
fn nobody_is_there_or_says_anything() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    fails("prometheus-down", 4, &format!("http://{free}"), "");
    fails("prometheus-slow", 4, &Raw::silent().url(), "");
}

#[test]
fn every_value_holds() {
    let server = Scripted::start([vector(&[("shop", "1"), ("shop-api", "1")]), vector(&[])]);
    let check = |more: &str| {
        let (url, program) = (server.url(), program());
        let program = program.with("TOKEN", "tok-1234567");
        let kind = format!(
            "url: '{url}/prom', query: 'sum(rate(x[1m])) > 1', headers: {{ authorization: 'Bearer ${{env:TOKEN}}' }}, {more}"
        );
        smoke(&program, "", &format!("  - name: up\n    prometheus: {{ {kind} }}\n"))
    };
    check("value: { at_least: 1 }, series: { equals: 2 }").expect(0, &["check up: ok, 2 series hold"]);
    check("value: { at_most: 0 }, no_data: pass").expect(0, &["check up: ok, no data, as it may be"]);
    let seen = server.seen();
    assert_eq!(seen[0].path, "/prom/api/v1/query?query=sum%28rate%28x%5B1m%5D%29%29+%3E+1");
    assert_eq!(seen[0].header("authorization"), "Bearer tok-1234567");
}

#[test]
fn what_is_wrong_is_told_apart() {
    let error = r#"{"status":"error","errorType":"bad_data","error":"1:3: parse error: unexpected {"}"#;
    let partial = r#"{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["store eu-1: connection refused"]}"#;
    let value = "value: { at_least: 1 }";
    for (name, answer, more) in [
        ("prometheus-value", vector(&[("shop", "1"), ("shop-api", "0")]), value),
        ("prometheus-series", vector(&[("shop", "1")]), "series: { at_least: 2 }"),
        ("prometheus-nothing", vector(&[]), value),
        ("prometheus-nan", vector(&[("shop", "NaN")]), value),
        ("prometheus-query", Answer::status(400).body(error), value),
        ("prometheus-partial", Answer::json(partial), value),
        ("prometheus-access", Answer::status(401), "headers: { authorization: 'Bearer t0k-9999' }"),
        ("prometheus-other", Answer::ok("<html>Welcome"), value),
    ] {
        fails(name, 1, &Scripted::start([answer]).url(), more);
    }
}
