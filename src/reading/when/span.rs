//! Spans: "next week", "in March", "mid February", "after Easter": their first day.

use super::date::coming;
use super::day::{monday_of, word_before};
use crate::reading::language::{Languages, Sense, lexicon};
use chrono::{Datelike, Days, Months, NaiveDate};

/// A span of time: "in two weeks", "for a month", "next week", a month alone, a year alone.
pub(super) fn span(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let word = *words.get(at)?;
    let before = at
        .checked_sub(1)
        .and_then(|p| words.get(p))
        .copied()
        .unwrap_or_default();
    let is = |i: usize, sense| words.get(i).is_some_and(|w| lexicon().is(w, sense));
    if lexicon().is(word, Sense::Next) || lexicon().is(word, Sense::Coming) {
        if is(at + 1, Sense::Week) {
            let monday = today
                .checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
            return Some((monday.checked_add_days(Days::new(7))?, 2));
        }
        if is(at + 1, Sense::MonthUnit) {
            return Some((today.with_day(1)?.checked_add_months(Months::new(1))?, 2));
        }
        if is(at + 1, Sense::Year) {
            return Some((NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?, 2));
        }
    }
    if let Some(mark) = lexicon().longest(words, at + 1, &[Sense::NextBehind], Languages::ALL) {
        if is(at, Sense::Week) {
            let monday = monday_of(today)?;
            return Some((monday.checked_add_days(Days::new(7))?, 1 + mark.words));
        }
        if is(at, Sense::MonthUnit) {
            let first = today.with_day(1)?.checked_add_months(Months::new(1))?;
            return Some((first, 1 + mark.words));
        }
        if is(at, Sense::Year) {
            let first = NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?;
            return Some((first, 1 + mark.words));
        }
    }
    if lexicon().is(word, Sense::In) {
        let skip = usize::from(
            words
                .get(at + 1)
                .is_some_and(|w| matches!(*w, "about" | "the")),
        );
        let count = words.get(at + 1 + skip).and_then(|w| lexicon().number(w));
        if let Some(count) = count.filter(|n| *n <= 60) {
            let skip = skip + usize::from(words.get(at + 2 + skip).is_some_and(|w| *w == "of"));
            let unit = at + 2 + skip;
            let date = if is(unit, Sense::Week) {
                today.checked_add_days(Days::new(u64::from(count) * 7))
            } else if is(unit, Sense::Day) {
                today.checked_add_days(Days::new(u64::from(count)))
            } else if is(unit, Sense::MonthUnit) {
                today.checked_add_months(Months::new(count))
            } else {
                None
            };
            if let Some(date) = date {
                return Some((date, 3 + skip));
            }
        }
    }
    if let Some(month) = lexicon().month(word) {
        // "may" and "march" are verbs too: a month only behind a word that wants one.
        let verb = matches!(word, "may" | "march" | "mar");
        let wanted = is_led_by(words, at, WANTS_MONTH)
            || is_led_by(words, at, &[Sense::Skip, Sense::Pause, Sense::WholeOf])
            || lexicon()
                .longest(words, at + 1, &[Sense::FromBehind], Languages::ALL)
                .is_some();
        // "in January" said in January is now.
        let now = month == today.month() && lexicon().is(before, Sense::In);
        if now {
            return Some((today.with_day(1)?, 1));
        }
        if !verb || wanted {
            // "April 2031"
            if let Some(year) = year_at(words, at + 1, today) {
                return Some((NaiveDate::from_ymd_opt(year, month, 1)?, 2));
            }
            let first = coming(month, 1, today.checked_add_days(Days::new(1))?)?;
            return Some((first, 1));
        }
    }
    let year = word
        .parse::<i32>()
        .ok()
        .filter(|y| *y > today.year() && *y < today.year() + 10);
    if let Some(year) = year {
        return Some((NaiveDate::from_ymd_opt(year, 1, 1)?, 1));
    }
    None
}

/// "All of January", and this month by its name with nothing before it that makes it begin or end
/// there: its first day, and the first one behind it.
pub(super) fn month_as_a_whole(
    words: &[&str],
    at: usize,
    today: NaiveDate,
) -> Option<(NaiveDate, NaiveDate, usize)> {
    let month = lexicon().month(words.get(at)?)?;
    let whole = is_led_by(words, at, &[Sense::WholeOf]);
    let (year, used) = match year_at(words, at + 1, today) {
        Some(year) => (Some(year), 2),
        None => (None, 1),
    };
    let this = month == today.month() && year.is_none_or(|year| year == today.year());
    let verb = matches!(*words.get(at)?, "may" | "march" | "mar");
    let bare = this && !verb && !is_led_by(words, at, WANTS_MONTH);
    if !(whole || bare) {
        return None;
    }
    let first = match year {
        _ if this => today.with_day(1)?,
        Some(year) => NaiveDate::from_ymd_opt(year, month, 1)?,
        None => coming(month, 1, today)?,
    };
    Some((first, first.checked_add_months(Months::new(1))?, used))
}

/// A year of this century in figures, not before this one.
fn year_at(words: &[&str], at: usize, today: NaiveDate) -> Option<i32> {
    let year = words.get(at)?.parse::<i32>().ok()?;
    (today.year()..2_100).contains(&year).then_some(year)
}

