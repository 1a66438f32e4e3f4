//! `shakedown proxy`, as clients, upstreams and the load report meet it.

#[path = "proxy/stage.rs"]
mod stage;

use sha2::{Digest, Sha256};
use stage::{PATIENCE, Upstream, after, ping, program, proxy, until};
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};
use support::{Answer, Scripted};

#[test]
fn the_load_report_tells_the_outages_apart() {
    let server = Scripted::start([Answer::ok("ok")]);
    let upstream = server.addr().to_string();
    for (flags, class) in [
        ("--reset-after 10B", "reset"),
        ("--blackhole", "timeout"),
        ("--half-open", "timeout"),
        ("--latency 2s", "timeout"),
        ("--latency 1h --reset-after 50ms", "reset"),
    ] {
        let program = program();
        let stage = proxy(&upstream, flags);
        let timeout = if class == "timeout" { "600ms" } else { "1m" };
        let load = ["--rate", "40/s", "--for", "1s", "--timeout", timeout];
        let url = format!("http://{}", stage.addr);
        let report = program.load(&[&[url.as_str()], &load[..]].concat()).report();
        let errors = report.errors();
        assert_eq!(errors.get(class), Some(&40), "{flags}: {errors:?}");
    }
}

#[test]
fn the_load_report_tells_what_begins_under_load() {
    let server = Scripted::start([Answer::ok("ok")]);
    for (flags, class) in [("--refuse --after 3s", "refused"), ("--reset --after 3s", "reset")] {
        let stage = proxy(&server.addr().to_string(), flags);
        let url = format!("http://{}", stage.addr);
        let report = program().load(&[&url, "--rate", "100/s", "--for", "5s"]).report();
        let errors = report.errors();
        assert!(report.counts().done > 0 && errors.get(class).is_some_and(|count| *count > 20), "{errors:?}");
        // What was under way when the port closed was cut.
        assert!(errors.keys().all(|other| other == class || other == "reset"), "{errors:?}");
    }
}

#[test]
fn without_a_fault_everything_passes_and_is_counted() {
    let upstream = Upstream::echo();
    for flags in
        ["", "--reset --share 0%", "--reset --after 1h", "--refuse --for 0s", "--latency 1h --after 1h"]
    {
        let stage = proxy(&upstream.addr, flags);
        let mut client = stage.connect();
        for _ in 0..100 {
            ping(&mut client).unwrap();
        }
        client.shutdown(Shutdown::Both).unwrap();
        assert_eq!(upstream.end().1, Ok(vec![7; 100]), "{flags}: an end in good order is passed on as one");
        let said = stage.end();
        let counts = "1 connections, 0 affected, 100 bytes up, 100 bytes down\n";
        assert!(said.ends_with(counts), "{flags}: {said}");
    }
}

/// Ten megabytes that do not repeat.
fn much() -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..10_000_000).map(|_| next()).collect()
}

fn sum(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

#[test]
fn ten_megabytes_arrive_unharmed_and_each_way_ends_by_itself() {
    let much = much();
    let flags = "--latency 60ms --jitter 40ms --bandwidth 20MB/s --direction both";
    for flags in ["", flags] {
        let upstream = Upstream::listening(sum);
        let stage = proxy(&upstream.addr, flags);
        let mut client = stage.connect();
        client.write_all(&much).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, sum(&much), "{flags}: up, and the answer comes after our end");

        let upstream = Upstream::saying(much.clone());
        let stage = proxy(&upstream.addr, flags);
        let mut client = stage.connect();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).unwrap();
        assert_eq!(sum(&heard), sum(&much), "{flags}: down");
        client.write_all(b"thanks").unwrap();
        drop(client);
        assert_eq!(upstream.end().1, Ok(b"thanks".to_vec()), "{flags}: our way was still open");
    }
}

