//! A server that says what a test tells it to say, down to broken connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Not decoded: the encoding is what is tested.
    pub(crate) path: String,
    /// Decoded.
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Request {
    /// Access key, date, region, service of the signature.
    fn scope(&self, index: usize) -> &str {
        let header = self.headers.get("authorization").map_or("", String::as_str);
        let scope = header.split("Credential=").nth(1).unwrap_or("");
        scope.split(['/', ',']).nth(index).unwrap_or("")
    }

    pub(crate) fn key(&self) -> &str {
        self.scope(0)
    }

    pub(crate) fn region(&self) -> &str {
        self.scope(2)
    }

    pub(crate) fn service(&self) -> &str {
        self.scope(3)
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Whole {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Promises more than it sends.
    Truncated(String),
    /// Chunks, one after the other, and then an end.
    Streamed(Vec<String>, End),
    /// Closes the connection without a word.
    Closed,
    /// Says nothing and keeps the connection.
    Silence,
}

/// How a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As it should.
    Clean,
    /// The connection breaks.
    Broken,
    /// It does not: nothing more comes.
    Never,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::typed(status, "application/json", body.to_string())
    }

    pub(crate) fn xml(status: u16, body: &str) -> Self {
        Self::typed(status, "text/xml", body.to_owned())
    }

    pub(crate) fn typed(status: u16, kind: &str, body: String) -> Self {
        let headers = vec![
            ("content-type", kind.to_owned()),
            ("x-amzn-requestid", "request-1".to_owned()),
        ];
        Self::Whole {
            status,
            headers,
            body,
        }
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"message": message}).to_string();
        let headers = vec![
            ("x-amzn-errortype", code.to_owned()),
            ("x-amzn-requestid", "request-1".to_owned()),
        ];
        Self::Whole {
            status,
            headers,
            body,
        }
    }
}

type Script = dyn Fn(&Request) -> Answer + Send + Sync;

/// The server; it ends with the test.
pub(crate) struct Server {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start(script: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::listen(None, script).await
    }

    /// The same behind TLS, if there is a certificate.
    pub(crate) async fn listen(
        tls: Option<TlsAcceptor>,
        script: impl Fn(&Request) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, log): (Arc<Script>, _) = (Arc::new(script), seen.clone());
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (script, log, tls) = (script.clone(), log.clone(), tls.clone());
                connections.spawn(async move {
                    match tls {
                        None => serve(stream, script, log).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, script, log).await;
                            }
                        }
                    }
                });
            }
        });
        Self { url, seen, task }
    }

    /// Answers the given answers one after the other, and the last one for ever.
    pub(crate) async fn saying(answers: Vec<Answer>) -> Self {
        let place = Mutex::new(0);
        Self::start(move |_| {
            let mut place = place.lock().unwrap();
            *place += 1;
            answers[(*place - 1).min(answers.len() - 1)].clone()
        })
        .await
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, is: impl Fn(&Request) -> bool) -> usize {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .filter(|request| is(request))
            .count()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Arc<Script>,
    seen: Arc<Mutex<Vec<Request>>>,
) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer).await {
        let answer = script(&request);
        seen.lock().unwrap().push(request);
        let text = match answer {
            Answer::Whole {
                status,
                headers,
                body,
            } => {
                let headers: Vec<_> = headers
                    .iter()
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .collect();
                let headers = headers.concat();
                format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}",
                    body.len()
                )
            }
            Answer::Truncated(body) => {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                    body.len() + 10
                );
                let _sent = stream.write_all(format!("{head}{body}").as_bytes()).await;
                return;
            }
            Answer::Streamed(chunks, end) => {
                let mut text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_owned();
                for chunk in chunks {
                    text.push_str(&format!("{:x}\r\n{chunk}\r\n", chunk.len()));
                }
                if end == End::Clean {
                    text.push_str("0\r\n\r\n");
                }
                if stream.write_all(text.as_bytes()).await.is_err() || end == End::Broken {
                    return;
                }
                if end == End::Never {
                    // Until the client has had enough.
                    read(&mut stream, &mut buffer).await;
                    return;
                }
                continue;
            }
            Answer::Closed => return,
            Answer::Silence => std::future::pending().await,
        };
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Option<Request> {
    loop {
        if let Some(request) = parse(buffer) {
            return Some(request);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn parse(buffer: &mut Vec<u8>) -> Option<Request> {
    let end = buffer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(buffer[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let target = words.nth(1)?.to_owned();
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    if buffer.len() < end + 4 + length {
        return None;
    }
    let body = String::from_utf8(buffer[end + 4..end + 4 + length].to_vec()).unwrap();
    buffer.drain(..end + 4 + length);
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('='));
    Some(Request {
        path: path.to_owned(),
        query: query
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect(),
        headers,
        body,
    })
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8()
        .unwrap()
        .into_owned()
}
