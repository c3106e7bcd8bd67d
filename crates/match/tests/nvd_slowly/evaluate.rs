//! Whether a record applies, slowly: every criterion is compared with everything there is, attribute by attribute after the table of
//! NISTIR 7696, and the nodes are combined in Kleene logic.

use std::cell::Cell;

use crate::feed::{Attribute, Configuration, End, Match, Name, Node, PART, Record, UPDATE, VERSION};
use crate::order::{self, Order};

/// False, unknown, true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    False,
    Unknown,
    True,
}

use Truth::{False, True, Unknown};

impl Truth {
    fn not(self) -> Self {
        match self {
            False => True,
            Unknown => Unknown,
            True => False,
        }
    }
}

/// A host, as names of what it has.
pub struct Host<'a> {
    pub names: &'a [Name],
    /// Whether these are all.
    pub complete: bool,
}

/// What a record says of one thing of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It does not mean it, or only its version leaves that open.
    Nothing,
    State(Truth),
}

/// What comes of a record: what is said, whether its version keeps the thing from being assessed, and how a version is written where that
/// keeps it from being judged here.
pub struct Outcome {
    pub said: Said,
    pub blocked: bool,
    pub not_judged: Option<&'static str>,
}

/// What one criterion says of one thing.
struct Hit {
    truth: Truth,
    /// The version is missing or has no place in the order, which leaves it open.
    blocked: bool,
}

struct Evaluator<'a> {
    host: &'a Host<'a>,
    not_judged: Cell<Option<&'static str>>,
}

/// Evaluates a record for one thing.
pub fn evaluate(record: &Record, thing: &Name, host: &Host<'_>) -> Outcome {
    let evaluator = Evaluator { host, not_judged: Cell::new(None) };
    let mut worst: Option<Truth> = None;
    let mut blocked = false;
    for configuration in &record.configurations {
        for (node, nodes) in configuration.nodes.iter().enumerate() {
            for (place, criterion) in nodes.matches.iter().enumerate() {
                if !criterion.vulnerable || criterion.name.product() != thing.product() {
                    continue;
                }
                let hit = evaluator.compare(criterion, thing);
                if hit.truth == False {
                    continue;
                }
                if hit.blocked {
                    blocked = true;
                    continue;
                }
                let truth = evaluator.configuration(configuration, (node, place), hit.truth);
                worst = worst.max(Some(truth));
            }
        }
    }
    let said = match worst {
        Some(truth) if !record.rejected => Said::State(truth),
        _ => Said::Nothing,
    };
    Outcome { said, blocked, not_judged: evaluator.not_judged.get() }
}

