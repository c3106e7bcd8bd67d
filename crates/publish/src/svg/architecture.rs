//! The architecture on as many sheets as it takes to stay readable on paper.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::device::{Device, Element};
use ward_model::ids::{ElementId, LinkId, ZoneId};
use ward_model::verdict::{Place, Witness};

use super::draw::{picture, scene};
use super::fold::View;

/// The long and the short side of a page of A4 within its margins, in pixels of a picture whose smallest words are 1.8 mm high there.
const PAGE: (i32, i32) = (1620, 1100);

/// Whether a picture of this size is readable on a page, lying or upright.
fn fits(width: i32, height: i32) -> bool {
    width.max(height) <= PAGE.0 && width.min(height) <= PAGE.1
}

fn readable(view: &View<'_>, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> bool {
    let scene = scene(view, "", witness, decided);
    fits(scene.width, scene.height)
}

/// Everything in one picture, however large.
pub fn whole(device: &Device, decided: &BTreeSet<&ClaimId>) -> String {
    picture(&View::whole(device, decided), &format!("Architecture of {}", device.name), None, decided)
}

/// A derivation on the architecture, with a remark on what it is told for. Where that is too large for a page, what the path does not pass
/// is drawn zone by zone.
pub(crate) fn path(device: &Device, witness: &Witness, decided: &BTreeSet<&ClaimId>, remark: Option<String>) -> String {
    let title = format!("Path through the architecture of {}", device.name);
    let mut view = View::whole(device, decided);
    view.remarks.extend(remark.clone());
    if readable(&view, Some(witness), decided) {
        return picture(&view, &title, Some(witness), decided);
    }
    let mut passed: BTreeSet<&ElementId> = BTreeSet::new();
    for node in &witness.nodes {
        match &node.at {
            Place::Element(id) => {
                passed.extend(device.elements.get_key_value(&ElementId::from(id.as_str())).map(|e| e.0))
            }
            Place::Link(id) => {
                passed.extend(
                    device.links.get(&LinkId::from(id.as_str())).into_iter().flat_map(|link| [&link.from, &link.to]),
                );
            }
            _ => {}
        }
    }
    let keep = |element: &Element| passed.contains(&element.id);
    let mut view = View::of(device, &keep, decided).near(&keep);
    view.remarks.splice(0..0, remark);
    picture(&view, &title, Some(witness), decided)
}

/// A sheet of an architecture: what of it, and the picture.
pub(crate) struct Sheet {
    pub of: String,
    pub svg: String,
}

/// The architecture: one sheet where it fits on a page; otherwise the zones with what joins them, and sheets on which the elements of a
/// zone are drawn one by one.
pub(crate) fn sheets(device: &Device, title: &str, remarks: &[String], decided: &BTreeSet<&ClaimId>) -> Vec<Sheet> {
    let mut view = View::whole(device, decided);
    view.remarks = remarks.to_vec();
    if device.elements.len() < 2 || readable(&view, None, decided) {
        return vec![Sheet { of: String::new(), svg: picture(&view, title, None, decided) }];
    }
    let mut zones: BTreeMap<Option<&ZoneId>, Vec<&Element>> = BTreeMap::new();
    for element in device.elements.values() {
        zones.entry(element.zone.as_ref().filter(|zone| device.zones.contains_key(*zone))).or_default().push(element);
    }
    let mut parts: Vec<(String, Vec<&Element>)> = vec![("all zones".to_owned(), Vec::new())];
    for (zone, of) in &zones {
        let name = zone.and_then(|zone| device.zones.get(zone)).map_or("no zone stated", |zone| zone.name.as_str());
        let mut pieces = Vec::new();
        split(device, of, decided, &mut pieces);
        let count = pieces.len();
        for (place, piece) in pieces.into_iter().enumerate() {
            let part = if count > 1 { format!(", part {} of {count}", place + 1) } else { String::new() };
            parts.push((format!("{name}{part}"), piece));
        }
    }
    let count = parts.len();
    parts
        .into_iter()
        .enumerate()
        .map(|(place, (of, piece))| {
            let mut view = keeping(device, &piece, decided);
            if place == 0 {
                view.remarks = remarks.to_vec();
            }
            let title = format!("{title}: {of} (sheet {} of {count})", place + 1);
            Sheet { svg: picture(&view, &title, None, decided), of }
        })
        .collect()
}

fn keeping<'a>(device: &'a Device, piece: &[&Element], decided: &BTreeSet<&ClaimId>) -> View<'a> {
    let kept: BTreeSet<&ElementId> = piece.iter().map(|element| &element.id).collect();
    let keep = |element: &Element| kept.contains(&element.id);
    let view = View::of(device, &keep, decided);
    // The first sheet keeps nothing one by one, and shows all zones.
    if piece.is_empty() { view } else { view.near(&keep) }
}

/// Halves some elements until each part fits on a page.
fn split<'a>(device: &Device, of: &[&'a Element], decided: &BTreeSet<&ClaimId>, pieces: &mut Vec<Vec<&'a Element>>) {
    if of.len() < 2 || readable(&keeping(device, of, decided), None, decided) {
        pieces.push(of.to_vec());
        return;
    }
    let (first, second) = of.split_at(of.len().div_ceil(2));
    split(device, first, decided, pieces);
    split(device, second, decided, pieces);
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_page_may_lie_or_stand() {
        assert!(fits(1620, 1100) && fits(1100, 1620) && !fits(1200, 1200) && !fits(1700, 100));
    }
}
