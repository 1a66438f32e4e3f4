//! The clerk at the counter, who answers word by word, as the models do that are asked over such a path.

use crate::shop::refusal::Refusal;
use crate::shop::reply::{Reply, events};
use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::time::sleep;

/// What the clerk says to everything.
const ANSWER: &str =
    "Fair winds ! Whatever you look for at sea , a good lantern and a long rope will not do harm .";
/// Before the first word, while the clerk thinks, and from one word to the next.
const PAUSES: (Duration, Duration) = (Duration::from_millis(30), Duration::from_millis(5));
/// What comes after the last word.
const END: &str = "data: [DONE]\n\n";

/// What a customer asks; more may be said, and is not listened to.
#[derive(Debug, Deserialize)]
struct Question {
    /// The clerk answers in no other way than word by word.
    stream: bool,
    prompt: String,
}

/// Answers a question with one event for each word, and `[DONE]`.
pub(super) fn answer(body: &[u8]) -> Result<Reply, Refusal> {
    let question: Question =
        serde_json::from_slice(body).map_err(|error| Refusal::BadQuestion(error.to_string()))?;
    if !question.stream || question.prompt.trim().is_empty() {
        return Err(Refusal::BadQuestion("it has a `prompt`, and `stream` is true".to_owned()));
    }
    let words = ANSWER.split(' ').enumerate().map(|(place, word)| {
        let pause = if place == 0 { PAUSES.0 } else { PAUSES.1 };
        let data = json!({ "choices": [{ "index": 0, "delta": { "content": format!("{word} ") } }] });
        (pause, format!("data: {data}\n\n"))
    });
    let all = words.chain([(PAUSES.1, END.to_owned())]);
    Ok(events(stream::iter(all).then(|(pause, event)| async move {
        sleep(pause).await;
        event
    })))
}
