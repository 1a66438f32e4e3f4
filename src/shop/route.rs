//! Which paths there are.

/// One path of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Products,
    Product,
    Orders,
    Order,
    OrderEvents,
    Login,
    Account,
    Clerk,
    Live,
    Health,
    Ready,
    Metrics,
    Unknown,
}

impl Route {
    /// All routes, in the order of `/metrics`.
    pub(super) const ALL: [Route; 13] = [
        Route::Products,
        Route::Product,
        Route::Orders,
        Route::Order,
        Route::OrderEvents,
        Route::Login,
        Route::Account,
        Route::Clerk,
        Route::Live,
        Route::Health,
        Route::Ready,
        Route::Metrics,
        Route::Unknown,
    ];

    /// The route of a path, and the id in it (still percent-encoded, empty when there is none).
    pub(super) fn of(path: &str) -> (Route, &str) {
        let route = match path {
            "/products" => Route::Products,
            "/orders" => Route::Orders,
            "/login" => Route::Login,
            "/account" => Route::Account,
            "/v1/chat/completions" => Route::Clerk,
            "/live" => Route::Live,
            "/health" | "/health/live" => Route::Health,
            "/ready" | "/health/ready" => Route::Ready,
            "/metrics" => Route::Metrics,
            _ => return Route::with_id(path),
        };
        (route, "")
    }

    fn with_id(path: &str) -> (Route, &str) {
        let shapes = [
            ("/products/", "", Route::Product),
            ("/orders/", "/events", Route::OrderEvents),
            ("/orders/", "", Route::Order),
        ];
        let found = shapes.into_iter().find_map(|(before, after, route)| {
            Some((route, path.strip_prefix(before)?.strip_suffix(after)?))
        });
        found.filter(|(_, id)| !id.is_empty() && !id.contains('/')).unwrap_or((Route::Unknown, ""))
    }

    /// The path with a placeholder for the id: one series per route in `/metrics`, however many ids there are.
    pub(super) const fn template(self) -> &'static str {
        match self {
            Route::Products => "/products",
            Route::Product => "/products/{id}",
            Route::Orders => "/orders",
            Route::Order => "/orders/{id}",
            Route::OrderEvents => "/orders/{id}/events",
            Route::Login => "/login",
            Route::Account => "/account",
            Route::Clerk => "/v1/chat/completions",
            Route::Live => "/live",
            Route::Health => "/health",
            Route::Ready => "/ready",
            Route::Metrics => "/metrics",
            Route::Unknown => "unknown",
        }
    }

    /// The methods that it takes, as an `Allow` header has them.
    pub(super) const fn methods(self) -> &'static str {
        match self {
            Route::Orders => "GET, HEAD, POST",
            Route::Login | Route::Clerk => "POST",
            Route::OrderEvents | Route::Live => "GET",
            _ => "GET, HEAD",
        }
    }

    /// Its place in [`Route::ALL`].
    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_its_own_route() {
        for (place, route) in Route::ALL.into_iter().enumerate() {
            assert_eq!(route.index(), place);
            assert_eq!(Route::of(route.template()).0, route);
        }
    }

    #[test]
    fn a_path_has_one_route_and_an_id_is_one_segment() {
        let cases = [
            ("/products/7", (Route::Product, "7")),
            ("/health/live", (Route::Health, "")),
            ("/health/ready", (Route::Ready, "")),
            ("/orders/a%2Db", (Route::Order, "a%2Db")),
            ("/orders/a-1/events", (Route::OrderEvents, "a-1")),
            ("/orders//events", (Route::Unknown, "")),
            ("/orders/a/b/events", (Route::Unknown, "")),
            ("/orders/events", (Route::Order, "events")),
            ("/products/", (Route::Unknown, "")),
            ("/products/7/x", (Route::Unknown, "")),
            ("/", (Route::Unknown, "")),
            ("/productsx", (Route::Unknown, "")),
        ];
        for (path, expected) in cases {
            assert_eq!(Route::of(path), expected, "{path}");
        }
    }
}
