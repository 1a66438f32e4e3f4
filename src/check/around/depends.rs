//! `depends_on`: which checks wait for which.

use crate::source::{Located, Problem, suggest};

/// For each check the places of those that it waits for. Names that nobody has and circles go to `problems`.
pub fn resolve(
    names: &[&str],
    wanted: &[&[Located<String>]],
    problems: &mut Vec<Problem>,
) -> Vec<Vec<usize>> {
    let mut unknown = |name: &Located<String>| {
        let message = format!("no check is called `{}`", name.value);
        problems.push(Problem::at(name.mark, message).help(suggest(name, names.iter().copied())));
    };
    let place = |name: &Located<String>| names.iter().position(|known| *known == name.value);
    let find = |name: &Located<String>, unknown: &mut dyn FnMut(&Located<String>)| {
        let found = place(name);
        if found.is_none() {
            unknown(name);
        }
        found
    };
    let places: Vec<Vec<usize>> = wanted
        .iter()
        .map(|wanted| wanted.iter().filter_map(|name| find(name, &mut unknown)).collect())
        .collect();
    let circle = (0..places.len()).find_map(|start| circle(start, &places));
    if let Some(circle) = circle {
        // The circle is told from its first check on; the name at fault is the one that leads on from it.
        let shown: Vec<&str> = circle.iter().map(|place| names[*place]).collect();
        let next = circle.get(1).map(|place| names[*place]);
        let mark = wanted[circle[0]].iter().find(|name| Some(name.value.as_str()) == next);
        problems.extend(mark.map(|name| {
            Problem::at(name.mark, format!("these checks wait for each other: {}", shown.join(" → ")))
                .help("remove one of the names, so that one of them can be asked first")
        }));
    }
    places
}

/// The way from `start` back to itself, if there is one.
fn circle(start: usize, places: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut seen = vec![false; places.len()];
    let mut ways = vec![vec![start]];
    while let Some(way) = ways.pop() {
        let last = *way.last()?;
        for next in &places[last] {
            let further = || way.iter().copied().chain([*next]).collect::<Vec<_>>();
            if *next == start {
                return Some(further());
            }
            if !std::mem::replace(&mut seen[*next], true) {
                ways.push(further());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(checks: &[(&str, &[&str])]) -> (Vec<Vec<usize>>, Vec<String>) {
        let mut problems = Vec::new();
        let names: Vec<&str> = checks.iter().map(|(name, _)| *name).collect();
        let located = |name: &&str| Located { value: (*name).to_owned(), ..Located::default() };
        let wanted: Vec<Vec<Located<String>>> =
            checks.iter().map(|(_, wanted)| wanted.iter().map(located).collect()).collect();
        let wanted: Vec<&[Located<String>]> = wanted.iter().map(Vec::as_slice).collect();
        let places = resolve(&names, &wanted, &mut problems);
        (
            places,
            problems.into_iter().map(|problem| format!("{}; {}", problem.message, problem.help)).collect(),
        )
    }

    #[test]
    fn names_become_places_also_of_checks_further_down() {
        let (places, problems) = resolved(&[("api", &["db", "cache"]), ("db", &[]), ("cache", &["db"])]);
        assert_eq!((places, problems), (vec![vec![1, 2], vec![], vec![1]], vec![]));
    }

    #[test]
    fn strangers_and_circles_are_named() {
        let (_, problems) = resolved(&[("api", &["bd"]), ("db", &[])]);
        assert_eq!(problems, ["no check is called `bd`; did you mean `db`?"]);
        let told = "; remove one of the names, so that one of them can be asked first";
        let (_, problems) = resolved(&[("x", &["a"]), ("a", &["b"]), ("b", &["c"]), ("c", &["a"])]);
        assert_eq!(problems, [format!("these checks wait for each other: a → b → c → a{told}")]);
        let (_, problems) = resolved(&[("a", &["a"])]);
        assert_eq!(problems, [format!("these checks wait for each other: a → a{told}")]);
    }
}
