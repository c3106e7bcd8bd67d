//! The versions that an SBOM gives one component, in the fields that it has for them.

use ward_version::{Scheme, VersionOrder, compare, upstream};

use super::Component;

impl Component {
    /// Two versions that are not surely one, of those that its fields give: what is said of one of them says nothing of the other.
    pub fn several_versions(&self) -> Option<(String, String)> {
        let scheme = self.version_scheme();
        let purls = self.purl.iter().chain(&self.other_purls).filter_map(|purl| purl.version.as_deref());
        let written: Vec<&str> = self.version.as_deref().into_iter().chain(purls).map(str::trim).collect();
        // Package URLs have a place of their own for the epoch.
        let epochs = written.iter().all(|text| text.contains(':'));
        let plain = |text: &str| {
            let text =
                text.split_once(':').filter(|_| !epochs && scheme != Scheme::Generic).map_or(text, |(_, rest)| rest);
            let number = text.strip_prefix(['v', 'V']).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            number.unwrap_or(text).to_owned()
        };
        let differs = |a: &str, b: &str, scheme| plain(a) != plain(b) && compare(scheme, a, b) != VersionOrder::Equal;
        if let Some((first, others)) = written.split_first()
            && let Some(other) = others.iter().find(|other| differs(first, other, scheme))
        {
            return Some(((*first).to_owned(), (*other).to_owned()));
        }
        // CPE names seldom say which build it is.
        let bare = self.bare_versions();
        let (first, others) = bare.split_first()?;
        let other = others.iter().find(|other| differs(first, other, Scheme::Generic))?;
        Some((first.clone(), other.clone()))
    }

    /// Two versions that are surely different ones. A release of a distribution, and a word for "released", make none.
    pub fn contradicting_versions(&self) -> Option<(String, String)> {
        let versions = self.bare_versions();
        let (first, others) = versions.split_first()?;
        let differ = |other: &&String| {
            matches!(compare(Scheme::Generic, first, other), VersionOrder::Less | VersionOrder::Greater)
        };
        others.iter().find(differ).map(|other| (first.clone(), other.clone()))
    }

    fn version_scheme(&self) -> Scheme {
        match self.purl.as_ref().map(|purl| purl.kind.as_str()) {
            Some("deb") => Scheme::Deb,
            Some("rpm") => Scheme::Rpm,
            Some("apk") => Scheme::Apk,
            _ => Scheme::Generic,
        }
    }

    /// The versions that its fields give, without what distributions add to them.
    fn bare_versions(&self) -> Vec<String> {
        let scheme = self.version_scheme();
        let bare = |text: &str| {
            let text = if scheme == Scheme::Generic { text } else { upstream(scheme, text) };
            let text = text.trim().replace('\\', "");
            let end = text
                .rfind(['.', '-', '_'])
                .filter(|end| ["release", "final", "ga"].iter().any(|word| text[end + 1..].eq_ignore_ascii_case(word)));
            end.map_or_else(|| text.clone(), |end| text[..end].to_owned())
        };
        let mut versions: Vec<String> = self.version.as_deref().map(bare).into_iter().collect();
        let purls = self.purl.iter().chain(&self.other_purls);
        versions.extend(purls.filter_map(|purl| purl.version.as_deref()).map(bare));
        for cpe in &self.cpes {
            if let Some(version) = cpe.version.value() {
                // An update may stand in the version elsewhere, or be left out there.
                let whole = cpe.update.value().map(|update| bare(&format!("{version}{update}")));
                let apart = cpe.update.value().map(|update| bare(&format!("{version}-{update}")));
                let fits = |written: &Option<String>| {
                    written.as_ref().is_some_and(|written| versions.first().is_some_and(|first| first == written))
                };
                if !fits(&whole) && !fits(&apart) {
                    versions.push(bare(version));
                }
            }
        }
        versions
    }
}