impl Evaluator<'_> {
    /// A configuration for a thing that this criterion hits. Beside an OR, what hits something else is another way to be vulnerable
    /// and does not count; under a negation all counts.
    fn configuration(&self, all: &Configuration, (hit_node, hit_place): (usize, usize), hit: Truth) -> Truth {
        let mut values = Vec::new();
        for (number, node) in all.nodes.iter().enumerate() {
            if number == hit_node {
                values.push(self.node(node, Some((hit_place, hit)), all.negate));
            } else if all.and || all.negate {
                values.push(self.node(node, None, all.negate));
            }
        }
        combined(all.and, all.negate, &values)
    }

    fn node(&self, node: &Node, hit: Option<(usize, Truth)>, negated_outside: bool) -> Truth {
        let mut values = Vec::new();
        for (place, criterion) in node.matches.iter().enumerate() {
            match hit {
                Some((hit_place, truth)) if hit_place == place => values.push(truth),
                Some(_) if !node.and && !node.negate && !negated_outside => {}
                _ => values.push(self.has(criterion)),
            }
        }
        combined(node.and, node.negate, &values)
    }

    /// Whether the host has what a criterion asks for. Nothing here names hardware beside the software, and all software runs on some:
    /// that hardware is not there is never known.
    fn has(&self, criterion: &Match) -> Truth {
        let things = self.host.names.iter().filter(|name| name.product() == criterion.name.product());
        let found = things.map(|name| self.compare(criterion, name).truth).max().unwrap_or(False);
        let found = found.max(self.by_firmware(criterion));
        let is_hardware = criterion.name.text(PART) == Some("h");
        if found == False && (!self.host.complete || is_hardware) { Unknown } else { found }
    }

    /// The firmware of a piece of hardware, by the name that feeds give it, runs on that hardware, in whichever revision.
    fn by_firmware(&self, criterion: &Match) -> Truth {
        let [part, vendor, product] = criterion.name.product();
        let is_firmware = |name: &Name| {
            let [its_part, its_vendor, its_product] = name.product();
            let of = its_product.strip_suffix("_firmware").or_else(|| its_product.strip_suffix("_bios"));
            *its_part != *"h" && its_vendor == vendor && of == Some(&*product)
        };
        if &*part != "h" || !self.host.names.iter().any(is_firmware) {
            return False;
        }
        let said = |place: usize| criterion.name.0[place] != Attribute::Any;
        let unversioned = [VERSION, UPDATE].into_iter().all(|place| criterion.name.text(place).is_none());
        let revision = criterion.from.is_some() || criterion.to.is_some() || !unversioned;
        if revision || (UPDATE + 1..11).any(said) { Unknown } else { True }
    }

    /// One criterion and one thing of the same product.
    fn compare(&self, criterion: &Match, thing: &Name) -> Hit {
        let (version, blocked) = self.version(criterion, thing);
        let mut truth = version;
        let range = criterion.from.is_some() || criterion.to.is_some();
        let one = criterion.name.text(VERSION).is_some();
        for place in UPDATE..11 {
            // The update belongs to the version wherever there is one.
            if place != UPDATE || !range && !one {
                truth = truth.min(attribute(&criterion.name.0[place], &thing.0[place]));
            }
        }
        Hit { truth, blocked: blocked && truth != False }
    }

    fn version(&self, criterion: &Match, thing: &Name) -> (Truth, bool) {
        let name = &criterion.name;
        let has_none = thing.0[VERSION] == Attribute::Na;
        let blocking = || match thing.text(VERSION) {
            None => !has_none,
            Some(version) => order::has_no_order(version),
        };
        let open = |truth: Truth| (truth, truth == Unknown && blocking());
        if criterion.from.is_some() || criterion.to.is_some() {
            return open(self.within(criterion, thing));
        }
        match (&name.0[VERSION], thing.text(VERSION)) {
            (Attribute::Any, _) => (True, false),
            (Attribute::Text(_), _) => open(self.is_version(name, thing)),
            // `-` is how records write hardware, whatever its version.
            (Attribute::Na, _) if name.text(PART) == Some("h") || has_none => (True, false),
            (Attribute::Na, Some(_)) => (Unknown, false),
            (Attribute::Na, None) => open(Unknown),
        }
    }

    fn order(&self, thing: &Name, update: Option<&str>, version: &str, its_update: Option<&str>) -> Order {
        let Some(own) = thing.text(VERSION) else { return Order::None };
        let product = thing.product();
        let order = if product.each_ref().map(|part| &**part) == ["a", "openssl", "openssl"] {
            order::compare_openssl((own, update), (version, its_update))
        } else {
            order::compare((own, update), (version, its_update))
        };
        if let Order::NotJudged(how) = order {
            self.not_judged.set(Some(how));
        }
        order
    }

    /// The range of a criterion.
    fn within(&self, criterion: &Match, thing: &Name) -> Truth {
        let Some(own) = thing.text(VERSION) else { return Unknown };
        let update = thing.text(UPDATE);
        let side = |end: &End, its_update: Option<&str>, wanted: Order| match end {
            None => True,
            Some((version, true)) if wanted == Order::Greater && version.trim() == "0" => True,
            Some((version, itself)) => match self.order(thing, update, version, its_update) {
                Order::None | Order::NotJudged(_) => Unknown,
                Order::Equal => truth(*itself),
                order => truth(order == wanted),
            },
        };
        // An included end covers its release as far as anybody can tell.
        let blurred = |end: &End, truth: Truth| match end {
            Some((version, true)) if truth == False && self.is_more_of(thing, own, update, version) => Unknown,
            _ => truth,
        };
        let (lower, upper) = (side(&criterion.from, None, Order::Greater), side(&criterion.to, None, Order::Less));
        if let (Some(word), Some(_)) = (criterion.name.text(UPDATE), &criterion.to)
            && side(&criterion.to, Some(word), Order::Less) != upper
        {
            return lower.min(Unknown);
        }
        blurred(&criterion.from, lower).min(blurred(&criterion.to, upper))
    }

    /// Whether a version is that release with more said about it: an update, or what stands behind a dash or is a word.
    fn is_more_of(&self, thing: &Name, own: &str, update: Option<&str>, release: &str) -> bool {
        if thing.text(1) == Some("openssl") && thing.text(2) == Some("openssl") && thing.text(PART) == Some("a") {
            return false;
        }
        let same =
            |text: &str| order::compare((text, None), (release, None)) == Order::Equal && order::is_judged(text, None);
        if update.is_some() && same(own) {
            return true;
        }
        let bytes = own.as_bytes();
        (1..bytes.len()).any(|place| {
            let (before, here) = (bytes[place - 1], bytes[place]);
            let dash = matches!(here, b'-' | b'_');
            let word = here.is_ascii_alphabetic() && (before.is_ascii_digit() || before == b'.');
            let head = if before == b'.' { &own[..place - 1] } else { &own[..place] };
            let letter = word && before.is_ascii_digit() && own.len() - place == 1;
            (dash || word) && !letter && same(head)
        })
    }

    /// The one version of a criterion.
    fn is_version(&self, name: &Name, thing: &Name) -> Truth {
        let (Some(own), Some(version)) = (thing.text(VERSION), name.text(VERSION)) else { return Unknown };
        if has_wildcard(version) {
            return if wildcards_match(version, own) { True } else { Unknown };
        }
        let version = version.replace("\\*", "*").replace("\\?", "?").replace("\\\\", "\\");
        let update = thing.text(UPDATE);
        let order = match &name.0[UPDATE] {
            Attribute::Any => self.order(thing, None, &version, None),
            Attribute::Na => self.order(thing, update, &version, None),
            Attribute::Text(word) => {
                let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                let without = self.order(thing, None, &version, None);
                if numbers(own) && numbers(&version) && without != Order::Equal {
                    return False;
                }
                let with = self.order(thing, update, &version, Some(word));
                let often_left_out = ["sp", "update"].iter().any(|known| {
                    let rest = word.strip_prefix(known).map(|rest| rest.trim_start_matches(['_', '-']));
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
                });
                match (with, without) {
                    (_, Order::Equal) if update.is_none() && often_left_out => Order::None,
                    (Order::None, Order::Less | Order::Greater) => without,
                    _ => with,
                }
            }
        };
        match order {
            Order::Equal => True,
            Order::None if order::is_judged(own, None) && order::is_apart(own, &version) => False,
            Order::None | Order::NotJudged(_) => Unknown,
            Order::Less | Order::Greater => False,
        }
    }
}

