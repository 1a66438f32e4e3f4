use super::*;
use crate::source::{Budget, Located, parse};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Top {
    name: Located<String>,
    #[serde(default)]
    size: Option<u8>,
    #[serde(default)]
    kind: Option<Shape>,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    on: bool,
    #[serde(default)]
    table: BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    id: u32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Point,
    Circle(f64),
    Box { width: f64 },
}

fn read(text: &str) -> (Option<Top>, Vec<String>) {
    let mut problems = Vec::new();
    let mut tree = parse(text, 0, &mut Budget::default(), &mut problems).unwrap();
    assert_eq!(problems, []);
    let top = decode::<Top>(&mut tree, &mut problems);
    let words = |problem: Problem| {
        let place = text[problem.mark.start..problem.mark.end].lines().next().unwrap_or_default().to_owned();
        format!("{place} | {} | {}", problem.message, problem.help)
    };
    (top, problems.into_iter().map(words).collect())
}

#[test]
fn values_are_read_by_the_type_that_is_asked_for() {
    let (top, problems) =
        read("name: 1.10\nsize: 7\nkind: {circle: 2}\nitems: [{id: 1}]\non: true\ntable: {a: 1, b: .5}");
    let top = top.unwrap();
    assert_eq!(problems, [""; 0]);
    assert_eq!((top.name.value.as_str(), top.name.mark.start, top.name.mark.end), ("1.10", 6, 10));
    assert_eq!((top.size, top.on, top.items[0].id), (Some(7), true, 1));
    assert_eq!(top.kind, Some(Shape::Circle(2.0)));
    assert_eq!(top.table.len(), 2);
    assert_eq!(read("name: x\nkind: point").0.unwrap().kind, Some(Shape::Point));
    assert_eq!(read("name: x\nkind: {box: {width: 1}}").0.unwrap().kind, Some(Shape::Box { width: 1.0 }));
}

#[test]
fn each_mistake_has_its_words_and_its_place() {
    for (text, words) in [
        ("name: x\nsiez: 3", "siez | unknown key `siez` | did you mean `size`?"),
        (
            "name: x\ncolour: 3",
            "colour | unknown key `colour` | known are `name`, `size`, `kind`, `items`, `on`, `table`",
        ),
        ("size: 3", "size: 3 | the key `name` is missing | add `name: …`"),
        ("nmae: x", "nmae | unknown key `nmae` | did you mean `name`?"),
        ("name: x\nsize: 300", "300 | expected a whole number from 0 to 255, found the number `300` | "),
        (
            "name: x\nsize:",
            " | expected a whole number from 0 to 255, found nothing | write a value, or remove the key",
        ),
        ("name: x\non: yes", "yes | expected `true` or `false`, found the text `yes` | "),
        ("name: [x]", "[x] | expected a text, found a list | "),
        ("name: ~", "~ | expected a text, found nothing | write a value, or remove the key"),
        (
            "name: x\nitems: {id: 1}",
            "{id: 1} | expected a list, found a map | begin each item on a line of its own with `- `",
        ),
        (
            "name: x\nitems: [1]",
            "1 | expected a map, found the number `1` | write `key: value`, each on a line of its own",
        ),
        (
            "name: x\nkind: {circel: 2}",
            "circel | `circel` is none of the kinds that may stand here | did you mean `circle`?",
        ),
        (
            "name: x\nkind: {radius: 2, centre: 3}",
            "radius | `radius` is none of the kinds that may stand here | known are `point`, `circle`, `box`",
        ),
        (
            "name: x\nkind: {circle: 2, box: {}}",
            "box | only one kind may stand here, and `box` is a second one | ",
        ),
        (
            "name: x\nkind: {circle: 2, r: 3}",
            "r | `r` does not belong beside the kind | write it inside the kind's own map",
        ),
        ("name: x\nkind: circle", "circle | `circle` needs its settings | write `circle: { … }`"),
        ("name: x\nkind: {point: 2}", "2 | `point` has no settings | write only `point`"),
        ("name: x\nkind: {}", "{} | expected one of `point`, `circle`, `box`, found an empty map | "),
        (
            "name: x\nkind:",
            " | expected one of `point`, `circle`, `box`, found nothing | write a value, or remove the key",
        ),
        ("[a]", "[a] | expected a map, found a list | write `key: value`, each on a line of its own"),
    ] {
        assert_eq!(read(text).1, [words], "{text}");
    }
}

#[test]
fn all_mistakes_come_at_once_and_none_twice() {
    let (top, problems) = read(
        "nmae: x\nsize: big\nkind: {circle: wide}\nitems:\n  - id: 1\n  - id: -1\n  - {}\n  - {ID: 4}\ntable: {a: 1, b: x}",
    );
    assert!(top.is_none(), "without a name there is no value");
    let messages: Vec<&str> = problems.iter().map(|words| words.split(" | ").nth(1).unwrap()).collect();
    assert_eq!(messages.len(), 7, "{problems:#?}");
    for message in [
        "unknown key `nmae`",
        "expected a whole number from 0 to 255, found the text `big`",
        "expected a number, found the text `wide`",
        "expected a whole number from 0 to 4294967295, found the number `-1`",
        "the key `id` is missing",
        "unknown key `ID`",
        "expected a number, found the text `x`",
    ] {
        assert!(messages.contains(&message), "{message} in {problems:#?}");
    }
}

#[test]
fn what_is_right_stays_when_something_else_is_wrong() {
    let (top, problems) = read("name: x\nsize: 3\nitems:\n  - id: a\n  - id: 2\n");
    let top = top.unwrap();
    assert_eq!((problems.len(), top.size, top.items.len(), top.items[0].id), (1, Some(3), 1, 2));
}

#[test]
fn it_stops_at_some_point() {
    let items = "  - {}\n".repeat(1_000);
    let (top, problems) = read(&format!("name: x\nitems:\n{items}"));
    assert!(top.is_none());
    assert_eq!(problems.len(), MAX_PROBLEMS + 1);
}
