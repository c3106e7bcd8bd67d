//! The knowledge that a command answers from: the home's current generation, else the small seed that ships with the program.

use jiff::civil::Date;
use ward_knowledge::{Generation, Home, Memory, seed};
use ward_model::knowledge::{Knowledge, KnowledgeDescription};

use crate::arguments::Global;
use crate::clock::{self, AsOf};
use crate::failure::Failure;
use crate::home;
use crate::ui::Ui;

/// The knowledge at hand.
pub enum Held {
    /// What the home holds.
    Generation(Box<Generation>),
    /// The home holds nothing.
    Seed(Box<Memory>),
}

impl Held {
    /// Opens what the home holds, or held at the moment asked about, and settles the day that the question is about. Says on stderr
    /// which it is and what it lacks.
    ///
    /// # Errors
    /// The home cannot be read; the moment lies before its first receipt; or none is given, and today lies before its last one.
    pub fn open(global: &Global, as_of: Option<AsOf>, ui: &Ui) -> Result<(Self, Date), Failure> {
        let (held, day, notes) = Self::opened(global, as_of)?;
        notes.iter().for_each(|note| ui.note(note));
        Ok((held, day))
    }

    /// The same; what would be said on stderr is given back.
    pub fn opened(global: &Global, as_of: Option<AsOf>) -> Result<(Self, Date, Vec<String>), Failure> {
        let folder = home::folder(global.home.as_ref())?;
        let home = Home::open(&folder);
        let generation = match as_of {
            Some(as_of) => home.as_of(as_of.moment)?,
            None => home.current()?,
        };
        let held = match generation {
            Some(generation) => Self::Generation(Box::new(generation)),
            None => Self::Seed(Box::new(seed::load()?)),
        };
        let today = clock::today();
        let day = as_of.map_or(today, |as_of| as_of.day);
        held.answers_for(day)?;
        let mut notes = Vec::new();
        match &held {
            Self::Seed(_) => notes.push(seed_note(held.description(), &folder)),
            Self::Generation(_) => {}
        }
        let whose = if as_of.is_some() { "as asked" } else { "today, UTC" };
        notes.push(format!("as of {day} ({whose}), from knowledge of {}", held.description().as_of));
        if day > today {
            notes.push(format!("{day} lies ahead: what becomes known until then is missing"));
        }
        Ok((held, day, notes))
    }

    /// The knowledge.
    pub fn knowledge(&self) -> &dyn Knowledge {
        match self {
            Self::Generation(generation) => generation.as_ref(),
            Self::Seed(seed) => seed.as_ref(),
        }
    }

    /// What it consists of.
    pub fn description(&self) -> &KnowledgeDescription {
        self.knowledge().description()
    }

    /// What is at hand was received up to a day, and cannot answer for an earlier one: it would know too much.
    fn answers_for(&self, day: Date) -> Result<(), Failure> {
        let last = self.description().as_of;
        if day >= last {
            return Ok(());
        }
        let message = match self {
            Self::Seed(_) => format!(
                "nothing was known here on {day}: this home is empty, and the built-in seed speaks as of {last}"
            ),
            // With `--as-of` it is what was held then; so this is today, by a clock that is wrong now or was wrong at a sync.
            Self::Generation(_) => {
                format!("today is {day}, and this home received knowledge on {last}: a clock is wrong")
            }
        };
        Err(Failure::input("as-of", message).hint(format!("ask with --as-of {last} or later")))
    }
}

fn seed_note(description: &KnowledgeDescription, folder: &std::path::Path) -> String {
    format!(
        "{} holds no knowledge yet: the small seed that ships with the program is used. It knows some vulnerabilities of {} \
         products as of {}, and nothing of any other product; no finding from it means little. `ward feeds sync --from DIR` \
         brings the rest.",
        folder.display(),
        description.limited_to.len(),
        description.as_of
    )
}
