//! What is to be fetched, and from where.

use std::fmt;

use url::Url;

use super::error::FetchError;
use super::limits::Limits;
use super::route::Route;
use crate::source::Source;

/// The feeds that can be fetched, in the order in which they are.
pub const FEEDS: [Source; 8] =
    [Source::Nvd, Source::Kev, Source::Epss, Source::Osv, Source::Csaf, Source::Cve5, Source::Eol, Source::Cwe];

/// The ecosystems of OSV that are fetched if nothing else is asked for: what runs on devices and what their software is built from.
pub const ECOSYSTEMS: [&str; 20] = [
    "AlmaLinux",
    "Alpine",
    "Android",
    "Bitnami",
    "crates.io",
    "Debian",
    "Go",
    "Hex",
    "Linux",
    "Maven",
    "npm",
    "NuGet",
    "OSS-Fuzz",
    "Packagist",
    "Pub",
    "PyPI",
    "Rocky Linux",
    "RubyGems",
    "SwiftURL",
    "Ubuntu",
];

/// Where the public sources are. The one place that knows it.
const PUBLIC: [(&str, &str); 9] = [
    ("nvd", "https://nvd.nist.gov/feeds/json/cve/2.0/"),
    ("nvd-api", "https://services.nvd.nist.gov/rest/json/cves/2.0"),
    ("kev", "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"),
    ("epss", "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz"),
    ("osv", "https://osv-vulnerabilities.storage.googleapis.com/"),
    ("csaf", "https://www.cisa.gov/sites/default/files/csaf/provider-metadata.json"),
    ("cve5", "https://api.github.com/repos/CVEProject/cvelistV5/releases/"),
    ("eol", "https://endoflife.date/api/"),
    ("cwe", "https://cwe.mitre.org/data/xml/cwec_latest.xml.zip"),
];

/// Where NVD itself has its feed files.
pub(crate) fn nvd_folder() -> &'static str {
    PUBLIC[0].1
}

/// How NVD is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Nvd {
    /// For its feed files: a file of every year, and one of what changed in the last days.
    #[default]
    Files,
    /// For the pages of its interface: everything once, then what changed since.
    Api,
}

/// What is to be fetched, from where, by which way, and how long and how much of it is borne.
#[derive(Debug, Clone)]
pub struct FetchPlan {
    /// How long and how much.
    pub limits: Limits,
    /// The proxy, and whom to trust.
    pub route: Route,
    /// How NVD is asked.
    pub nvd: Nvd,
    /// Ecosystems of OSV.
    pub ecosystems: Vec<String>,
    pub(crate) wanted: Vec<Source>,
    /// Whether somebody named them: then each has to be there.
    pub(crate) named: bool,
    /// A mirror laid out like the folder, instead of the public sources.
    pub(crate) mirror: Option<Url>,
    pub(crate) addresses: Vec<(&'static str, String)>,
    /// Further providers of CSAF.
    pub(crate) providers: Vec<Url>,
    pub(crate) key: Option<Secret>,
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A name that no feed has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no source; these are: {}", FEEDS.map(Source::name).join(", "))]
pub struct UnknownFeed {
    /// What was given.
    pub name: String,
}

impl FetchPlan {
    /// Every public source.
    pub fn public() -> Self {
        Self {
            limits: Limits::default(),
            route: Route::default(),
            nvd: Nvd::default(),
            ecosystems: ECOSYSTEMS.map(str::to_owned).to_vec(),
            wanted: FEEDS.to_vec(),
            named: false,
            mirror: None,
            addresses: PUBLIC.map(|(name, address)| (name, address.to_owned())).to_vec(),
            providers: Vec::new(),
            key: None,
        }
    }

    /// A mirror at an address, laid out like a mirror folder.
    ///
    /// # Errors
    /// The text is no address.
    pub fn mirror(address: &str) -> Result<Self, FetchError> {
        let mut root = parse(address)?;
        as_folder(&mut root);
        Ok(Self { mirror: Some(root), ..Self::public() })
    }

    /// Only these sources; all of them where none is named.
    ///
    /// # Errors
    /// One of them is none.
    pub fn only(mut self, names: &[String]) -> Result<Self, UnknownFeed> {
        let known = |name: &String| name.parse::<Source>().map_err(|_| UnknownFeed { name: name.clone() });
        let named = names.iter().map(known).collect::<Result<Vec<_>, _>>()?;
        if !named.is_empty() {
            self.wanted.retain(|feed| named.contains(feed));
            self.named = true;
        }
        Ok(self)
    }

    /// What was named need not be there: this is one of several mirrors, and another may hold it.
    #[must_use]
    pub fn one_of_several(mut self) -> Self {
        self.named = false;
        self
    }

    /// Takes a source from another address than the public one; `nvd-api` is the interface of NVD.
    ///
    /// # Errors
    /// There is no such source, or the text is no address.
    pub fn at(mut self, name: &str, address: &str) -> Result<Self, FetchError> {
        parse(address)?;
        let unknown = || FetchError::Address {
            text: name.to_owned(),
            reason: format!("expected the name of a source: {}", PUBLIC.map(|(name, _)| name).join(", ")),
        };
        let found = self.addresses.iter_mut().find(|(known, _)| *known == name);
        found.ok_or_else(unknown)?.1 = address.to_owned();
        Ok(self)
    }

    /// Adds a provider of CSAF: its domain, or the address of its metadata.
    ///
    /// # Errors
    /// The text is neither.
    pub fn provider(mut self, place: &str) -> Result<Self, FetchError> {
        let place = place.trim();
        let full = if place.contains("://") { place.to_owned() } else { format!("https://{place}/") };
        self.providers.push(parse(&full)?);
        Ok(self)
    }

    /// The key for the interface of NVD. It is sent to it and to nobody else, is not shown and not kept.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(Secret(key.trim().to_owned())).filter(|Secret(key)| !key.is_empty());
        self
    }

    /// The sources that are fetched, by name.
    pub fn wanted(&self) -> impl Iterator<Item = &'static str> {
        self.wanted.iter().map(|source| source.name())
    }

