//! What each kind of file says, and what is refused.

use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Contents, EvidenceError, Table, TestOutcome, TestReport, cell_position, read};

fn report(text: &str) -> Result<TestReport, EvidenceError> {
    match read("evidence/a.junit.xml", text.as_bytes()).unwrap()? {
        Contents::Tests(report) => Ok(report),
        Contents::Tables(_) => panic!("a report was expected"),
    }
}

fn tables(name: &str, bytes: &[u8]) -> Result<Vec<Table>, EvidenceError> {
    match read(name, bytes).unwrap()? {
        Contents::Tables(tables) => Ok(tables),
        Contents::Tests(_) => panic!("tables were expected"),
    }
}

/// A workbook of these parts.
fn packed(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const RELATIONS: &str = r#"<Relationships xmlns="r"><Relationship Id="rId1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="m" xmlns:r="r"><sheets><sheet name="Tests" sheetId="1" r:id="rId1"/><sheet name="Empty" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
const PARTS: &str = r#"<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://x/worksheet" Target="/xl/worksheets/sheet2.xml"/>
<Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const STRINGS: &str = r#"<sst><si><t>id</t></si><si><r><t>VT-</t></r><r><t>118</t></r><rPh><t>x</t></rPh></si><si><t>result</t></si></sst>"#;
const SHEET: &str = r#"<worksheet><sheetData>
<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>2</v></c></row>
<row r="5"><c r="A5" t="s"><v>1</v></c><c r="B5"><v>4.2</v></c><c t="inlineStr"><is><t> passed </t></is></c></row>
<row><c r="A6" t="b"><v>1</v></c><c r="B6" t="str"><f>A1</f><v>kept</v></c></row>
</sheetData></worksheet>"#;

fn workbook(sheet: &str) -> Vec<u8> {
    packed(&[
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
        ("xl/sharedStrings.xml", STRINGS),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/worksheets/sheet2.xml", "<worksheet><sheetData/></worksheet>"),
    ])
}

/// How the writers of JUnit's report say how a test case came out.
#[test]
fn a_test_case_passes_by_no_other_word() {
    let cases = [
        ("<testcase name='a'/>", TestOutcome::Passed),
        (
            "<testcase name='a' status='run' result='completed'><system-out>x</system-out></testcase>",
            TestOutcome::Passed,
        ),
        ("<testcase name='a'><failure message='m'/></testcase>", TestOutcome::Failed),
        ("<testcase name='a'><error/></testcase>", TestOutcome::Errored),
        ("<testcase name='a'><skipped/></testcase>", TestOutcome::Skipped),
        ("<testcase name='a'><skipped/><failure/></testcase>", TestOutcome::Failed),
        ("<testcase name='a'><error/><skipped/></testcase>", TestOutcome::Errored),
        ("<testcase name='a'><flakyFailure/></testcase>", TestOutcome::Failed),
        ("<testcase name='a'><rerunError/></testcase>", TestOutcome::Errored),
        ("<testcase name='a' status='notrun'/>", TestOutcome::Skipped),
        ("<testcase name='a' status='run' result='suppressed'/>", TestOutcome::Skipped),
        ("<testcase name='a' status='failed'/>", TestOutcome::Failed),
        ("<testcase name='a' result='inconclusive'/>", TestOutcome::Unclear("inconclusive".to_owned())),
        // What stands deeper in it is output, not outcome.
        ("<testcase name='a'><system-out><failure/></system-out></testcase>", TestOutcome::Passed),
    ];
    for (case, expected) in cases {
        let report = report(&format!("<testsuites><testsuite name='s'>{case}</testsuite></testsuites>")).unwrap();
        assert_eq!(report.cases[0].outcome, expected, "{case}");
        assert_eq!((report.cases[0].suite.as_str(), report.cases[0].line), ("s", 1));
    }
}

#[test]
fn a_report_that_counts_otherwise_than_it_shows_is_said_to() {
    let table = [
        ("<testsuite tests='1' failures='1'><testcase name='a'/></testsuite>", 1),
        ("<testsuite tests='2'><testcase name='a'/></testsuite>", 1),
        ("<testsuites errors='1'><testsuite errors='1'><testcase name='a'/></testsuite></testsuites>", 2),
        ("<testsuite tests='1' failures='1'><testcase name='a'><failure/></testcase></testsuite>", 0),
        ("<testsuites><testsuite tests='1'><testcase name='a'/></testsuite></testsuites>", 0),
        ("<testsuite tests='no number'/>", 0),
    ];
    for (text, contradictions) in table {
        assert_eq!(report(text).unwrap().contradictions.len(), contradictions, "{text}");
    }
}

#[test]
fn other_files_are_not_read_and_broken_ones_are_refused() {
    assert_eq!(read("evidence/a.pdf", b"%PDF"), None);
    assert_eq!(read("evidence/a.md", b"# a"), None);
    assert_eq!(read("evidence/csv", b"a"), None);
    assert_eq!(read("evidence/a.xml", b"<html/>"), None);
    for (name, text, part) in [
        ("a.xml", "<testsuite>", "ends inside"),
        ("a.junit.xml", "<testsuite><testcase/></testsuite>", "has no name"),
        ("a.xml", "<testsuites><testcase name='a'><testcase name='b'/></testcase></testsuites>", "outside of a suite"),
        ("a.XML", "<!DOCTYPE a><testsuite/>", "document type"),
        ("a.csv", "", "no row of headings"),
        ("a.csv", "# only remarks\n", "no row of headings"),
        ("a.csv", "a,b\n1,2,3\n", "line 2: this row has 3 cells, and the headings are 2"),
        ("a.csv", "a,b\n\u{0}\u{1}\n", "line 2"),
        ("a.xlsx", "no archive", "this is no workbook"),
    ] {
        let said = read(name, text.as_bytes()).unwrap().unwrap_err().to_string();
        assert!(said.contains(part), "{name}: {said}");
    }
    let said = read("a.csv", b"a,b\n1,\xff\n").unwrap().unwrap_err();
    assert_eq!((said.line, said.reason.as_str()), (Some(2), "this is not UTF-8 text"));
    let large = vec![b'a'; super::LARGEST + 1];
    assert!(read("a.csv", &large).unwrap().unwrap_err().reason.contains("at most"));
}

#[test]
fn a_csv_file_is_a_table() {
    for text in ["# a remark\nlink,from\n\n a ,\"x, y\"\n", "\u{feff}link;from\na;x, y\n", "link\tfrom\na\tx, y\n"] {
        let read = tables("list.csv", text.as_bytes()).unwrap();
        let [table] = &read[..] else { panic!("one table") };
        assert_eq!(table.column(&["interface", "FROM"]), Some(1));
        assert_eq!(table.column(&["to"]), None);
        assert_eq!((table.rows[0].cell(0), table.rows[0].cell(1)), (Some("a"), Some("x, y")), "{text}");
        assert_eq!(table.rows.len(), 1);
    }
    assert_eq!(tables("list.tsv", b"a,b\tc\n1\t2\n").unwrap()[0].column(&["a,b"]), Some(0));
}

#[test]
fn a_workbook_is_a_table_for_each_sheet() {
    let read = tables("a.xlsx", &workbook(SHEET)).unwrap();
    assert_eq!(read.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["Tests", "Empty"]);
    let tests = &read[0];
    assert_eq!((tests.headings.line, tests.column(&["Result"])), (2, Some(2)));
    let row = &tests.rows[0];
    assert_eq!((row.line, row.cell(0), row.cell(1), row.cell(2)), (5, Some("VT-118"), Some("4.2"), Some("passed")));
    assert_eq!((tests.rows[1].line, tests.rows[1].cell(0), tests.rows[1].cell(1)), (6, Some("true"), Some("kept")));
    assert!(read[1].headings.cells.is_empty() && read[1].rows.is_empty());
    for (name, expected) in [
        ("A1", Some((0, 1))),
        ("AB12", Some((27, 12))),
        ("XFD1", Some((16_383, 1))),
        ("XFE1", None),
        ("a1", None),
        ("7", None),
        ("A0", None),
    ] {
        assert_eq!(cell_position(name), expected, "{name}");
    }
}

#[test]
fn a_workbook_that_is_not_whole_or_costs_too_much_is_refused() {
    let sheet =
        |cells: &str| workbook(&format!("<worksheet><sheetData><row r='1'>{cells}</row></sheetData></worksheet>"));
    let long = format!(
        "<worksheet><sheetData><row r='1'><c r='A1' t='str'><v>{}</v></c></row></sheetData></worksheet>",
        "a".repeat(97 << 20)
    );
    let without = packed(&[
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", "<Relationships/>"),
    ]);
    for (bytes, part) in [
        (sheet("<c r='A1' t='s'><v>9</v></c>"), "no shared text `9`"),
        (sheet("<c r='B2'><v>9</v></c>"), "`B2` is no cell of row 1"),
        (sheet("<c r='ZZZ1'><v>9</v></c>"), "no cell of row"),
        (without, "the sheet `Tests` is missing"),
        (packed(&[("a", "b")]), "_rels/.rels"),
        // A few hundred kilobytes that unpack to a hundred megabytes.
        (workbook(&long), "unpacks to more than"),
    ] {
        let said = tables("a.xlsx", &bytes).unwrap_err().to_string();
        assert!(said.contains(part), "{said} should say {part}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever the bytes are, something comes out.
    #[test]
    fn bytes_of_any_kind_are_answered(
        which in 0_usize..3,
        cut in 0.0_f64..1.0,
        length in 0_usize..30,
        put in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let (name, mut bytes) = match which {
            0 => ("a.xml", b"<testsuite tests='1'><testcase name='a'><failure/></testcase></testsuite>".to_vec()),
            1 => ("a.csv", b"link,from,to\n# r\na,b,\"c\"\n".to_vec()),
            _ => ("a.xlsx", workbook(SHEET)),
        };
        let start = (cut * bytes.len() as f64) as usize;
        let end = (start + length).min(bytes.len());
        bytes.splice(start..end, put);
        let _ = read(name, &bytes);
    }
}
