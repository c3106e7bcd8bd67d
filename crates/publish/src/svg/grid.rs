//! Which column and row each element stands in: zones side by side, from far services to the body.

use std::collections::BTreeMap;

use ward_model::device::{Device, Element, ElementKind, Owner, Zone};
use ward_model::ids::ZoneId;

/// Places of elements, by their index, and the zones around them.
pub struct Grid<'a> {
    /// The elements, by identifier.
    pub elements: Vec<&'a Element>,
    /// Column and row of each.
    pub cells: Vec<(usize, usize)>,
    /// The zones that hold elements.
    pub zones: Vec<Span<'a>>,
    /// How many columns.
    pub columns: usize,
    /// How many rows.
    pub rows: usize,
}

/// A zone and the cells that it covers, both ends included.
pub struct Span<'a> {
    /// The zone; `None` for elements of which no zone is stated.
    pub zone: Option<&'a Zone>,
    /// First and last column.
    pub columns: (usize, usize),
    /// First and last row.
    pub rows: (usize, usize),
    /// Whether a link leads from here to somebody else's element or zone.
    pub boundary: bool,
}

/// The elements of one zone, in the columns they will stand in.
struct Block<'a> {
    zone: Option<&'a Zone>,
    columns: Vec<Vec<usize>>,
}

