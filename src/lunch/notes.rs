//! Notes: what one partner writes about the other after a lunch, under three prompts.
//!
//! Everything here is confidential: it prints nowhere, and is shown to the two of a pairing only.

use crate::lunch::nothing::says_nothing;
use crate::words::confidential::Confidential;

/// Words that somebody wrote.
pub type Words = Confidential<String>;

/// One of the three prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// 1. The partner's best moment since the two last met.
    Best,
    /// 2. The partner's worst moment since the two last met.
    Worst,
    /// 3. The partner's focused improvement point: what helps, what hinders.
    Focus,
}

impl Section {
    /// All three, in the order of the letter.
    pub const ALL: [Self; 3] = [Self::Best, Self::Worst, Self::Focus];
}

/// Whether something was seen to help a goal or to stand in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// It helps.
    Helps,
    /// It hinders.
    Hinders,
    /// It does the one and the other.
    Both,
}

/// Something seen that helps or hinders the partner's goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Which way it works.
    pub polarity: Polarity,
    /// In the writer's words.
    pub words: Words,
}

/// The three answers of one writer, as understood.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Notes {
    /// Best moment.
    pub best: Option<Words>,
    /// Worst moment.
    pub worst: Option<Words>,
    /// Focused improvement point, the whole answer.
    pub focus: Option<Words>,
    /// What in the focus was marked as helping or hindering.
    pub observations: Vec<Observation>,
    /// A goal of the partner's that the writer calls reached.
    pub achieved: Option<Words>,
    /// Own words that belong to no prompt; shown in the receipt, never dropped.
    pub unplaced: Vec<Words>,
}

impl Notes {
    /// As the other gets them: whatever belonged to no prompt was shown to its writer only, and "none" is
    /// no moment.
    #[must_use]
    pub fn as_shown(self) -> Self {
        let worth = |words: &Words| !says_nothing(words);
        Self {
            best: self.best.filter(worth),
            worst: self.worst.filter(worth),
            focus: self.focus.filter(worth),
            unplaced: Vec::new(),
            ..self
        }
    }

    /// The answer to one prompt.
    pub const fn section(&self, section: Section) -> Option<&Words> {
        match section {
            Section::Best => self.best.as_ref(),
            Section::Worst => self.worst.as_ref(),
            Section::Focus => self.focus.as_ref(),
        }
    }

    /// Replaces (or, with `None`, removes) the answer to one prompt. Observations go with the focus.
    pub fn set_section(&mut self, section: Section, words: Option<Words>) {
        match section {
            Section::Best => self.best = words,
            Section::Worst => self.worst = words,
            Section::Focus if self.focus == words => {}
            Section::Focus => {
                self.focus = words;
                self.observations.clear();
            }
        }
    }

    /// The prompts without an answer.
    pub fn missing(&self) -> Vec<Section> {
        Section::ALL
            .into_iter()
            .filter(|s| self.section(*s).is_none())
            .collect()
    }

    /// Whether no prompt has an answer.
    pub fn is_empty(&self) -> bool {
        self.missing().len() == Section::ALL.len()
    }
}
