//! What the clause around a moment says of it: wished for, ruled out, somebody's own business.

use super::moment::{Bound, Moment, Standing, leads};
use super::sentence::{Clause, Sentence};
use crate::lunch::act::Answering;
use crate::reading::Context;
use crate::reading::language::{Languages, Mark, Sense, lexicon};

/// What a clause says of a moment in it.
pub(super) fn standing(
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
    let gone = |mark: &Mark| clause.range.contains(&mark.at) && !inside(mark.at);
    if (says(&[Sense::Away, Sense::Reluctant]) || sentence.gone.iter().any(gone)) && !wish {
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
        let behind = clause.marks.partition_point(|mark| mark.at <= at);
        let last = behind.checked_sub(1).and_then(|i| clause.marks.get(i));
        last.is_some_and(|mark| at < mark.at + mark.words)
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

/// Longest opening whose wish goes on behind a "but".
const LEADING_WORDS_MAX: usize = 3;