#[test]
fn latency_is_added_once_to_a_round_trip_and_bytes_do_not_wait_for_each_other() {
    let upstream = Upstream::echo();
    let delay = Duration::from_millis(200);
    for way in ["down", "up", "both"] {
        let stage = proxy(&upstream.addr, &format!("--latency 200ms --direction {way}"));
        let mut client = stage.connect();
        assert!(ping(&mut client).unwrap() >= delay, "{way}");
        let (begun, mut reader) = (Instant::now(), client.try_clone().unwrap());
        let sender = thread::spawn(move || {
            for byte in 0..100 {
                client.write_all(&[byte]).unwrap();
                thread::sleep(Duration::from_millis(2));
            }
            client.shutdown(Shutdown::Write).unwrap();
        });
        let mut heard = Vec::new();
        reader.read_to_end(&mut heard).unwrap();
        sender.join().unwrap();
        assert_eq!(heard, (0..100).collect::<Vec<u8>>(), "{way}");
        assert!(begun.elapsed() >= delay && begun.elapsed() < delay * 50, "{way}: {:?}", begun.elapsed());
    }
}

#[test]
fn bandwidth_is_a_limit_for_each_connection() {
    let upstream = Upstream::saying(vec![1; 1_000_000]);
    let stage = proxy(&upstream.addr, "--bandwidth 500kB/s");
    let begun = Instant::now();
    let readers = [(); 3].map(|()| {
        let mut client = stage.connect();
        thread::spawn(move || client.read_to_end(&mut Vec::new()).unwrap())
    });
    assert_eq!(readers.map(|reader| reader.join().unwrap()), [1_000_000; 3]);
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(1_900), "it took {took:?}");
}

