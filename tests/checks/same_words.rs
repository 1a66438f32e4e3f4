//! What a failure is told in is the same everywhere: at the terminal, for CI servers, for programs, and when the history
//! is judged again.

use crate::golden::program;
use serde_json::Value;
use std::net::TcpListener;
use support::{Answer, Report, Scripted};

/// The blocks of failures at the end of the terminal's report, each without the word of its verdict.
fn blocks(out: &str) -> Vec<Vec<String>> {
    let words = ["fail ", "warn "];
    let mut blocks: Vec<Vec<String>> = Vec::new();
    for line in out.lines().skip_while(|line| !words.iter().any(|word| line.starts_with(word))) {
        match (words.iter().find_map(|word| line.strip_prefix(word)), blocks.last_mut()) {
            (Some(first), _) => blocks.push(vec![first.to_owned()]),
            (None, Some(block)) if !line.is_empty() => block.push(line.to_owned()),
            _ => {}
        }
    }
    blocks
}

/// A text of XML as it was meant.
fn plain(line: &str) -> String {
    let line = line.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    line.replace("&amp;", "&").trim_end().to_owned()
}

/// The texts of these elements of an XML document.
fn texts(xml: &str, element: &str) -> Vec<Vec<String>> {
    let begin = format!("<{element}");
    let parts = xml.split(&begin).skip(1);
    let inner = parts.map(|part| part.split_once('>').unwrap().1.split("</").next().unwrap());
    inner.map(|text| text.lines().map(plain).collect()).collect()
}

/// The block that the fields of the json report make.
fn block(check: &Value) -> Vec<String> {
    let text = |key: &str| check[key].as_str();
    let place = &check["place"];
    let number = place["line"].to_string();
    let margin = " ".repeat(number.len());
    let (column, length) = (place["column"].as_u64().unwrap(), place["length"].as_u64().unwrap());
    let spaces = " ".repeat(usize::try_from(column).unwrap() - 1);
    let mut lines = vec![
        format!("{}: {}", text("name").unwrap(), text("reason").unwrap()),
        format!("  {margin}--> {}:{number}:{column}", place["file"].as_str().unwrap()),
        format!("  {margin} |"),
        format!("  {number} | {}", place["text"].as_str().unwrap()),
        format!("  {margin} | {spaces}{}", "^".repeat(usize::try_from(length).unwrap())),
    ];
    for (word, key) in [("expected", "expected"), ("got", "actual")] {
        lines.extend(text(key).map(|text| format!("  {word:<9} {text}")));
    }
    lines.extend(check["phases"].as_array().map(|_| "  phases".to_owned()));
    lines.extend(text("reproduce").map(|text| format!("  by hand   {text}")));
    let evidence = check["evidence"].as_array().into_iter().flatten();
    lines.extend(evidence.map(|line| format!("  | {}", line.as_str().unwrap())));
    lines
}

/// Without the times of phases, which are numbers for programs and words for people.
fn untimed(blocks: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let line = |line: String| if line.starts_with("  phases") { "  phases".to_owned() } else { line };
    blocks.into_iter().map(|block| block.into_iter().map(line).collect()).collect()
}

#[test]
fn terminal_junit_json_and_history_tell_the_same_text() {
    let program = program();
    let body = r#"{"state":"ok","parts":{"db":"<down> & \"out\"","größe":[1,2]}}"#;
    let server = Scripted::answering(move |_| Answer::json(body));
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let checks = format!(
        "  - name: the state\n    http:\n      get: /state?a=1&b=%3C2%3E\n      headers: {{ x-note: it's }}\n      \
         expect: {{ json: {{ $: {{ equals: {{ state: ok, parts: {{ db: up }} }} }} }} }}\n  \
         - name: nobody\n    tcp: {{ address: '{free}' }}\n  \
         - name: a program\n    severity: warn\n    \
         command: {{ run: [/bin/sh, -c, 'echo \"<a> & b\"; exit 3'] }}\n  \
         - {{ name: later, depends_on: [nobody], http: {{ get: / }} }}\n  \
         - {{ name: good, http: {{ get: / }} }}\n"
    );
    let target = format!("target: {{ http: '{}' }}\n", server.url());
    program.write("s.yaml", format!("scenario: words\n{target}smoke:\n{checks}"));
    let kinds = ["json=report.json", "junit=report.xml", "terminal=report.txt"];
    let reports = kinds.iter().flat_map(|kind| ["--report", *kind]);
    let ended =
        program.run(&["smoke", "s.yaml", "--out", "runs"].into_iter().chain(reports).collect::<Vec<_>>());
    ended.expect(1, &["check the state: FAILED", "check nobody: FAILED", "check later: skipped"]);
    assert_eq!(ended.out, program.read("report.txt"));

    let told = blocks(&ended.out);
    let names: Vec<&str> = told.iter().map(|block| block[0].split(':').next().unwrap()).collect();
    assert_eq!(names, ["the state", "nobody", "a program"]);
    let xml = program.read("report.xml");
    let in_xml: Vec<Vec<String>> = ["failure", "error", "system-out"]
        .iter()
        .flat_map(|element| texts(&xml, element))
        .filter(|text| text.len() > 1)
        .collect();
    assert_eq!(in_xml, told, "{xml}");

    let report = Report::parse(&program.read("report.json"));
    let failed =
        report.list("/checks").iter().filter(|check| check["status"] == "fail" || check["status"] == "warn");
    assert_eq!(failed.map(block).collect::<Vec<_>>(), untimed(told));
    let messages: Vec<String> =
        xml.split("message=\"").skip(1).map(|rest| plain(rest.split('"').next().unwrap())).collect();
    for check in report.list("/checks").iter().filter(|check| check["status"] == "fail") {
        let line = format!(
            "check {}: FAILED, {}",
            check["name"].as_str().unwrap(),
            check["reason"].as_str().unwrap()
        );
        assert!(ended.err.lines().any(|said| said == line), "`{line}` is not in\n{}", ended.err);
        assert!(messages.contains(&check["reason"].as_str().unwrap().to_owned()), "{messages:?}");
    }
    assert_eq!(program.run(&["judge", &program.saved()[0]]).out, ended.out);
}
