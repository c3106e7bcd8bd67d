//! The way out: the proxy, and whom to trust.

use std::fmt;
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Proxy};

use super::limits::Limits;

/// The way out of this machine.
#[derive(Clone, Default)]
pub struct Route {
    proxy: Option<Proxy>,
    /// The proxy's host, which is all that is ever shown of it.
    shown: Option<String>,
    authorities: Vec<Certificate<'static>>,
}

/// Why a way out cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The proxy's address is none.
    #[error(
        "the proxy is expected as http://HOST:PORT or https://HOST:PORT, with USER:PASSWORD@ before the host if it wants them"
    )]
    Proxy,
    /// The file of authorities cannot be used.
    #[error("expected certificates in PEM form: {reason}")]
    Authorities {
        /// What is wrong.
        reason: String,
    },
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("proxy", &self.shown).field("authorities", &self.authorities.len()).finish()
    }
}

impl Route {
    /// Goes through a proxy, but for the hosts of `except`, a list as in `NO_PROXY`.
    ///
    /// # Errors
    /// The address is none of a proxy. It is not repeated in the error: it may hold a password.
    pub fn through(mut self, address: &str, except: &str) -> Result<Self, RouteError> {
        let address = address.trim();
        let full = if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let parsed = url::Url::parse(&full).map_err(|_| RouteError::Proxy)?;
        let protocol = match parsed.scheme() {
            "http" => ureq::ProxyProtocol::Http,
            "https" => ureq::ProxyProtocol::Https,
            _ => return Err(RouteError::Proxy),
        };
        let host = parsed.host_str().filter(|host| !host.is_empty()).ok_or(RouteError::Proxy)?;
        let port = parsed.port_or_known_default().ok_or(RouteError::Proxy)?;
        // The target's name is looked up by the proxy: inside a plant often nobody else can.
        let mut builder = Proxy::builder(protocol).host(host).port(port).resolve_target(false);
        if !parsed.username().is_empty() {
            builder = builder.username(&decoded(parsed.username()));
            builder = builder.password(&decoded(parsed.password().unwrap_or_default()));
        }
        for name in except.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            builder = builder.no_proxy(name);
            // A domain in such a list means its hosts too.
            if !name.starts_with(['.', '*']) && name.parse::<std::net::IpAddr>().is_err() {
                builder = builder.no_proxy(&format!(".{name}"));
            }
        }
        self.shown = Some(format!("{host}:{port}"));
        self.proxy = Some(builder.build().map_err(|_| RouteError::Proxy)?);
        Ok(self)
    }

    /// Trusts these authorities, in PEM form, and no others.
    ///
    /// # Errors
    /// There is no certificate, or one that is broken.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, RouteError> {
        let wrong = |reason: String| RouteError::Authorities { reason };
        for item in parse_pem(pem) {
            match item.map_err(|error| wrong(error.to_string()))? {
                PemItem::Certificate(certificate) => self.authorities.push(certificate),
                _ => return Err(wrong("there is something other than a certificate in it".to_owned())),
            }
        }
        if self.authorities.is_empty() {
            return Err(wrong("there is none".to_owned()));
        }
        let mut roots = rustls::RootCertStore::empty();
        for certificate in &self.authorities {
            let der = rustls::pki_types::CertificateDer::from(certificate.der());
            roots.add(der).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(self)
    }

    /// The client. Without authorities of its own it trusts those of this machine.
    pub(crate) fn agent(&self, limits: &Limits) -> Agent {
        let authorities = if self.authorities.is_empty() { of_this_machine() } else { self.authorities.clone() };
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&authorities))
            .build();
        Agent::config_builder()
            .tls_config(tls)
            .proxy(self.proxy.clone())
            .user_agent(concat!("wardround/", env!("CARGO_PKG_VERSION")))
            // What comes is kept as it is, and its digest is compared: nothing may unpack it on the way.
            .accept_encoding("identity")
            .http_status_as_error(false)
            // Redirects are followed by hand: where they may lead is ours to say.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_send_request(Some(limits.connect))
            .timeout_recv_response(Some(limits.answer))
            .timeout_recv_body(Some(limits.whole))
            .timeout_per_read(Some(limits.silence))
            .build()
            .new_agent()
    }
}

/// The authorities that the administrator of this machine trusts. Where there are none, no server will be.
fn of_this_machine() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|certificate| Certificate::from_der(certificate.as_ref()).to_owned()).collect()
}

/// User names and passwords stand percent-encoded in an address.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits fit into a byte.
                bytes.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Route, RouteError, decoded};

    #[test]
    fn proxies_are_addresses_and_keep_their_passwords() {
        let route =
            Route::default().through("http://user:s%65cret@proxy.example:3128", "plant.example, 10.0.0.1").unwrap();
        let shown = format!("{route:?}");
        assert!(
            shown.contains("proxy.example:3128") && !shown.contains("secret") && !shown.contains("user"),
            "{shown}"
        );
        assert!(Route::default().through("proxy.example:3128", "").is_ok());
        for wrong in ["", "ftp://proxy.example", "http://", "socks5://a:1", "http://a:99999"] {
            assert_eq!(Route::default().through(wrong, "").err(), Some(RouteError::Proxy), "{wrong}");
        }
        assert_eq!(decoded("a%20b%zz%4"), "a b%zz%4");
    }

    #[test]
    fn authorities_are_certificates() {
        for wrong in ["", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert!(Route::default().trusting(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        assert!(Route::default().trusting(key.as_bytes()).is_err(), "a key is no certificate");
    }
}
