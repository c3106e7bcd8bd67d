//! The architecture on as many sheets as it takes to stay readable on paper.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::device::{Device, Element};
use ward_model::ids::{ElementId, LinkId, ZoneId};
use ward_model::verdict::{Place, Witness};

use super::draw::{picture, scene};
use super::fold::View;

/// Width and height of a lying and of an upright page of A4 within its margins and below the heading, in pixels of a picture whose smallest
/// words are 1.8 mm high there: 273 by 176 and 182 by 255 millimetres, as the style sheet of the page has them.
const PAGES: [(i32, i32); 2] = [(1620, 1075), (1045, 1550)];

/// Whether a picture of this size is readable on a page, lying or upright.
fn fits(width: i32, height: i32) -> bool {
    PAGES.into_iter().any(|(wide, high)| width <= wide && height <= high)
}

/// Whether a view is readable on a page, with its title and remarks.
fn readable(view: &View<'_>, title: &str, witness: Option<&Witness>, decided: &BTreeSet<&ClaimId>) -> bool {
    let scene = scene(view, title, witness, decided);
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
    if readable(&view, &title, Some(witness), decided) {
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
    if device.elements.len() < 2 || readable(&view, title, None, decided) {
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
        // As long as any title of a sheet of it is going to be.
        let longest = format!("{title}: {name}, part 99 of 99 (sheet 999 of 999)");
        split(device, (&of[..], longest.as_str()), decided, &mut pieces);
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
fn split<'a>(
    device: &Device,
    (of, title): (&[&'a Element], &str),
    decided: &BTreeSet<&ClaimId>,
    pieces: &mut Vec<Vec<&'a Element>>,
) {
    if of.len() < 2 || readable(&keeping(device, of, decided), title, None, decided) {
        pieces.push(of.to_vec());
        return;
    }
    let (first, second) = of.split_at(of.len().div_ceil(2));
    split(device, (first, title), decided, pieces);
    split(device, (second, title), decided, pieces);
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_page_may_lie_or_stand() {
        assert!(fits(1620, 1075) && fits(1045, 1550) && !fits(1200, 1200) && !fits(1700, 100));
    }

    /// The smallest words, of 11 pixels, are not less than 1.8 mm high where a picture fills its page.
    #[test]
    fn the_smallest_words_are_readable_on_paper() {
        for ((wide, high), (width, height)) in super::PAGES.into_iter().zip([(273, 176), (182, 255)]) {
            assert!(11 * 10 * width >= 18 * wide && 11 * 10 * height >= 18 * high, "{wide} x {high}");
        }
    }
}
