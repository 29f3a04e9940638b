//! An answer that somebody gave on the page: how it was read, and what came of it.

use crate::demo::page::marked::Marked;
use crate::demo::stage::Player;
use crate::lunch::act::PartStat;
use chrono::NaiveDateTime;
use std::ops::Range;

/// An answer.
pub struct Answer {
    /// Whose.
    pub by: Player,
    /// To which letter.
    pub to: usize,
    /// When, local time.
    pub at: NaiveDateTime,
    /// Its subject.
    pub subject: String,
    /// How it was written.
    pub how: &'static str,
    /// Which button of the calendar it was.
    pub partstat: Option<PartStat>,
    /// How the daemon read it.
    pub marked: Marked,
    /// The letters that went out at once because of it.
    pub letters: Range<usize>,
}

impl Answer {
    /// Whether somebody wrote or pressed it, and not a program for them.
    pub fn is_a_persons(&self) -> bool {
        !matches!(self.marked.kind, "auto-reply" | "bounce")
    }

    /// The calendar button as the card shows it.
    pub const fn pressed(&self) -> Option<&'static str> {
        match self.partstat {
            Some(PartStat::Accepted) => Some("accepted"),
            Some(PartStat::Declined) => Some("declined"),
            Some(PartStat::Tentative) => Some("said maybe to"),
            Some(PartStat::Delegated | PartStat::Other) | None => None,
        }
    }
}
