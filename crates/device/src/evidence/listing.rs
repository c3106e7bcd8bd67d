//! A list that says that it is whole, compared with what is modelled.
//!
//! What the list has and the model has not is missing from the model; what the model has and the list has not shows that the list
//! is not whole. Either way it does not show that everything is modelled.

use std::collections::BTreeSet;

use ward_formats::evidence::{Row, Table};
use ward_model::device::{Device, Link};
use ward_model::ids::{ElementId, LinkId};

use super::{at, came_out, sheets, told};
use crate::raw::shorten;

/// The columns of a list of interfaces that are understood.
struct Columns {
    link: Option<usize>,
    interface: Option<usize>,
    port: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    element: Option<usize>,
}

/// Whether a list of interfaces and the links of an element are the same.
pub(super) fn interfaces(
    element: &ElementId,
    tables: &[Table],
    place: Option<&str>,
    device: &Device,
) -> Result<String, String> {
    let (tables, inside) = sheets(tables, place);
    let links: Vec<&Link> = device.links_of(element).collect();
    let (mut listed, mut against, mut compared): (BTreeSet<&LinkId>, Vec<String>, usize) = Default::default();
    let (mut understood, mut found) = (false, inside.is_none());
    for table in tables {
        let columns = Columns {
            link: table.column(&["link", "links"]),
            interface: table.column(&["interface", "interfaces"]),
            port: table.column(&["port"]),
            from: table.column(&["from"]),
            to: table.column(&["to"]),
            element: table.column(&["element"]),
        };
        if columns.link.or(columns.interface).or(columns.port).is_none() {
            continue;
        }
        understood = true;
        for row in &table.rows {
            found |= inside.is_some_and(|inside| row.cells.iter().any(|(_, cell)| cell == inside));
            if !columns.concerns(row, element, device) {
                continue;
            }
            compared += 1;
            against.extend(came_out(table, row));
            match columns.modelled(row, &links, device) {
                Ok(links) => listed.extend(links),
                Err(why) => against.push(format!("{}: {why}", at(table, row))),
            }
        }
    }
    if !understood {
        return Err("none of its columns is headed `link`, `interface` or `port`, so it cannot be compared".to_owned());
    }
    if !found {
        return Err(format!("nothing in it is called `{}`", shorten(inside.unwrap_or_default())));
    }
    let unlisted = links.iter().filter(|link| !listed.contains(&link.id));
    against.extend(unlisted.map(|link| format!("it does not list the link `{}`", link.id)));
    told(against).map(|()| format!("{compared} interfaces listed, all of them modelled, and none besides"))
}

impl Columns {
    /// Whether a row is about an element. A row that names no element that is known may be about any.
    fn concerns(&self, row: &Row, element: &ElementId, device: &Device) -> bool {
        let named: Vec<&ElementId> = [self.from, self.to, self.element]
            .into_iter()
            .flatten()
            .filter_map(|column| row.cell(column))
            .filter_map(|name| element_called(name, device))
            .collect();
        named.is_empty() || named.contains(&element)
    }

    /// The links by which a row is modelled, of those of the element that it is about.
    fn modelled<'l>(&self, row: &Row, links: &[&'l Link], device: &Device) -> Result<Vec<&'l LinkId>, String> {
        let cell = |column: Option<usize>| column.and_then(|column| row.cell(column));
        if let Some(names) = cell(self.link) {
            let names: Vec<&str> = names.split(';').map(str::trim).filter(|name| !name.is_empty()).collect();
            if names.is_empty() {
                return Err("no link models a row that names nothing".to_owned());
            }
            return names
                .into_iter()
                .map(|name| {
                    let link = links.iter().find(|link| link.id.as_str() == name || link.name == name);
                    let link =
                        link.ok_or_else(|| match device.links.values().any(|link| link.id.as_str() == name) {
                            true => format!("the link `{}` is another element's in the model", shorten(name)),
                            false => format!("no link models `{}`", shorten(name)),
                        })?;
                    self.same_ends(row, link, device).map(|()| &link.id)
                })
                .collect();
        }
        let (interface, port) = (cell(self.interface), cell(self.port));
        let fits = |link: &&&Link| {
            let named = interface.is_none_or(|name| link.id.as_str() == name || link.name == name);
            let at_port = port.is_none_or(|port| has_port(link, port));
            // A port says which link is meant where the name of the interface is none of the model's.
            if port.is_some() { at_port } else { named }
        };
        let said = interface
            .or(port)
            .map_or_else(|| "a row that names nothing".to_owned(), |said| format!("`{}`", shorten(said)));
        let fitting: Vec<&&Link> = links.iter().filter(fits).collect();
        if fitting.is_empty() || (interface.is_none() && port.is_none()) {
            return Err(format!("no link models {said}"));
        }
        fitting.into_iter().map(|link| self.same_ends(row, link, device).map(|()| &link.id)).collect()
    }

    /// Whether the ends that a row names are those of the link, in either direction.
    fn same_ends(&self, row: &Row, link: &Link, device: &Device) -> Result<(), String> {
        let element = |column: Option<usize>| element_called(row.cell(column?)?, device);
        let (Some(from), Some(to)) = (element(self.from), element(self.to)) else { return Ok(()) };
        let same = (from, to) == (&link.from, &link.to) || (from, to) == (&link.to, &link.from);
        if same { Ok(()) } else { Err(format!("`{}` is modelled from `{}` to `{}`", link.id, link.from, link.to)) }
    }
}