fn truth(value: bool) -> Truth {
    if value { True } else { False }
}

fn combined(and: bool, negate: bool, values: &[Truth]) -> Truth {
    let all = values.iter().copied();
    let truth = if and { all.min().unwrap_or(True) } else { all.max().unwrap_or(False) };
    if negate { truth.not() } else { truth }
}

/// Table 6-2 of NISTIR 7696, as far as the thing has no wildcards: whether what it is lies in what is meant.
fn attribute(meant: &Attribute, own: &Attribute) -> Truth {
    match (meant, own) {
        (Attribute::Any, _) | (Attribute::Na, Attribute::Na) => True,
        (Attribute::Na | Attribute::Text(_), Attribute::Any) => Unknown,
        (Attribute::Na, Attribute::Text(_)) | (Attribute::Text(_), Attribute::Na) => False,
        (Attribute::Text(meant), Attribute::Text(own)) => truth(wildcards_match(meant, own)),
    }
}

fn has_wildcard(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len()).any(|place| matches!(bytes[place], b'*' | b'?') && (place == 0 || bytes[place - 1] != b'\\'))
}

/// `*` is any run and `?` at most one sign; both only at the ends of a text, as the standard has it.
fn wildcards_match(pattern: &str, text: &str) -> bool {
    if !has_wildcard(pattern) {
        return pattern == text;
    }
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = &pattern[first.len_utf8()..];
    match first {
        '*' => text
            .char_indices()
            .map(|(place, _)| place)
            .chain([text.len()])
            .any(|place| wildcards_match(rest, &text[place..])),
        '?' => {
            let one = text.chars().next().map(|c| &text[c.len_utf8()..]);
            wildcards_match(rest, text) || one.is_some_and(|one| wildcards_match(rest, one))
        }
        '\\' => {
            let both = rest.chars().next().map_or(1, |c| 1 + c.len_utf8());
            text.starts_with(&pattern[..both]) && wildcards_match(&pattern[both..], &text[both..])
        }
        plain => text.strip_prefix(plain).is_some_and(|text| wildcards_match(rest, text)),
    }
}