#[test]
fn a_reset_after_bytes_lets_no_more_pass() {
    let upstream = Upstream::saying(vec![1; 1_000_000]);
    let stage = proxy(&upstream.addr, "--reset-after 64KiB");
    let (mut client, mut heard) = (stage.connect(), Vec::new());
    assert_eq!(client.read_to_end(&mut heard).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(heard.len() <= 65_536, "{}", heard.len());
    assert!(upstream.end().1.is_err(), "the upstream is told alike");
    let said = stage.end();
    assert!(said.ends_with("1 connections, 1 affected, 0 bytes up, 65,536 bytes down\n"), "{said}");
}

#[test]
fn a_blackhole_stalls_what_exists_and_what_is_new_and_frees_both() {
    let upstream = Upstream::echo();
    let stage = proxy(&upstream.addr, "--blackhole --after 2s --for 3s");
    let mut old = stage.connect();
    let mut pings = 0;
    while ping(&mut old).unwrap() < Duration::from_secs(1) {
        pings += 1;
    }
    assert!(pings > 0, "it was there before");
    ping(&mut old).unwrap();
    stage.end();

    let stage = proxy(&upstream.addr, "--blackhole --for 3s");
    let begun = Instant::now();
    while upstream.begins.try_recv().is_ok() {}
    let (mut new, mut gone) = (stage.connect(), stage.connect());
    gone.write_all(b"gone").unwrap();
    drop(gone);
    assert!(ping(&mut new).unwrap() >= Duration::from_secs(1), "after {:?}", begun.elapsed());
    assert_eq!(upstream.begins.try_iter().count(), 1, "who has given up is not delivered");
}

#[test]
fn a_closed_port_resets_what_exists_refuses_what_is_new_and_opens_again() {
    let upstream = Upstream::echo();
    let stage = proxy(&upstream.addr, "--refuse --after 2s --for 2s --ready 127.0.0.1:0");
    let ready = after(&stage.said, "for probes on ");
    let mut client = stage.connect();
    ping(&mut client).unwrap();
    let cut = client.read(&mut [0]).unwrap_err().kind();
    assert_eq!(cut, ErrorKind::ConnectionReset);
    assert_eq!(TcpStream::connect(&stage.addr).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(TcpStream::connect(ready).unwrap().read(&mut [0]).unwrap(), 0, "probes are answered");
    until("the port to open again", || TcpStream::connect(&stage.addr).is_ok());
    ping(&mut stage.connect()).unwrap();
}

#[test]
fn a_half_open_connection_has_lost_its_upstream_and_learns_of_it_only_in_the_end() {
    let upstream = Upstream::echo();
    let stage = proxy(&upstream.addr, "--half-open --after 1s --for 3s");
    let mut client = stage.connect();
    ping(&mut client).unwrap();
    let (gone, last) = upstream.end();
    assert_eq!(last, Ok(vec![7]));
    client.write_all(b"is anybody there?").unwrap();
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(gone.elapsed() >= Duration::from_secs(2), "{:?}", gone.elapsed());
    ping(&mut stage.connect()).unwrap();
}

#[test]
fn a_share_of_the_connections_is_chosen_by_the_seed() {
    let upstream = Upstream::echo();
    let cut = |seed: u64| -> Vec<usize> {
        let flags = format!("--reset-after 1B --share 30% --seed {seed}");
        let stage = proxy(&upstream.addr, &flags);
        let is_cut = |_: &usize| {
            let mut client = stage.connect();
            (0..2).any(|_| ping(&mut client).is_err())
        };
        (0..100).filter(is_cut).collect()
    };
    let seven = cut(7);
    assert!((15..50).contains(&seven.len()), "{seven:?}");
    assert_eq!(cut(7), seven);
    assert_ne!(cut(8), seven);
}

#[test]
fn asked_to_end_it_lets_connections_end_by_themselves() {
    let upstream = Upstream::echo();
    let stage = proxy(&upstream.addr, "--latency 20ms --drain 1h");
    let mut client = stage.connect();
    ping(&mut client).unwrap();
    stage.running.terminate();
    until("the port to close", || TcpStream::connect(&stage.addr).is_err());
    ping(&mut client).unwrap();
    drop(client);
    stage.running.end().expect(0, &["2 bytes up, 2 bytes down"]);

    let stage = proxy(&upstream.addr, "--latency 1ms --drain 10ms");
    let mut client = stage.connect();
    ping(&mut client).unwrap();
    let said = stage.end();
    assert!(said.contains("1 connections"), "{said}");
}

#[test]
fn an_upstream_that_is_away_is_told_by_a_reset() {
    let stage = proxy("127.0.0.1:1", "");
    let mut client = stage.connect();
    assert_eq!(client.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(stage.end().contains("1 could not reach the upstream"));
}

#[test]
fn several_ports_lead_to_several_upstreams() {
    let upstreams = [b"one".to_vec(), b"two".to_vec()].map(Upstream::saying);
    let more = format!("--listen 127.0.0.1:0 --upstream {}", upstreams[1].addr);
    let stage = proxy(&upstreams[0].addr, &more);
    let second = after(&stage.said, &format!("for {}, ", upstreams[0].addr));
    for (addr, says) in [(&stage.addr, "one"), (&second, "two")] {
        let (mut client, mut text) = (TcpStream::connect(addr).unwrap(), String::new());
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.read_to_string(&mut text).unwrap();
        assert_eq!(text, says);
    }
}

#[test]
fn slips_are_told_before_anything_listens() {
    let program = program();
    for (flags, words) in [
        ("--listen 127.0.0.1:0", "2 × --listen and 1 × --upstream; give one --upstream for each --listen"),
        ("--latency 10ms --jitter 20ms", "--jitter is more than --latency"),
        ("--latency 10", "`10` has no unit"),
        ("--bandwidth 1MiB", "write `1MiB/s`"),
        ("--reset --blackhole", "cannot be used with"),
        ("--refuse --share 10%", "cannot be used with"),
        ("--blackhole --latency 1s", "cannot be used with"),
        ("--reset-after soon", "`soon` is neither a time nor a size; write for example `1s` or `64KiB`"),
        ("--reset-after 0B", "for a reset at once write --reset"),
        ("--ready 8080", "such as 0.0.0.0:8080"),
    ] {
        let args = ["proxy", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1:1"].into_iter();
        let args: Vec<&str> = args.chain(flags.split_whitespace()).collect();
        program.run(&args).expect(2, &[words]);
    }
    let upstream = Upstream::echo();
    let taken = ["proxy", "--listen", &upstream.addr, "--upstream", "127.0.0.1:1"];
    program.run(&taken).expect(2, &["the proxy cannot listen on", "choose another address"]);
}
