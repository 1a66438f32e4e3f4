//! What is left when it ends: nothing.

use crate::up::{SHOP, Up, address, eventually, is_free, program, status};
use std::path::PathBuf;
use support::{descendants, lives};

#[test]
fn ctrl_c_and_sigterm_leave_no_process_no_port_and_no_folder() {
    for signal in [support::Running::interrupt, support::Running::terminate] {
        let program = program();
        let up = Up::with_shop(&program);
        let (all, server) = (descendants(up.running.pid()), up.server());
        let service = address(&program, "api.shop").expect("an address");
        assert!(all.len() >= 8, "a supervisor and a program for each of four pods: {all:?}");
        signal(&up.running);
        up.running.end().expect(0, &[]);
        assert_eq!(all.iter().filter(|pid| lives(**pid)).count(), 0);
        assert_eq!(program.tmp(), Vec::<PathBuf>::new());
        for at in [server, service] {
            eventually(&format!("{at} is free"), || is_free(at));
        }
    }
}

#[test]
fn ctrl_c_while_it_comes_up_leaves_nothing() {
    let program = program();
    let up = Up::start(&program, &["--manifests", SHOP, "-n", "shop"]);
    up.running.waits_for("its first process", || !descendants(up.running.pid()).is_empty());
    let all = descendants(up.running.pid());
    up.running.interrupt();
    let ended = up.running.end();
    ended.expect(0, &[]);
    assert!(!all.iter().any(|pid| lives(*pid)), "{ended}");
    assert_eq!(program.tmp(), Vec::<PathBuf>::new());
}

#[test]
fn a_killed_one_leaves_a_folder_alone_and_the_next_removes_it() {
    let program = program();
    let up = Up::with_shop(&program);
    let (all, server) = (descendants(up.running.pid()), up.server());
    let service = address(&program, "api.shop").expect("an address");
    assert_eq!(status(service, "/ready"), Some(200));
    up.running.kill();
    up.running.end();
    eventually("no process is left", || !all.iter().any(|pid| lives(*pid)));
    for at in [server, service] {
        eventually(&format!("{at} is free"), || is_free(at));
    }
    let left = program.tmp();
    assert_eq!(left.len(), 1);
    let next = Up::start(&program, &[]);
    let there = program.tmp();
    assert!(there.len() == 1 && there != left, "{there:?}");
    next.running.interrupt();
    next.running.end().expect(0, &[]);
    assert_eq!(program.tmp(), Vec::<PathBuf>::new());
}
