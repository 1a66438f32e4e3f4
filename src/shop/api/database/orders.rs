//! The statements. Each may be sent again, as an order has its id before it comes here.

use super::pool::{Pool, Taken};
use super::trouble::Trouble;
use crate::shop::api::client::ApiError;
use crate::shop::orders::{Draft, Order, OrderError, Placed, is_id};
use std::future::Future;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, Row};

/// How long an answer may take, with all tries.
const ANSWER: Duration = Duration::from_secs(2);
/// How long one statement may take.
const STATEMENT: Duration = Duration::from_secs(1);
/// How long the question for readiness may take: less than a probe waits for us.
const READY: Duration = Duration::from_millis(500);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

const INSERT: &str = "INSERT INTO orders (id, sku, quantity) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING \
                      RETURNING id, number, sku, quantity";
const SELECT: &str = "SELECT id, number, sku, quantity FROM orders WHERE id = $1";
const NEWEST: &str = "SELECT id, number, sku, quantity FROM orders ORDER BY number DESC LIMIT $1";
const COUNT: &str = "SELECT count(*) FROM orders";
const RECOVERING: &str = "SELECT pg_is_in_recovery()";

type Values<'a> = &'a [(&'a (dyn ToSql + Sync), Type)];

/// The table `orders` of a database.
#[derive(Debug)]
pub(in crate::shop::api) struct Database {
    pool: Pool,
}

impl Database {
    /// The database at `postgres://USER@HOST:PORT/DATABASE`, with a password that the URL need not have; it connects when
    /// it is needed.
    pub(in crate::shop::api) fn new(
        url: &str,
        password: Option<&str>,
        max_age: Duration,
    ) -> Result<Database, ApiError> {
        let wrong = |why: String| ApiError::Database { why };
        if url.contains("$(") {
            return Err(wrong("it has a `$(` that Kubernetes has left as it was".to_owned()));
        }
        let mut config: Config =
            url.parse().map_err(|error: tokio_postgres::Error| wrong(error.to_string()))?;
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host".to_owned()));
        }
        if let (None, Some(password)) = (config.get_password(), password) {
            config.password(password);
        }
        config.application_name("shakedown shop api");
        Ok(Database { pool: Pool::new(config, max_age) })
    }

    /// Has an order stored.
    pub(in crate::shop::api) async fn place(&self, draft: &Draft) -> Result<Placed, OrderError> {
        let quantity = i32::try_from(draft.quantity).unwrap_or(i32::MAX);
        let values: Values<'_> =
            &[(&draft.id, Type::TEXT), (&draft.sku, Type::TEXT), (&quantity, Type::INT4)];
        if let Some(row) = self.ask(INSERT, values).await?.first() {
            return Ok(Placed::Created(order(row)?));
        }
        let first = self.get(&draft.id).await?;
        let same = |first: &Order| (&first.sku, first.quantity) == (&draft.sku, draft.quantity);
        match first.filter(same) {
            Some(first) => Ok(Placed::Repeated(first)),
            None => Err(OrderError::Conflict { id: draft.id.clone() }),
        }
    }

    /// One order by its id.
    pub(in crate::shop::api) async fn get(&self, id: &str) -> Result<Option<Order>, OrderError> {
        if !is_id(id) {
            return Ok(None);
        }
        let rows = self.ask(SELECT, &[(&id, Type::TEXT)]).await?;
        rows.first().map(order).transpose()
    }

    /// How many orders there are, and the newest `limit` of them.
    pub(in crate::shop::api) async fn newest(&self, limit: usize) -> Result<(usize, Vec<Order>), OrderError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.ask(NEWEST, &[(&limit, Type::INT8)]).await?;
        let newest = rows.iter().map(order).collect::<Result<_, _>>()?;
        let counted = self.ask(COUNT, &[]).await?;
        let total = counted.first().map_or(Ok(0), |row| field::<i64>(row, 0))?;
        Ok((usize::try_from(total).unwrap_or(0), newest))
    }

    /// Whether the database would take an order; why not, in words.
    pub(in crate::shop::api) async fn ready(&self) -> Result<(), String> {
        let asked = timeout(READY, self.once(RECOVERING, &[])).await;
        let rows = asked.map_err(|_| format!("no answer within {} ms", READY.as_millis()));
        let rows = rows?.map_err(|trouble| OrderError::from(trouble).to_string())?;
        match rows.first().map(|row| field::<bool>(row, 0)) {
            Some(Ok(false)) => Ok(()),
            Some(Ok(true)) => Err("the database is a standby and takes no orders".to_owned()),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("the database gives an empty answer".to_owned()),
        }
    }

    /// Sends a statement until it is answered, or the time is over.
    async fn ask(&self, statement: &str, values: Values<'_>) -> Result<Vec<Row>, OrderError> {
        let deadline = Instant::now() + ANSWER;
        let mut unanswered = None;
        loop {
            let tried = timeout_at(deadline, self.once(statement, values)).await;
            let late = |_| Trouble::Unanswered(format!("no answer within {} s", ANSWER.as_secs()));
            let trouble = match tried.map_err(late) {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(trouble)) | Err(trouble) => trouble,
            };
            let over = Instant::now() + PAUSE >= deadline;
            let last = trouble.clone();
            if matches!(trouble, Trouble::Unanswered(_)) {
                unanswered = Some(trouble);
            }
            if over || !last.may_pass() {
                // What was unanswered once may have been carried out, however the later tries ended.
                return Err(unanswered.unwrap_or(last).into());
            }
            sleep(PAUSE).await;
        }
    }

    /// Sends a statement once.
    async fn once(&self, statement: &str, values: Values<'_>) -> Result<Vec<Row>, Trouble> {
        let session = self.pool.take().await?;
        match timeout(STATEMENT, sent(&session, statement, values)).await {
            Ok(Ok(rows)) => {
                session.keep();
                Ok(rows)
            }
            Ok(Err(error)) => Err(Trouble::of(&error)),
            Err(_) => {
                self.pool.distrust();
                Err(Trouble::Unanswered(format!("no answer within {} s", STATEMENT.as_secs())))
            }
        }
    }
}

fn sent<'a>(
    session: &'a Taken<'_>,
    statement: &'a str,
    values: Values<'a>,
) -> impl Future<Output = Result<Vec<Row>, tokio_postgres::Error>> + 'a {
    session.query_typed(statement, values)
}

fn order(row: &Row) -> Result<Order, OrderError> {
    let number: i64 = field(row, 1)?;
    let quantity: i32 = field(row, 3)?;
    Ok(Order {
        id: field(row, 0)?,
        number: number.unsigned_abs(),
        sku: field(row, 2)?,
        quantity: quantity.unsigned_abs(),
    })
}

/// A field of an answer; a table that is not ours has others.
fn field<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, at: usize) -> Result<T, OrderError> {
    row.try_get(at)
        .map_err(|error| OrderError::Away(format!("the table `orders` is not the shop's: {error}")))
}
