//! JUnit's XML report, in the dialects of its many writers.
//!
//! There is no schema that all of them keep to. What is not known to mean that a test case passed is read as something else.

use crate::xml::walk::{Step, attribute, walk};

use super::{Bounds, EvidenceError, TestCase, TestOutcome, TestReport, utf8};

/// A suite that has begun.
struct Suite {
    name: String,
    /// How many of its test cases it says did not pass.
    bad: usize,
    /// How many test cases it says there are in it, where it says so.
    declared: Option<usize>,
    /// How many did not pass, and how many there are, those of suites inside it included.
    found: usize,
    cases: usize,
    line: usize,
}

/// Reads a report; `None` where the file is XML of another kind.
pub(super) fn read(bytes: &[u8]) -> Result<Option<TestReport>, EvidenceError> {
    let text = utf8(bytes)?;
    let mut reading = Reading::default();
    walk(text, |step| reading.take(&step))
        .map_err(|error| EvidenceError::at(error.line, error.reason))
        .map(|()| reading.is_report.then_some(reading.report))
}

#[derive(Default)]
struct Reading {
    report: TestReport,
    is_report: bool,
    bounds: Bounds,
    open: Vec<Open>,
    suites: Vec<Suite>,
}

/// What an element that has begun is.
enum Open {
    Suite,
    Case,
    Other,
}

impl Reading {
    fn take(&mut self, step: &Step<'_>) -> Result<(), String> {
        match step {
            Step::Open { name, attributes, line } => {
                if self.open.is_empty() {
                    self.is_report = matches!(*name, "testsuites" | "testsuite");
                }
                let inside_case = self.open.iter().any(|open| matches!(open, Open::Case));
                let open = match *name {
                    _ if !self.is_report => Open::Other,
                    "testsuites" | "testsuite" if !inside_case => {
                        self.suite(attributes, *line);
                        Open::Suite
                    }
                    "testcase" if !inside_case && matches!(self.open.last(), Some(Open::Suite)) => {
                        self.case(attributes, *line)?;
                        Open::Case
                    }
                    // One that stands anywhere else would be passed over in silence.
                    "testcase" => return Err("a test case stands outside of a suite".to_owned()),
                    _ => {
                        if matches!(self.open.last(), Some(Open::Case)) {
                            self.inside_case(name);
                        }
                        Open::Other
                    }
                };
                self.open.push(open);
            }
            Step::Close => match self.open.pop() {
                Some(Open::Suite) => self.suite_ends(),
                Some(Open::Case) => self.case_ends(),
                _ => {}
            },
            Step::Text(_) => {}
        }
        Ok(())
    }

    fn suite(&mut self, attributes: &[(String, String)], line: usize) {
        let count = |name: &str| attribute(attributes, name).and_then(|count| count.trim().parse::<usize>().ok());
        let bad = ["failures", "errors"].into_iter().filter_map(count).fold(0_usize, usize::saturating_add);
        let name = attribute(attributes, "name").unwrap_or_default().trim().to_owned();
        self.suites.push(Suite { name, bad, declared: count("tests"), found: 0, cases: 0, line });
    }

    fn case(&mut self, attributes: &[(String, String)], line: usize) -> Result<(), String> {
        let said = |name: &str| attribute(attributes, name).unwrap_or_default().trim().to_owned();
        let (name, class) = (said("name"), said("classname"));
        if name.is_empty() {
            return Err("a test case has no name".to_owned());
        }
        let suite = self.suites.last().map(|suite| suite.name.clone()).unwrap_or_default();
        self.bounds.row()?;
        self.bounds.cell(name.len() + class.len() + suite.len())?;
        let words = [said("status"), said("result")];
        let outcome = words
            .iter()
            .filter(|word| !word.is_empty())
            .map(|word| outcome_of(word))
            .fold(TestOutcome::Passed, |worst, next| if worst == TestOutcome::Passed { next } else { worst });
        self.report.cases.push(TestCase { name, class, suite, outcome, line });
        Ok(())
    }

    /// Something in a test case: what says that it did not pass, in all or in one of its runs.
    fn inside_case(&mut self, name: &str) {
        let Some(case) = self.report.cases.last_mut() else { return };
        let outcome = match name.to_ascii_lowercase().as_str() {
            "failure" | "rerunfailure" | "flakyfailure" => TestOutcome::Failed,
            "error" | "rerunerror" | "flakyerror" => TestOutcome::Errored,
            "skipped" | "disabled" | "notrun" if case.outcome == TestOutcome::Passed => TestOutcome::Skipped,
            _ => return,
        };
        if case.outcome != TestOutcome::Failed {
            case.outcome = outcome;
        }
    }

    fn case_ends(&mut self) {
        let bad = self.report.cases.last().is_some_and(|case| case.outcome != TestOutcome::Passed);
        for suite in &mut self.suites {
            suite.cases += 1;
            suite.found += usize::from(bad);
        }
    }

    fn suite_ends(&mut self) {
        let Some(Suite { name, bad, declared, found, cases, line }) = self.suites.pop() else { return };
        // What it says it has is compared; that it says nothing, or less than there is, hides nothing.
        if bad > found {
            self.report.contradictions.push(format!(
                "line {line}: the suite `{name}` counts {bad} test cases that did not pass and holds {found}"
            ));
        }
        if let Some(declared) = declared.filter(|declared| *declared > cases) {
            self.report
                .contradictions
                .push(format!("line {line}: the suite `{name}` counts {declared} test cases and holds {cases}"));
        }
    }
}

/// What a word that a writer puts beside a test case means.
fn outcome_of(word: &str) -> TestOutcome {
    match word.to_ascii_lowercase().as_str() {
        "run" | "passed" | "pass" | "success" | "succeeded" | "completed" | "ok" => TestOutcome::Passed,
        "failed" | "fail" | "failure" => TestOutcome::Failed,
        "error" | "errored" => TestOutcome::Errored,
        "skipped" | "notrun" | "disabled" | "suppressed" | "ignored" => TestOutcome::Skipped,
        _ => TestOutcome::Unclear(word.chars().take(40).collect()),
    }
}
