//! One request to one answer, with every instant noted. Connections are owned by whoever uses them: there is no
//! pool, no retry and no redirect that could hide what a user would have felt.

mod client;
mod clients;
mod connection;
mod content;
mod events;
mod failure;
mod fields;
mod http1;
mod http2;
mod message;
mod names;
mod pieces;
mod plain_text;
mod received;
mod stamped;
mod target;
mod tls;
mod websocket;

pub use client::Client;
pub use clients::Clients;
pub use connection::{Connection, Exchange, Opened};
pub use content::{Content, FileContent};
pub use events::{Event, EventParser};
pub use failure::Failure;
pub use fields::Fields;
pub use message::{Answer, Keep, Request};
pub use names::Names;
pub use pieces::{Begun, Rest};
pub use plain_text::{PlainText, SPEAKS_TLS, WANTS_TLS, speaks_tls, wants_tls};
pub use target::{HttpVersion, Scheme, Target, TargetError, web_url};
pub use tls::{Pem, TlsError, TlsOptions, Verify};
pub use websocket::{Socket, SocketOpened, handshake, refusal};