impl Block<'_> {
    fn rows(&self) -> usize {
        self.columns.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// How near to a body an element usually is: far services first.
const fn nearness(kind: ElementKind) -> usize {
    match kind {
        ElementKind::CloudService | ElementKind::UpdateServer => 0,
        ElementKind::Network | ElementKind::Server | ElementKind::Gateway => 1,
        ElementKind::Programmer | ElementKind::ServiceTool | ElementKind::Other => 2,
        ElementKind::BedsideDevice | ElementKind::PhoneApp | ElementKind::RemoteControl => 3,
        ElementKind::Implant | ElementKind::Wearable => 4,
    }
}

/// Places every element. `links` are pairs of element indices.
pub fn grid<'a>(device: &'a Device, elements: Vec<&'a Element>, links: &[(usize, usize)]) -> Grid<'a> {
    let mut members: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (index, element) in elements.iter().enumerate() {
        let zone = element.zone.as_ref().and_then(|zone| device.zones.get(zone));
        members.entry(zone.map(|zone| zone.id.as_str())).or_default().push(index);
    }
    let most = if elements.len() <= 12 {
        5
    } else if elements.len() <= 24 {
        7
    } else {
        8
    };
    let mut zones: Vec<(Option<&str>, Vec<usize>)> = members.into_iter().collect();
    zones.sort_by_key(|(id, of)| (distance(&elements, of), *id));
    let many = zones.len();
    let blocks: Vec<(usize, Block<'a>)> = zones
        .into_iter()
        .map(|(id, of)| {
            let zone = id.and_then(|id| device.zones.get(&ZoneId::from(id)));
            (distance(&elements, &of), Block { zone, columns: columns_of(&elements, of, many, most) })
        })
        .collect();
    let mut stacks = stack(blocks, most);
    let rows = stacks.iter().map(|stack| stack.iter().map(Block::rows).sum()).max().unwrap_or(0);
    for _ in 0..4 {
        let cells = cells(&stacks, elements.len(), rows);
        for block in stacks.iter_mut().flatten() {
            for column in &mut block.columns {
                column.sort_by_key(|&index| (pull(index, &cells, links), index));
            }
        }
    }
    let cells = cells(&stacks, elements.len(), rows);
    let mut spans = Vec::new();
    let mut first = 0;
    for stack in &stacks {
        let wide = stack.iter().map(|block| block.columns.len()).max().unwrap_or(0);
        let mut row = (rows - stack.iter().map(Block::rows).sum::<usize>()) / 2;
        for block in stack {
            let boundary = crosses(block, device, &elements, links);
            let columns = (first, first + wide.max(1) - 1);
            spans.push(Span { zone: block.zone, columns, rows: (row, row + block.rows().max(1) - 1), boundary });
            row += block.rows();
        }
        first += wide;
    }
    Grid { elements, cells, zones: spans, columns: first, rows }
}

/// The mean nearness of some elements, in hundredths.
fn distance(elements: &[&Element], of: &[usize]) -> usize {
    of.iter().map(|&index| nearness(elements[index].kind)).sum::<usize>() * 100 / of.len().max(1)
}

/// The columns of one zone. With few zones there is room to order its elements from far to near.
fn columns_of(elements: &[&Element], of: Vec<usize>, zones: usize, most: usize) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let spread = zones <= 2 || (zones == 3 && of.len() > 3);
    for index in of {
        groups.entry(if spread { nearness(elements[index].kind) } else { 0 }).or_default().push(index);
    }
    groups
        .into_values()
        .flat_map(|group| {
            let columns = group.len().div_ceil(most).max(1);
            let rows = group.len().div_ceil(columns).max(1);
            group.chunks(rows).map(<[usize]>::to_vec).collect::<Vec<_>>()
        })
        .collect()
}

/// Puts small neighbouring zones above one another while the picture would be wider than three columns.
fn stack<'a>(blocks: Vec<(usize, Block<'a>)>, most: usize) -> Vec<Vec<Block<'a>>> {
    let mut stacks: Vec<(usize, Vec<Block<'a>>)> = blocks.into_iter().map(|(far, block)| (far, vec![block])).collect();
    let rows = |stack: &[Block<'_>]| stack.iter().map(Block::rows).sum::<usize>();
    let single = |stack: &[Block<'_>]| stack.iter().all(|block| block.columns.len() == 1);
    let stateless = |stack: &[Block<'_>]| stack.iter().any(|block| block.zone.is_none());
    while stacks.iter().map(|(_, stack)| stack[0].columns.len()).sum::<usize>() > 3 {
        let best = stacks
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| {
                pair.iter().all(|(_, stack)| single(stack)) && rows(&pair[0].1) + rows(&pair[1].1) <= most
            })
            // Elements without a zone stand best with others; then the shortest column, then the zones most alike.
            .min_by_key(|(place, pair)| {
                let alone = !pair.iter().any(|(_, stack)| stateless(stack));
                (alone, rows(&pair[0].1) + rows(&pair[1].1), pair[1].0.abs_diff(pair[0].0), std::cmp::Reverse(*place))
            })
            .map(|(place, _)| place);
        let Some(place) = best else { break };
        let (_, mut next) = stacks.remove(place + 1);
        stacks[place].1.append(&mut next);
    }
    stacks.into_iter().map(|(_, stack)| stack).collect()
}

fn cells(stacks: &[Vec<Block<'_>>], count: usize, rows: usize) -> Vec<(usize, usize)> {
    let mut cells = vec![(0, 0); count];
    let mut first = 0;
    for stack in stacks {
        let mut top = (rows - stack.iter().map(Block::rows).sum::<usize>()) / 2;
        for block in stack {
            for (column, of) in block.columns.iter().enumerate() {
                for (row, &index) in of.iter().enumerate() {
                    cells[index] = (first + column, top + row);
                }
            }
            top += block.rows();
        }
        first += stack.iter().map(|block| block.columns.len()).max().unwrap_or(0);
    }
    cells
}

/// The mean row of an element's neighbours, in hundredths; its own row where it has none.
fn pull(index: usize, cells: &[(usize, usize)], links: &[(usize, usize)]) -> usize {
    let rows: Vec<usize> = links
        .iter()
        .filter_map(|&(from, to)| match (from == index, to == index) {
            (true, false) => Some(cells[to].1),
            (false, true) => Some(cells[from].1),
            _ => None,
        })
        .collect();
    if rows.is_empty() { cells[index].1 * 100 } else { rows.iter().sum::<usize>() * 100 / rows.len() }
}

fn crosses(block: &Block<'_>, device: &Device, elements: &[&Element], links: &[(usize, usize)]) -> bool {
    let owner = |index: usize| -> Owner {
        let element = elements[index];
        let zone = element.zone.as_ref().and_then(|zone| device.zones.get(zone));
        zone.map_or(element.owner, |zone| zone.owner)
    };
    let inside = |index: usize| block.columns.iter().any(|column| column.contains(&index));
    links.iter().any(|&(from, to)| inside(from) != inside(to) && owner(from) != owner(to))
}
