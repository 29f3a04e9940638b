//! Moments side by side: what is said of one and goes for the other, ranges, and choices.

use super::moment::{Bound, Moment, Standing, is_small_between};
use super::sentence::Sentence;
use crate::reading::language::{Languages, Sense, lexicon};

/// The words from one moment to the next.
fn words_between<'s, 'w>(
    sentence: &'s Sentence<'w>,
    first: &Moment,
    second: &Moment,
) -> &'s [&'w str] {
    let between = sentence.words.get(first.to..second.from);
    between.unwrap_or_default()
}

/// "I'm in Leeds on Monday and at the dentist on Tuesday": the second has no verb of its own.
pub(super) fn go_on_busy(sentence: &Sentence<'_>, found: &mut [Moment]) {
    for at in 1..found.len() {
        let Some([first, second]) = found.get_mut(at - 1..=at) else {
            continue;
        };
        let (Some((before, _)), Some((number, clause))) = (
            sentence.clause_of(first.from),
            sentence.clause_of(second.from),
        ) else {
            continue;
        };
        let opens = clause.marks.first().is_some_and(|mark| {
            mark.sense == Sense::Link && mark.at == clause.range.start && mark.words == 1
        }) && lexicon().is(sentence.word(clause.range.start), Sense::And);
        let own = [
            Sense::Proposal,
            Sense::Suits,
            Sense::Yes,
            Sense::FirmYes,
            Sense::Busy,
            Sense::Instead,
        ];
        let parted = sentence.breaks.get(clause.range.start) == Some(&true);
        if number == before + 1
            && opens
            && !parted
            && !clause.says(&own)
            && first.standing <= Standing::Busy
        {
            second.standing = second.standing.min(first.standing);
        }
    }
}

/// "Mondays and Fridays I'm in Leeds": what is said of one is said of both.
pub(super) fn share_standing(sentence: &Sentence<'_>, found: &mut [Moment]) {
    for at in 1..found.len() {
        let Some([first, second]) = found.get_mut(at - 1..=at) else {
            continue;
        };
        let between = words_between(sentence, first, second);
        let alike = first.day.is_some() == second.day.is_some();
        let joined = matches!(
            between,
            [word] if lexicon().is(word, Sense::And) || lexicon().is(word, Sense::Or)
        );
        if alike && joined {
            let least = first.standing.min(second.standing);
            if least <= Standing::Busy {
                (first.standing, second.standing) = (least, least);
            }
        }
    }
}

/// "from 12 to 1", "vom 12. bis 14.": both ends of a span, and neither of them a wish.
pub(super) fn mark_ranges(sentence: &Sentence<'_>, found: &mut [Moment]) {
    for at in 1..found.len() {
        let Some([first, second]) = found.get_mut(at - 1..=at) else {
            continue;
        };
        let between = words_between(sentence, first, second);
        let and = matches!(between, [word] if lexicon().is(word, Sense::And));
        let leads = lexicon().longest(between, 0, &[Sense::RangeTo], Languages::ALL);
        let to = and || leads.is_some_and(|mark| mark.words == between.len());
        let alike = (first.day.is_some() && second.day.is_some())
            || (first.time.is_some() && second.time.is_some() && second.day.is_none());
        let before = sentence.word_before(first.from);
        let opens = lexicon().is(before, Sense::RangeFrom);
        if alike && to && (opens || !and) {
            first.standing = first.standing.min(Standing::Busy);
            first.bound = None;
            second.standing = second.standing.min(Standing::Busy);
            second.bound = Some(Bound::Until);
        }
    }
}

/// "Tuesday or Wednesday", "Mon, Tue": a choice.
pub(super) fn mark_choices(sentence: &Sentence<'_>, found: &mut [Moment]) {
    for at in 0..found.len() {
        let otherwise = found.get(at).and_then(|moment| {
            let (_, clause) = sentence.clause_of(moment.from)?;
            clause.first(&[Sense::Otherwise])
        });
        if otherwise.is_some()
            && let Some(moment) = found.get_mut(at)
        {
            moment.choice = true;
        }
        let Some([first, second]) = at
            .checked_sub(1)
            .and_then(|before| found.get_mut(before..=at))
        else {
            continue;
        };
        let between = || first.to..second.from;
        let joins = |i: usize| {
            let word = sentence.word(i);
            lexicon().is(word, Sense::Or) || lexicon().is(word, Sense::And)
        };
        let small = |i: usize| joins(i) || is_small_between(sentence, i, i + 1);
        let joined = between().any(joins) || sentence.breaks.get(second.from) == Some(&true);
        let alike = (first.day.is_some() && second.day.is_some())
            || (first.time.is_some() && second.time.is_some());
        if alike && joined && between().len() <= 4 && between().all(small) {
            (first.choice, second.choice) = (true, true);
        }
    }
}
