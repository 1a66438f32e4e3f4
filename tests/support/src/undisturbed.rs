//! Runs with a verdict of their own, on a machine that may be busy with something else.

use crate::running::Ended;
use crate::skipped::loudly;
use std::fmt::Arguments;
use std::thread::sleep;
use std::time::Duration;

/// So often such a run is made at the most.
const MOST: usize = 3;
/// What disturbed it gets so much time to end.
const PAUSE: Duration = Duration::from_secs(3);

/// What a run ends with where the machine lets its generator work.
///
/// A run that is inconclusive (exit code 3) and reports seconds of its own generator that cannot be trusted says nothing
/// of what a test asserts, so it is made again, and that is said past the capture of the harness. Whatever else it ends
/// with stands, and so does the last one, whatever that is: the test asserts the same in any case, and fails where the
/// machine never was quiet enough.
///
/// `run` begins anew each time: a server whose requests are counted belongs into it.
pub fn undisturbed(run: impl FnMut() -> Ended) -> Ended {
    again(run, |what| {
        loudly(what);
        sleep(PAUSE);
    })
}

fn again(mut run: impl FnMut() -> Ended, mut say: impl FnMut(Arguments<'_>)) -> Ended {
    for time in 1..MOST {
        let ended = run();
        let Some(reason) = ended.disturbed() else { return ended };
        say(format_args!("REPEATED, {time} of at most {} times: a test's run is {reason}", MOST - 1));
    }
    run()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "INCONCLUSIVE  late starts\n\ngenerator\n  lag p50 1 ms · 2 s cannot be\n  trusted: second 1 (late)\n";
    const TRUSTED: &str =
        "INCONCLUSIVE  too few\n\ngenerator\n  lag p50 1 ms · every second can be trusted\n";

    fn ended(code: i32, out: &str) -> Ended {
        Ended { code: Some(code), out: out.to_owned(), err: "one\ninconclusive: late starts\n".to_owned() }
    }

    /// A json report with so many seconds that cannot be trusted.
    fn json(seconds: usize) -> String {
        format!("{{\"generator\": {{\"untrusted_s\": {seconds}}}}}")
    }

    /// How often it is run, the last one's code, and what is said.
    fn tried(mut run: impl FnMut(usize) -> Ended) -> (usize, Option<i32>, Vec<String>) {
        let (mut runs, mut said) = (0, Vec::new());
        let last = again(
            || {
                runs += 1;
                run(runs)
            },
            |what| said.push(what.to_string()),
        );
        (runs, last.code, said)
    }

    #[test]
    fn only_a_run_that_its_generator_made_inconclusive_is_made_again() {
        let search = |cut: &str| format!("{{\"found\": {{\"cut_short\": {{\"cut\": \"{cut}\"}}}}}}");
        for (code, out, repeated) in [
            (3, json(2), true),
            (3, PAGE.to_owned(), true),
            (3, search("generator"), true),
            (3, json(0), false),
            (3, TRUSTED.to_owned(), false),
            (3, search("not_back"), false),
            (3, String::new(), false),
            (0, json(2), false),
            (1, json(2), false),
            (1, PAGE.to_owned(), false),
            (130, json(2), false),
        ] {
            let (runs, last, said) = tried(|run| if run == 1 { ended(code, &out) } else { ended(0, "") });
            let expected = if repeated { (2, Some(0)) } else { (1, Some(code)) };
            assert_eq!((runs, last), expected, "{code} {out}");
            assert_eq!(said.len(), runs - 1, "{said:?}");
        }
    }

    #[test]
    fn the_third_one_counts_whatever_it_is() {
        let (runs, last, said) = tried(|run| ended(3, &json(run)));
        assert_eq!((runs, last), (3, Some(3)));
        let second = "REPEATED, 2 of at most 2 times: a test's run is inconclusive: late starts";
        assert_eq!(said.last().map(String::as_str), Some(second));
    }
}
