//! One exchange with a server: a question, redirects that may be followed, and the answer.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;

use jiff::Timestamp;
use ureq::{Agent, BodyReader};
use url::Url;

use super::clock::Clock;
use super::error::FetchError;
use super::headers::Head;
use super::limits::Limits;
use super::pace::Pace;
use super::route::Route;
use super::watched::{TooSlow, Watched};

/// How far a server's clock may be from ours before it is said: caches in between hand on answers of a while ago.
const CLOCKS_APART: i64 = 60 * 60;

/// Asks servers.
pub(crate) struct Client<'a> {
    agent: Agent,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) limits: &'a Limits,
    paces: RefCell<BTreeMap<String, Pace>>,
    /// By host: by how many seconds the clock of a server is ahead of ours, where that is much.
    apart: RefCell<BTreeMap<String, i64>>,
}

/// A question.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'q> {
    pub(crate) address: &'q Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Only for the host that is asked: never handed on by a redirect, never shown.
    pub(crate) secret: Option<(&'static str, &'q str)>,
}

impl<'q> Ask<'q> {
    pub(crate) fn new(address: &'q Url) -> Self {
        Self { address, headers: Vec::new(), secret: None }
    }
}

/// An answer. Its body is still to be read.
pub(crate) struct Answer<'a> {
    /// Who answered in the end.
    pub(crate) address: Url,
    pub(crate) head: Head,
    pub(crate) body: Watched<'a, BodyReader<'static>>,
}

impl<'a> Client<'a> {
    pub(crate) fn new(route: &Route, limits: &'a Limits, clock: &'a dyn Clock) -> Self {
        Self { agent: route.agent(limits), clock, limits, paces: RefCell::default(), apart: RefCell::default() }
    }

    /// From now on at most so many requests in so long a time go to this host.
    pub(crate) fn pace(&self, host: &str, requests: usize, per: Duration) {
        self.paces.borrow_mut().insert(host.to_owned(), Pace::new(requests, per));
    }

    /// The servers whose clocks are far from ours, with the seconds that they are ahead.
    pub(crate) fn clocks_apart(&self) -> BTreeMap<String, i64> {
        self.apart.borrow().clone()
    }

