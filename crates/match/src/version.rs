//! The version that a component holds, ready to be compared with what records write.

use ward_model::cpe::{Attribute, ProductKey};
use ward_model::meant::{EndMeant, Meant, UpdateMeant};
use ward_version::{Bound, Interval, Key, KeyRef, Scheme, Truth, VersionOrder, is_plain, key, plain_order};

mod branch;
mod several;

use branch::Branch;

/// The version of a component under the scheme of one product.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    scheme: Scheme,
    /// The text that is compared: for a package of a distribution its upstream part.
    pub(crate) text: Option<String>,
    /// The update field of its CPE name, where that is a value.
    update: Option<String>,
    /// Whether a CPE name of it says `-`: the product has no versions.
    pub(crate) not_applicable: bool,
    /// The version as written, where a distribution built it: fixes may have been back-ported into it.
    pub(crate) distribution: Option<String>,
    /// Where it is known only of which branch it is, as `5.15`: any version of it.
    branch: Option<Branch>,
    key: Option<Key>,
    key_without_update: Option<Key>,
    /// Whether the text is nothing but small numbers with dots, which compare without a key.
    plain: bool,
}

impl Held {
    /// The version of a component as one of this product.
    pub(crate) fn of(product: &ProductKey, written: Option<&str>, update: Option<&str>, kind: Option<&str>) -> Self {
        let scheme = product.scheme();
        match written.filter(|_| branch::is_kernel(product)).and_then(|written| Some((written, Branch::of(written)?))) {
            Some((written, branch)) => Self {
                distribution: Some(written.trim().to_owned()),
                branch: Some(branch.clone()),
                ..Self::new(scheme, Some(&branch.first()), update, None)
            },
            None => Self::new(scheme, written, update, kind),
        }
    }

    pub(crate) fn new(scheme: Scheme, written: Option<&str>, update: Option<&str>, kind: Option<&str>) -> Self {
        let (text, distribution) = match written {
            Some(written) => {
                let (upstream, built) = upstream(kind, written);
                (Some(upstream), built.then(|| written.to_owned()))
            }
            None => (None, None),
        };
        let key_without_update = text.as_deref().and_then(|text| key(scheme, text, None));
        Self {
            scheme,
            key: match update {
                None => key_without_update.clone(),
                Some(_) => text.as_deref().and_then(|text| key(scheme, text, update)),
            },
            key_without_update,
            plain: scheme == Scheme::Generic && text.as_deref().is_some_and(is_plain),
            text,
            update: update.map(str::to_owned),
            not_applicable: false,
            distribution,
            branch: None,
        }
    }

