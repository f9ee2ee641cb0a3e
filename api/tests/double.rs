//! What if the project answers as none should? A server on one port that answers whatever a test wants.

use local_stack::SigningKey;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is done with a request.
pub(crate) enum Act {
    /// These bytes, and the next request.
    Answer(String),
    /// These bytes, and the end of the connection.
    Cut(String),
    /// Nothing, until the caller goes away.
    Hang,
}

/// A project made of nothing.
pub(crate) struct Double {
    pub(crate) url: String,
    pub(crate) key: SigningKey,
    asked: Arc<Mutex<Vec<String>>>,
    gone: watch::Receiver<u32>,
    task: JoinHandle<()>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Double {
    /// Answers the key set by itself, and everything else as `act` says; it is given method and path.
    pub(crate) async fn start(act: impl Fn(&str) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = SigningKey::generate().unwrap();
        let jwks = json_answer(200, &key.jwks());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (went, gone) = watch::channel(0);
        let (act, notes) = (Arc::new(act), Arc::clone(&asked));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (act, notes, jwks, went) =
                    (Arc::clone(&act), Arc::clone(&notes), jwks.clone(), went.clone());
                tokio::spawn(async move {
                    let answer = |asked: &str| {
                        if asked.ends_with("jwks.json") {
                            return Act::Answer(jwks.clone());
                        }
                        notes.lock().unwrap().push(asked.to_owned());
                        act(asked)
                    };
                    if connection(stream, answer).await {
                        went.send_modify(|count| *count += 1);
                    }
                });
            }
        });
        Self { url, key, asked, gone, task }
    }

    /// The requests so far, without those for the key set.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn asked_for(&self, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.contains(path)).count()
    }

    /// Waits until so many callers have left requests that hang.
    pub(crate) async fn callers_gone(&mut self, callers: u32) {
        self.gone.wait_for(|count| *count >= callers).await.unwrap();
    }

    /// The token of somebody who exists here only.
    pub(crate) fn token(&self) -> String {
        self.key
            .sign(&json!({
                "sub": "00000000-0000-4000-8000-000000000001", "role": "authenticated", "aud": "authenticated",
                "iss": format!("{}/auth/v1", self.url), "exp": 4_000_000_000_u32,
            }))
            .unwrap()
    }
}

/// Serves one connection; true when the caller left while it was kept waiting.
async fn connection(mut stream: TcpStream, act: impl Fn(&str) -> Act) -> bool {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return false,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            }
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        while bytes.len() < end + 4 + length {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return false,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            }
        }
        let line = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut words = line.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let asked = format!("{method} {}", path.split('?').next().unwrap_or_default());
        bytes.drain(..end + 4 + length);
        match act(&asked) {
            Act::Answer(text) => {
                if stream.write_all(text.as_bytes()).await.is_err() {
                    return false;
                }
            }
            Act::Cut(text) => {
                let _ = stream.write_all(text.as_bytes()).await;
                return false;
            }
            Act::Hang => return matches!(stream.read(&mut chunk).await, Ok(0) | Err(_)),
        }
    }
}

pub(crate) fn answer(status: u16, kind: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub(crate) fn json_answer(status: u16, body: &Value) -> String {
    answer(status, "application/json", "", &body.to_string())
}

/// What `current_member()` answers.
pub(crate) fn member() -> String {
    json_answer(
        200,
        &json!({
            "user": { "id": "00000000-0000-4000-8000-000000000001", "email": "a@example.com", "name": "A", "client_id": null,
                      "avatar_url": null, "time_zone": null, "version": 1 },
            "organization": { "id": "00000000-0000-4000-8000-00000000000a", "name": "O", "slug": "o", "currency": "USD",
                              "time_zone": "UTC", "fiscal_year_start_month": 1, "quarterly_target": null, "version": 1 },
            "persona": "Admin", "capabilities": [],
        }),
    )
}