    /// Asks once. Any status is an answer, but redirects, which are followed.
    pub(crate) fn ask(&self, ask: &Ask<'_>) -> Result<Answer<'a>, FetchError> {
        let mut address = ask.address.clone();
        let mut seen = vec![address.clone()];
        loop {
            let answer = self.exchange(ask, &address)?;
            if !matches!(answer.head.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            let target = follow(&address, answer.head.location.as_deref())?;
            if seen.contains(&target) || seen.len() as u64 > u64::from(self.limits.redirects) {
                return Err(FetchError::Redirects { address: ask.address.to_string(), most: self.limits.redirects });
            }
            seen.push(target.clone());
            address = target;
        }
    }

    fn exchange(&self, ask: &Ask<'_>, address: &Url) -> Result<Answer<'a>, FetchError> {
        let host = address.host_str().unwrap_or_default();
        let wait = self.paces.borrow_mut().get_mut(host).map(|pace| pace.next(self.clock.elapsed()));
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            self.clock.wait(wait);
        }
        let mut request = self.agent.get(address.as_str());
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some((name, value)) = ask.secret.filter(|_| ask.address.origin() == address.origin()) {
            request = request.header(name, value);
        }
        let response = request.call().map_err(|error| failed(address, error))?;
        let (parts, body) = response.into_parts();
        let head = Head::read(parts.status.as_u16(), &parts.headers);
        self.compare_clocks(host, head.date);
        let body = Watched::new(body.into_reader(), self.clock, self.limits);
        Ok(Answer { address: address.clone(), head, body })
    }

    fn compare_clocks(&self, host: &str, date: Option<Timestamp>) {
        let Some(date) = date else { return };
        let ahead = date.as_second() - self.clock.now().as_second();
        if ahead.abs() > CLOCKS_APART {
            self.apart.borrow_mut().insert(host.to_owned(), ahead);
        }
    }

    /// Whether a time that a server gives lies in the future, by more than clocks may differ.
    pub(crate) fn is_future(&self, time: Timestamp) -> bool {
        time.as_second() - self.clock.now().as_second() > CLOCKS_APART
    }
}

/// Where a redirect leads.
fn follow(from: &Url, location: Option<&str>) -> Result<Url, FetchError> {
    let refuse = |target: &str, reason| FetchError::Redirect {
        address: from.to_string(),
        target: target.chars().take(200).collect(),
        reason,
    };
    let location = location.ok_or_else(|| refuse("nowhere", "it names no address"))?;
    let mut target = from.join(location).map_err(|_| refuse(location, "it is no address"))?;
    target.set_fragment(None);
    match (from.scheme(), target.scheme()) {
        ("https", "https") | ("http", "http" | "https") => {}
        ("https", "http") => return Err(refuse(location, "it leaves TLS")),
        _ => return Err(refuse(location, "it leaves HTTP")),
    }
    if target.host_str().is_none_or(str::is_empty) || !target.username().is_empty() || target.password().is_some() {
        return Err(refuse(location, "it names no host, or a user"));
    }
    Ok(target)
}

/// What an error of the client means.
fn failed(address: &Url, error: ureq::Error) -> FetchError {
    let address = address.to_string();
    match error {
        ureq::Error::Timeout(what) => FetchError::Slow { address, reason: format!("timeout: {what}") },
        ureq::Error::Rustls(error) => untrusted(address, &error),
        ureq::Error::Tls(reason) => FetchError::Untrusted { address, reason: reason.to_owned() },
        ureq::Error::ConnectProxyFailed(reason) => FetchError::Proxy { address, reason },
        ureq::Error::Io(error) => broken(address, error),
        other => FetchError::Connection { address, source: io::Error::other(other.to_string()) },
    }
}

fn untrusted(address: String, error: &rustls::Error) -> FetchError {
    FetchError::Untrusted { address, reason: error.to_string() }
}

/// What an error of a connection means. The layers below wrap what they have to say into errors of input and output.
pub(crate) fn broken(address: String, error: io::Error) -> FetchError {
    let inner = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    if let Some(TooSlow(reason)) = inner.and_then(|inner| inner.downcast_ref()) {
        return FetchError::Slow { address, reason: reason.clone() };
    }
    if let Some(error @ rustls::Error::InvalidCertificate(_)) = inner.and_then(|inner| inner.downcast_ref()) {
        return untrusted(address, error);
    }
    if let Some(ureq::Error::Timeout(what)) = inner.and_then(|inner| inner.downcast_ref()) {
        return FetchError::Slow { address, reason: format!("timeout: {what}") };
    }
    if matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock) {
        return FetchError::Slow { address, reason: error.to_string() };
    }
    FetchError::Connection { address, source: error }
}

impl Answer<'_> {
    /// Hands the body on piece by piece until it ends. `Ok(received)` is all that came.
    pub(crate) fn pour(
        &mut self,
        most: u64,
        mut into: impl FnMut(&[u8]) -> Result<(), FetchError>,
    ) -> Result<u64, FetchError> {
        let address = || self.address.to_string();
        if self.head.length.is_some_and(|length| length > most) {
            return Err(FetchError::TooLarge { address: address(), most });
        }
        let mut buffer = vec![0; 64 << 10];
        let mut received = 0_u64;
        loop {
            let count = match self.body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let cut = matches!(
                        error.kind(),
                        io::ErrorKind::UnexpectedEof
                            | io::ErrorKind::ConnectionReset
                            | io::ErrorKind::ConnectionAborted
                    );
                    return Err(if cut {
                        FetchError::Truncated { address: address(), received, expected: self.head.length }
                    } else {
                        broken(address(), error)
                    });
                }
            };
            received += count as u64;
            if received > most {
                return Err(FetchError::TooLarge { address: address(), most });
            }
            // A read gives at most the length of the buffer.
            into(&buffer[..count])?;
        }
        match self.head.length {
            Some(length) if length != received => {
                Err(FetchError::Truncated { address: address(), received, expected: Some(length) })
            }
            _ => Ok(received),
        }
    }
}
