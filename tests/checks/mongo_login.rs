//! The server's side of a login by SCRAM-SHA-256 (RFC 5802, RFC 7677), for one user and one password.

use ::mongodb::bson::spec::BinarySubtype;
use ::mongodb::bson::{Binary, Document, doc};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

const PASSWORD: &str = "ah0y-there";
const SALT: &[u8] = b"sixteen salt byte";
/// The fewest that clients take.
const TIMES: u32 = 4_096;

/// What was said so far.
#[derive(Default)]
pub struct Login {
    client_first: String,
    server_first: String,
}

impl Login {
    /// The answer to a command of a login; `None` where it is another one.
    pub fn answer(&mut self, name: &str, command: &Document) -> Option<Document> {
        let payload = || String::from_utf8(command.get_binary_generic("payload").ok()?.clone()).ok();
        match name {
            "saslStart" => self.start(&payload()?),
            "saslContinue" => Some(self.finish(&payload()?)),
            _ => None,
        }
    }

    fn start(&mut self, first: &str) -> Option<Document> {
        first.strip_prefix("n,,")?.clone_into(&mut self.client_first);
        let nonce = self.client_first.split(",r=").nth(1)?;
        self.server_first = format!("r={nonce}server,s={},i={TIMES}", STANDARD.encode(SALT));
        Some(answer(&self.server_first, false))
    }

    fn finish(&self, last: &str) -> Document {
        let (without, proof) = last.rsplit_once(",p=").unwrap_or_default();
        let said = format!("{},{},{without}", self.client_first, self.server_first);
        let salted = salted(PASSWORD.as_bytes());
        let client_key = hmac(&salted, b"Client Key");
        let signature = hmac(&Sha256::digest(client_key), said.as_bytes());
        let expected: Vec<u8> = client_key.iter().zip(signature).map(|(key, byte)| key ^ byte).collect();
        if STANDARD.decode(proof).ok() != Some(expected) {
            return crate::mongo_server::refused(18, "AuthenticationFailed", "Authentication failed.");
        }
        let signature = hmac(&hmac(&salted, b"Server Key"), said.as_bytes());
        answer(&format!("v={}", STANDARD.encode(signature)), true)
    }
}

fn answer(payload: &str, done: bool) -> Document {
    let payload = Binary { subtype: BinarySubtype::Generic, bytes: payload.as_bytes().to_vec() };
    doc! { "conversationId": 1, "done": done, "payload": payload, "ok": 1.0 }
}

/// PBKDF2 with HMAC-SHA-256, one block.
fn salted(password: &[u8]) -> [u8; 32] {
    let mut block = hmac(password, &[SALT, &[0, 0, 0, 1]].concat());
    let mut salted = block;
    for _ in 1..TIMES {
        block = hmac(password, &block);
        salted.iter_mut().zip(block).for_each(|(sum, byte)| *sum ^= byte);
    }
    salted
}

/// HMAC-SHA-256 with a key that is no longer than a block.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut padded = [0; 64];
    padded[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(padded.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}
