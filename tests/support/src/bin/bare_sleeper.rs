//! How late this machine wakes a thread that does nothing but sleep until each instant of an even schedule: what a
//! generator that sleeps is measured against.
//!
//! `bare_sleeper RATE SECONDS` sends nothing to nobody.
//!
//! Prints one line of JSON like the evenness server: how late it was woken, in microseconds, the first second left out.

use rustix::thread::set_current_timer_slack;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};
use support::{WARM_UP, spread};

fn main() {
    let numbers: Vec<u32> = std::env::args().skip(1).map_while(|number| number.parse().ok()).collect();
    let [rate @ 1..=u32::MAX, seconds] = numbers[..] else {
        eprintln!("usage: bare_sleeper RATE SECONDS");
        std::process::exit(2);
    };
    // Else the kernel wakes it up to 50 us late on purpose. Where it cannot be set, that is how late it is.
    let _ = set_current_timer_slack(Some(NonZeroU64::MIN));
    println!("{}", spread(lateness(rate, Duration::from_secs(seconds.into()))));
}

fn lateness(rate: u32, length: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let planned = (1..).map(|n| Duration::from_secs(1) * n / rate).take_while(|at| *at < length);
    let woken = planned.map(|at| {
        sleep_until(begun + at);
        (at, begun.elapsed().saturating_sub(at))
    });
    woken.filter(|(at, _)| *at >= WARM_UP).map(|(_, late)| late).collect()
}

fn sleep_until(at: Instant) {
    loop {
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(left);
    }
}