/// The element of this identifier or name, where there is just one.
fn element_called<'d>(name: &str, device: &'d Device) -> Option<&'d ElementId> {
    let by_id = device.elements.keys().find(|id| id.as_str() == name);
    if by_id.is_some() {
        return by_id;
    }
    // Of a name that two have it cannot be told whose it is.
    let mut called = device.elements.values().filter(|one| one.name == name);
    called.next().filter(|_| called.next().is_none()).map(|one| &one.id)
}

/// Whether what a link speaks names this port.
fn has_port(link: &Link, port: &str) -> bool {
    let words = link.protocol.as_deref().unwrap_or_default().split(|c: char| !c.is_ascii_alphanumeric());
    let mut words = words.filter(|word| !word.is_empty());
    words.any(|word| word.eq_ignore_ascii_case("port")) && words.next() == Some(port)
}

/// Whether a list of functions has those in which an element takes part, and no others of it.
pub(super) fn functions(
    element: &ElementId,
    tables: &[Table],
    place: Option<&str>,
    device: &Device,
) -> Result<String, String> {
    let (tables, inside) = sheets(tables, place);
    let (mut listed, mut against, mut understood): (BTreeSet<&str>, Vec<String>, bool) = Default::default();
    let mut found = inside.is_none();
    for table in tables {
        let Some(column) = table.column(&["function", "functions"]) else { continue };
        understood = true;
        let of = table.column(&["element"]);
        for row in &table.rows {
            found |= inside.is_some_and(|inside| row.cells.iter().any(|(_, cell)| cell == inside));
            // A row that names no element that is known may be about any.
            let whose = of.and_then(|of| row.cell(of)).and_then(|name| element_called(name, device));
            if whose.is_some_and(|whose| whose != element) {
                continue;
            }
            against.extend(came_out(table, row));
            let Some(name) = row.cell(column) else {
                against.push(format!("{}: it names no function", at(table, row)));
                continue;
            };
            let function = device.functions.values().find(|one| one.id.as_str() == name || one.name == name);
            let takes_part = function.is_some_and(|function| function.realised_by.elements().contains(element));
            match function.filter(|_| takes_part) {
                Some(function) => drop(listed.insert(function.id.as_str())),
                // Without a column that says whose it is, a function of another element is none of this one's business.
                None if of.is_none() && function.is_some() => {}
                None => against.push(format!("{}: no function `{}` is modelled of it", at(table, row), shorten(name))),
            }
        }
    }
    if !understood {
        return Err("none of its columns is headed `function`, so it cannot be compared".to_owned());
    }
    if !found {
        return Err(format!("nothing in it is called `{}`", shorten(inside.unwrap_or_default())));
    }
    let takes_part = device.functions.values().filter(|function| function.realised_by.elements().contains(element));
    let unlisted = takes_part.filter(|function| !listed.contains(function.id.as_str()));
    against.extend(unlisted.map(|function| format!("it does not list the function `{}`", function.id)));
    told(against).map(|()| format!("{} functions listed, all of them modelled, and none besides", listed.len()))
}
