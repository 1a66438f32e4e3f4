//! Every way in which the shop says no, as a status and a JSON body.

use super::orders::OrderError;
use http::StatusCode;
use serde_json::{Value, json};

/// Why a request was not served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// No such path.
    #[error(
        "there is nothing here; try /products, /orders, /health, /ready or /metrics; the store has no /products"
    )]
    NoRoute,
    /// The path exists, the product or order does not.
    #[error("no {kind} has the id `{id}`")]
    NotFound {
        /// What was looked for.
        kind: &'static str,
        /// The id as it was read.
        id: String,
    },
    /// The path exists, but not for this method.
    #[error("only {allow} here")]
    Method {
        /// What would be allowed.
        allow: &'static str,
    },
    /// The query is not as it must be.
    #[error("`limit` is a number from 1 to {0}")]
    BadLimit(usize),
    /// The body is not an order.
    #[error("not an order: {0}; send for example {{\"sku\":\"sextant\"}}")]
    BadBody(String),
    /// The body did not arrive whole.
    #[error("the body did not arrive whole")]
    Cut,
    /// The body is too large.
    #[error("a body has at most {0} bytes")]
    TooLarge(usize),
    /// An order for something that is not sold.
    #[error("the shop does not sell `{0}`; /products lists what it sells")]
    UnknownSku(String),
    /// An order for none or too many.
    #[error("quantity is a number from 1 to {0}")]
    BadQuantity(u32),
    /// No customer's name.
    #[error("send a form with `user` (up to 32 letters and digits) and `password`")]
    BadLogin,
    /// A customer who does not know the word.
    #[error("this is not the password; it is `ahoy`")]
    WrongPassword,
    /// No question for the clerk.
    #[error("not a question: {0}; send for example {{\"stream\":true,\"prompt\":\"what is a sextant?\"}}")]
    BadQuestion(String),
    /// A WebSocket that is not opened as one.
    #[error("this is a WebSocket: {0}; open it over HTTP/1.1 with `upgrade: websocket`")]
    NoUpgrade(String),
    /// Nobody knows who asks.
    #[error("who are you? POST /login gives the cookie that says so")]
    Stranger,
    /// The orders could not be written or read.
    #[error(transparent)]
    Order(#[from] OrderError),
}

impl Refusal {
    /// The status and the stable word for programs.
    fn class(&self) -> (StatusCode, &'static str) {
        match self {
            Refusal::NoRoute => (StatusCode::NOT_FOUND, "no_route"),
            Refusal::NotFound { .. } => (StatusCode::NOT_FOUND, "not_found"),
            Refusal::Method { .. } => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Refusal::BadLimit(_) => (StatusCode::BAD_REQUEST, "bad_limit"),
            Refusal::BadBody(_) => (StatusCode::BAD_REQUEST, "bad_body"),
            Refusal::Cut => (StatusCode::BAD_REQUEST, "body_cut"),
            Refusal::TooLarge(_) | Refusal::Order(OrderError::TooLong) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
            }
            Refusal::UnknownSku(_) => (StatusCode::UNPROCESSABLE_ENTITY, "unknown_sku"),
            Refusal::BadQuantity(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_quantity"),
            Refusal::BadLogin => (StatusCode::BAD_REQUEST, "bad_login"),
            Refusal::WrongPassword => (StatusCode::FORBIDDEN, "wrong_password"),
            Refusal::BadQuestion(_) => (StatusCode::BAD_REQUEST, "bad_question"),
            Refusal::NoUpgrade(_) => (StatusCode::UPGRADE_REQUIRED, "no_upgrade"),
            Refusal::Stranger => (StatusCode::UNAUTHORIZED, "stranger"),
            Refusal::Order(OrderError::BadId { .. }) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_id"),
            Refusal::Order(OrderError::Conflict { .. }) => (StatusCode::CONFLICT, "conflict"),
            Refusal::Order(OrderError::Full) => (StatusCode::INSUFFICIENT_STORAGE, "full"),
            Refusal::Order(OrderError::Away(_)) => (StatusCode::SERVICE_UNAVAILABLE, "store_away"),
            Refusal::Order(OrderError::Silent(_)) => (StatusCode::GATEWAY_TIMEOUT, "store_silent"),
            Refusal::Order(OrderError::Log(_)) => (StatusCode::SERVICE_UNAVAILABLE, "log_failed"),
        }
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        self.class().0
    }

    /// The body: `{"error":{"code":…,"message":…}}`.
    pub(super) fn body(&self) -> Value {
        json!({ "error": { "code": self.class().1, "message": self.to_string() } })
    }

    /// The `Allow` header that a 405 must carry.
    pub(super) fn allow(&self) -> Option<&'static str> {
        match self {
            Refusal::Method { allow } => Some(allow),
            _ => None,
        }
    }
}
