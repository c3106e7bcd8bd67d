//! A table of hazards (ISO 14971, a failure analysis) as a device folder: functions, what follows when they fail, and harms.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ward_formats::evidence::{Row, Table};
use ward_model::scale::Severity;

use super::mapping::{Mapping, MappingError};
use super::names::Names;
use super::report::{Imported, LeftOpen};
use super::text::{comment, quoted};
use crate::starter;

/// The columns that a row is read from, by place.
struct Columns {
    function: usize,
    situation: usize,
    harm: usize,
    severity: Option<usize>,
    on: Option<usize>,
    element: Option<usize>,
}

/// What one row says.
struct Said {
    function: String,
    situation: String,
    harm: String,
    on: Option<String>,
    elements: Vec<String>,
}

/// A harm: its severity as far as every row that names it has one that is mapped.
#[derive(Default)]
struct Harm {
    severity: Option<Severity>,
    /// A row has none, or one that is not mapped: then the worst is assumed.
    open: bool,
}

/// A function: the elements it rests on, and its effects (how it degrades, the situation, the harm), each once.
#[derive(Default)]
struct Function {
    elements: Vec<String>,
    effects: Vec<(&'static str, String, String)>,
}

/// The files of a folder made of a table, by path, and what was carried over. `name` is the device's where the mapping says none.
///
/// # Errors
/// The table has no such sheet or column.
pub fn hazard_folder(
    tables: &[Table],
    mapping: &Mapping,
    name: &str,
    today: Date,
) -> Result<(Vec<(String, String)>, Imported), MappingError> {
    let table = mapping.table(tables)?;
    let columns = Columns {
        function: mapping.column(table, "function", &mapping.columns.function)?,
        situation: mapping.column(table, "hazardous_situation", &mapping.columns.hazardous_situation)?,
        harm: mapping.column(table, "harm", &mapping.columns.harm)?,
        severity: mapping.optional(table, "severity", mapping.columns.severity.as_ref())?,
        on: mapping.optional(table, "on", mapping.columns.on.as_ref())?,
        element: mapping.optional(table, "element", mapping.columns.element.as_ref())?,
    };
    let mut imported = Imported::empty("a table of hazards".to_owned());
    let read = [Some(columns.function), Some(columns.situation), Some(columns.harm), columns.severity, columns.on];
    for (column, heading) in &table.headings.cells {
        if !read.contains(&Some(*column)) && columns.element != Some(*column) {
            let lines = table.rows.iter().filter(|row| row.cell(*column).is_some());
            let lines: Vec<String> = lines.map(|row| format!("line {}", row.line)).collect();
            if !lines.is_empty() {
                imported.left_out.push((format!("column {heading}"), lines));
            }
        }
    }
    let mut harms: BTreeMap<String, Harm> = BTreeMap::new();
    let mut spelling: BTreeMap<String, String> = BTreeMap::new();
    let mut functions: BTreeMap<String, Function> = BTreeMap::new();
    let mut above: BTreeMap<usize, String> = BTreeMap::new();
    for row in &table.rows {
        let Some(said) = said(row, &columns, mapping, &mut above, &mut imported) else { continue };
        let severity = columns.severity.and_then(|column| row.cell(column));
        let mapped = severity.and_then(|text| mapping.severity(text));
        // However it is written: two harms of one name would each have a part of the severities.
        let spelt = alike(&said.harm);
        let text = spelling.entry(spelt).or_insert_with(|| said.harm.clone());
        if *text != said.harm {
            imported.open(LeftOpen::HarmsAlike, &format!("line {}: {} as {text}", row.line, said.harm));
        }
        let said = Said { harm: text.clone(), ..said };
        let harm = harms.entry(said.harm.clone()).or_default();
        match mapped {
            Some(mapped) => {
                if harm.severity.is_some_and(|before| before != mapped) {
                    imported.open(LeftOpen::Severities, &format!("line {}: {}", row.line, said.harm));
                }
                harm.severity = harm.severity.max(Some(mapped));
            }
            None => {
                harm.open = true;
                imported.open(LeftOpen::Severity, &format!("line {}: {}", row.line, severity.unwrap_or("blank")));
            }
        }
        let function = functions.entry(said.function.clone()).or_default();
        if said.elements.is_empty() {
            imported.open(LeftOpen::Element, &format!("line {}: {}", row.line, said.function));
        }
        for element in said.elements {
            if mapping.element_separator.is_none() && may_be_several(&element) {
                imported.open(LeftOpen::Elements, &format!("line {}: {element}", row.line));
            }
            if !function.elements.contains(&element) {
                function.elements.push(element);
            }
        }
        let on = said.on.as_deref().and_then(|text| mapping.on(text));
        let ways = match on {
            Some(on) => vec![on],
            None => {
                let told = said.on.as_deref().unwrap_or("blank");
                imported.open(LeftOpen::HowDegraded, &format!("line {}: {told}", row.line));
                vec!["loss", "alteration"]
            }
        };
        for on in ways {
            let effect = (on, said.situation.clone(), said.harm.clone());
            if !function.effects.contains(&effect) {
                function.effects.push(effect);
            }
        }
    }
    imported.functions = functions.len();
    imported.harms = harms.len();
    let name = mapping.device.as_deref().unwrap_or(name);
    let system = system(&functions, &harms, &mut imported);
    let mut files: Vec<(String, String)> = starter::new_folder(name, today)
        .into_iter()
        .map(|(path, text)| (path.to_owned(), if path == "system.toml" { system.clone() } else { text }))
        .collect();
    files.push(("imported.md".to_owned(), imported.page(name)));
    Ok((files, imported))
}

/// What a row says; `None`, told with its line, where it lacks what every row needs.
fn said(
    row: &Row,
    columns: &Columns,
    mapping: &Mapping,
    above: &mut BTreeMap<usize, String>,
    imported: &mut Imported,
) -> Option<Said> {
    let mut cell = |key: &str, column: usize| {
        let text = row.cell(column).map(comment).filter(|text| !text.is_empty());
        match text {
            Some(text) => {
                above.insert(column, text.clone());
                Some(text)
            }
            // Only where the mapping says that a blank cell means the one above.
            None => mapping.repeats(key).then(|| above.get(&column).cloned()).flatten(),
        }
    };
    let function = cell("function", columns.function);
    let situation = cell("hazardous_situation", columns.situation);
    let harm = cell("harm", columns.harm);
    let on = columns.on.and_then(|column| cell("on", column));
    let element = columns.element.and_then(|column| cell("element", column));
    let elements = element.into_iter().flat_map(|cell| match &mapping.element_separator {
        Some(separator) => cell.split(separator.as_str()).map(|name| name.trim().to_owned()).collect(),
        None => vec![cell],
    });
    let elements: Vec<String> = elements.filter(|name| !name.is_empty()).collect();
    if let (Some(function), Some(situation), Some(harm)) = (&function, &situation, &harm) {
        return Some(Said {
            function: function.clone(),
            situation: situation.clone(),
            harm: harm.clone(),
            on,
            elements,
        });
    }
    let lacking: Vec<&str> = [("function", &function), ("hazardous situation", &situation), ("harm", &harm)]
        .into_iter()
        .filter_map(|(what, text)| text.is_none().then_some(what))
        .collect();
    imported.open(LeftOpen::Row, &format!("line {}: no {}", row.line, lacking.join(", no ")));
    None
}

/// Whether a cell may name several elements.
fn may_be_several(cell: &str) -> bool {
    cell.contains([',', ';', '/', '&', '+']) || cell.split_whitespace().any(|word| word.eq_ignore_ascii_case("and"))
}

/// A text without what two people write differently: capital letters and spaces.
fn alike(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn system(functions: &BTreeMap<String, Function>, harms: &BTreeMap<String, Harm>, imported: &mut Imported) -> String {
    let mut out = "# From a table of hazards. What it leaves open is left open here, and assumed at its worst; `imported.md` lists it.\n\
         # Still to be said: the other parts of the system, what connects them, what they run, and what protects them.\n\n\
         [[person_group]]\nid = \"patients\"\nrole = \"patient\"            # not said: those who count most\n"
        .to_owned();
    let mut elements = Names::default();
    for element in functions.values().flat_map(|function| &function.elements) {
        elements.add(element, element);
    }
    if functions.values().any(|function| function.elements.is_empty()) {
        elements.add("", "device");
    }
    let mut listed: Vec<(&str, &str)> = elements.all().collect();
    listed.sort_unstable();
    imported.elements = listed.len();
    for (key, id) in listed {
        let name = if key.is_empty() { "The device" } else { key };
        out.push_str(&format!(
            "\n[[element]]\nid = {}\nname = {}\nkind = \"other\"               # not said\nowner = \"maker\"\n# sbom = \"sbom/...\"            # what it runs is unknown\n",
            quoted(id),
            quoted(name)
        ));
    }
    let mut harm_ids = Names::default();
    for (text, harm) in harms {
        let id = harm_ids.add(text, text);
        out.push_str(&format!("\n[[harm]]\nid = {}\naxis = \"person\"\n", quoted(id)));
        match harm.severity.filter(|_| !harm.open) {
            Some(severity) => out.push_str(&format!("severity = \"{}\"\n", severity.word())),
            None => out.push_str("# severity = \"...\"             # not said for every row: catastrophic\n"),
        }
        out.push_str(&format!("text = {}\n", quoted(text)));
    }
    let mut function_ids = Names::default();
    for (name, function) in functions {
        let id = function_ids.add(name, name).to_owned();
        let keys = if function.elements.is_empty() { vec![String::new()] } else { function.elements.clone() };
        let ids: Vec<String> =
            keys.iter().filter_map(|key| elements.id(key)).map(quoted).map(|id| id.trim().to_owned()).collect();
        out.push_str(&format!(
            "\n[[function]]\nid = {}\nname = {}\nessential = true             # not said\nrealised_by = {{ all = [{}] }}\npersons = {{ group = \"patients\" }}\n",
            quoted(&id),
            quoted(name),
            ids.join(", ")
        ));
        for (on, situation, harm) in &function.effects {
            let harm = harm_ids.id(harm).unwrap_or_default();
            out.push_str(&format!(
                "\n[[function.effect]]\non = \"{on}\"\nhazardous_situation = {}\nharm = {}\n",
                quoted(situation),
                quoted(harm)
            ));
        }
    }
    out
}
