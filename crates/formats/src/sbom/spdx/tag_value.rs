//! SPDX 2 as tag-value: one `Tag: value` a line, texts of several lines between `<text>` and `</text>`.
//!
//! A tag belongs to what was begun last: `PackageName` begins a package, `FileName` a file; a snippet or a licence text begins
//! something that is not read.

use std::borrow::Cow;

use super::raw::{RawChecksum, RawCreation, RawDocument, RawExternalRef, RawFile, RawPackage, RawRelationship};
use crate::sbom::collect::Remarks;
use crate::sbom::error::SbomError;
use crate::sbom::loose::{List, Loose, Object, Text, Texts};

/// What the tags that follow belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Document,
    Package,
    File,
    /// A snippet or a licence text.
    Other,
}

/// Reads the text into the shape of the JSON.
pub(super) fn read<'a>(body: &'a str, remarks: &mut Remarks) -> Result<RawDocument<'a>, SbomError> {
    let mut reader = Reader {
        document: RawDocument::default(),
        creation: RawCreation::default(),
        creators: Vec::new(),
        packages: Vec::new(),
        files: Vec::new(),
        relationships: Vec::new(),
        place: Place::Document,
        remarks,
    };
    let mut rest = body;
    let mut line_number = 0;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        line_number += 1;
        rest = after;
        let text = line.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = text.split_once(':') else {
            reader.remarks.add("a line is not a tag with its value; left out", text.get(..60).unwrap_or(text));
            continue;
        };
        let value = value.trim();
        let Some(opened) = value.strip_prefix("<text>") else {
            reader.take(tag.trim_end(), Cow::Borrowed(value));
            continue;
        };
        if let Some((inside, _)) = opened.split_once("</text>") {
            reader.take(tag.trim_end(), Cow::Borrowed(inside));
            continue;
        }
        let first = line_number;
        let Some((inside, after)) = rest.split_once("</text>") else {
            return Err(SbomError::Json {
                line: first,
                column: 1,
                reason: "`<text>` is not closed; expected `</text>`".to_owned(),
            });
        };
        line_number += inside.matches('\n').count();
        let (_, after) = after.split_once('\n').unwrap_or(("", ""));
        line_number += 1;
        reader.take(tag.trim_end(), Cow::Owned(format!("{opened}\n{inside}")));
        rest = after;
    }
    Ok(reader.finish())
}

struct Reader<'a, 'r> {
    document: RawDocument<'a>,
    creation: RawCreation<'a>,
    creators: Vec<Cow<'a, str>>,
    packages: Vec<RawPackage<'a>>,
    files: Vec<RawFile<'a>>,
    relationships: Vec<RawRelationship<'a>>,
    place: Place,
    remarks: &'r mut Remarks,
}

impl<'a> Reader<'a, '_> {
    fn take(&mut self, tag: &str, value: Cow<'a, str>) {
        match tag {
            "DocumentName" => self.document.name = Loose::Good(value),
            "DocumentNamespace" => self.document.namespace = Loose::Good(value),
            "Creator" => self.creators.push(value),
            "Created" => self.creation.created = Loose::Good(value),
            "PackageName" => {
                self.place = Place::Package;
                self.packages.push(RawPackage { name: value, ..RawPackage::default() });
            }
            "FileName" => {
                self.place = Place::File;
                self.files.push(RawFile { name: Loose::Good(value), ..RawFile::default() });
            }
            "SnippetSPDXID" | "SnippetSPDXIdentifier" | "LicenseID" => self.place = Place::Other,
            "SPDXID" => match self.place {
                Place::Package => self.package(tag, |package| package.id = Loose::Good(value)),
                Place::File => {
                    if let Some(file) = self.files.last_mut() {
                        file.id = Loose::Good(value);
                    }
                }
                Place::Document | Place::Other => {}
            },
            "PackageVersion" => self.package(tag, |package| package.version = Loose::Good(value)),
            "PackageSupplier" => self.package(tag, |package| package.supplier = Loose::Good(value)),
            "PackageOriginator" => self.package(tag, |package| package.originator = Loose::Good(value)),
            "PrimaryPackagePurpose" => self.package(tag, |package| package.purpose = Loose::Good(value)),
            "PackageLicenseConcluded" => self.package(tag, |package| package.concluded = Loose::Good(value)),
            "PackageLicenseDeclared" => self.package(tag, |package| package.declared = Loose::Good(value)),
            "ValidUntilDate" => self.package(tag, |package| package.valid_until = Loose::Good(value)),
            "PackageChecksum" => self.checksum(tag, &value),
            "ExternalRef" => self.external_ref(tag, &value),
            "Relationship" => self.relationship(&value),
            _ => {}
        }
    }

    fn package(&mut self, tag: &str, change: impl FnOnce(&mut RawPackage<'a>)) {
        match self.packages.last_mut() {
            Some(package) if self.place == Place::Package => change(package),
            _ => self.remarks.add("a tag of a package stands outside of one; left out", tag),
        }
    }

    fn checksum(&mut self, tag: &str, value: &str) {
        let Some((algorithm, digest)) = value.split_once(':') else {
            self.remarks.add("a checksum has no algorithm before it; left out", value);
            return;
        };
        let checksum = RawChecksum { algorithm: owned(algorithm), value: owned(digest) };
        self.package(tag, |package| push(&mut package.checksums, checksum));
    }

    fn external_ref(&mut self, tag: &str, value: &str) {
        let mut parts = value.splitn(3, char::is_whitespace).map(str::trim).filter(|part| !part.is_empty());
        let (Some(_), Some(kind), Some(locator)) = (parts.next(), parts.next(), parts.next()) else {
            self.remarks.add("an external reference is not a category, a type and a locator; left out", value);
            return;
        };
        let reference = RawExternalRef { kind: owned(kind), locator: owned(locator) };
        self.package(tag, |package| push(&mut package.external_refs, reference));
    }

    fn relationship(&mut self, value: &str) {
        let mut parts = value.split_whitespace();
        let (Some(from), Some(kind), Some(to)) = (parts.next(), parts.next(), parts.next()) else {
            self.remarks.add("a relationship is not two elements with a type between them; left out", value);
            return;
        };
        self.relationships.push(RawRelationship { element: owned(from), kind: owned(kind), related: owned(to) });
    }

    fn finish(mut self) -> RawDocument<'a> {
        self.creation.creators = Loose::Good(Texts(self.creators));
        self.document.creation = Loose::Good(Object(self.creation));
        self.document.packages = Some(self.packages);
        self.document.files = Some(self.files);
        self.document.relationships = Some(self.relationships);
        self.document
    }
}

fn owned<'a>(text: &str) -> Text<'a> {
    Loose::Good(Cow::Owned(text.trim().to_owned()))
}

fn push<T>(list: &mut Loose<List<T>>, value: T) {
    match list {
        Loose::Good(List(list)) => list.push(value),
        other => *other = Loose::Good(List(vec![value])),
    }
}