    /// Where only its branch is known: versions that stand for all of it, as far as these bounds tell them apart.
    pub(crate) fn samples<'a>(&self, bounds: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
        self.branch.as_ref().map(|branch| branch.samples(bounds))
    }

    /// The update field of its CPE name.
    pub(crate) fn update(&self) -> Option<&str> {
        self.update.as_deref()
    }

    /// The scheme in which the feeds write its versions.
    pub(crate) fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Whether there is a text and it has a place in the order of its scheme.
    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Whether both have a place in the order, and not the same one. The update field of a CPE name may stand in the
    /// other's text or be left out there, and a word for "released" says nothing.
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        let is_of = |held: &Self, other: &Self| {
            held.branch.as_ref().zip(other.text.as_deref()).is_some_and(|(branch, text)| branch.holds(text))
        };
        if is_of(self, other) || is_of(other, self) {
            return false;
        }
        let differ = |own: Option<&Key>, other: Option<&Key>| match (own, other) {
            (Some(own), Some(other)) => {
                matches!(own.compare(other), VersionOrder::Less | VersionOrder::Greater)
            }
            _ => false,
        };
        let released = |held: &Self| held.text.as_deref().and_then(|text| key(held.scheme, without_word(text), None));
        differ(self.key.as_ref(), other.key.as_ref())
            && differ(self.key_without_update.as_ref(), other.key.as_ref())
            && differ(released(self).as_ref(), released(other).as_ref())
    }

    /// Whether it is this text as it stands, and that has a place in the order: then nothing that the text says contradicts it.
    pub(crate) fn is_written(&self, text: &str) -> bool {
        self.distribution.is_none() && self.key_without_update.is_some() && self.text.as_deref() == Some(text)
    }

    /// As people write it.
    pub(crate) fn shown(&self) -> String {
        if let (Some(branch), Some(written)) = (&self.branch, &self.distribution) {
            return format!("a version of the branch {branch} (of {written}, which does not say which)");
        }
        let text = match (&self.text, &self.update) {
            (Some(text), Some(update)) => format!("version {text} {update}"),
            (Some(text), None) => format!("version {text}"),
            (None, _) if self.not_applicable => "a product without versions".to_owned(),
            (None, _) => "no version".to_owned(),
        };
        match &self.distribution {
            Some(written) if Some(written) != self.text.as_ref() => format!("{text} (of {written})"),
            _ => text,
        }
    }

    /// Whether the version lies in the interval. `end_update` is the update field that belongs to its upper end.
    ///
    /// [`Interval::contains`] decides; the cached key answers what needs no closer look.
    pub(crate) fn within(&self, range: &Interval, end_update: Option<&str>) -> Truth {
        let Some(text) = &self.text else { return Truth::Unknown };
        let ends = [&range.lower, &range.upper].into_iter().flatten().map(|bound| bound.version.as_str());
        if let Some(samples) = self.samples(ends) {
            return branch::agreed(samples.iter().map(|sample| range.contains(self.scheme, sample, None)));
        }
        let lower = range.lower.as_ref().map_or(Truth::True, |bound| {
            if bound.inclusive && bound.version.trim() == "0" {
                return Truth::True;
            }
            self.side(bound, None, VersionOrder::Greater)
        });
        let upper = range.upper.as_ref().map_or(Truth::True, |bound| self.side(bound, None, VersionOrder::Less));
        let quick = lower.and(upper);
        let included = [&range.lower, &range.upper].into_iter().flatten().any(|bound| bound.inclusive);
        // Only an included end can cover more than the versions before it, and only versions of which more is said.
        let more = self.scheme == Scheme::Generic && (!self.plain || self.update.is_some());
        let truth = if quick.is_false() && included && more {
            range.contains(self.scheme, text, self.update.as_deref())
        } else {
            quick
        };
        // "Up to and including 5.3.9" with the update `rc1` may mean either end: only where both agree it is known.
        match (end_update, &range.upper) {
            (Some(update), Some(bound)) if self.side(bound, Some(update), VersionOrder::Less) != upper => {
                lower.and(Truth::Unknown)
            }
            _ => truth,
        }
    }

    /// Whether the keys alone say that this is none of the versions meant: then [`Held::within`] and [`Held::is`] say so too.
    pub(crate) fn is_surely_outside(&self, meant: &Meant<'_>) -> bool {
        // Of a branch any version may be meant.
        if self.branch.is_some() {
            return false;
        }
        let (Some(key), Some(without_update)) = (&self.key, &self.key_without_update) else { return false };
        let differs = |own: &Key, other: KeyRef<'_>| {
            matches!(own.borrowed().compare(other), VersionOrder::Less | VersionOrder::Greater)
        };
        match *meant {
            Meant::One { key: other, update } => match update {
                UpdateMeant::Any => differs(without_update, other),
                UpdateMeant::Na => differs(key, other),
                // What is an update there may be a part of the version here, but not of another number.
                UpdateMeant::Value => without_update.borrowed().differs_in_a_number(other),
            },
            Meant::Between { lower, upper, update } => {
                // An included end may cover more than its own version, though not another number. An update may belong to the upper
                // end, and need not have a place in the order.
                let more = self.scheme == Scheme::Generic && (!self.plain || self.update.is_some());
                let beyond = |end: Option<EndMeant<'_>>, wanted: VersionOrder| {
                    end.is_some_and(|end| {
                        let beyond = match key.borrowed().compare(end.key) {
                            VersionOrder::Unknown => false,
                            VersionOrder::Equal => !end.inclusive,
                            order => order != wanted,
                        };
                        beyond && (!(end.inclusive && more) || key.borrowed().differs_in_a_number(end.key))
                    })
                };
                beyond(lower, VersionOrder::Greater) || !update && beyond(upper, VersionOrder::Less)
            }
            Meant::Open => false,
        }
    }

    fn side(&self, bound: &Bound, update: Option<&str>, wanted: VersionOrder) -> Truth {
        match self.order(self.key.as_ref(), self.update.as_deref(), &bound.version, update) {
            VersionOrder::Unknown => Truth::Unknown,
            VersionOrder::Equal => bound.inclusive.into(),
            order => (order == wanted).into(),
        }
    }

    fn order(&self, own: Option<&Key>, own_update: Option<&str>, version: &str, update: Option<&str>) -> VersionOrder {
        if self.plain
            && own_update.is_none()
            && update.is_none()
            && is_plain(version)
            && let Some(text) = &self.text
        {
            return plain_order(text, version);
        }
        match (own, key(self.scheme, version, update)) {
            (Some(own), Some(other)) => own.compare(&other),
            // The same text is the same version, whatever it means.
            _ if self.text.as_deref().is_some_and(|text| text.trim().eq_ignore_ascii_case(version.trim()))
                && own_update == update =>
            {
                VersionOrder::Equal
            }
            _ => VersionOrder::Unknown,
        }
    }

    /// Whether this is the one version that a criterion names.
    pub(crate) fn is(&self, version: &str, update: &Attribute) -> Truth {
        let Some(text) = &self.text else { return Truth::Unknown };
        if crate::relation::has_wildcard(version) {
            return if crate::relation::wildcard_matches(version, text) { Truth::True } else { Truth::Unknown };
        }
        let version = crate::relation::literal(version);
        // What came before the first release is no version of the branch.
        let candidate = update.value().is_some_and(|update| update.starts_with("rc"));
        if !candidate && self.branch.as_ref().is_some_and(|branch| branch.holds(&version)) {
            return Truth::Unknown;
        }
        let order = match update {
            // Nothing said about the update: any will do.
            Attribute::Any => self.order(self.key_without_update.as_ref(), None, &version, None),
            Attribute::Na => self.order(self.key.as_ref(), self.update.as_deref(), &version, None),
            Attribute::Value(update) => {
                let update = crate::relation::literal(update);
                let base = self.order(self.key_without_update.as_ref(), None, &version, None);
                if self.plain && is_plain(&version) && base != VersionOrder::Equal {
                    return Truth::False;
                }
                let order = self.order(self.key.as_ref(), self.update.as_deref(), &version, Some(&update));
                match (order, base) {
                    (_, VersionOrder::Equal) if self.update.is_none() && is_often_left_out(&update) => {
                        VersionOrder::Unknown
                    }
                    // Another version is another one, whatever its update is.
                    (VersionOrder::Unknown, VersionOrder::Less | VersionOrder::Greater) => base,
                    _ => order,
                }
            }
        };
        match order {
            VersionOrder::Equal => Truth::True,
            VersionOrder::Unknown if self.has_key() && several::is_none_of(text, &version) => Truth::False,
            VersionOrder::Unknown => Truth::Unknown,
            VersionOrder::Less | VersionOrder::Greater => Truth::False,
        }
    }
}

