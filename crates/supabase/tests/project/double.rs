//! What does the other side do with each request?

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What is done with a request.
#[derive(Clone)]
pub(crate) enum Act {
    /// These bytes, and the next request.
    Answer(String),
    /// These bytes, and the end of the connection.
    Cut(String),
    /// These bytes, and nothing more.
    Stop(String),
    /// These bytes, and then a byte now and then, for ever.
    Drip(String),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) head: String,
}

/// A server on a port of its own.
pub(crate) struct Double {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Drop for Double {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Double {
    /// Answers as `act` says, which is given the number of the request (from 0) and its first line.
    pub(crate) async fn start(act: impl Fn(usize, &str) -> Act + Send + Sync + 'static) -> Self {
        // Whoever builds a client has to say which TLS to use, even for none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (act, notes) = (Arc::new(act), Arc::clone(&asked));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (act, notes) = (Arc::clone(&act), Arc::clone(&notes));
                tokio::spawn(connection(stream, move |request: Asked| {
                    let mut notes = notes.lock().unwrap();
                    notes.push(request.clone());
                    act(notes.len() - 1, &request.line)
                }));
            }
        });
        Self { url, asked, task }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

async fn connection(mut stream: TcpStream, act: impl Fn(Asked) -> Act) {
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let Some(end) = end else {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            }
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.to_ascii_lowercase();
        let length = length
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
            .unwrap_or(0);
        while bytes.len() < end + 4 + length {
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            }
        }
        bytes.drain(..end + 4 + length);
        let line = head.lines().next().unwrap_or_default().to_owned();
        let (text, then) = match act(Asked { line, head }) {
            Act::Answer(text) => (text, 'n'),
            Act::Cut(text) => (text, 'c'),
            Act::Stop(text) => (text, 's'),
            Act::Drip(text) => (text, 'd'),
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
        match then {
            'n' => {}
            'c' => return,
            's' => {
                let _ = stream.read(&mut chunk).await;
                return;
            }
            _ => {
                while stream.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                return;
            }
        }
    }
}

pub(crate) fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}
