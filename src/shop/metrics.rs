//! What the shop counts about itself, as Prometheus reads it.

use super::orders::{OrderError, Placed};
use super::route::Route;
use http::StatusCode;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The statuses that the shop answers with; anything else counts in a last place, `other`.
const CODES: [u16; 16] = [101, 200, 201, 400, 401, 403, 404, 405, 409, 413, 422, 426, 500, 503, 504, 507];

/// Upper ends of the latency buckets, in microseconds, and as `le` labels in seconds.
const BUCKETS: [(u64, &str); 12] = [
    (50, "0.00005"),
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
];

/// A value that is known elsewhere and read when the page is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) name: &'static str,
    /// `gauge` or `counter`.
    pub(super) kind: &'static str,
    pub(super) help: &'static str,
    pub(super) value: u64,
}

/// Counters of everything; written without locks from any thread.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    routes: [RouteCounts; Route::ALL.len()],
    orders_created: AtomicU64,
    orders_repeated: AtomicU64,
    orders_refused: AtomicU64,
}

#[derive(Debug, Default)]
struct RouteCounts {
    codes: [AtomicU64; CODES.len() + 1],
    /// One per bucket and one for what is slower than all of them; each value counts in one place only.
    buckets: [AtomicU64; BUCKETS.len() + 1],
    sum_us: AtomicU64,
}

impl Metrics {
    /// Counts one answer.
    pub(super) fn answered(&self, route: Route, status: StatusCode, took: Duration) {
        let counts = &self.routes[route.index()];
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let code = CODES.iter().position(|&code| code == status.as_u16()).unwrap_or(CODES.len());
        let bucket = BUCKETS.iter().position(|&(end, _)| micros <= end).unwrap_or(BUCKETS.len());
        counts.codes[code].fetch_add(1, Relaxed);
        counts.buckets[bucket].fetch_add(1, Relaxed);
        counts.sum_us.fetch_add(micros, Relaxed);
    }

    /// Counts what became of an order that was well formed.
    pub(super) fn ordered(&self, end: &Result<Placed, OrderError>) {
        let counter = match end {
            Ok(Placed::Created(_)) => &self.orders_created,
            Ok(Placed::Repeated(_)) => &self.orders_repeated,
            Err(_) => &self.orders_refused,
        };
        counter.fetch_add(1, Relaxed);
    }

    /// The page of `/metrics`.
    pub(super) fn page(&self, readings: &[Reading]) -> String {
        let mut page = String::with_capacity(8 * 1024);
        // Cannot fail: writing into a string.
        let _ = self.write(&mut page, readings);
        page
    }

    fn write(&self, page: &mut String, readings: &[Reading]) -> fmt::Result {
        let used = || Route::ALL.into_iter().zip(&self.routes).filter(|(_, counts)| counts.total() > 0);
        head(page, "shop_http_requests_total", "counter", "Answers by route and status.")?;
        used().try_for_each(|(route, counts)| counts.write_codes(page, route.template()))?;
        head(page, "shop_http_request_duration_seconds", "histogram", "Time from request head to answer.")?;
        used().try_for_each(|(route, counts)| counts.write_latency(page, route.template()))?;
        head(page, "shop_orders_total", "counter", "Well-formed orders by what became of them.")?;
        let ends = [
            ("created", &self.orders_created),
            ("repeated", &self.orders_repeated),
            ("refused", &self.orders_refused),
        ];
        for (end, count) in ends {
            writeln!(page, "shop_orders_total{{end=\"{end}\"}} {}", count.load(Relaxed))?;
        }
        readings.iter().try_for_each(|reading| {
            head(page, reading.name, reading.kind, reading.help)?;
            writeln!(page, "{} {}", reading.name, reading.value)
        })
    }
}

impl RouteCounts {
    fn total(&self) -> u64 {
        self.codes.iter().map(|count| count.load(Relaxed)).sum()
    }

    fn write_codes(&self, page: &mut String, route: &str) -> fmt::Result {
        let names = CODES.iter().map(u16::to_string).chain(["other".to_owned()]);
        let seen =
            names.zip(self.codes.iter().map(|count| count.load(Relaxed))).filter(|(_, count)| *count > 0);
        for (code, count) in seen {
            writeln!(page, "shop_http_requests_total{{route=\"{route}\",code=\"{code}\"}} {count}")?;
        }
        Ok(())
    }

    fn write_latency(&self, page: &mut String, route: &str) -> fmt::Result {
        let name = "shop_http_request_duration_seconds";
        let mut so_far = 0;
        let ends = BUCKETS.iter().map(|&(_, end)| end).chain(["+Inf"]);
        for (end, count) in ends.zip(&self.buckets) {
            so_far += count.load(Relaxed);
            writeln!(page, "{name}_bucket{{route=\"{route}\",le=\"{end}\"}} {so_far}")?;
        }
        let sum = self.sum_us.load(Relaxed) as f64 / 1e6;
        writeln!(page, "{name}_sum{{route=\"{route}\"}} {sum}")?;
        writeln!(page, "{name}_count{{route=\"{route}\"}} {so_far}")
    }
}

fn head(page: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_end_in_the_count() {
        let metrics = Metrics::default();
        for micros in [50, 51, 900, 2_000_000] {
            metrics.answered(Route::Orders, StatusCode::CREATED, Duration::from_micros(micros));
        }
        metrics.answered(Route::Orders, StatusCode::IM_A_TEAPOT, Duration::ZERO);
        let page = metrics.page(&[Reading { name: "shop_orders_kept", kind: "gauge", help: "", value: 3 }]);
        let line = |start: &str| {
            let found = page.lines().find_map(|line| line.strip_prefix(start));
            found.unwrap_or_else(|| panic!("no {start} in\n{page}")).trim().to_owned()
        };
        let bucket = |le: &str| {
            line(&format!("shop_http_request_duration_seconds_bucket{{route=\"/orders\",le=\"{le}\"}}"))
        };
        assert_eq!(
            [bucket("0.00005"), bucket("0.0001"), bucket("0.001"), bucket("1"), bucket("+Inf")],
            ["2", "3", "4", "4", "5"]
        );
        assert_eq!(line("shop_http_request_duration_seconds_count{route=\"/orders\"}"), "5");
        assert_eq!(line("shop_http_request_duration_seconds_sum{route=\"/orders\"}"), "2.001001");
        assert_eq!(line("shop_http_requests_total{route=\"/orders\",code=\"201\"}"), "4");
        assert_eq!(line("shop_http_requests_total{route=\"/orders\",code=\"other\"}"), "1");
        assert_eq!(line("shop_orders_kept "), "3");
        assert!(!page.contains("/products"), "routes nobody asked for are left out");
    }

    #[test]
    fn labels_say_what_the_bounds_are() {
        for (micros, label) in BUCKETS {
            assert!((label.parse::<f64>().unwrap() * 1e6 - micros as f64).abs() < 1e-6, "{label}");
        }
        assert!(BUCKETS.is_sorted() && CODES.is_sorted());
    }
}
