//! Days that are told by a span, or by their figure or weekday alone.

use super::meaning::{Meaning, eastern};
use super::{Hit, Reader};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

impl Reader<'_> {
    /// Whether a word makes a number in front of it a time or an amount.
    pub(super) fn is_unit(&self, at: usize) -> bool {
        const UNITS: &[&str] = &[
            "am", "pm", "uhr", "h", "u", "hrs", "hours", "heures", "ore", "horas", "uur", "kl",
            "min", "minutes", "minuten", "km", "kg", "m", "eur", "x", "mal", "k", "clock",
            "oclock",
        ];
        self.word(at).is_some_and(|word| UNITS.contains(&word))
            || self.is(at, Meaning::Day)
            || self.is(at, Meaning::Week)
            || self.is(at, Meaning::MonthUnit)
            || matches!(self.mark(at), Some(':' | '%' | '/'))
    }

    /// A number that may be a day of the month, and what stands behind it.
    pub(super) fn bare_day(&self, at: usize) -> Option<(u32, usize)> {
        let (day, digits) = self.number(at)?;
        let fits = (1..=31).contains(&day) && digits <= 2 && self.is_fresh(at);
        let (next, _) = self.behind_ordinal(at);
        (fits && self.ends_here(next)).then_some((day, next))
    }

    /// `the 18th`, `ab dem 18.`, `le 18`, `18日`.
    pub(super) fn day_of_month(&self, at: usize) -> Option<Hit> {
        let (day, next) = self.bare_day(at)?;
        let (_, ordinal) = self.behind_ordinal(at);
        let article = at
            .checked_sub(1)
            .is_some_and(|b| self.is(b, Meaning::Article));
        let alone = self.word(next).is_none() || self.is(next, Meaning::Both);
        let dotted = self.mark(at + 1) == Some('.') && self.joined(at + 1);
        if self.is_unit(next) || !(ordinal || (article && (alone || dotted))) {
            return None;
        }
        let date = self.coming_day(day, None)?;
        Some(Hit {
            close: true,
            ..self.hit(date, next)
        })
    }

    /// The next day of that number, and of that weekday if one is told.
    pub(super) fn coming_day(&self, day: u32, weekday: Option<Weekday>) -> Option<NaiveDate> {
        let first = self.today.with_day(1)?;
        (0..12)
            .filter_map(|ahead| first.checked_add_months(Months::new(ahead))?.with_day(day))
            .find(|date| *date > self.today && weekday.is_none_or(|w| date.weekday() == w))
    }

    /// "end of February", "next week", "KW 5", "in two weeks", "February".
    pub(super) fn span(&self, at: usize) -> Option<Hit> {
        self.part_of_span(at)
            .or_else(|| self.next_span(at))
            .or_else(|| self.week_by_number(at))
            .or_else(|| self.span_ahead(at))
            .or_else(|| self.month_alone(at))
    }

    pub(super) fn part_of_span(&self, at: usize) -> Option<Hit> {
        let part = self.meaning(at, |meaning| {
            let part = matches!(meaning, Meaning::End | Meaning::Middle | Meaning::Beginning);
            part.then_some(*meaning)
        })?;
        let mut from = at + 1;
        let mut next_one = false;
        while from < at + 5 {
            let next = self.is(from, Meaning::Next);
            let small = self.is(from, Meaning::Article)
                || self.is(from, Meaning::Joins)
                || matches!(
                    self.word(from),
                    Some("this" | "dieser" | "dieses" | "ce" | "este")
                )
                || self.mark(from) == Some('-');
            if !(next || small) {
                break;
            }
            next_one |= next;
            from += 1;
        }
        let first = if let Some(month) = self.month(from) {
            let this = NaiveDate::from_ymd_opt(self.today.year(), month, 1)?;
            match month.cmp(&self.today.month()) {
                std::cmp::Ordering::Less => this.checked_add_months(Months::new(12))?,
                _ => this,
            }
        } else if self.is(from, Meaning::MonthUnit) {
            let ahead = Months::new(u32::from(next_one));
            self.today.with_day(1)?.checked_add_months(ahead)?
        } else if self.is(from, Meaning::Week) && part == Meaning::End {
            let ahead = Days::new(if next_one { 14 } else { 7 });
            return Some(self.hit(self.monday()?.checked_add_days(ahead)?, from + 1));
        } else {
            return None;
        };
        let date = match part {
            Meaning::End => first.checked_add_months(Months::new(1))?,
            Meaning::Middle => first.with_day(15)?,
            _ => first,
        };
        Some(self.hit(date, from + 1))
    }

    pub(super) fn next_span(&self, at: usize) -> Option<Hit> {
        let rest = self.rest(at);
        let monday = self.monday()?.checked_add_days(Days::new(7))?;
        let mut names = eastern().next_week.iter();
        if let Some(name) = names.find(|name| rest.starts_with(name.as_str())) {
            let next = at + self.taken(at, name);
            let day = self.weekday(next);
            let ahead = day.map_or(0, |(number, ..)| u64::from(number) - 1);
            let date = monday.checked_add_days(Days::new(ahead))?;
            return Some(self.hit(date, day.map_or(next, |(_, behind, ..)| behind)));
        }
        let unit = if self.is(at, Meaning::Next) {
            at + 1
        } else if self.is(at + 1, Meaning::Next) {
            at
        } else {
            return None;
        };
        let first = self.today.with_day(1)?;
        if self.is(unit, Meaning::Week) {
            Some(self.hit(monday, at + 2))
        } else if self.is(unit, Meaning::MonthUnit) {
            Some(self.hit(first.checked_add_months(Months::new(1))?, at + 2))
        } else {
            None
        }
    }

    pub(super) fn week_by_number(&self, at: usize) -> Option<Hit> {
        let counted = at.checked_sub(1).and_then(|b| self.number(b)).is_some();
        if !self.is(at, Meaning::NumberOfWeek) || counted {
            return None;
        }
        let from = at + 1 + usize::from(self.mark(at + 1) == Some('.'));
        let (week, digits) = self
            .number(from)
            .filter(|(week, _)| (1..=53).contains(week))?;
        if digits > 2 || self.is_unit(from + 1) {
            return None;
        }
        let of = |year| NaiveDate::from_isoywd_opt(year, week, Weekday::Mon);
        let year = self.today.iso_week().year();
        let date = of(year)
            .filter(|date| *date > self.today)
            .or_else(|| of(year + 1))?;
        Some(self.hit(date, from + 1))
    }

    pub(super) fn span_ahead(&self, at: usize) -> Option<Hit> {
        if !self.is(at, Meaning::In) {
            return None;
        }
        let count = self.number(at + 1).map(|(count, _)| count).or_else(|| {
            self.meaning(at + 1, |meaning| match meaning {
                Meaning::Count(count) => Some(*count),
                _ => None,
            })
        });
        let count = count.filter(|count| *count <= 60)?;
        let today = self.today;
        let date = if self.is(at + 2, Meaning::Day) {
            today.checked_add_days(Days::new(u64::from(count)))?
        } else if self.is(at + 2, Meaning::Week) {
            today.checked_add_days(Days::new(u64::from(count) * 7))?
        } else if self.is(at + 2, Meaning::MonthUnit) {
            today.checked_add_months(Months::new(count))?
        } else {
            return None;
        };
        Some(self.hit(date, at + 3))
    }

    pub(super) fn month_alone(&self, at: usize) -> Option<Hit> {
        let month = self.month(at)?;
        let word = self.word(at)?;
        // Names that are words too, or cut short, want a day beside them.
        if word.len() <= 3 || matches!(word, "march" | "mars" | "mart" | "marts" | "luna") {
            return None;
        }
        if self.number(at + 1).is_some_and(|(_, digits)| digits == 4) {
            let hit = self.with_year_behind(month, 1, at + 1)?;
            return Some(hit);
        }
        let this = NaiveDate::from_ymd_opt(self.today.year(), month, 1)?;
        let date = match month.cmp(&self.today.month()) {
            std::cmp::Ordering::Less => this.checked_add_months(Months::new(12))?,
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Greater => this,
        };
        Some(self.hit(date, at + 1))
    }

    /// "tomorrow" and its neighbour.
    pub(super) fn spoken(&self, at: usize) -> Option<Hit> {
        let rest = self.rest(at);
        let mut eastern = eastern().tomorrow.iter();
        if let Some(name) = eastern.find(|name| rest.starts_with(name.as_str())) {
            let date = self.today.checked_add_days(Days::new(1))?;
            return Some(self.hit(date, at + self.taken(at, name)));
        }
        if self.is(at, Meaning::AfterTomorrow) {
            return Some(self.hit(self.today.checked_add_days(Days::new(2))?, at + 1));
        }
        if !self.is(at, Meaning::Tomorrow) {
            return None;
        }
        let before = |back: usize| at.checked_sub(back).and_then(|b| self.word(b));
        // "Guten Morgen" and "por la mañana" are no days.
        let greeting = matches!(
            before(1),
            Some("guten" | "goede" | "am" | "jeden" | "la" | "las" | "god" | "cada")
        );
        if greeting {
            return None;
        }
        let one_more = matches!(before(1), Some("after" | "pasado" | "apres" | "de"))
            || (self.mark(at.checked_sub(1)?) == Some('-') && before(2) == Some("apres"));
        let days = Days::new(if one_more { 2 } else { 1 });
        Some(self.hit(self.today.checked_add_days(days)?, at + 1))
    }

    /// Whether the day at a piece is the second of two, with a word or dash between.
    pub(super) fn follows_a_first_day(&self, at: usize) -> bool {
        let mut before = at;
        let mut step = || {
            before = before.checked_sub(1)?;
            Some(before)
        };
        let mut joint = None;
        for _ in 0..3 {
            let Some(i) = step() else { return false };
            let dash = matches!(self.mark(i), Some('-' | '~' | '〜' | '—'));
            let both = self.is(i, Meaning::Both)
                && (1..8).any(|b| {
                    i.checked_sub(b)
                        .is_some_and(|b| self.is(b, Meaning::Between))
                });
            if dash || both || self.is(i, Meaning::Range) {
                joint = Some(i);
                break;
            }
            if !self.is(i, Meaning::Article) && self.mark(i) != Some(',') {
                return false;
            }
        }
        let Some(joint) = joint else { return false };
        // A number, a month or a weekday stands in front, perhaps with its dot or ending.
        (1..=3).any(|back| {
            let Some(i) = joint.checked_sub(back) else {
                return false;
            };
            let ending = (1..back).all(|b| {
                let between = joint.checked_sub(b);
                between.is_some_and(|i| {
                    matches!(self.mark(i), Some('.' | ')' | '-' | ':' | ','))
                        || (self.joined(i) && self.word(i).is_some())
                })
            });
            ending
                && (self.number(i).is_some()
                    || self.month(i).is_some()
                    || self.weekday(i).is_some())
        })
    }
}
