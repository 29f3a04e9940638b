//! Days and times that no calendar and no clock has: "25:00", "12:75", "31 February".
//!
//! Whoever writes one meant another, and nobody can tell which: it is asked about, never dropped.

use crate::reading::language::{Sense, lexicon};
use chrono::NaiveDate;

/// Shorter units of an hour may stand for how long as well.
const UNIT_OCTETS_MIN: usize = 3;
/// A year in which every day that a month can have is one.
const LEAP_YEAR: i32 = 2028;

/// Whether one of the words, or a number beside a month, names such a day or time. `wished` says that a
/// time is asked for: then "25h" is no span.
pub(super) fn named(words: &[&str], wished: bool) -> bool {
    (0..words.len()).any(|at| is_no_time(words, at, wished) || is_no_day(words, at))
}

fn figures(text: &str, most: usize) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether these are no hour and no minute.
const fn none_such((hour, minute): (u32, u32)) -> bool {
    hour > 24 || minute > 59
}

/// `25:00`, `12:75`, `25h`, `25h30`, "at 25.30": what is written as a time.
fn is_no_time(words: &[&str], at: usize, wished: bool) -> bool {
    let Some(word) = words.get(at).copied() else {
        return false;
    };
    let pair = |hour: &str, minute: &str| {
        figures(hour, 2).zip(figures(minute, 2).filter(|_| minute.len() == 2))
    };
    if let Some((hour, minute)) = word.split_once(':') {
        return pair(hour, minute).is_some_and(none_such);
    }
    let is = |word: &str, sense| lexicon().is(word, sense);
    let next = words.get(at + 1).copied().unwrap_or_default();
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    let at_hour = before.is_some_and(|word| is(word, Sense::At));
    // "ab 31.12." is a day.
    if let Some((hour, minute)) = word.split_once('.') {
        let time = pair(hour, minute).filter(|(day, month)| *day > 31 || *month > 12);
        return time.is_some_and(none_such) && (at_hour || is(next, Sense::ClockUnit));
    }
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (hour, ending) = word.split_at(digits);
    let Some(hour) = figures(hour, 2) else {
        return false;
    };
    // "25h30"
    let letters = ending.bytes().take_while(u8::is_ascii_alphabetic).count();
    if let Some((unit, minute)) = ending.split_at_checked(letters)
        && let Some(minute) = figures(minute, 2).filter(|_| minute.len() == 2)
    {
        return is(unit, Sense::ClockUnit) && none_such((hour, minute));
    }
    let unit = if ending.is_empty() { next } else { ending };
    // "30 am Freitag" names no half of a day.
    let half_day = !ending.is_empty() && is(unit, Sense::HalfDay);
    // "25 heures" and "25 h" are spans too, "25 Uhr" is none.
    let lasts = is(unit, Sense::Hour) || unit.len() < UNIT_OCTETS_MIN;
    let on_clock = is(unit, Sense::ClockUnit) && (at_hour || wished || !lasts);
    hour > 24 && (half_day || on_clock)
}

/// "31 February", "February 30": a number of days that the month never has.
fn is_no_day(words: &[&str], at: usize) -> bool {
    let month = |at: usize| words.get(at).and_then(|word| lexicon().month(word));
    let day = |at: usize| {
        let word = words.get(at)?;
        let figure = word.starts_with(|c: char| c.is_ascii_digit());
        let whole = figure.then(|| lexicon().number(word)).flatten()?;
        (29..=39).contains(&whole).then_some(whole)
    };
    let joined = usize::from(
        words
            .get(at + 1)
            .is_some_and(|word| lexicon().is(word, Sense::OfMonth)),
    );
    let told = day(at)
        .zip(month(at + 1 + joined))
        .or_else(|| day(at + 1).zip(month(at)));
    told.is_some_and(|(day, month)| NaiveDate::from_ymd_opt(LEAP_YEAR, month, day).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> bool {
        let words: Vec<&str> = text.split(' ').collect();
        named(&words, false)
    }

    #[test]
    fn what_no_clock_and_no_calendar_has_is_seen() {
        for text in [
            "25:00",
            "at 12:75",
            "um 25 uhr",
            "auf 25 uhr",
            "31 february",
            "30 de febrero",
            "june 31st",
            "à 25h30",
            "13h75",
            "at 25.30",
        ] {
            assert!(told(text), "{text}");
        }
        for text in [
            "23:59",
            "24:00",
            "12:30",
            "30 january",
            "29 february",
            "31 may",
            "35 people",
            "raum 31 am markt",
            "25 h",
            "ab 31.12",
            "12h45",
        ] {
            assert!(!told(text), "{text}");
        }
        assert!(named(&["25h"], true), "where a time is wished for");
    }
}
