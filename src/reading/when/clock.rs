//! Times of day: "12.30", "half past twelve", "midi et quart", "1 p.m.".
//!
//! Times in words come from the language files; figures are read here. Hours before seven are of
//! the afternoon, as nobody has lunch at one in the night.

use crate::reading::language::{Languages, Sense, lexicon};
use chrono::NaiveTime;

/// `12:30`, `12.30`, `12h30`.
pub fn clock_time(word: &str) -> Option<NaiveTime> {
    let (hour, minute) = word
        .split_once(':')
        .or_else(|| word.split_once('h'))
        .or_else(|| word.split_once('.'))?;
    let minute = if minute.is_empty() { "00" } else { minute };
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// A time of day at a word, and how many words it takes.
pub fn time_at(words: &[&str], at: usize) -> Option<(NaiveTime, usize)> {
    let word = *words.get(at)?;
    if let Some(mark) = lexicon().longest(words, at, &[Sense::Clock], Languages::ALL) {
        let time = NaiveTime::from_hms_opt(mark.value / 60, mark.value % 60, 0)?;
        return Some((time, mark.words));
    }
    if lexicon().is(word, Sense::Noon) {
        return Some((NaiveTime::from_hms_opt(12, 0, 0)?, 1));
    }
    let next = words.get(at + 1).copied().unwrap_or_default();
    let before = at
        .checked_sub(1)
        .and_then(|p| words.get(p))
        .copied()
        .unwrap_or_default();
    let suffix = |text: &str| match text {
        "pm" | "p" => Some(12),
        "am" | "a" => Some(0),
        _ => None,
    };
    // "1 p.m." is three words.
    let dotted_suffix = matches!(next, "p" | "a") && words.get(at + 2).is_some_and(|w| *w == "m");
    if let Some(time) = clock_time(word) {
        let dotted = word.contains('.');
        let asked = lexicon().is(before, Sense::At) || lexicon().is(next, Sense::At);
        if dotted
            && !asked
            && !word.ends_with("30")
            && !word.ends_with("00")
            && !word.ends_with("15")
        {
            return None;
        }
        let shift = suffix(next).filter(|_| matches!(next, "pm" | "am"));
        return Some((shifted(time, shift)?, 1 + usize::from(shift.is_some())));
    }
    if let Some(hour) = asked_hour(words, at, before) {
        return Some((NaiveTime::from_hms_opt(hour, 0, 0)?, 1));
    }
    let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
    let hour: u32 = digits.parse().ok().filter(|h| *h < 24)?;
    let rest = word.get(digits.len()..).unwrap_or_default();
    let whole = NaiveTime::from_hms_opt(hour, 0, 0)?;
    if let Some(shift) = suffix(rest).filter(|_| rest.len() == 2) {
        return Some((shifted(whole, Some(shift))?, 1));
    }
    if !rest.is_empty() {
        return None;
    }
    if matches!(next, "pm" | "am") {
        return Some((shifted(whole, suffix(next))?, 2));
    }
    if dotted_suffix {
        return Some((shifted(whole, suffix(next))?, 3));
    }
    if matches!(next, "uhr" | "uur" | "oclock" | "heures" | "h") {
        return Some((whole, 2));
    }
    // "Thursday 12", with nothing behind: an hour about noon, as "the 12th" would have its ending.
    let noonish = (11..=14).contains(&hour) && words.len() == at + 1;
    if noonish && lexicon().weekday(before).is_some() {
        return Some((whole, 1));
    }
    // "at 1" over lunch is one in the afternoon.
    let asked = lexicon().is(before, Sense::At) && lexicon().month(next).is_none();
    let unit = [Sense::Week, Sense::Day, Sense::MonthUnit];
    if asked && !unit.iter().any(|u| lexicon().is(next, *u)) {
        let hour = if hour < 7 { hour + 12 } else { hour };
        return Some((NaiveTime::from_hms_opt(hour, 0, 0)?, 1));
    }
    None
}

/// "at one", "um eins": an hour in words behind a word that wants a time.
fn asked_hour(words: &[&str], at: usize, before: &str) -> Option<u32> {
    let word = words.get(at)?;
    let next = words.get(at + 1).copied().unwrap_or_default();
    let wants =
        matches!(before, "at" | "um" | "om" | "las") || (before == "it" && words.len() == at + 1);
    let hour = lexicon().number(word).filter(|h| (1..=12).contains(h))?;
    let unit = [
        Sense::Week,
        Sense::Day,
        Sense::MonthUnit,
        Sense::Hour,
        Sense::Minute,
        Sense::Half,
    ];
    let counted = unit.iter().any(|u| lexicon().is(next, *u)) || lexicon().month(next).is_some();
    (wants && !counted && !word.starts_with("a")).then_some(if hour < 8 { hour + 12 } else { hour })
}

fn shifted(time: NaiveTime, by: Option<u32>) -> Option<NaiveTime> {
    use chrono::Timelike;
    match by {
        Some(12) if time.hour() < 12 => time.with_hour(time.hour() + 12),
        Some(0) if time.hour() == 12 => time.with_hour(0),
        _ => Some(time),
    }
}
