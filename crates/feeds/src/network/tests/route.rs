//! TLS with an authority of one's own, and proxies.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::server::{Reply, Request, Server, Site};
use super::world::{World, kev, plan, reason, whole};
use crate::network::{FetchError, FetchPlan, Outcome, Route};

/// An authority, and a server that it vouches for as `name`.
fn with_tls(name: &str, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> (String, Server) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let wrap = move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
        Some(Box::new(StreamOwned::new(connection, stream)) as Box<dyn super::server::Stream>)
    };
    (authority.pem(), Server::over(wrap, answer))
}

fn trusting(plan: FetchPlan, pem: &str) -> FetchPlan {
    FetchPlan { route: Route::default().trusting(pem.as_bytes()).unwrap(), ..plan }
}

#[test]
fn an_own_authority_is_trusted_and_nobody_else() {
    let world = World::new();
    let (pem, server) = with_tls("127.0.0.1", |_| Reply::ok(kev(2)));
    let secure = plan("kev", &format!("https://127.0.0.1:{}/kev.json", server.port));
    let report = world.fetch_one(&secure);
    assert!(matches!(reason(&report), FetchError::Untrusted { .. }), "{}", whole(reason(&report)));
    assert!(world.clock.waits().is_empty(), "it will be no more trusted in a while");
    let report = world.fetch_one(&trusting(secure.clone(), &pem));
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");

    let (other, _) = with_tls("127.0.0.1", |_| Reply::ok(""));
    let report = world.fetch_one(&trusting(secure, &other));
    assert!(matches!(reason(&report), FetchError::Untrusted { .. }), "{report:#?}");
}

#[test]
fn a_certificate_is_for_one_name() {
    let world = World::new();
    let (pem, server) = with_tls("other.example", |_| Reply::ok(kev(2)));
    let secure = plan("kev", &format!("https://127.0.0.1:{}/kev.json", server.port));
    let report = world.fetch_one(&trusting(secure, &pem));
    assert!(matches!(reason(&report), FetchError::Untrusted { .. }), "{}", whole(reason(&report)));
}

#[test]
fn nothing_leads_out_of_tls() {
    let world = World::new();
    let plain = Site::default().serve();
    let target = plain.at("/kev.json");
    let (pem, server) = with_tls("127.0.0.1", move |_| Reply::new(302, "").with("Location", target.as_str()));
    let secure = plan("kev", &format!("https://127.0.0.1:{}/", server.port));
    let report = world.fetch_one(&trusting(secure, &pem));
    assert!(matches!(reason(&report), FetchError::Redirect { reason: "it leaves TLS", .. }), "{report:#?}");
    assert!(plain.seen().is_empty());
}

/// A proxy that connects, or answers with another status; and the heads of what it was asked.
fn proxy(status: u16) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let log = Arc::clone(&log);
            thread::spawn(move || connect(stream, status, &log));
        }
    });
    (port, seen)
}

fn connect(stream: TcpStream, status: u16, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).ok()? > 0 {}
    log.lock().unwrap().push(head.clone());
    let mut client = stream;
    if status != 200 {
        return write!(client, "HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n").ok();
    }
    let mut server = TcpStream::connect(head.split_whitespace().nth(1)?).ok()?;
    write!(client, "HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    let (mut from, mut to) = (reader, server.try_clone().ok()?);
    thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
    });
    let _ = std::io::copy(&mut server, &mut client);
    let _ = client.shutdown(std::net::Shutdown::Both);
    Some(())
}

#[test]
fn the_proxy_is_asked_to_connect() {
    let world = World::new();
    let (pem, server) = with_tls("127.0.0.1", |_| Reply::ok(kev(2)));
    let (port, seen) = proxy(200);
    let address = format!("https://127.0.0.1:{}/kev.json", server.port);
    let route = |except| {
        let route = Route::default().through(&format!("http://me:hidden@127.0.0.1:{port}"), except).unwrap();
        route.trusting(pem.as_bytes()).unwrap()
    };
    let through = FetchPlan { route: route(""), ..plan("kev", &address) };
    let report = world.fetch_one(&through);
    assert_eq!(report.outcome, Outcome::Whole, "{report:#?}");
    let asked = seen.lock().unwrap().join("\n");
    assert!(asked.starts_with(&format!("CONNECT 127.0.0.1:{} ", server.port)), "{asked}");
    assert!(asked.to_ascii_lowercase().contains("proxy-authorization: basic "), "{asked}");
    assert!(server.seen()[0].header("proxy-authorization").is_none(), "the password is for the proxy alone");
    assert!(!format!("{through:?}{report:?}").contains("hidden"));

    let asked = seen.lock().unwrap().len();
    let around = FetchPlan { route: route("other.example,127.0.0.1"), ..plan("kev", &address) };
    assert_eq!(world.fetch_one(&around).outcome, Outcome::Whole);
    assert_eq!(seen.lock().unwrap().len(), asked, "this host is excepted");
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let world = World::new();
    let (port, _) = proxy(407);
    let route = Route::default().through(&format!("127.0.0.1:{port}"), "").unwrap();
    let report = world.fetch_one(&FetchPlan { route, ..plan("kev", "https://feeds.example/kev.json") });
    assert!(matches!(reason(&report), FetchError::Proxy { .. }), "{}", whole(reason(&report)));
}
