//! What the matcher answers to a question.

use std::collections::BTreeMap;

use ward_match::{ExplainError, Inventory, explain, match_inventory};
use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::finding::{Finding, State, UnassessedReason};
use ward_model::ids::ComponentRef;
use ward_model::knowledge::{Knowledge, KnowledgeError};
use ward_model::purl::Purl;

use super::Question;
use super::cause::Cause;
use super::form::{Distribution, Form};
use super::packages::Packages;

/// What the matcher says of a package and a vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// A finding: affected.
    Affected,
    /// A finding: it cannot be told.
    Unknown,
    /// No finding, and the component is listed as not assessed.
    Unassessed,
    /// Not affected.
    NotAffected,
}

/// A question with its answer.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The question.
    pub question: Question,
    /// Whether the component had a package URL.
    pub packaged: bool,
    /// The answer.
    pub answer: Answer,
    /// Why it is another one than that of people; nothing where both agree.
    pub cause: Option<Cause>,
    /// What the proof says.
    pub words: String,
}

/// How much is told of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// What the label says: a name, a version, and a package URL only where the name is one in itself.
    AsLabelled,
    /// With the package URL that tools write for such a package, where the table of packages knows it.
    AsPackaged,
}

/// What is needed to ask.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The reviewed aliases.
    pub aliases: &'a Aliases,
    /// What is known.
    pub knowledge: &'a dyn Knowledge,
    /// Of which types packages are.
    pub packages: &'a Packages,
}

impl Asker<'_> {
    /// Asks the matcher every question, in their order. Questions about one package follow each other, and are answered by one
    /// match.
    ///
    /// # Errors
    /// The knowledge could not be read.
    pub fn judge(&self, questions: &[Question], reading: Reading) -> Result<Vec<Judged>, KnowledgeError> {
        let mut judged = Vec::with_capacity(questions.len());
        let same = |a: &Question, b: &Question| (&a.name, &a.version, a.form) == (&b.name, &b.version, b.form);
        for about_one in questions.chunk_by(same) {
            let Some(first) = about_one.first() else { continue };
            let component = self.component(first, reading);
            let said = self.ask(&component)?;
            for question in about_one {
                let (answer, finding) = said.about(question);
                let words = match finding {
                    Some(finding) => words(finding),
                    None => self.why(&component, question)?,
                };
                let packaged = component.purl.is_some();
                let cause = Cause::of(question.verdict, packaged, answer, said.unassessed, finding, &words);
                judged.push(Judged { question: question.clone(), packaged, answer, cause, words });
            }
        }
        Ok(judged)
    }

    fn ask(&self, component: &Component) -> Result<Said, KnowledgeError> {
        let report = match_inventory(&alone(component), self.aliases, self.knowledge)?;
        let unassessed = report.unassessed.first().map(|open| open.reason);
        Ok(Said { findings: report.findings, unassessed })
    }

    fn why(&self, component: &Component, question: &Question) -> Result<String, KnowledgeError> {
        let (reference, id) = (&component.reference, &question.vulnerability);
        match explain(&alone(component), self.aliases, self.knowledge, reference, id) {
            Ok(explanation) => Ok(explanation.reasons.join("; ")),
            Err(ExplainError::Knowledge(error)) => Err(error),
            Err(error) => Ok(error.to_string()),
        }
    }

    /// The package as a component of an SBOM.
    fn component(&self, question: &Question, reading: Reading) -> Component {
        let version = &question.version;
        let (kind, namespace, name) = parts(question);
        let told = match (reading, question.form) {
            (Reading::AsPackaged, Form::Plain) => self.packages.of(&question.name, version),
            _ => None,
        };
        let (kind, namespace) = told.map_or((kind, namespace), |(kind, namespace)| (Some(kind), namespace));
        let purl = kind.and_then(|kind| {
            let purl = Purl {
                kind: kind.to_owned(),
                namespace: namespace.map(str::to_owned),
                name: name.to_owned(),
                version: Some(version.clone()),
                qualifiers: BTreeMap::new(),
                subpath: None,
            };
            purl.build().ok()
        });
        Component {
            kind: ComponentKind::Library,
            version: Some(version.clone()),
            purl,
            ..Component::named(ComponentRef::new("asked"), question.name.clone())
        }
    }
}

/// One component by itself. Nobody says that the list is complete: a platform that is not in it may be there.
fn alone(component: &Component) -> Inventory<'_> {
    Inventory { components: std::slice::from_ref(component), hardware: &[], complete: false }
}

/// Type, namespace and name of the package, as far as the form of its name tells.
fn parts(question: &Question) -> (Option<&str>, Option<&str>, &str) {
    let name = question.name.as_str();
    let split = |separator| name.rsplit_once(separator).map_or((None, name), |(space, name)| (Some(space), name));
    match question.form {
        Form::Plain => (None, None, name),
        Form::Go => (Some("golang"), split('/').0, split('/').1),
        Form::Maven => (Some("maven"), split(':').0, split(':').1),
        Form::Distribution(Distribution::Apk) => (Some("apk"), None, name),
        Form::Distribution(Distribution::Deb) => (Some("deb"), None, name),
        Form::Distribution(Distribution::Rpm) => (Some("rpm"), None, name),
    }
}

/// Everything that is said of one component.
struct Said {
    findings: Vec<Finding>,
    unassessed: Option<UnassessedReason>,
}

impl Said {
    fn about(&self, question: &Question) -> (Answer, Option<&Finding>) {
        let id = &question.vulnerability;
        let named = |finding: &&Finding| finding.vulnerability.id == *id || finding.vulnerability.aliases.contains(id);
        let worst = |finding: &&Finding| match finding.state {
            State::Affected => 0,
            State::Unknown => 1,
            State::NotAffected => 2,
        };
        match self.findings.iter().filter(named).min_by_key(worst) {
            Some(finding) => match finding.state {
                State::Affected => (Answer::Affected, Some(finding)),
                State::Unknown => (Answer::Unknown, Some(finding)),
                State::NotAffected => (Answer::NotAffected, Some(finding)),
            },
            None if self.unassessed.is_some() => (Answer::Unassessed, None),
            None => (Answer::NotAffected, None),
        }
    }
}

fn words(finding: &Finding) -> String {
    let proof = &finding.proof;
    let mut parts = vec![proof.identity.clone(), proof.criterion.clone(), proof.range.clone()];
    parts.extend(proof.environment.iter().cloned());
    parts.join("; ")
}
