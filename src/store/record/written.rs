//! How single values stand in a record: as text that a person can read.
//!
//! Instants are RFC 3339 in UTC, local times ISO 8601 without a zone, zones IANA names, days of the
//! week English names, choices one word each. Reading gives `None` for what makes no sense; the
//! caller adds the name of the field, and never the value.

use crate::lunch::act::{Answering, Held, Permission};
use crate::lunch::notes::{Polarity, Section};
use crate::lunch::pairing::{LunchState, Role};
use crate::lunch::person::GoalEnd;
use crate::words::address::Address;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc, Weekday};
use chrono_tz::Tz;

/// A field that made no sense, by its path in the record.
pub(super) struct Misread {
    pub(super) field: String,
}

impl Misread {
    pub(super) fn new(field: &str) -> Self {
        Self {
            field: field.to_owned(),
        }
    }

    /// The same field, seen from one level further out.
    pub(super) fn within(self, outer: &str) -> Self {
        let field = match self.field.as_str() {
            "" => outer.to_owned(),
            inner => format!("{outer}.{inner}"),
        };
        Self { field }
    }

    /// The same field, in the entry `at` (from 0) of the list `outer`.
    pub(super) fn within_entry(self, outer: &str, at: usize) -> Self {
        self.within(&format!("{outer}[{at}]"))
    }
}

/// A value with a text of its own. `read(&write(x))` is `x`.
pub(super) trait Written: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

/// Reads the text of a field.
pub(super) fn read<T: Written>(field: &str, text: &str) -> Result<T, Misread> {
    T::read(text).ok_or_else(|| Misread::new(field))
}

/// Reads a field that may be empty.
pub(super) fn read_option<T: Written>(
    field: &str,
    text: Option<&String>,
) -> Result<Option<T>, Misread> {
    text.map(|text| read(field, text)).transpose()
}

/// Reads entries in order, telling each fault where in the list it stands.
pub(super) fn read_entries<R, T>(
    field: &str,
    entries: Vec<R>,
    read_one: impl Fn(R) -> Result<T, Misread>,
) -> Result<Vec<T>, Misread> {
    let numbered = entries.into_iter().enumerate();
    numbered
        .map(|(at, entry)| read_one(entry).map_err(|fault| fault.within_entry(field, at)))
        .collect()
}

impl Written for DateTime<Utc> {
    fn write(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for NaiveDateTime {
    fn write(&self) -> String {
        self.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for NaiveDate {
    fn write(&self) -> String {
        self.format("%Y-%m-%d").to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for NaiveTime {
    fn write(&self) -> String {
        self.format("%H:%M:%S%.f").to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for Tz {
    fn write(&self) -> String {
        self.name().to_owned()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Written for Address {
    fn write(&self) -> String {
        self.as_str().to_owned()
    }
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
}

impl Written for Answering {
    fn write(&self) -> String {
        self.name().to_owned()
    }
    fn read(text: &str) -> Option<Self> {
        Self::from_name(text)
    }
}

/// One list for both directions; a variant without a word does not compile.
macro_rules! one_word_each {
    ($choice:ty { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl Written for $choice {
            fn write(&self) -> String {
                match self { $(Self::$variant => $word,)+ }.to_owned()
            }
            fn read(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

one_word_each!(Weekday {
    Mon = "Monday",
    Tue = "Tuesday",
    Wed = "Wednesday",
    Thu = "Thursday",
    Fri = "Friday",
    Sat = "Saturday",
    Sun = "Sunday",
});

one_word_each!(GoalEnd {
    Achieved = "achieved",
    Replaced = "replaced",
    Dropped = "dropped",
});

one_word_each!(Polarity {
    Helps = "helps",
    Hinders = "hinders",
    Both = "both",
});

one_word_each!(Section {
    Best = "best",
    Worst = "worst",
    Focus = "focus",
});

one_word_each!(Permission {
    Named = "named",
    Unnamed = "unnamed",
    Refused = "refused",
});

one_word_each!(Role {
    Inviter = "inviter",
    Invitee = "invitee",
});

one_word_each!(Held {
    Met = "met",
    NotMet = "not-met",
    SaidNotWritten = "said-not-written",
    NothingThisTime = "nothing-this-time",
});

one_word_each!(LunchState {
    Planned = "planned",
    Skipped = "skipped",
    Rested = "rested",
    Held = "held",
    NotMet = "not-met",
});
