//! Goose, told to be quiet: it makes the users, runs each in a task of its own, and takes them down at the end.
//!
//! All users are started at once and wait for their time by themselves: goose's own ramps count whole seconds and look
//! every 500 ms, and stages have to begin when the run's one clock says. Its metrics stay off, because ours are recorded.

use super::ground::Ground;
use super::visitor::Visitor;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseUser, Scenario, Transaction, TransactionFunction};
use goose::{GooseAttack, GooseError, trigger_killswitch};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How often goose is told to stop: it forgets what it was told before its start.
const TELL_EVERY: Duration = Duration::from_millis(20);

/// A user of ours in the hands of a user of goose, which asks that it could be cloned and never does.
#[derive(Clone)]
struct Seat(Arc<Mutex<Visitor>>);

/// Runs the users until it is over. The future must not be dropped before: goose's users are tasks of their own and
/// would go on.
pub(super) async fn attack(ground: Arc<Ground>) -> Result<(), GooseError> {
    let host = format!("http://{}", ground.plan.target.authority);
    let attack = GooseAttack::initialize_with_config(configuration(ground.users(), host))?
        // Goose wants a client for each user before the first runs; users bring their own, so one does for all.
        .set_client_builder_without_cookies(GooseClientBuilder::new().without_cookies())?
        .register_scenario(Scenario::new("journeys").register_transaction(journeys(ground.clone())));
    let mut running = pin!(attack.execute());
    tokio::select! {
        ended = &mut running => return ended.map(drop),
        () = ground.until_over() => {}
    }
    loop {
        trigger_killswitch("the load is over");
        tokio::select! {
            ended = &mut running => return ended.map(drop),
            () = tokio::time::sleep(TELL_EVERY) => {}
        }
    }
}

fn configuration(users: u32, host: String) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(host);
    configuration.users = usize::try_from(users).ok();
    configuration.increase_rate = Some("100000".to_owned());
    configuration.quiet = 2;
    configuration.no_metrics = true;
    configuration.no_print_metrics = true;
    configuration.no_telnet = true;
    // For the client that nobody uses: without it goose could not start in an image without certificate files.
    configuration.accept_invalid_certs = true;
    configuration
}

/// What goose has each user do again and again.
fn journeys(ground: Arc<Ground>) -> Transaction {
    let function: TransactionFunction = Arc::new(move |user: &mut GooseUser| {
        let ground = ground.clone();
        Box::pin(async move {
            let Seat(visitor) = match user.get_session_data::<Seat>() {
                Some(seat) => seat.clone(),
                None => {
                    let seat = Seat(Arc::new(Mutex::new(Visitor::new(&ground))));
                    user.set_session_data(seat.clone());
                    seat
                }
            };
            visitor.lock().await.turn(&ground).await;
            Ok(())
        })
    });
    Transaction::new(function).set_name("journey")
}
