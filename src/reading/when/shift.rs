//! Shifts against the planned lunch: "half an hour later", "push by a week", "15 min late".
//!
//! Only with the planned lunch at hand does a shift give a start. A span behind "in" or "for" is
//! counted from today and is none ("in two weeks").

use crate::reading::language::{Languages, Sense, lexicon};

/// Minutes by which a clause moves the lunch, later ones positive; and the words it used.
pub fn find(words: &[&str], moves: bool) -> Option<(i64, usize, usize)> {
    let (minutes, at, used) = (0..words.len()).find_map(|at| amount(words, at))?;
    let direction = [Sense::ShiftLater, Sense::ShiftEarlier];
    let end = at + used;
    let marks = |i: usize| lexicon().longest(words, i, &direction, Languages::ALL);
    let behind = (end..words.len().min(end + 3)).find_map(marks);
    let before = || (0..at).rev().take(4).find_map(marks);
    if let Some(mark) = behind.or_else(before) {
        let sign = if mark.sense == Sense::ShiftEarlier {
            -1
        } else {
            1
        };
        return Some((sign * minutes, at, end.max(mark.at + mark.words) - at));
    }
    let earlier_word = at.checked_sub(1).and_then(|p| words.get(p));
    let spans = earlier_word.is_some_and(|w| {
        lexicon().is(w, Sense::In) && *w != "um" && *w != "by" || lexicon().is(w, Sense::Every)
    });
    (moves && !spans).then_some((minutes, at, used))
}

/// "two weeks", "half an hour", "20 min", "une demi heure", "the week after": minutes, where it
/// begins, how many words.
fn amount(words: &[&str], at: usize) -> Option<(i64, usize, usize)> {
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
        minutes
            .into_iter()
            .find(|(sense, _)| is(i, *sense))
            .map(|(_, m)| m)
    };
    if is(at, Sense::Half) {
        let skip = usize::from(number(at + 1) == Some(1));
        let minutes = unit(at + 1 + skip)?;
        return Some((minutes / 2, at, 2 + skip));
    }
    if let Some(count) = number(at) {
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
