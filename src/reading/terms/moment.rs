//! Moments: each day and time of a text, and what the clause around it says of it.

use super::absence::mark_busy;
use super::beside::{go_on_busy, mark_choices, mark_ranges, share_standing};
use super::named::{join, named};
use super::sentence::Sentence;
use super::standing::standing;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::when::day::Day;
use chrono::NaiveTime;

/// What leads the day that something begins on.
pub(super) const FIRST_DAY: &[Sense] = &[Sense::From, Sense::Earliest, Sense::After];

/// What is said of a moment, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Ruled out: "not Thursday", "instead of 12:30".
    Out,
    /// Somebody's own business: "Thursday I'm at the dentist".
    Busy,
    /// Amid words that tell nothing.
    Weak,
    /// With nothing else said.
    Bare,
    /// Wished for, or agreed to.
    Wish,
}

/// How a moment bounds a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Until then.
    Until,
    /// From that day on.
    From,
    /// Back on that day.
    Back,
    /// After it.
    After,
    /// Not before it, and gladly then.
    Earliest,
    /// Not before it, or not after it.
    NotBefore,
}

/// A day, a time, or both together.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Number of the sentence.
    pub sentence: usize,
    /// First word, and one past the last.
    pub from: usize,
    /// One past the last word.
    pub to: usize,
    /// One day.
    pub day: Option<Day>,
    /// A span's beginning.
    pub span: Option<Day>,
    /// The time of day.
    pub time: Option<NaiveTime>,
    /// The lunch's own time.
    pub same_time: bool,
    /// The lunch's own day.
    pub same_day: bool,
    /// Minutes against the lunch.
    pub shift: Option<i64>,
    /// What is said of it.
    pub standing: Standing,
    /// Whether it bounds a span.
    pub bound: Option<Bound>,
    /// It stands beside another one as a choice, or behind "otherwise".
    pub choice: bool,
}

impl Moment {
    pub(super) const fn new(sentence: usize, from: usize, words: usize) -> Self {
        Self {
            sentence,
            from,
            to: from + words,
            day: None,
            span: None,
            time: None,
            same_time: false,
            same_day: false,
            shift: None,
            standing: Standing::Weak,
            bound: None,
            choice: false,
        }
    }

    /// Whether another one goes on what this one began.
    pub(super) const fn takes(&self, next: &Self) -> bool {
        let day = self.day.is_some() || self.same_day;
        let next_day = next.day.is_some() || next.same_day;
        let time = self.time.is_some() || self.same_time;
        let next_time = next.time.is_some() || next.same_time;
        let shifts = self.shift.is_some() || next.shift.is_some();
        let spans = self.span.is_some() && next.span.is_some();
        !(day && next_day || time && next_time || shifts || spans)
    }

    pub(super) fn take(&mut self, next: Self) {
        self.to = next.to;
        self.day = self.day.or(next.day);
        self.span = self.span.or(next.span);
        self.time = self.time.or(next.time);
        self.same_time |= next.same_time;
        self.same_day |= next.same_day;
    }
}

/// All moments of a text, sentence by sentence, not yet judged.
pub fn find(
    sentences: &[Sentence<'_>],
    languages: Languages,
    context: &Context<'_>,
) -> Vec<Vec<Moment>> {
    let numbered = sentences.iter().enumerate();
    numbered
        .map(|(number, sentence)| join(sentence, named(sentence, number, languages, context)))
        .collect()
}

/// Judges the moments of a sentence; `spots` are its places, whose words are understood.
pub fn judge(
    sentence: &Sentence<'_>,
    found: &mut [Moment],
    spots: &[(usize, usize)],
    languages: Languages,
    context: &Context<'_>,
) {
    let mut spans: Vec<(usize, usize)> = found.iter().map(|m| (m.from, m.to)).collect();
    spans.extend(spots);
    for moment in found.iter_mut() {
        moment.bound = bound(sentence, moment).filter(|_| moment.shift.is_none());
        moment.standing = standing(sentence, moment, &spans, languages, context);
    }
    go_on_busy(sentence, found);
    share_standing(sentence, found);
    mark_ranges(sentence, found);
    mark_choices(sentence, found);
    mark_busy(sentence, found);
}

/// Whether the words between two places are only articles and the like.
pub(super) fn is_small_between(sentence: &Sentence<'_>, from: usize, to: usize) -> bool {
    (from..to).all(|at| {
        let word = sentence.word(at);
        lexicon().is(word, Sense::At)
            || lexicon().is(word, Sense::On)
            || lexicon().is(word, Sense::This)
            || lexicon().is(word, Sense::In)
            || lexicon().is(word, Sense::EndOf)
            || lexicon().is(word, Sense::StartOf)
            || lexicon().is(word, Sense::BeforeDay)
    })
}

/// The phrase of one of the senses that ends just before a place.
pub(super) fn leads(sentence: &Sentence<'_>, at: usize, senses: &[Sense]) -> Option<Sense> {
    let leading = (1..=6)
        .filter_map(|back| at.checked_sub(back))
        .filter_map(|from| {
            let mark = lexicon().longest(&sentence.words, from, senses, Languages::ALL)?;
            let end = mark.at + mark.words;
            let parted = (end..=at).any(|i| sentence.breaks.get(i) == Some(&true));
            let near = end <= at && at - end <= 2 && is_small_between(sentence, end, at) && !parted;
            near.then_some(mark)
        });
    // "leave it until": the longer phrase says more than the last word of it.
    let longest = leading.reduce(|best, next| {
        let longer = next.at + next.words == best.at + best.words;
        if longer { next } else { best }
    });
    longest.map(|mark| mark.sense)
}

/// Whether a moment ends or begins an absence.
fn bound(sentence: &Sentence<'_>, moment: &Moment) -> Option<Bound> {
    let senses = [
        Sense::Until,
        Sense::Back,
        Sense::From,
        Sense::Earliest,
        Sense::Bound,
        Sense::After,
    ];
    // A span's own "in" may stand first in it.
    let Some(leading) = leads(sentence, moment.from, &senses) else {
        // "March onwards"
        let behind = &[Sense::FromBehind];
        let parted = sentence.breaks.get(moment.to) == Some(&true);
        let dated = moment.day.is_some() || moment.span.is_some();
        let mark = lexicon().longest(&sentence.words, moment.to, behind, Languages::ALL);
        return mark.filter(|_| dated && !parted).map(|_| Bound::From);
    };
    let clause = sentence.clause_of(moment.from).map(|(_, clause)| clause);
    let away = clause.is_some_and(|clause| clause.says(&[Sense::Away]));
    Some(match leading {
        Sense::From if away => Bound::Back,
        Sense::Until => Bound::Until,
        Sense::Back => Bound::Back,
        Sense::After => Bound::After,
        Sense::Earliest => Bound::Earliest,
        Sense::Bound => {
            let before = sentence.word_before(moment.from);
            if lexicon().is(before, Sense::After) {
                Bound::After
            } else {
                Bound::NotBefore
            }
        }
        _ => Bound::From,
    })
}
