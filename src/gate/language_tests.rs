//! The gate language: what can be written, what it means, and what is said of what cannot.

use super::{Around, Comparison, Gate, GateSpec, Limit, Metric, Of, Places, Window};
use crate::units::{Rate, Ratio, Span};
use crate::verdict::Severity;
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn written_forms_and_their_canonical_form() {
    for (written, canonical) in [
        ("p99 <= 250ms", "p99 <= 250ms"),
        ("  p99.9(browse)<1s  ", "p99.9(browse) < 1s"),
        ("p50( browse/list ) <= 0.85ms", "p50(browse/list) <= 850us"),
        (r#"p95("browse/GET /products") <= 1.5s"#, r#"p95("browse/GET /products") <= 1.5s"#),
        (r"max('say \'hi\'') <= 90s", r#"max("say 'hi'") <= 1m30s"#),
        (r#"max("a\"b\\c") <= 1s"#, r#"max("a\"b\\c") <= 1s"#),
        ("mean <= 250 ms stage hold", "mean <= 250ms stage hold"),
        ("error_rate == 0%", "error_rate == 0%"),
        ("error_rate < 0.1 % stage 'second half'", r#"error_rate < 0.1% stage "second half""#),
        ("availability >= 99.95% last 30s", "availability >= 99.95% last 30s"),
        ("throughput >= 6k/min last 1m", "throughput >= 100/s last 1m"),
        ("throughput > 33.333/s", "throughput > 33.333/s"),
        ("dropped == 0", "dropped == 0"),
        ("dropped <= 1_000 stage stage", "dropped <= 1000 stage stage"),
        ("dropped < 0.1%", "dropped < 0.1%"),
        ("lag <= 1.2345s", "lag <= 1234500us"),
        ("error_rate < 0.1% before kill-one", "error_rate < 0.1% before kill-one"),
        ("p99 <= 1s during 'store down'", r#"p99 <= 1s during "store down""#),
        ("p99 <= 1s after during", "p99 <= 1s after during"),
        ("p99 <= 1s after kill-one +30s", "p99 <= 1s after kill-one +30s"),
        ("p99 <= 1s after kill+one + 90 s", "p99 <= 1s after kill+one +1m30s"),
        ("p99 <= 1s after '+1' +1s", r#"p99 <= 1s after "+1" +1s"#),
        ("detection(kill-one) < 5s", "detection(kill-one) < 5s"),
        ("failover( kill-one )<=30 s", "failover(kill-one) <= 30s"),
        ("rto('store down') <= 0.5m", r#"rto("store down") <= 30s"#),
        ("rpo(store-down) == 0s", "rpo(store-down) == 0s"),
        ("rpo(store-down) < 500ms", "rpo(store-down) < 500ms"),
        ("lost(store-down) == 0", "lost(store-down) == 0"),
        ("lost(store-down) <= 0", "lost(store-down) <= 0"),
        ("lost(store-down) < 1_000", "lost(store-down) < 1000"),
        ("downtime(x) == 0ms", "downtime(x) == 0s"),
    ] {
        assert_eq!(Gate::parse(written).unwrap().to_string(), canonical, "{written}");
    }
}

#[test]
fn names_know_their_places() {
    let text = "p99( 'a b' ) <= 1s stage 'c d' ";
    let gate = Gate::parse(text).unwrap();
    assert_eq!((&text[gate.places.on], &text[gate.places.window]), ("'a b'", "stage 'c d'"));
    assert_eq!((gate.on.as_deref(), gate.window), (Some("a b"), Window::Stage("c d".into())));
    assert_eq!(Gate::parse("p99 <= 1s").unwrap().places.on, 0..0);
}

/// What is said of a wrong gate: the text, carets under the place, the cause and the next move.
fn said(text: &str) -> String {
    let error = Gate::parse(text).unwrap_err();
    let carets = "^".repeat(text[error.start..error.end].chars().count().max(1));
    let before = " ".repeat(text[..error.start].chars().count());
    format!("{text}\n{before}{carets} {}\n{}", error.message, error.help)
}

#[test]
fn wrong_gates_and_what_is_said_of_them() {
    let wrong = [
        "",
        "250ms >= p99",
        "p75 <= 1s",
        "p999 <= 1s",
        "P99 <= 1s",
        "error_rat <= 1%",
        "rps >= 10/s",
        "restarts(api) <= 3",
        "mttr(kill) <= 30s",
        "colour <= 1s",
        "p99() <= 1s",
        "p99(browse, order) <= 1s",
        "p99(GET /products) <= 1s",
        "p99(browse <= 1s",
        "p99(browse",
        "p99(\"browse) <= 1s",
        "p99 250ms",
        "p99",
        "p99 = 250ms",
        "p99 ≤ 250ms",
        "p99 <=",
        "p99 <= 250",
        "p99 <= 5%",
        "p99 <= fast",
        "p99 <= -5s",
        "p99 <= 100ns",
        "p99 <= 0s",
        "error_rate <= 100ms",
        "error_rate <= 1",
        "error_rate <= 120%",
        "throughput >= 100",
        "dropped <= 3/s",
        "dropped <= 0.5",
        "p99 >= 10ms",
        "availability <= 1%",
        "error_rate >= 99.9%",
        "throughput <= 100/s",
        "p99 == 250ms",
        "availability == 100%",
        "dropped == 5",
        "error_rate <= 0%",
        "availability >= 100%",
        "error_rate <= 100%",
        "availability >= 0%",
        "dropped < 0",
        "p95 <= baseline * 1.1",
        "error_rate < 0.1% before",
        "error_rate < 0.1% after +30s",
        "error_rate < 0.1% before kill-one +30s",
        "error_rate < 0.1% after kill one",
        "error_rate < 0.1% after kill-one 30s",
        "error_rate < 0.1% after kill-one +",
        "error_rate < 0.1% after kill-one +soon",
        "error_rate < 0.1% after kill-one +0.5s",
        "error_rate < 0.1% after kill-one during kill-one",
        "error_rate < 0.1% within 30s after kill-one",
        "error_rate < 0.1% durng kill-one",
        "p99 <= 1s stge hold",
        "p99 <= 1s stage",
        "p99 <= 1s last",
        "p99 <= 1s last 100",
        "p99 <= 1s last 500ms",
        "p99 <= 1s stage hold last 3s",
        "p99 <= 1s * 2",
        "p99 <= 1s and p50 <= 1ms",
        "p99 <= 1s of browse",
    ];
    let golden = wrong.map(said).join("\n\n");
    snapbox::assert_data_eq!(golden, snapbox::file!["golden/wrong_gates.txt"]);
}

#[test]
fn wrong_gates_on_faults_and_what_is_said_of_them() {
    let wrong = [
        "failover <= 30s",
        "failover",
        "failover() <= 30s",
        "failover(kill one) <= 30s",
        "failover(kill-one)",
        "failover(kill-one) <= 30",
        "failover(kill-one) <= 5%",
        "failover(kill-one) <= soon",
        "failover(kill-one) <= 30s during kill-one",
        "failover(kill-one) <= 30s stage hold",
        "failover(kill-one) >= 30s",
        "failover(kill-one) == 0s",
        "failover(kill-one) == 3s",
        "failover(kill-one) <= 0s",
        "rpo(kill-one) <= 0s",
        "rpo(kill-one) == 1s",
        "rpo(kill-one) == 0",
        "downtime(kill-one) < 0s",
        "lost(kill-one) == 0s",
        "lost(kill-one) <= 0.1%",
        "lost(kill-one) == none",
        "lost(kill-one) == 3",
        "lost(kill-one) < 0",
        "lost(kill-one) >= 3",
    ];
    let golden = wrong.map(said).join("\n\n");
    snapbox::assert_data_eq!(golden, snapbox::file!["golden/wrong_gates_on_faults.txt"]);
}

#[test]
fn a_condition_to_stop_at_is_one_that_a_running_load_can_show() {
    assert!(Gate::condition("error_rate > 50% last 10s").is_ok());
    for metric in ["failover", "detection", "rto", "rpo", "downtime"] {
        let text = format!(" {metric}(kill-one) > 30s");
        let error = Gate::condition(&text).unwrap_err();
        assert_eq!(&text[error.start..error.end], metric);
        assert!(error.message.contains("known only when the run is over"), "{error}");
    }
}

#[test]
fn the_fewest_requests_that_can_pass() {
    for (gate, needs) in [
        ("p99 <= 1s", 299),
        ("p99.9 < 1s", 2_995),
        ("p50 <= 1s", 5),
        ("error_rate <= 0.1%", 2_995),
        ("error_rate == 0%", 1),
        ("availability >= 99%", 299),
        ("mean <= 1s", 30),
        ("throughput >= 1/s", 1),
        ("dropped <= 3", 1),
        ("failover(x) <= 3s", 1),
    ] {
        assert_eq!(Gate::parse(gate).unwrap().needs(), needs, "{gate}");
    }
}

#[test]
fn limits_on_latency() {
    for (gate, limit) in [
        ("p50 <= 1s", Some(1_000)),
        ("max < 2s", Some(2_000)),
        ("mean <= 3s", Some(3_000)),
        ("lag <= 1s", None),
        ("error_rate < 1%", None),
        ("failover(x) <= 3s", None),
        ("rpo(x) <= 3ms", None),
    ] {
        assert_eq!(Gate::parse(gate).unwrap().latency_limit(), limit.map(Duration::from_millis), "{gate}");
    }
}

#[test]
fn a_gate_in_a_scenario_is_short_or_long() {
    let short: GateSpec = serde_json::from_str(r#""p99 <= 1s""#).unwrap();
    assert_eq!((short.gate.value.as_str(), short.severity), ("p99 <= 1s", Severity::Fail));
    let gate = r#"{ "file": 0, "start": 4, "end": 13, "value": "p99 <= 1s" }"#;
    let long = format!(r#"{{ "gate": {gate}, "severity": "warn" }}"#);
    let long: GateSpec = serde_json::from_str(&long).unwrap();
    assert_eq!(
        (long.gate.value.as_str(), long.gate.mark.start, long.severity),
        ("p99 <= 1s", 4, Severity::Warn)
    );
    let typo = format!(r#"{{ "gate": {gate}, "severty": "warn" }}"#);
    assert!(
        serde_json::from_str::<GateSpec>(&typo).unwrap_err().to_string().contains("unknown field `severty`")
    );
    assert!(
        serde_json::from_str::<GateSpec>("7").unwrap_err().to_string().contains("expected a gate such as")
    );
    let schema = serde_json::to_value(schemars::schema_for!(GateSpec)).unwrap();
    assert!(jsonschema::is_valid(&schema, &serde_json::json!("p99 <= 1s")));
    assert!(jsonschema::is_valid(&schema, &serde_json::json!({ "gate": "p99 <= 1s", "severity": "warn" })));
    assert!(!jsonschema::is_valid(&schema, &serde_json::json!({ "severity": "warn" })));
}

/// Any gate that makes sense.
fn any_gate() -> impl Strategy<Value = Gate> {
    let time = || (1..4_000_000_000_u64).prop_map(|us| Limit::Time(Span::new(Duration::from_micros(us))));
    let share = || {
        let written = (1..1_000_000_u32).prop_map(|n| format!("{}%", f64::from(n) / 10_001.0));
        let written = prop_oneof![written, (1..1_000_u32).prop_map(|n| format!("{}%", f64::from(n) / 10.0))];
        written.prop_map(|text| Limit::Share(text.parse::<Ratio>().unwrap()))
    };
    let rate = (0.001..1e7_f64).prop_map(|n| Limit::Rate(Rate::per_second(n)));
    let kind = prop_oneof![
        (prop::sample::select(vec![0_usize, 1, 2, 3, 4, 5, 6, 11]), time()),
        (prop::sample::select(vec![7_usize, 8]), share()),
        (Just(9_usize), rate),
        (Just(10_usize), prop_oneof![share(), any::<u64>().prop_map(|n| Limit::Count(n.max(1)))]),
        (prop::sample::select(vec![12_usize, 13, 14, 15, 17]), time()),
        (Just(16_usize), any::<u64>().prop_map(|n| Limit::Count(n.max(1)))),
    ];
    let name = || prop_oneof!["[a-z][a-z0-9_/.-]{0,9}", r#"[ -~é€"'\\]{0,9}[a-z]"#];
    let length = || (1_000_000..90_000_000_000_u64).prop_map(|us| Span::new(Duration::from_micros(us)));
    let around = prop_oneof![
        Just(Around::Before),
        Just(Around::During),
        prop::option::of(length()).prop_map(Around::After),
    ];
    let fault = prop_oneof![name(), r"\+[0-9]{0,3}s"];
    let window = prop_oneof![
        Just(Window::WholeRun),
        (fault, around).prop_map(|(name, part)| Window::Fault { name, part }),
        name().prop_map(Window::Stage),
        length().prop_map(Window::Last),
    ];
    (kind, prop::option::of(name()), any::<bool>(), window).prop_map(
        |((metric, limit), on, strict, window)| {
            let metric = Metric::ALL[metric];
            let (on, window) = match metric.of() {
                Of::Requests => (on, window),
                Of::Fault | Of::Data => (on.or_else(|| Some("kill-one".into())), Window::WholeRun),
            };
            let comparison = match (metric.usual(), strict) {
                (Comparison::AtMost, true) => Comparison::Below,
                (Comparison::AtLeast, true) => Comparison::Above,
                (usual, _) => usual,
            };
            Gate { metric, on, comparison, limit, window, places: Places::default() }
        },
    )
}

proptest! {
    #[test]
    fn what_is_displayed_is_read_as_the_same(gate in any_gate()) {
        let text = gate.to_string();
        prop_assert_eq!(Gate::parse(&text), Ok(gate), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic_and_every_place_is_in_the_text(
        text in r#"(p99|max|dropped|error_rate|failover|lost|[a-z]|[0-9]|%|ms|/s|[ ()<>=!≤"'*,\\é]|stage|last|before|during|after|\\+|baseline){0,12}"#
    ) {
        if let Err(error) = Gate::parse(&text) {
            prop_assert!(text.get(error.start..error.end).is_some(), "{:?}", error);
            prop_assert!(!error.message.is_empty() && !error.help.is_empty());
        }
    }
}
