//! Moments: each day and time of a text, and what the clause around it says of it.

use super::sentence::{Clause, Sentence};
use crate::lunch::act::Answering;
use crate::reading::Context;
use crate::reading::language::{Languages, Mark, Sense, lexicon};
use crate::reading::when::clock::time_in;
use crate::reading::when::day::{Day, day_at};
use crate::reading::when::shift::shift_at;
use chrono::{Datelike, NaiveTime};

/// Longest opening whose wish goes on behind a "but".
const LEADING_WORDS_MAX: usize = 3;

/// What leads the day that something begins on.
const FIRST_DAY: &[Sense] = &[Sense::From, Sense::Earliest, Sense::After];

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
    const fn new(sentence: usize, from: usize, words: usize) -> Self {
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
    const fn takes(&self, next: &Self) -> bool {
        let day = self.day.is_some() || self.same_day;
        let next_day = next.day.is_some() || next.same_day;
        let time = self.time.is_some() || self.same_time;
        let next_time = next.time.is_some() || next.same_time;
        let shifts = self.shift.is_some() || next.shift.is_some();
        let spans = self.span.is_some() && next.span.is_some();
        !(day && next_day || time && next_time || shifts || spans)
    }

    fn take(&mut self, next: Self) {
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
}

/// The days, times and shifts of a sentence, one by one.
fn named(
    sentence: &Sentence<'_>,
    number: usize,
    languages: Languages,
    context: &Context<'_>,
) -> Vec<Moment> {
    let words = &sentence.words;
    let moves = sentence
        .clauses
        .iter()
        .any(|clause| clause.says(&[Sense::Proposal, Sense::Move]));
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let moment = |words: usize| Moment::new(number, at, words.max(1));
        let same = [Sense::SameTime, Sense::SameDay];
        let mut one = if let Some((minutes, from, used)) = shift_at(words, at, moves) {
            let mut one = moment(from + used - at);
            one.shift = Some(minutes);
            one
        } else if let Some(mark) = lexicon().longest(words, at, &same, Languages::ALL) {
            let mut one = moment(mark.words);
            let named = words.get(at..at + mark.words).unwrap_or_default();
            let day = |w: &&str| lexicon().is(w, Sense::Day);
            one.same_time = mark.sense == Sense::SameTime && !named.iter().all(day);
            one.same_day = mark.sense == Sense::SameDay;
            one
        } else if !lexicon().may_begin_date(words.get(at).copied().unwrap_or_default())
            || (matches!(
                words.get(at),
                Some(&("by" | "um" | "de" | "di" | "met" | "con"))
            ) && shift_at(words, at + 1, moves).is_some())
        {
            // "by one week": the shift begins behind it.
            at += 1;
            continue;
        } else if let Some(day) = whole_day(sentence, at, context) {
            let mut one = moment(day.words);
            one.from -= usize::from(day.led);
            // "Friday's board": the name's own s.
            let owner = sentence
                .tokens
                .get(at)
                .is_some_and(|t| t.end - t.start > t.text.len());
            let day = Day {
                plural: day.plural && !owner,
                ..day
            };
            if day.vague {
                one.span = Some(day);
            } else {
                one.day = Some(day);
            }
            one
        } else if let Some((time, used)) = time_in(words, at, languages) {
            let mut one = moment(used);
            one.time = Some(time);
            one
        } else {
            at += 1;
            continue;
        };
        at = one.to;
        // Nothing of it may lie behind a comma that begins a new thought.
        one.to = one.to.min(words.len());
        found.push(one);
    }
    found
}

