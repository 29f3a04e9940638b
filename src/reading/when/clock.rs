//! Times of day: "12.30", "half past twelve", "midi et quart", "1 p.m.".
//!
//! Times in words come from the language files; figures are read here. Hours before seven are of
//! the afternoon, as nobody has lunch at one in the night.

use crate::reading::language::{Languages, Sense, lexicon};
use chrono::{NaiveTime, Timelike};

/// The first hour that may be one of the morning where nothing tells.
const MORNING_FROM: u32 = 7;

/// `12:30`, `12.30`, `12h30`, `12u30`.
pub fn clock_time(word: &str) -> Option<NaiveTime> {
    let (hour, minute) = [':', 'h', 'u', '.']
        .into_iter()
        .find_map(|mark| word.split_once(mark))?;
    let minute = if minute.is_empty() { "00" } else { minute };
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

/// A time of day at a word, and how many words it takes.
pub fn time_at(words: &[&str], at: usize) -> Option<(NaiveTime, usize)> {
    time_in(words, at, Languages::ALL)
}

/// The same for a text whose language is known: "half 1" is before one in Dutch and after it in
/// English.
pub fn time_in(words: &[&str], at: usize, languages: Languages) -> Option<(NaiveTime, usize)> {
    let word = *words.get(at)?;
    if let Some(found) = in_words(words, at, languages) {
        return Some(found);
    }
    if lexicon().is(word, Sense::Noon) {
        return Some((NaiveTime::from_hms_opt(12, 0, 0)?, 1));
    }
    let before = word_before(words, at);
    let asked = lexicon().is(before, Sense::At);
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        let hour = asked_hour(words, at)?;
        return Some((NaiveTime::from_hms_opt(hour, 0, 0)?, 1));
    }
    // "1.15pm", "12.30uhr": the time, and what is written on to it.
    let figures = word
        .trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .len();
    let (figures, ending) = word.split_at_checked(figures)?;
    let behind = Behind::of(words, at + 1, ending);
    let marked = clock_time(figures).or_else(|| clock_time(word));
    if let Some(time) = marked {
        let dotted = figures.contains('.');
        let dated = lexicon().weekday(before).is_some();
        let said = matches!(before, "it" | "say") && (1..=20).contains(&time.hour());
        let hour_of_day = said || (8..=20).contains(&time.hour());
        let plain = time.minute().is_multiple_of(5) && hour_of_day;
        if dotted && !asked && !dated && !behind.says_time() && !plain {
            return None;
        }
        return Some((behind.apply(time)?, 1 + behind.words));
    }
    let whole: u32 = figures.parse().ok()?;
    if figures.len() == 4 && (asked || behind.says_time()) {
        let time = NaiveTime::from_hms_opt(whole / 100, whole % 100, 0)?;
        return Some((behind.apply(time)?, 1 + behind.words));
    }
    let hour = NaiveTime::from_hms_opt(Some(whole).filter(|h| *h < 24)?, 0, 0)?;
    if behind.says_time() {
        let time = hour.with_minute(behind.minutes)?;
        return Some((behind.apply(time)?, 1 + behind.words));
    }
    if !ending.is_empty() {
        return None;
    }
    // "Thursday 12", with nothing behind: an hour about noon, as "the 12th" would have its ending.
    let noonish = (11..=14).contains(&whole) && words.len() == at + 1;
    if noonish && lexicon().weekday(before).is_some() {
        return Some((hour, 1));
    }
    // "12 on Thursday", "12 statt 12:30"
    let next = words.get(at + 1).copied().unwrap_or_default();
    let on_day = lexicon().is(next, Sense::On)
        && words
            .get(at + 2)
            .is_some_and(|w| lexicon().weekday(w).is_some());
    let instead = lexicon()
        .longest(words, at + 1, &[Sense::OutBehind], languages)
        .is_some();
    if (on_day && (1..=14).contains(&whole)) || (instead && (11..=14).contains(&whole)) {
        return Some((afternoon(hour)?, 1));
    }
    let wants = asked && (before != "a" || (11..=15).contains(&whole));
    if wants && !is_counted(words, at) {
        return Some((afternoon(hour)?, 1));
    }
    let hour = asked_hour(words, at)?;
    Some((NaiveTime::from_hms_opt(hour, 0, 0)?, 1))
}