/// Whether a phrase of one of the senses ends right before a word.
fn is_led_by(words: &[&str], at: usize, senses: &[Sense]) -> bool {
    (1..=LEAD_WORDS_MAX).any(|back| {
        let from = at.checked_sub(back);
        let mark = from.and_then(|from| lexicon().longest(words, from, senses, Languages::ALL));
        mark.is_some_and(|mark| mark.words == back)
    })
}

/// "mid February", "end of the month", "first week of March": the first day of it, or of what
/// follows an end.
pub(super) fn part_of_span(
    words: &[&str],
    at: usize,
    today: NaiveDate,
) -> Option<(NaiveDate, usize)> {
    let senses = [Sense::StartOf, Sense::MidOf, Sense::EndOf];
    let mark = lexicon().longest(words, at, &senses, Languages::ALL)?;
    let small = |w: &str| {
        matches!(
            w,
            "the"
                | "this"
                | "of"
                | "de"
                | "der"
                | "des"
                | "du"
                | "van"
                | "diesen"
                | "diese"
                | "le"
                | "la"
                | "el"
                | "en"
        )
    };
    let from = at + mark.words;
    let skip = (from..from + 3)
        .take_while(|i| words.get(*i).is_some_and(|w| small(w)))
        .count();
    let at = from + skip;
    let word = *words.get(at)?;
    let used = mark.words + skip + 1;
    let first = if let Some(month) = lexicon().month(word) {
        let this = NaiveDate::from_ymd_opt(today.year(), month, 1)?;
        if month == today.month() {
            this
        } else {
            coming(month, 1, today)?
        }
    } else if lexicon().is(word, Sense::MonthUnit) {
        today.with_day(1)?
    } else if lexicon().is(word, Sense::Week) && mark.sense == Sense::EndOf {
        return Some((monday_of(today)?.checked_add_days(Days::new(7))?, used));
    } else if lexicon().is(word, Sense::Year) {
        return match mark.sense {
            Sense::EndOf => Some((NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?, used)),
            _ => None,
        };
    } else {
        return None;
    };
    match mark.sense {
        Sense::StartOf => Some((first, used)),
        Sense::MidOf => Some((first.with_day(15)?, used)),
        _ => Some((first.checked_add_months(Months::new(1))?, used)),
    }
}

/// The feasts and seasons of the data files, by their numbers.
const EASTER: u32 = 1;

const WHITSUN: u32 = 2;

const CHRISTMAS: u32 = 3;

const NEW_YEAR: u32 = 4;

/// A feast or a season: its first day, or behind "after" the first day that is over it.
pub(super) fn feast(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let mark = lexicon().longest(words, at, &[Sense::Feast], Languages::ALL)?;
    // "this winter" is now.
    if lexicon().is(word_before(words, at), Sense::This) {
        return None;
    }
    let after = words.get(at.saturating_sub(3)..at)?.iter();
    let after = after
        .rev()
        .take_while(|w| lexicon().is_small(w) || lexicon().is(w, Sense::After))
        .any(|w| lexicon().is(w, Sense::After));
    let in_year = |year: i32| {
        let easter = easter(year)?;
        let add = |date: NaiveDate, days: u64| date.checked_add_days(Days::new(days));
        match (mark.value, after) {
            (EASTER, false) => Some(easter),
            (EASTER, true) => add(easter, 2),
            (WHITSUN, false) => add(easter, 49),
            (WHITSUN, true) => add(easter, 51),
            (CHRISTMAS, false) => NaiveDate::from_ymd_opt(year, 12, 24),
            (CHRISTMAS, true) => NaiveDate::from_ymd_opt(year, 12, 27),
            (NEW_YEAR, false) => NaiveDate::from_ymd_opt(year, 1, 1),
            (NEW_YEAR, true) => NaiveDate::from_ymd_opt(year, 1, 2),
            // Spring, summer, autumn and winter have three months each.
            (season, after) => {
                let month = (season * 3 + u32::from(after) * 3).checked_sub(12)?;
                let (year, month) = if month > 12 {
                    (year + 1, month - 12)
                } else {
                    (year, month)
                };
                NaiveDate::from_ymd_opt(year, month, 1)
            }
        }
    };
    let this = in_year(today.year()).filter(|date| *date > today);
    Some((this.or_else(|| in_year(today.year() + 1))?, mark.words))
}

/// Easter Sunday, as Gauss and Meeus reckon it.
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let moon = (century + 8) / 25;
    let moon = (century - moon + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = (golden + 11 * epact + 22 * sunday) / 451;
    let days = epact + sunday - 7 * shift + 114;
    let (month, day) = (
        u32::try_from(days / 31).ok()?,
        u32::try_from(days % 31 + 1).ok()?,
    );
    NaiveDate::from_ymd_opt(year, month, day)
}

/// Longest phrase that leads a month, in words.
const LEAD_WORDS_MAX: usize = 4;

/// What stands before a month, and before no verb ("may", "march").
const WANTS_MONTH: &[Sense] = &[
    Sense::Until,
    Sense::In,
    Sense::After,
    Sense::From,
    Sense::Earliest,
    Sense::Bound,
    Sense::Back,
    Sense::Next,
];
