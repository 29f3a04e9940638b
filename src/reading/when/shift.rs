//! Shifts against the planned lunch: "half an hour later", "push by a week", "15 min late".
//!
//! Only with the planned lunch at hand does a shift give a start. A span behind "in" or "for" is
//! counted from today and is none ("in two weeks").

use super::clock::time_at;
use crate::reading::language::{Languages, Sense, lexicon};

/// Fewer minutes late are an apology, and no wish to move.
const LATE_MIN: i64 = 10;

/// "twaalf uur" and "quatre heures" are times of day, and no shifts by so many minutes.
const CLOCK_FROM: i64 = 4 * 60;

/// Minutes by which a clause moves the lunch, later ones positive; and the words it used.
pub fn find(words: &[&str], moves: bool) -> Option<(i64, usize, usize)> {
    (0..words.len()).find_map(|at| shift_at(words, at, moves))
}

/// The shift whose amount begins at a word.
pub fn shift_at(words: &[&str], at: usize, moves: bool) -> Option<(i64, usize, usize)> {
    if let Some((minutes, used)) = day_beside(words, at) {
        let timed = time_at(words, at + used).is_some();
        return (moves || timed).then_some((minutes, at, used));
    }
    let (minutes, at, used) = amount(words, at)?;
    let word_before = at.checked_sub(1).and_then(|p| words.get(p));
    let spans = word_before.is_some_and(|w| {
        lexicon().is(w, Sense::In) && *w != "um" && *w != "by" || lexicon().is(w, Sense::Every)
    });
    if spans {
        return None;
    }
    // "om twaalf uur" is a time of day.
    let unit = words.get(at + used - 1).copied().unwrap_or_default();
    let clock = matches!(unit, "uur" | "heure" | "heures" | "hora" | "horas" | "uhr");
    let asked = word_before.is_some_and(|w| lexicon().is(w, Sense::At));
    if clock && (asked || minutes >= CLOCK_FROM) {
        return None;
    }
    let direction = [Sense::ShiftLater, Sense::ShiftEarlier];
    let end = at + used;
    let marks = |i: usize| lexicon().longest(words, i, &direction, Languages::ALL);
    let behind = (end..words.len().min(end + 3)).find_map(marks);
    let before = || (0..at).rev().take(4).find_map(marks);
    let mark = behind.or_else(before);
    // "five minutes late"
    let late = mark.and_then(|mark| words.get(mark.at));
    let late = late.is_some_and(|w| matches!(*w, "late" | "behind" | "retard" | "verspatet"));
    if late && minutes < LATE_MIN {
        return None;
    }
    if let Some(mark) = mark {
        let sign = if mark.sense == Sense::ShiftEarlier {
            -1
        } else {
            1
        };
        return Some((sign * minutes, at, end.max(mark.at + mark.words) - at));
    }
    moves.then_some((minutes, at, used))
}

/// "the day after", "am Tag davor": a day against the planned one, unless it is told of what.
fn day_beside(words: &[&str], at: usize) -> Option<(i64, usize)> {
    const DAY: i64 = 24 * 60;
    let beside = [Sense::DayBehind, Sense::DayBefore];
    let mark = lexicon().longest(words, at, &beside, Languages::ALL)?;
    let next = words.get(at + mark.words).copied().unwrap_or_default();
    let ends = [Sense::Instead, Sense::Please, Sense::At, Sense::Suits];
    let ended = next.is_empty()
        || time_at(words, at + mark.words).is_some()
        || ends.iter().any(|sense| lexicon().is(next, *sense))
        || lexicon()
            .longest(words, at + mark.words, &ends, Languages::ALL)
            .is_some();
    let sign = if mark.sense == Sense::DayBefore {
        -1
    } else {
        1
    };
    ended.then_some((sign * DAY, mark.words))
}

/// "two weeks", "half an hour", "20 min", "une demi heure", "the week after": minutes, where it
/// begins, how many words.
pub fn amount(words: &[&str], at: usize) -> Option<(i64, usize, usize)> {
    let is = |i: usize, sense| words.get(i).is_some_and(|w| lexicon().is(w, sense));
    let number = |i: usize| {
        words
            .get(i)
            .and_then(|w| lexicon().number(w))
            .map(i64::from)
    };
    if let Some(mark) = lexicon().longest(words, at, &[Sense::Span], Languages::ALL) {
        return Some((i64::from(mark.value), at, mark.words));
    }
    let unit = |i: usize| {
        let minutes = [
            (Sense::Minute, 1),
            (Sense::Hour, 60),
            (Sense::Day, 24 * 60),
            (Sense::Week, 7 * 24 * 60),
        ];
        let fortnight = words.get(i).is_some_and(|w| *w == "fortnight");
        minutes
            .into_iter()
            .find(|(sense, _)| is(i, *sense))
            .map(|(_, m)| if fortnight { 2 * m } else { m })
    };
    let quarter = |i: usize| {
        lexicon()
            .longest(words, i, &[Sense::QuarterHour], Languages::ALL)
            .map(|mark| mark.words)
    };
    if let Some(used) = quarter(at) {
        return Some((15, at, used));
    }
    if is(at, Sense::Half) {
        let skip = usize::from(number(at + 1) == Some(1));
        let minutes = unit(at + 1 + skip)?;
        return Some((minutes / 2, at, 2 + skip));
    }
    if let Some(count) = number(at) {
        if let Some(used) = quarter(at + 1) {
            return (count <= 3).then_some((15 * count, at, 1 + used));
        }
        if is(at + 1, Sense::Half) {
            let minutes = unit(at + 2)?;
            return (count == 1).then_some((minutes / 2, at, 3));
        }
        let skip = usize::from(words.get(at + 1).is_some_and(|w| *w == "of"));
        let minutes = unit(at + 1 + skip)?;
        return (count <= 60).then_some((count * minutes, at, 2 + skip));
    }
    // "the week after": one of it.
    let the = words.get(at).is_some_and(|w| *w == "the");
    let after = words
        .get(at + 2)
        .is_some_and(|w| matches!(*w, "after" | "later"));
    (the && after && is(at + 1, Sense::Week)).then_some((7 * 24 * 60, at, 3))
}