/// What stands behind the figures of a time.
struct Behind {
    /// Words used.
    words: usize,
    /// Minutes in the next words: "12 h 30".
    minutes: u32,
    half: Option<Half>,
    /// "Uhr", "h", "hrs".
    unit: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

impl Behind {
    fn of(words: &[&str], next: usize, ending: &str) -> Self {
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let mut behind = Self {
            words: 0,
            minutes: 0,
            half: None,
            unit: false,
        };
        let half = |text: &str| match text {
            "pm" => Some(Half::Afternoon),
            "am" => Some(Half::Morning),
            _ => None,
        };
        let is_unit = |text: &str| lexicon().is(text, Sense::ClockUnit);
        if ending.is_empty() {
            // "1 p.m." is three words.
            if word(next + 1) == "m" && matches!(word(next), "p" | "a") {
                behind.half = half(if word(next) == "p" { "pm" } else { "am" });
                behind.words = 2;
            } else if let Some(found) = half(word(next)) {
                behind.half = Some(found);
                behind.words = 1;
            } else if is_unit(word(next)) {
                behind.unit = true;
                behind.words = 1;
                let minutes = word(next + 1);
                let minutes = minutes.parse().ok().filter(|_| minutes.len() == 2);
                if let Some(minutes) = minutes.filter(|m| *m < 60) {
                    behind.minutes = minutes;
                    behind.words = 2;
                }
            }
        } else {
            behind.half = half(ending);
            behind.unit = is_unit(ending);
        }
        behind
    }

    const fn says_time(&self) -> bool {
        self.unit || self.half.is_some()
    }

    fn apply(&self, time: NaiveTime) -> Option<NaiveTime> {
        match self.half {
            Some(Half::Afternoon) if time.hour() < 12 => time.with_hour(time.hour() + 12),
            Some(Half::Morning) if time.hour() == 12 => time.with_hour(0),
            Some(_) => Some(time),
            None => afternoon(time),
        }
    }
}

/// "1:30" is half past one after noon.
fn afternoon(time: NaiveTime) -> Option<NaiveTime> {
    match time.hour() {
        hour @ 1..MORNING_FROM => time.with_hour(hour + 12),
        _ => Some(time),
    }
}

/// A time in words, unless it is so many hours ("pendant deux heures").
fn in_words(words: &[&str], at: usize, languages: Languages) -> Option<(NaiveTime, usize)> {
    let mark = lexicon().longest(words, at, &[Sense::Clock], languages)?;
    let end = at + mark.words;
    let last = words.get(end.checked_sub(1)?)?;
    let before = word_before(words, at);
    let spelled = words.get(at).is_some_and(|w| w.parse::<u32>().is_err());
    // "deux heures", "een uur" are spans too.
    if matches!(*last, "heure" | "heures" | "uur") && spelled {
        let behind = words.get(end).copied().unwrap_or_default();
        let dated = lexicon().weekday(before).is_some() || lexicon().month(before).is_some();
        let about_noon = mark.value / 60 == 12 || mark.value / 60 == 11;
        let alone = before.is_empty() && (behind.is_empty() || about_noon);
        if !(lexicon().is(before, Sense::At) || dated || alone) {
            return None;
        }
    }
    let time = NaiveTime::from_hms_opt(mark.value / 60, mark.value % 60, 0)?;
    let evening = words.get(end).is_some_and(|w| *w == "pm");
    let time = match time.hour() {
        hour @ 0..12 if evening => time.with_hour(hour + 12)?,
        _ => time,
    };
    Some((time, mark.words + usize::from(evening)))
}

fn word_before<'a>(words: &[&'a str], at: usize) -> &'a str {
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    before.copied().unwrap_or_default()
}

/// Whether the number at a word counts what stands behind it, or is a day of a month.
fn is_counted(words: &[&str], at: usize) -> bool {
    let next = words.get(at + 1).copied().unwrap_or_default();
    lexicon().is_unit_of_time(next)
        || lexicon().is(next, Sense::Half)
        || lexicon().is(next, Sense::Year)
        || lexicon().month(next).is_some()
        || matches!(
            next,
            "of" | "point" | "stage" | "time" | "end" | "go" | "sitting" | "people" | "persons"
        )
}

/// "at one", "um eins", "make it 1": an hour behind a word that wants a time.
fn asked_hour(words: &[&str], at: usize) -> Option<u32> {
    let word = words.get(at)?;
    let before = word_before(words, at);
    let next = words.get(at + 1).copied().unwrap_or_default();
    let alone = next.is_empty() || lexicon().is_small(next);
    let wants = match before {
        "it" | "say" => alone,
        "a" | "from" => false,
        _ => lexicon().is(before, Sense::At),
    };
    let hour = lexicon()
        .number(word)
        .filter(|hour| (1..=12).contains(hour))?;
    let article = matches!(*word, "a" | "an" | "eine" | "einen" | "einem" | "einer");
    let hour_of_day = if hour <= MORNING_FROM {
        hour + 12
    } else {
        hour
    };
    (wants && !article && !is_counted(words, at)).then_some(hour_of_day)
}
