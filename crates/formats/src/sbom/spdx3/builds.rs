//! Which sources were compiled into which packages, from the builds that an SPDX 3 document describes.
//!
//! A build has inputs and outputs. A package has in it every source that went into a build that put it out, or into a build that
//! put out one of its files, through as many builds as there are between them. That is too much rather than too little: a recipe that
//! makes several packages gives each of them all of its sources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ward_model::component::{CompiledFiles, Component};

use super::raw::{RawElement, ids, short};
use crate::sbom::collect::Remarks;
use crate::sbom::loose::{Loose, Texts};

/// How many links are followed in one file. A build of a kernel with a step for every object has some hundred thousand.
const MAX_STEPS: usize = 5_000_000;

const TOO_MANY: &str =
    "describes too many build steps; which sources were compiled in is left out from some package on";

#[derive(Default)]
struct Builds<'e> {
    packages: BTreeSet<&'e str>,
    inputs: BTreeMap<&'e str, Vec<&'e str>>,
    /// The builds that put out an element.
    makers: BTreeMap<&'e str, Vec<&'e str>>,
    /// What is in a package, or is its distributed form.
    parts: BTreeMap<&'e str, Vec<&'e str>>,
    /// Sources that are said to be what an element was generated from, without a build between them.
    generated_from: BTreeMap<&'e str, Vec<&'e str>>,
}

/// Sets what was compiled into each package.
pub(super) fn compiled<'e>(
    elements: &'e [RawElement<'_>],
    by_id: &BTreeMap<&'e str, &'e RawElement<'_>>,
    components: &mut [Component],
    remarks: &mut Remarks,
) {
    let builds = Builds::new(elements);
    if builds.inputs.is_empty() && builds.generated_from.is_empty() {
        return;
    }
    let mut steps = 0_usize;
    let mut memory: BTreeMap<Vec<&str>, Option<Arc<CompiledFiles>>> = BTreeMap::new();
    for component in components {
        let reference = component.reference.as_str();
        let Some((&id, _)) = by_id.get_key_value(reference) else { continue };
        // Packages of one recipe share what they were made from.
        let Some(starts) = builds.starts(id, &mut steps) else {
            remarks.add(TOO_MANY, "");
            return;
        };
        if starts.is_empty() {
            continue;
        }
        let files = match memory.get(&starts) {
            Some(known) => known.clone(),
            None => {
                let Some(found) = builds.sources(&starts, by_id, &mut steps) else {
                    remarks.add(TOO_MANY, "");
                    return;
                };
                memory.insert(starts, found.clone());
                found
            }
        };
        component.compiled_files = files;
    }
}

impl<'e> Builds<'e> {
    fn new(elements: &'e [RawElement<'_>]) -> Self {
        let is_package = |element: &&RawElement<'_>| super::PACKAGES.contains(&element.kind());
        let packages = elements.iter().filter(is_package).filter_map(|element| element.id.good()).map(str::trim);
        let mut builds = Self { packages: packages.collect(), ..Self::default() };
        for element in elements {
            let Some(kind) = element.relationship.good() else { continue };
            let Some(from) = element.from() else { continue };
            let to = ids(&element.to);
            match kind {
                "hasInput" => builds.inputs.entry(from).or_default().extend(to),
                "hasOutput" => to.for_each(|to| builds.makers.entry(to).or_default().push(from)),
                "contains" | "hasDistributionArtifact" => builds.parts.entry(from).or_default().extend(to),
                "generates" => to.for_each(|to| builds.generated_from.entry(to).or_default().push(from)),
                _ => {}
            }
        }
        builds
    }

    /// Where the way back from a package begins: the builds that made it or its parts, and what these were generated from; sorted,
    /// each once. `None` when there are too many steps.
    fn starts(&self, package: &'e str, steps: &mut usize) -> Option<Vec<&'e str>> {
        let mut starts = BTreeSet::new();
        // A package inside a package is a component of its own.
        let parts = self.parts.get(package).into_iter().flatten().filter(|part| !self.packages.contains(*part));
        for made in std::iter::once(&package).chain(parts) {
            let before = [&self.makers, &self.generated_from];
            for start in before.into_iter().filter_map(|links| links.get(made)).flatten() {
                *steps += 1;
                if *steps > MAX_STEPS {
                    return None;
                }
                starts.insert(*start);
            }
        }
        Some(starts.into_iter().collect())
    }

    /// Every source on the ways back. `None` when there are too many steps; `Some(None)` when nothing is said of sources.
    #[expect(clippy::option_option, reason = "too many to look at is not the same as none there")]
    fn sources(
        &self,
        starts: &[&'e str],
        by_id: &BTreeMap<&'e str, &'e RawElement<'_>>,
        steps: &mut usize,
    ) -> Option<Option<Arc<CompiledFiles>>> {
        let mut open: Vec<&str> = starts.to_vec();
        let mut seen: BTreeSet<&str> = starts.iter().copied().collect();
        let (mut paths, mut unresolved) = (Vec::new(), 0);
        while let Some(id) = open.pop() {
            match by_id.get(id) {
                Some(element) if element.kind() == "Build" => {}
                // Most builds do not say of a file what it is for. A list that is too long is harmless.
                Some(element) if element.kind() == "File" => {
                    match element.name.good().map(|name| name.trim()).filter(|name| !name.is_empty()) {
                        _ if is_beside(element) => {}
                        Some(name) => paths.push(name.to_owned()),
                        None => unresolved += 1,
                    }
                }
                // What stands in another document, or is no file: what of it is compiled is not known.
                _ => unresolved += 1,
            }
            let before = [&self.inputs, &self.makers, &self.generated_from];
            for next in before.into_iter().filter_map(|links| links.get(id)).flatten() {
                *steps += 1;
                if *steps > MAX_STEPS {
                    return None;
                }
                // So is one that went into a build: its sources are not this one's.
                if !self.packages.contains(next) && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        let said = !paths.is_empty() || unresolved > 0;
        Some(said.then(|| Arc::new(CompiledFiles::new(paths, unresolved))))
    }
}

/// Purposes of files that no compiler reads. What a patch changes is listed for itself.
const BESIDE: &[&str] = &["bom", "documentation", "evidence", "patch", "requirement", "specification"];

/// Whether a file is said to be for something beside the product, and for nothing else.
fn is_beside(element: &RawElement<'_>) -> bool {
    let others = match &element.other_purposes {
        Loose::Good(Texts(others)) => others.as_slice(),
        Loose::Absent => &[],
        Loose::Wrong(_) => return false,
    };
    let mut purposes = element.purpose.good().into_iter().chain(others.iter().map(|text| &**text)).peekable();
    purposes.peek().is_some() && purposes.all(|purpose| BESIDE.contains(&short(purpose)))
}
