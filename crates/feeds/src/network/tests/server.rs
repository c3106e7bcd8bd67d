//! A server on this machine, on a port of its own, that answers as a test tells it.
#![allow(dead_code, reason = "the tests of the program use a part of it")]

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// With the query.
    pub target: String,
    /// By name in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// How a body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Whole,
    /// Only so many bytes, then the connection ends.
    Cut(usize),
    /// So many bytes, then nothing more until the other side has enough.
    Stall(usize),
    /// Byte by byte.
    Drip,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub manner: Manner,
    /// Whether the length is announced.
    pub length: bool,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), manner: Manner::Whole, length: true }
    }

    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub fn sent(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }
}

/// Both halves of a connection, plain or not.
pub trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Runs until the program of the test ends.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers over plain connections.
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::over(|stream| Some(Box::new(stream)), answer)
    }

    /// Answers over connections that are made of the plain ones; `None` ends one.
    pub fn over(
        wrap: impl Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync + 'static,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (wrap, answer, log) = (Arc::new(wrap), Arc::new(answer), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (wrap, answer, log) = (Arc::clone(&wrap), Arc::clone(&answer), Arc::clone(&log));
                thread::spawn(move || {
                    // A connection that the other side breaks off is often what is tested.
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                    let _ = wrap(stream).map(|stream| serve(stream, &*answer, &log));
                });
            }
        });
        Self { port, seen }
    }

    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// How often something was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|request| request.path() == path).count()
    }
}

/// One request, one answer, and the end.
fn serve(
    stream: Box<dyn Stream>,
    answer: &(dyn Fn(&Request) -> Reply + Send + Sync),
    log: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut parts = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(target)) = (parts.next(), parts.next()) else { return Ok(()) };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let request = Request { method, target, headers };
    let reply = answer(&request);
    log.lock().unwrap().push(request);
    let stream = reader.get_mut();
    write!(stream, "HTTP/1.1 {} Something\r\nConnection: close\r\n", reply.status)?;
    for (name, value) in &reply.headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    if reply.length && reply.status != 304 {
        write!(stream, "Content-Length: {}\r\n", reply.body.len())?;
    }
    write!(stream, "\r\n")?;
    match reply.manner {
        Manner::Whole => stream.write_all(&reply.body)?,
        Manner::Cut(count) => stream.write_all(&reply.body[..count])?,
        Manner::Stall(count) => {
            stream.write_all(&reply.body[..count])?;
            stream.flush()?;
            // Until the other side hangs up.
            let _ = reader.read(&mut [0; 16]);
            return Ok(());
        }
        Manner::Drip => {
            for byte in reply.body.chunks(1) {
                stream.write_all(byte)?;
                stream.flush()?;
                thread::yield_now();
            }
        }
    }
    stream.flush()
}

/// Files by path, served as a well-behaved server does: with tags, on conditions, in parts.
#[derive(Debug, Clone, Default)]
pub struct Site(pub Arc<Mutex<BTreeMap<String, Vec<u8>>>>);

impl Site {
    pub fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.0.lock().unwrap().insert(path.to_owned(), body.into());
    }

    pub fn remove(&self, path: &str) {
        self.0.lock().unwrap().remove(path);
    }

    pub fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(path).cloned()
    }

    pub fn answer(&self, request: &Request) -> Reply {
        let Some(body) = self.get(request.path()) else { return Reply::new(404, "no such file") };
        let sum = body.iter().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        let tag = format!("\"{sum:x}\"");
        if request.header("if-none-match") == Some(&tag) {
            return Reply::new(304, "").with("ETag", tag);
        }
        let first = request
            .header("range")
            .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok())
            .filter(|_| request.header("if-range").is_none_or(|same| same == tag));
        match first {
            Some(first) if first < body.len() => {
                let range = format!("bytes {first}-{}/{}", body.len() - 1, body.len());
                Reply::new(206, &body[first..]).with("ETag", tag).with("Content-Range", range)
            }
            _ => Reply::ok(body).with("ETag", tag),
        }
    }

    pub fn serve(&self) -> Server {
        let site = self.clone();
        Server::start(move |request| site.answer(request))
    }
}
