//! A small server that is not our simulator: it answers with recorded documents, byte for byte as they stand in their
//! files, in chunks where they say so.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What is put into the documents.
pub(super) type Fillings = Vec<(&'static str, String)>;

pub(super) struct Other {
    pub(super) url: String,
    /// Method, path, and who signed it.
    pub(super) asked: Arc<Mutex<Vec<String>>>,
}

/// A request, as far as it decides the answer.
pub(super) struct Request {
    pub(super) line: String,
    /// The access key that signed it; none for Kubernetes.
    pub(super) key: String,
    pub(super) body: String,
}

type Route = dyn Fn(&Request) -> String + Send + Sync;

impl Other {
    /// Answers each request with the document that `route` names.
    pub(super) fn start(
        fillings: Fillings,
        route: impl Fn(&Request) -> String + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut fillings = fillings;
        fillings.push(("{{URL}}", url.clone()));
        let (fillings, route): (_, Arc<Route>) = (Arc::new(fillings), Arc::new(route));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        // It ends with the process of the tests: a thread that waits for connections is in nobody's way.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (fillings, route, log) = (fillings.clone(), route.clone(), log.clone());
                std::thread::spawn(move || serve(&stream, &fillings, &*route, &log));
            }
        });
        Self { url, asked }
    }

    pub(super) fn count(&self, part: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|line| line.contains(part)).count()
    }
}

fn serve(stream: &TcpStream, fillings: &Fillings, route: &Route, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some(request) = read(&mut reader) {
        log.lock()
            .unwrap()
            .push(format!("{} {}", request.line, request.key));
        let name = route(&request);
        let mut stream = stream;
        if stream.write_all(&wire(&name, fillings)).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|count| *count > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let signed = headers.get("authorization").map_or("", String::as_str);
    let key = signed
        .split("Credential=")
        .nth(1)
        .and_then(|rest| rest.split('/').next());
    Some(Request {
        line: line.trim_end().trim_end_matches(" HTTP/1.1").to_owned(),
        key: key.unwrap_or_default().to_owned(),
        body: String::from_utf8(body).unwrap(),
    })
}

/// A document as it goes over the wire.
fn wire(name: &str, fillings: &Fillings) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/cli/other/recorded");
    let path = folder.join(format!("{name}.http"));
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = fillings
        .iter()
        .fold(text, |text, (hole, filling)| text.replace(hole, filling));
    let (head, body) = text.split_once("\n\n").unwrap();
    let body = body.trim_end_matches('\n');
    let head = head.replace('\n', "\r\n");
    if head
        .to_ascii_lowercase()
        .contains("transfer-encoding: chunked")
    {
        let pieces = body.as_bytes().chunks(97);
        let mut wire = format!("HTTP/1.1 {head}\r\n\r\n").into_bytes();
        for piece in pieces {
            wire.extend(format!("{:X};ext=1\r\n", piece.len()).into_bytes());
            wire.extend(piece);
            wire.extend(b"\r\n");
        }
        wire.extend(b"0\r\n\r\n");
        return wire;
    }
    format!(
        "HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
