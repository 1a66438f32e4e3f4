//! A history that cannot be written any more.

use crate::{SMALL_FILES, started_by};
use support::{Answer, Scripted};

#[test]
fn a_history_that_cannot_be_written_any_more_stops_the_load_at_once() {
    let (program, server) = (started_by(SMALL_FILES), Scripted::start([Answer::ok("ok")]));
    let running = program.start_load(&[&server.url(), "--rate", "100/s", "--for", "10m"]);
    let ended = running.end();
    ended.expect(
        3,
        &[
            "the history is lost: cannot write runs/",
            "File too large",
            "the run stops here",
            "error: cannot write runs/",
            "cannot be judged without its history",
        ],
    );
    assert_eq!(ended.out, "", "no report of half a run");
    let folder = &program.saved()[0];
    let events = program.read(&format!("{folder}/events.jsonl"));
    let seconds = events.matches("\"generator\"").count();
    assert!((1..300).contains(&seconds), "{seconds} seconds were written");
    // What was written until then is a history that was cut off.
    program.run(&["judge", folder]).expect(3, &[]);
}
