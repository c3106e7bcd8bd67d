//! Answers that are kept beside a portfolio: used where they are of an earlier state of the home, and brought up to date.

use std::path::{Path, PathBuf};

use ward_fleet::{Answers, Changed, Kept, Portfolio};
use ward_knowledge::{Generation, Home};
use ward_model::Digest;
use ward_model::alias::Aliases;
use ward_model::knowledge::Knowledge;

use crate::failure::Failure;
use crate::ui::Ui;

/// The answers of one portfolio by one home.
pub struct Keeping<'a> {
    portfolio: &'a Portfolio,
    home: &'a Home,
    ui: &'a Ui,
    /// Where they are kept, and what they have to come from.
    place: Option<(PathBuf, Digest)>,
    kept: Option<Kept>,
    /// The state of the home that is kept by now.
    state: Option<Digest>,
}

impl<'a> Keeping<'a> {
    /// Looks for answers beside a portfolio, where any are to be kept there. What cannot be used is told and not used.
    pub fn new(beside: Option<&Path>, portfolio: &'a Portfolio, home: &'a Home, ui: &'a Ui) -> Self {
        let mut keeping = Self { portfolio, home, ui, place: None, kept: None, state: None };
        let Some(beside) = beside else { return keeping };
        let mut path = beside.as_os_str().to_owned();
        path.push(".answers");
        let path = PathBuf::from(path);
        // Whatever else answers follow from, rules and aliases too, is part of the program.
        let program = match std::env::current_exe().and_then(std::fs::read) {
            Ok(bytes) => Digest::of(&bytes),
            Err(error) => {
                ui.note(format!("answers are not kept: which program this is cannot be told: {error}"));
                return keeping;
            }
        };
        if path.exists() {
            match Kept::open(&path, portfolio, program) {
                Ok(Some(kept)) => {
                    keeping.state = Some(kept.chain);
                    keeping.kept = Some(kept);
                }
                Ok(None) => ui.note(format!(
                    "{}: answers for another portfolio or by another program: all is matched again",
                    path.display()
                )),
                Err(error) => ui.note(format!("{error}: all is matched again")),
            }
        }
        keeping.place = Some((path, program));
        keeping
    }

    /// The answers by what a home holds, or held.
    pub fn answers(&mut self, aliases: &Aliases, by: &Generation) -> Result<Answers, Failure> {
        let Some(Kept { mut answers, chain }) = self.kept.take() else {
            return Ok(Answers::new(self.portfolio, aliases, by)?);
        };
        let before = self.home.at_chain(chain)?;
        let before = before.filter(|before| before.description().generation == answers.knowledge());
        let difference = match &before {
            Some(before) => by.difference_from(before)?.map(|difference| (before, difference)),
            None => None,
        };
        let Some((before, difference)) = difference else {
            // Of a later state, or of another home.
            return Ok(Answers::new(self.portfolio, aliases, by)?);
        };
        if before.chain() == by.chain() {
            return Ok(answers);
        }
        let changed = Changed::between(before, by, &difference.records, &difference.set_aside)?;
        answers.update(self.portfolio, aliases, by, &changed)?;
        Ok(answers)
    }

    /// Keeps answers by this state of the home, unless those of a later one are kept. That they cannot be is told.
    pub fn keep(&self, mut answers: Answers, by: &Generation) -> Result<Answers, Failure> {
        let Some((path, program)) = &self.place else { return Ok(answers) };
        let stays = match self.state {
            Some(state) if state == by.chain() => true,
            Some(state) => !by.has_chain(state)? && self.home.at_chain(state)?.is_some(),
            None => false,
        };
        if !stays && let Err(error) = answers.keep(path, by.chain(), *program) {
            self.ui.note(format!("the answers are not kept: {error}"));
        }
        Ok(answers)
    }
}
