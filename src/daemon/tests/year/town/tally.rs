//! What was seen in a year, counted.

use std::fmt;

/// What was seen in a year.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub letters: u64,
    pub mails: u64,
    pub copies: u64,
    pub deferred: u64,
    pub unheard: u64,
    pub doubled: u64,
    pub refused: u64,
    pub outages: u64,
    pub stops: u64,
    pub cuts: u64,
    pub looks: u64,
    pub late: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} letters ({} tries deferred, {} replies lost, {} letters twice where nobody could tell, \
             {} refused), {} mails ({} copies, {} late), {} outages, {} stops, {} power cuts; \
             {} times looked at both calendars",
            self.letters,
            self.deferred,
            self.unheard,
            self.doubled,
            self.refused,
            self.mails,
            self.copies,
            self.late,
            self.outages,
            self.stops,
            self.cuts,
            self.looks
        )
    }
}