/// Service packs and numbered updates are often installed and not written down: without them the version leaves open
/// whether it has one.
fn is_often_left_out(update: &str) -> bool {
    ["sp", "update"].iter().any(|word| {
        update.strip_prefix(word).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['_', '-']);
            rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

/// The types of package URLs whose packages a distribution builds, with fixes of its own.
pub(crate) fn is_distribution(kind: &str) -> bool {
    matches!(kind, "deb" | "rpm" | "apk" | "alpm" | "opkg" | "ebuild" | "qpkg")
}

/// The upstream part of a version, and whether a distribution or a source tree with further changes built it.
fn upstream(kind: Option<&str>, written: &str) -> (String, bool) {
    let written = written.trim();
    let by_kind = match kind {
        Some("deb" | "alpm" | "opkg") => Some(ward_version::upstream(Scheme::Deb, written)),
        Some("rpm") => Some(ward_version::upstream(Scheme::Rpm, written)),
        Some("apk" | "ebuild") => Some(without_release(written)),
        // Go writes its own releases with its name before the number: `go1.16.2`.
        Some("golang")
            if written.strip_prefix("go").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) =>
        {
            return (written["go".len()..].to_owned(), false);
        }
        _ => None,
    };
    if let Some(text) = by_kind {
        return (without_repacking(text).to_owned(), true);
    }
    // Without a type, the mark of a distribution or of a source tree gives it away.
    if really(written) != written {
        return (without_repacking(ward_version::upstream(Scheme::Deb, written)).to_owned(), true);
    }
    let lower = written.to_ascii_lowercase();
    if let Some(place) = ["+git", "+svn", "+autoinc"].iter().filter_map(|mark| lower.find(mark)).min() {
        return (written[..place].to_owned(), true);
    }
    let marked = written.rsplit_once('-').is_some_and(|(_, revision)| {
        let revision = revision.to_ascii_lowercase();
        let marks = ["ubuntu", "deb", "+rpi", ".el", ".fc", ".amzn", ".suse", ".mga", ".oe", ".cm", ".azl"];
        marks.iter().any(|mark| revision.contains(mark)) || is_release(&revision)
    });
    if marked {
        let text = if without_release(written) == written {
            ward_version::upstream(Scheme::Deb, written)
        } else {
            without_release(written)
        };
        return (without_repacking(text).to_owned(), true);
    }
    (written.to_owned(), false)
}

/// `r3`, as Alpine and Yocto write the number of a build.
fn is_release(text: &str) -> bool {
    text.strip_prefix('r')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

fn without_release(text: &str) -> &str {
    match text.rsplit_once('-') {
        Some((version, release)) if is_release(release) => version,
        _ => text,
    }
}

/// A version without a word at its end that says that it is released.
fn without_word(text: &str) -> &str {
    match text.trim().rsplit_once(['.', '-', '_']) {
        Some((version, word)) if ["release", "final", "ga"].iter().any(|known| word.eq_ignore_ascii_case(known)) => {
            version
        }
        _ => text,
    }
}

/// Debian goes back to an older version under a number that is higher: `3.0.2+really1.0.1f` is 1.0.1f.
fn really(text: &str) -> &str {
    let Some((_, after)) = text.rsplit_once("really") else { return text };
    let after = after.trim_start_matches(['.', '-', '~', '+']);
    if after.starts_with(|c: char| c.is_ascii_digit()) { after } else { text }
}

/// Debian marks sources from which something was taken out; the version is the same.
fn without_repacking(text: &str) -> &str {
    let text = really(text);
    let end = ["+dfsg", "~dfsg", ".dfsg", "-dfsg", "+ds", "~ds", "+repack", "+really"]
        .iter()
        .filter_map(|mark| text.find(mark))
        .min();
    end.map_or(text, |end| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{Held, Scheme, upstream};
    use proptest::prelude::*;
    use ward_model::cpe::Attribute;
    use ward_version::{Bound, Interval, Truth};

    #[test]
    fn distributions_are_recognised_by_type_or_by_their_mark() {
        let table = [
            (Some("deb"), "1.1.1k-1+deb11u1", "1.1.1k", true),
            (Some("deb"), "1:1.2.11.dfsg-2+deb11u2", "1.2.11", true),
            (Some("deb"), "2.31", "2.31", true),
            (Some("deb"), "3.0.2+really1.0.1f-1", "1.0.1f", true),
            (Some("deb"), "1:3.0.2+really.1.0.1f+dfsg-1", "1.0.1f", true),
            (Some("deb"), "1.2+really", "1.2", true),
            (None, "3.0.2+really1.0.1f-1", "1.0.1f", true),
            (Some("rpm"), "1:1.1.1k-5.el8_5", "1.1.1k", true),
            (Some("apk"), "1.2.12-r3", "1.2.12", true),
            (None, "1.2.3-4ubuntu2", "1.2.3", true),
            (None, "5.4.20+gitAUTOINC+c11911d4d1_bd4c6f9bc8", "5.4.20", true),
            (None, "1.36.1-r0", "1.36.1", true),
            (None, "1.2.3", "1.2.3", false),
            (None, "2.0-beta9", "2.0-beta9", false),
            (Some("generic"), "1.2.3-4", "1.2.3-4", false),
            (Some("golang"), "go1.16.2", "1.16.2", false),
            (Some("golang"), "gopher1", "gopher1", false),
            (Some("npm"), "go1.16.2", "go1.16.2", false),
        ];
        for (kind, written, text, built) in table {
            assert_eq!(upstream(kind, written), (text.to_owned(), built), "{written}");
        }
    }

    #[test]
    fn one_version_is_compared_through_its_key() {
        let held = Held::new(Scheme::Generic, Some("1.0"), None, None);
        let value = |text: &str| Attribute::Value(text.into());
        assert_eq!(held.is("1.0.0", &Attribute::Any), Truth::True, "trailing zeros");
        assert_eq!(held.is("1.0", &value("rc1")), Truth::False, "a release is no candidate for one");
        assert_eq!(held.is("1.0", &value("sp1")), Truth::Unknown, "a service pack is often left out");
        assert_eq!(held.is("1.1", &value("sp1")), Truth::False);
        assert_eq!(held.is("0.9.6h", &value("bogus")), Truth::False, "another version, whatever the word means");
        let candidate = Held::new(Scheme::Generic, Some("1.0"), Some("rc1"), None);
        assert_eq!(candidate.is("1.0", &Attribute::Any), Truth::True, "any update is meant");
        assert_eq!(candidate.is("1.0", &Attribute::Na), Truth::False, "the release itself is meant");
        assert_eq!(candidate.is("1.0", &value("rc1")), Truth::True);
    }

    /// `16.12.1x` of Cisco is a release of its own, and `4.x` any of a branch: other branches are neither.
    #[test]
    fn an_x_leaves_open_what_stands_in_its_place_and_nothing_else() {
        let held = |text: &str| Held::new(Scheme::Generic, Some(text), None, None);
        for (own, written, expected) in [
            ("16.12.1x", "16.12.1x", Truth::True),
            ("16.12.2", "16.12.1x", Truth::False),
            ("17.3.1", "16.12.1x", Truth::False),
            ("16.12.1w", "16.12.1x", Truth::Unknown),
            ("5.1", "4.x", Truth::False),
            ("4.1", "4.x", Truth::Unknown),
            ("some day", "4.x", Truth::Unknown),
        ] {
            assert_eq!(held(own).is(written, &Attribute::Any), expected, "{own} {written}");
        }
    }

    #[test]
    fn versions_contradict_each_other_by_their_order_and_not_by_their_text() {
        let held = |text: &str, update: Option<&str>| Held::new(Scheme::Generic, Some(text), update, None);
        let table = [
            ("5.1.9", None, "5.1.9.RELEASE", false),
            ("5.1.9", None, "5.1.9-Final", false),
            ("1.2", None, "1.2.0", false),
            ("1.2", None, "v1.2", false),
            ("2.0", Some("beta9"), "2.0-beta9", false),
            ("2.0", Some("beta9"), "2.0", false),
            ("1.0", None, "some day", false),
            ("1.0.1g", None, "1.0.1f", true),
            ("2.0", None, "1.9.RELEASE", true),
            ("2.0", Some("beta9"), "2.1", true),
        ];
        for (own, update, other, expected) in table {
            assert_eq!(held(own, update).contradicts(&held(other, None)), expected, "{own} {update:?} {other}");
        }
    }

    #[test]
    fn an_update_belongs_to_the_upper_end() {
        let up_to = Interval { lower: None, upper: Some(Bound { version: "5.3.9".into(), inclusive: true }) };
        let held = |text| Held::new(Scheme::Generic, Some(text), None, None).within(&up_to, Some("rc1"));
        assert_eq!(held("5.3.8"), Truth::True);
        assert_eq!(held("5.3.9"), Truth::Unknown, "the record may mean the release or its candidate");
        assert_eq!(held("5.3.10"), Truth::False);
    }

    proptest! {
        #[test]
        fn a_range_is_tested_as_the_interval_says(
            version in "[0-9]{1,2}(\\.[0-9]{1,2}){0,3}(|[a-z]|p[0-9]|-rc[0-9]|-[0-9])",
            update in proptest::option::of("(sp|rc)[0-9]"),
            lower in "[0-9]{1,2}(\\.[0-9]{1,2}){0,2}",
            upper in "[0-9]{1,2}(\\.[0-9]{1,2}){0,2}",
            (low, high) in any::<(Option<bool>, Option<bool>)>(),
            openssl in any::<bool>(),
        ) {
            let scheme = if openssl { Scheme::Openssl } else { Scheme::Generic };
            let range = Interval {
                lower: low.map(|inclusive| Bound { version: lower, inclusive }),
                upper: high.map(|inclusive| Bound { version: upper, inclusive }),
            };
            let held = Held::new(scheme, Some(&version), update.as_deref(), None);
            prop_assert_eq!(held.within(&range, None), range.contains(scheme, &version, update.as_deref()));
        }
    }

    #[test]
    fn no_key_and_no_text_are_unknown_and_equal_texts_are_equal() {
        let exact = Interval {
            lower: Some(Bound { version: "build-x".into(), inclusive: true }),
            upper: Some(Bound { version: "build-x".into(), inclusive: true }),
        };
        assert_eq!(Held::new(Scheme::Generic, Some("build-x"), None, None).within(&exact, None), Truth::True);
        assert_eq!(Held::new(Scheme::Generic, Some("build-y"), None, None).within(&exact, None), Truth::Unknown);
        assert_eq!(Held::new(Scheme::Generic, None, None, None).within(&exact, None), Truth::Unknown);
    }
}
