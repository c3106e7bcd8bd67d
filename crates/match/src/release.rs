//! A component under the other names that the feeds have for its product, or for the release that it is.

use ward_model::cpe::{Attribute, Cpe, ProductKey};
use ward_model::finding::Confidence;
use ward_model::renamed::{Release, Rename, Renamed, Renames, begins};

use crate::identity::Identity;
use crate::version::Held;

/// The same thing under every other name. `versions` are those that the component gives.
pub(crate) fn other_names(identity: &Identity, versions: &[&str], renames: &Renames) -> Vec<Identity> {
    let others = |rename: &Rename| -> Option<Identity> {
        let also = rename.also.as_ref()?;
        let forward = rename.product == identity.product;
        let other = if forward { also } else { &rename.product };
        match &rename.what {
            Renamed::Versions(beginning) => {
                let meant = |text: &String| beginning.as_ref().is_none_or(|beginning| begins(text, beginning));
                let fits = identity.version.text.as_ref().is_none_or(meant);
                fits.then(|| renamed(identity, other, None, rename))
            }
            Renamed::Release(release) if forward => {
                is_release(identity, release).then(|| as_product(identity, release, other, versions, rename))
            }
            Renamed::Release(release) => as_release(identity, release, other, rename),
        }
    };
    renames.of(&identity.product).filter_map(others).collect()
}

/// Takes a build under the name of a product whose releases have versions for the release that it is a build of, and the name of a
/// release for no build.
pub(crate) fn name_release(identity: &mut Identity, renames: &Renames) {
    let Some(text) = identity.version.text.clone() else { return };
    let product = identity.product.clone();
    let update = identity.version.update().map(str::to_owned);
    identity.other_releases = other_releases(&identity.product, &text, renames);
    for rename in renames.of(&identity.product) {
        let Renamed::Release(release) = &rename.what else { continue };
        let Some(version) = release.named() else { continue };
        let named = text.eq_ignore_ascii_case(version);
        if rename.product != identity.product {
            if named {
                identity.version = Held::of(&product, None, update.as_deref(), None);
                identity.version.not_applicable = true;
                return;
            }
        } else if named {
            return;
        } else if release.built(&text) {
            let held = Held::of(&product, Some(version), update.as_deref(), None);
            identity.build = Some(std::mem::replace(&mut identity.version, held));
            identity.contradictions.clear();
            return;
        }
    }
}

/// The versions by which records name other releases of a product than this version, where that is a release or a build.
fn other_releases(product: &ProductKey, text: &str, renames: &Renames) -> Vec<Box<str>> {
    let named = |release: &&Release| release.named().is_some_and(|version| text.eq_ignore_ascii_case(version));
    // Names of releases have no dots.
    if !text.contains('.') && !renames.releases_of(product).any(|release| named(&release)) {
        return Vec::new();
    }
    let others = renames.releases_of(product).filter(|release| !named(release) && !release.built(text));
    others.filter_map(|release| release.version.as_deref().map(Box::from)).collect()
}

/// Whether the component is this release, or may be it, as it does not say which one it is.
fn is_release(identity: &Identity, release: &Release) -> bool {
    let update = release.update.as_deref().is_none_or(|update| identity.version.update() == Some(update));
    let named = release.version.is_some() || release.update.is_some();
    match &identity.version.text {
        Some(text) => {
            release.built(text) || update && release.version.as_ref().is_some_and(|own| text.eq_ignore_ascii_case(own))
        }
        None => named && update,
    }
}

/// A release under the name that it has as a product: its versions are builds, and nothing else is taken for one.
fn as_product(
    identity: &Identity,
    release: &Release,
    product: &ProductKey,
    versions: &[&str],
    rename: &Rename,
) -> Identity {
    let own = identity.version.text.as_deref();
    let build = own.into_iter().chain(versions.iter().copied()).find(|version| release.built(version));
    let version = build.map_or(Attribute::Na, |build| Attribute::Value(build.to_lowercase().into()));
    let mut other = renamed(identity, product, Some(version), rename);
    let update = identity.version.update().filter(|_| release.update.is_none());
    if let (Some(cpe), Some(_)) = (&mut other.cpe, &release.update) {
        cpe.update = Attribute::Any;
    }
    other.version = Held::of(product, build, update, identity.purl_kind.as_deref());
    other.version.not_applicable = build.is_none();
    other.contradictions.clear();
    other.perhaps = own.is_none() && release.version.is_some();
    other
}

/// A product that is a release, under the name of the product that it is a release of.
fn as_release(identity: &Identity, release: &Release, product: &ProductKey, rename: &Rename) -> Option<Identity> {
    let foreign = identity.version.text.as_ref().is_some_and(|text| text.contains('.') && !release.built(text));
    if foreign && release.named().is_none() && release.update.is_none() {
        return None;
    }
    let build = identity.version.text.as_ref().filter(|text| release.built(text)).map(|_| identity.version.clone());
    let update = release.update.as_deref().or(identity.version.update()).map(str::to_owned);
    let mut other = renamed(identity, product, None, rename);
    // What has no version of its own is told apart from the other releases by its builds.
    let version = match (release.version.as_deref(), &build) {
        (Some("-") | None, Some(build)) if release.update.is_none() => build.text.clone(),
        (Some("-") | None, None) if release.update.is_none() => Some(release.builds.clone()),
        (Some("-") | None, _) => None,
        (Some(version), _) => Some(version.to_owned()),
    };
    if let Some(cpe) = &mut other.cpe {
        cpe.version = version.as_ref().map_or(Attribute::Na, |version| Attribute::Value(version.as_str().into()));
        cpe.update = update.as_ref().map_or(cpe.update.clone(), |update| Attribute::Value(update.as_str().into()));
    }
    other.version = Held::of(product, version.as_deref(), update.as_deref(), None);
    other.version.not_applicable = version.is_none();
    other.contradictions.clear();
    other.build = build.filter(|build| build.text != version);
    Some(other)
}

/// The identity under another product; `version` is what its CPE name says there.
fn renamed(identity: &Identity, product: &ProductKey, version: Option<Attribute>, rename: &Rename) -> Identity {
    let cpe = identity.cpe.as_ref().map(|cpe| Cpe {
        part: product.part,
        vendor: Attribute::Value(product.vendor.clone()),
        product: Attribute::Value(product.product.clone()),
        version: version.unwrap_or_else(|| cpe.version.clone()),
        ..cpe.clone()
    });
    Identity {
        product: product.clone(),
        confidence: identity.confidence.max(Confidence::Alias),
        text: format!("{}, which the feeds have as {product} too: {}", identity.text, rename.reason),
        cpe,
        ..identity.clone()
    }
}