/// The day at a word; "not this Thursday, the 21st" names two.
fn whole_day(sentence: &Sentence<'_>, at: usize, context: &Context<'_>) -> Option<Day> {
    let words = &sentence.words;
    let day = day_at(words, at, context)?;
    let broken = (at + 1..at + day.words).find(|i| sentence.breaks.get(*i) == Some(&true));
    let Some(broken) = broken else {
        return Some(day);
    };
    // "at 1, April onwards": no first of April.
    let hour = lexicon().is(sentence.word_before(at), Sense::At) && !day.weekday;
    if hour && lexicon().month(sentence.word(broken)).is_some() {
        return None;
    }
    if leads(sentence, at, &[Sense::OutBehind, Sense::Negator]).is_some() {
        return day_at(words.get(..broken)?, at, context);
    }
    Some(day)
}

/// Joins a day with the time beside it: "Friday, 12:30", "13 Uhr am Donnerstag".
fn join(sentence: &Sentence<'_>, named: Vec<Moment>) -> Vec<Moment> {
    let mut joined: Vec<Moment> = Vec::with_capacity(named.len());
    for next in named {
        // "the 28th (Thursday, 12.30)": the weekday is only said along.
        if let Some(last) = joined.last_mut()
            && last.to == next.from
            && let (Some(known), Some(day)) = (last.day, next.day)
            && known.date.weekday() == day.date.weekday()
            && day.words == 1
            && day.weekday
            && !known.weekday
        {
            last.to = next.to;
            last.day = Some(Day {
                weekday: true,
                ..known
            });
            continue;
        }
        if let Some(last) = joined.last_mut()
            && last.takes(&next)
            && !begins_then(sentence, last, &next)
            && is_glue(sentence, last.to, next.from)
            && !is_apart(sentence, last, &next)
        {
            last.take(next);
            continue;
        }
        joined.push(next);
    }
    joined
}

/// "rather than Thursday, 12:30?", "1pm rather than 12:30 on Thursday": what is ruled out ends at
/// the comma, and before a day.
fn is_apart(sentence: &Sentence<'_>, last: &Moment, next: &Moment) -> bool {
    let parted = sentence.breaks.get(next.from) == Some(&true);
    let day_behind = last.day.is_none() && next.day.is_some() && next.from > last.to;
    (parted || day_behind) && leads(sentence, last.from, &[Sense::OutBehind]).is_some()
}

/// "Fridays from March": when the Fridays begin is said by itself.
fn begins_then(sentence: &Sentence<'_>, last: &Moment, next: &Moment) -> bool {
    let spans = |m: &Moment| m.span.is_some_and(|span| !span.week);
    spans(next) && leads(sentence, next.from, FIRST_DAY).is_some()
        || spans(last) && leads(sentence, last.from, FIRST_DAY).is_some() && next.day.is_some()
}

/// Whether only small words that join day and time stand between two places.
fn is_glue(sentence: &Sentence<'_>, from: usize, to: usize) -> bool {
    to.saturating_sub(from) <= 3
        && (from..to).all(|at| {
            let word = sentence.word(at);
            lexicon().is(word, Sense::At)
                || lexicon().is(word, Sense::On)
                || lexicon().is(word, Sense::From)
                || matches!(
                    word,
                    "the"
                        | "of"
                        | "for"
                        | "at"
                        | "then"
                        | "la"
                        | "las"
                        | "le"
                        | "el"
                        | "de"
                        | "den"
                        | "der"
                        | "dem"
                        | "des"
                        | "schon"
                        | "erst"
                        | "pas"
                        | "dann"
                        | "dan"
                        | "instead"
                        | "please"
                        | "noon"
                        | "but"
                        | "say"
                        | "maybe"
                        | "um"
                        | "in"
                )
        })
}

/// Whether the words between two places are only articles and the like.
fn is_small_between(sentence: &Sentence<'_>, from: usize, to: usize) -> bool {
    (from..to).all(|at| {
        let word = sentence.word(at);
        lexicon().is(word, Sense::At)
            || lexicon().is(word, Sense::On)
            || lexicon().is(word, Sense::This)
            || lexicon().is(word, Sense::In)
            || lexicon().is(word, Sense::EndOf)
            || lexicon().is(word, Sense::StartOf)
            || matches!(
                word,
                "the"
                    | "my"
                    | "our"
                    | "a"
                    | "der"
                    | "die"
                    | "das"
                    | "den"
                    | "dem"
                    | "le"
                    | "la"
                    | "las"
                    | "el"
                    | "los"
                    | "les"
                    | "de"
                    | "het"
                    | "at"
                    | "least"
                    | "about"
                    | "all"
            )
    })
}

