//! Quoting: leave to show a point of somebody's notes outside of the pairing.
//!
//! Notes are for two pairs of eyes. Whoever wants to show a good word about themselves, for a
//! promotion, marks it; its speaker is asked once, and it is used only as the speaker said: by name,
//! without the name, or not at all. No answer is a no. What was said can be taken back at any time,
//! and leave for words ends with the words: a correction has to be asked about anew.
//! A worst moment is never asked about.

use crate::lunch::act::Permission;
use crate::lunch::notes::{Section, Words};
use crate::lunch::pairing::{Lunch, LunchState, Page, Pairing, PairingId, Role};
use chrono::{NaiveDate, NaiveDateTime};
use std::collections::BTreeMap;

/// What became of the one question whether a point may be quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoting {
    /// The day on which the speaker was asked.
    pub asked: NaiveDate,
    /// The speaker's latest answer, with its day; `None` while there is none.
    pub answer: Option<(NaiveDate, Permission)>,
    /// The wording that the speaker was asked about (`Page::wording`).
    pub wording: u32,
}

/// The questions about the points of one page, by their prompt.
pub type Quotings = BTreeMap<Section, Quoting>;

/// One point of somebody's notes, wherever it is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Of which pairing.
    pub pairing: PairingId,
    /// Of which lunch, by its slot.
    pub slot: NaiveDateTime,
    /// Who wrote it.
    pub speaker: Role,
    /// Under which prompt.
    pub section: Section,
    /// In which wording (`Page::wording`).
    pub wording: u32,
}

/// A point that may be shown, with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Which point.
    pub point: Point,
    /// Verbatim.
    pub words: Words,
    /// The day of the lunch.
    pub on: NaiveDate,
    /// The day on which the speaker allowed it: the stamp.
    pub granted: NaiveDate,
    /// Whether the speaker may be named.
    pub by_name: bool,
    /// Which of the reader's goals the focus of the same notes went to, by its place among them.
    pub goal: Option<usize>,
}

/// Whether a point of that kind may ever be asked about.
pub const fn is_quotable(section: Section) -> bool {
    match section {
        Section::Best | Section::Focus => true,
        Section::Worst => false,
    }
}

impl Page {
    /// The words under that prompt, if their subject has read them and they are of a kind that may be
    /// asked about.
    pub fn quotable(&self, section: Section) -> Option<&Words> {
        if self.shown == 0 || !is_quotable(section) {
            return None;
        }
        self.notes.as_ref()?.section(section)
    }

    /// The prompts whose words somebody asked about quoting, and was not refused: asked and open, or allowed.
    pub fn asked_about(&self) -> impl Iterator<Item = Section> {
        let asked = self.quoting.iter().filter(|(_, quoting)| {
            let refused = matches!(quoting.answer, Some((_, Permission::Refused)));
            !refused
        });
        asked.map(|(section, _)| *section)
    }

    /// Whether there is such a prompt.
    pub fn is_asked_about(&self) -> bool {
        self.asked_about().next().is_some()
    }

    /// The speaker's leave for the words under that prompt, with its day; `None` without one.
    pub fn leave(&self, section: Section) -> Option<(NaiveDate, Permission)> {
        self.quotable(section)?;
        let (on, answer) = self.quoting.get(&section)?.answer?;
        match answer {
            Permission::Named | Permission::Unnamed => Some((on, answer)),
            Permission::Refused => None,
        }
    }
}

/// All that was said about `reader` in that pairing and may be shown outside of it, oldest first.
pub fn granted(pairing: &Pairing, reader: Role) -> Vec<Granted> {
    let speaker = reader.other();
    let held = |lunch: &&Lunch| lunch.state == LunchState::Held;
    let mut lunches: Vec<_> = pairing.lunches.iter().filter(held).collect();
    lunches.sort_by_key(|lunch| lunch.start);
    let points = lunches.into_iter().flat_map(|lunch| {
        let page = lunch.page(speaker);
        Section::ALL.into_iter().filter_map(move |section| {
            let (granted, permission) = page.leave(section)?;
            Some(Granted {
                point: Point {
                    pairing: pairing.id,
                    slot: lunch.slot,
                    speaker,
                    section,
                    wording: page.wording,
                },
                words: page.quotable(section)?.clone(),
                on: lunch.start.date(),
                granted,
                by_name: permission == Permission::Named,
                goal: page.goal,
            })
        })
    });
    points.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lunch::notes::Notes;

    fn page() -> Page {
        let day = NaiveDate::from_ymd_opt(2027, 1, 20).unwrap();
        let quoting = |answer| Quoting {
            asked: day,
            answer: Some((day, answer)),
            wording: 0,
        };
        Page {
            notes: Some(Notes {
                best: Some("The demo.".to_owned().into()),
                worst: Some("The retro.".to_owned().into()),
                focus: Some("Asks first.".to_owned().into()),
                ..Notes::default()
            }),
            shown: 1,
            quoting: BTreeMap::from([
                (Section::Best, quoting(Permission::Named)),
                (Section::Worst, quoting(Permission::Named)),
                (Section::Focus, quoting(Permission::Refused)),
            ]),
            ..Page::default()
        }
    }

    #[test]
    fn only_what_was_allowed_and_read_may_be_shown_and_never_a_worst_moment() {
        let mut page = page();
        assert!(page.leave(Section::Best).is_some());
        assert!(page.leave(Section::Worst).is_none());
        assert!(page.leave(Section::Focus).is_none());
        page.shown = 0;
        assert!(page.leave(Section::Best).is_none());
    }
}