    /// Where a source is.
    pub(crate) fn address(&self, name: &str) -> Result<Url, FetchError> {
        let found = self.addresses.iter().find(|(known, _)| *known == name).map(|(_, address)| address.as_str());
        parse(found.unwrap_or_default())
    }

    /// The folder in which the files of a source are.
    pub(crate) fn folder(&self, name: &str) -> Result<Url, FetchError> {
        let mut address = self.address(name)?;
        as_folder(&mut address);
        Ok(address)
    }
}

fn as_folder(address: &mut Url) {
    if !address.path().ends_with('/') {
        let path = format!("{}/", address.path());
        address.set_path(&path);
    }
}

/// Reads an address that can be asked.
pub(crate) fn parse(text: &str) -> Result<Url, FetchError> {
    let wrong = |reason: &str| FetchError::Address { text: text.to_owned(), reason: reason.to_owned() };
    let address = Url::parse(text.trim()).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(address.scheme(), "https" | "http") || address.host_str().is_none_or(str::is_empty) {
        return Err(wrong("expected https://HOST/... or http://HOST/..."));
    }
    if !address.username().is_empty() || address.password().is_some() {
        // It would stand in every message and in the folder. It is not repeated here either.
        return Err(FetchError::Address {
            text: format!("{}://...@{}", address.scheme(), address.host_str().unwrap_or_default()),
            reason: "a user or password in an address is not taken".to_owned(),
        });
    }
    Ok(address)
}

/// An address below a folder.
pub(crate) fn below(folder: &Url, path: &str) -> Result<Url, FetchError> {
    let mut address = folder.clone();
    match address.path_segments_mut() {
        Ok(mut segments) => {
            segments.pop_if_empty().extend(path.split('/'));
        }
        Err(()) => {
            return Err(FetchError::Address {
                text: folder.to_string(),
                reason: "it can have nothing below it".to_owned(),
            });
        }
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::{FEEDS, FetchPlan, PUBLIC, below, parse};
    use crate::source::Source;

    #[test]
    fn every_public_address_is_one_and_has_tls() {
        let plan = FetchPlan::public();
        for (name, _) in PUBLIC {
            assert_eq!(plan.address(name).unwrap().scheme(), "https", "{name}");
        }
        let mut all = Source::ALL;
        all.sort_unstable();
        let mut fetched = FEEDS;
        fetched.sort_unstable();
        assert_eq!(fetched, all, "what can be read can be fetched");
        assert!(FEEDS.iter().all(|feed| PUBLIC.iter().any(|(name, _)| *name == feed.name())));
    }

    #[test]
    fn plans_are_narrowed_and_led_elsewhere() {
        let plan = FetchPlan::public().only(&["KEV".to_owned(), "nvd".to_owned()]).unwrap();
        assert_eq!(plan.wanted().collect::<Vec<_>>(), ["nvd", "kev"]);
        assert!(FetchPlan::public().only(&["npm".to_owned()]).unwrap_err().to_string().contains("osv"));
        let plan = plan.at("nvd", "http://mirror.example/nvd").unwrap();
        assert_eq!(plan.folder("nvd").unwrap().as_str(), "http://mirror.example/nvd/");
        assert!(FetchPlan::public().at("npm", "http://mirror.example").is_err());
        let plan = FetchPlan::public().provider("vendor.example").unwrap();
        assert_eq!(plan.providers[0].as_str(), "https://vendor.example/");
    }

    #[test]
    fn addresses_hold_no_passwords_and_keys_are_not_shown() {
        for wrong in ["", "mirror", "ftp://a.example/", "file:///etc", "data:x", "http://"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        let shown = parse("https://me:hidden@a.example/x").unwrap_err().to_string();
        assert!(shown.contains("a.example") && !shown.contains("hidden") && !shown.contains("me:"), "{shown}");
        let shown = format!("{:?}", FetchPlan::public().key("hidden"));
        assert!(!shown.contains("hidden"), "{shown}");
    }

    #[test]
    fn names_below_a_folder_are_encoded() {
        let folder = parse("https://a.example/osv/").unwrap();
        assert_eq!(
            below(&folder, "Rocky Linux/all.zip").unwrap().as_str(),
            "https://a.example/osv/Rocky%20Linux/all.zip"
        );
        assert_eq!(below(&folder, "a?b#c/x").unwrap().as_str(), "https://a.example/osv/a%3Fb%23c/x");
    }
}