/// The phrase of one of the senses that ends just before a place.
fn leads(sentence: &Sentence<'_>, at: usize, senses: &[Sense]) -> Option<Sense> {
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

/// What a clause says of a moment in it.
fn standing(
    sentence: &Sentence<'_>,
    moment: &Moment,
    spans: &[(usize, usize)],
    languages: Languages,
    context: &Context<'_>,
) -> Standing {
    if moment.day.is_some_and(|day| day.past || day.clash) {
        return Standing::Out;
    }
    // "Not before March": the negator is of the bound.
    if moment.bound == Some(Bound::Earliest) {
        return Standing::Wish;
    }
    let before = leads(sentence, moment.from, &[Sense::OutBehind, Sense::Negator]);
    if before.is_some() {
        return Standing::Out;
    }
    let ruled_out = |at: usize| {
        let senses = [Sense::OutBefore, Sense::TooMuch];
        let mark = lexicon().longest(&sentence.words, at, &senses, languages);
        mark.is_some()
    };
    let behind = (moment.to..moment.to + 3)
        .take_while(|at| !spans.iter().any(|(from, _)| from == at))
        .take_while(|at| sentence.breaks.get(*at) == Some(&false));
    if behind.into_iter().any(ruled_out) {
        return Standing::Out;
    }
    let clause = |at: usize| sentence.clause_of(at).map(|(_, clause)| clause);
    let (Some(first), Some(last)) = (clause(moment.from), clause(moment.to.saturating_sub(1)))
    else {
        return Standing::Weak;
    };
    // "Catch you on the 28th" moves no lunch that is planned.
    let invited = matches!(
        context.answering,
        None | Some(Answering::Invitation | Answering::Question)
    );
    let parts = [Sense::SeeYou, Sense::Thanks, Sense::Greeting];
    let parting = first.marks.iter().any(|mark| {
        parts.contains(&mark.sense)
            && (mark.sense == Sense::SeeYou || mark.at + mark.words > moment.from)
            && mark.at < moment.to
    });
    // "décaler à lundi": behind a wish it is no parting.
    if !invited && parting && !first.says(&[Sense::Proposal, Sense::Move]) {
        return Standing::Busy;
    }
    // Notes tell of days that are over: there a day is wished for only outright.
    let tells = matches!(
        context.answering,
        Some(Answering::FollowUp | Answering::Exchange | Answering::Summary)
    );
    let outright = [Sense::Proposal, Sense::Instead];
    let moves = moment.shift.is_none() && first.says(&[Sense::Move]);
    if tells && moment.bound.is_none() && !moves && !first.says(&outright) {
        return Standing::Busy;
    }
    let met = |c: &Clause| c.says(&[Sense::Met, Sense::NotMet]);
    if !invited && sentence.clauses.iter().any(met) {
        return Standing::Busy;
    }
    let standing = in_clause(sentence, first, moment, spans);
    if first.range == last.range {
        standing
    } else {
        // "Verlegen wir auf Dienstag, den 19., 12:15 Uhr": its last part stands bare.
        let tail = in_clause(sentence, last, moment, spans);
        if standing <= Standing::Busy {
            standing
        } else {
            standing.max(tail)
        }
    }
}

/// The same for one of the clauses that it lies in.
fn in_clause(
    sentence: &Sentence<'_>,
    clause: &Clause,
    moment: &Moment,
    spans: &[(usize, usize)],
) -> Standing {
    let inside = |at: usize| moment.from <= at && at < moment.to;
    let led = led_marks(sentence, clause);
    let marks = || led.iter().filter(|mark| !inside(mark.at));
    let says = |senses: &[Sense]| marks().any(|mark| senses.contains(&mark.sense));
    let wish = says(&[Sense::Proposal]) || is_asked_for(sentence, moment);
    let negators = [Sense::Negator, Sense::NegatorBehind, Sense::No, Sense::Skip];
    // "Wednesday next week not this week": the negator is for what stands right behind it.
    let elsewhere = |mark: &Mark| {
        let end = mark.at + mark.words;
        let next = sentence.word(end);
        let names =
            |word: &str| lexicon().is(word, Sense::This) || lexicon().weekday(word).is_some();
        let inside = mark.words > 1 && names(sentence.word(mark.at + 1));
        // "fri works thurs doesnt"
        let of_another = spans
            .iter()
            .any(|(from, to)| *from >= moment.to && *to <= mark.at && mark.at - *to <= 1);
        mark.at >= moment.to && (inside || of_another || (names(next) && mark.words == 1))
    };
    let negated = marks().any(|mark| negators.contains(&mark.sense) && !elsewhere(mark));
    if negated && !(sentence.question && wish) {
        return Standing::Out;
    }
    let positive = [
        Sense::Proposal,
        Sense::Suits,
        Sense::FirmYes,
        Sense::Yes,
        Sense::Fine,
        Sense::Instead,
        Sense::Move,
        Sense::Please,
    ];
    if says(&[Sense::Away, Sense::Reluctant]) && !wish {
        return Standing::Busy;
    }
    if says(&[Sense::Reason]) && !wish {
        return Standing::Busy;
    }
    if let Some(busy) = marks().find(|mark| mark.sense == Sense::Busy) {
        // "my diary is free on Friday", "bin ich gerne dabei"
        let stands_behind = busy.at >= moment.to;
        let shifts = stands_behind && moment.shift.is_some();
        let leads = |mark: &Mark| {
            matches!(mark.sense, Sense::Proposal | Sense::Move)
                && (mark.at + mark.words..=mark.at + mark.words + 1).contains(&moment.from)
        };
        let freed = shifts
            || marks().any(leads)
            || marks().any(|mark| {
                mark.sense == Sense::Proposal
                    || (mark.at > busy.at && positive.contains(&mark.sense))
                    || (stands_behind
                        && mark.at < busy.at
                        && matches!(mark.sense, Sense::Suits | Sense::Proposal))
            });
        if !freed {
            return Standing::Busy;
        }
    }
    // "Wednesday rather than Thursday": what stands before it is preferred.
    let preferred = clause
        .marks
        .iter()
        .any(|mark| mark.sense == Sense::OutBehind && mark.at + mark.words > moment.to);
    if wish || says(&positive) || preferred || moment.bound == Some(Bound::From) {
        return Standing::Wish;
    }
    if moment.shift.is_some() || unknown(sentence, clause, spans) == 0 {
        Standing::Bare
    } else {
        Standing::Weak
    }
}

/// "Might Wednesday of next week serve?", "Would the 21st do?": whatever verb ends it.
fn is_asked_for(sentence: &Sentence<'_>, moment: &Moment) -> bool {
    let lead = (0..moment.from).rev().find(|at| {
        let word = sentence.word(*at);
        !(lexicon().is(word, Sense::On) || matches!(word, "the" | "this" | "next"))
    });
    let modal = lead.filter(|at| moment.from - at <= 3);
    sentence.question
        && moment.day.is_some()
        && modal.is_some_and(|at| lexicon().is(sentence.word(at), Sense::Modal))
}

/// The marks of a clause, and of the few words before it that only "aber" or "und" parts from it:
/// "lass uns aber ins Café gehen".
pub fn led_marks(sentence: &Sentence<'_>, clause: &Clause) -> Vec<Mark> {
    let start = clause.range.start;
    let before = start.checked_sub(1).and_then(|at| sentence.clause_of(at));
    let parted = sentence.breaks.get(start) != Some(&false);
    let leading = before.filter(|(_, before)| !parted && before.range.len() <= LEADING_WORDS_MAX);
    let positive = [Sense::Proposal, Sense::FirmYes, Sense::Yes];
    let leading = leading.filter(|(_, before)| before.says(&positive));
    let mut marks: Vec<Mark> = leading.map_or_else(Vec::new, |(_, before)| before.marks.clone());
    marks.extend(&clause.marks);
    marks
}

/// Words of a clause that nothing is known of.
pub fn unknown(sentence: &Sentence<'_>, clause: &Clause, spans: &[(usize, usize)]) -> usize {
    let marked = |at: usize| {
        let mut marks = clause.marks.iter();
        marks.any(|mark| mark.at <= at && at < mark.at + mark.words)
    };
    let named = |at: usize| spans.iter().any(|(from, to)| *from <= at && at < *to);
    let dated = [
        Sense::Next,
        Sense::This,
        Sense::Coming,
        Sense::At,
        Sense::On,
        Sense::From,
        Sense::Place,
    ];
    clause
        .range
        .clone()
        .filter(|at| {
            let word = sentence.word(*at);
            !marked(*at)
                && !dated.iter().any(|sense| lexicon().is(word, *sense))
                && !named(*at)
                && !lexicon().is_small(word)
                && word.chars().any(char::is_alphabetic)
        })
        .count()
}

/// "I'm in Leeds on Monday and at the dentist on Tuesday": the second has no verb of its own.
fn go_on_busy(sentence: &Sentence<'_>, found: &mut [Moment]) {
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
fn share_standing(sentence: &Sentence<'_>, found: &mut [Moment]) {
    for at in 1..found.len() {
        let Some([first, second]) = found.get_mut(at - 1..=at) else {
            continue;
        };
        let between = sentence
            .words
            .get(first.to..second.from)
            .unwrap_or_default();
        let alike = first.day.is_some() == second.day.is_some();
        if alike
            && matches!(
                between,
                ["and" | "or" | "und" | "oder" | "et" | "ou" | "y" | "o" | "en" | "of"]
            )
        {
            let least = first.standing.min(second.standing);
            if least <= Standing::Busy {
                (first.standing, second.standing) = (least, least);
            }
        }
    }
}

/// "from 12 to 1", "vom 12. bis 14.": both ends of a span, and neither of them a wish.
fn mark_ranges(sentence: &Sentence<'_>, found: &mut [Moment]) {
    for at in 1..found.len() {
        let Some([first, second]) = found.get_mut(at - 1..=at) else {
            continue;
        };
        let between = sentence
            .words
            .get(first.to..second.from)
            .unwrap_or_default();
        let to = matches!(
            between,
            ["to" | "till" | "until" | "bis" | "au" | "a" | "al" | "tot" | "and"]
                | ["bis", "zum"]
                | ["a", "la" | "las"]
        );
        let alike = (first.day.is_some() && second.day.is_some())
            || (first.time.is_some() && second.time.is_some() && second.day.is_none());
        let before = sentence.word_before(first.from);
        let and = between == ["and"];
        let opens = matches!(
            before,
            "from"
                | "between"
                | "von"
                | "vom"
                | "zwischen"
                | "de"
                | "du"
                | "entre"
                | "del"
                | "van"
                | "tussen"
                | "las"
        );
        if alike && to && (opens || !and) {
            first.standing = first.standing.min(Standing::Busy);
            first.bound = None;
            second.standing = second.standing.min(Standing::Busy);
            second.bound = Some(Bound::Until);
        }
    }
}

/// "Tuesday or Wednesday", "Mon, Tue": a choice.
fn mark_choices(sentence: &Sentence<'_>, found: &mut [Moment]) {
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
