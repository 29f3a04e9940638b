//! Weighing: what each clause says for and against, and what all of them come to.

use super::clause::Clause;
use super::{Intent, SENSES, Signs, Verdict};
use crate::lunch::act::{Held, Scope};
use crate::reading::Context;
use crate::reading::language::{Languages, Mark, Sense, lexicon};
use crate::reading::when;
use std::cell::LazyCell;

/// Words behind a negator that it still turns.
const NEGATION_REACH: usize = 5;

/// A day so many words behind an "if" is what it asks for.
const CONDITION_REACH: usize = 4;

/// A clause with so many words that are not understood, and no stand, speaks for nothing.
const UNKNOWN_WORDS_MIN: usize = 4;

/// Counts of what speaks for and against.
#[derive(Default)]
pub(super) struct Weighing {
    last: Option<Stand>,
    yes: usize,
    firm_yes: usize,
    fine: usize,
    no: usize,
    reluctant: usize,
    later: usize,
    ask_again: usize,
    condition: usize,
    both: usize,
    doubt: usize,
    /// Of the praise, what is more than one word ("great idea", and not "great").
    praise: usize,
    /// Of the yeses, those that only wish ("I'd love to").
    courtesy: usize,
    /// A "but" with words behind it that say nothing for it.
    unexplained: bool,
    /// "no promises": no thing, and no answer.
    weak_no: usize,
    /// Somebody else would, or said.
    third: usize,
    thanks: usize,
    other: usize,
    /// Something was denied that is not understood, after the last clear word.
    denial: bool,
    /// The sentence held a yes.
    yes_in_sentence: bool,
}

impl Weighing {
    /// How often anything was said for or against.
    const fn stands(&self) -> usize {
        self.yes
            + self.firm_yes
            + self.fine
            + self.no
            + self.reluctant
            + self.later
            + self.ask_again
            + self.condition
            + self.third
            + self.thanks
            + self.doubt
            + self.weak_no
            + self.other
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Firm,
    Yes,
    No,
    Later,
    Reluctant,
}

pub(super) fn weigh(
    clause: &Clause,
    languages: Languages,
    context: &Context,
    intent: &mut Intent,
    weighing: &mut Weighing,
) {
    let words = &clause.words;
    let marks = lexicon().marks(words, SENSES, languages);
    weighing.yes_in_sentence &= clause.continues;
    let wish = |m: &Mark| matches!(m.sense, Sense::Move | Sense::Skip);
    let found = when::find_moved(words, context, marks.iter().any(wish));
    let stands_before = weighing.stands();
    let mut negator: Option<usize> = None;
    let mut said_something = false;
    let mut asks = false;
    let mut signs = Signs {
        question: clause.question,
        continues: clause.continues,
        dated: !found.is_empty(),
        words: words.len(),
        unknown: words.len()
            - marks
                .iter()
                .map(|m| m.words)
                .sum::<usize>()
                .min(words.len()),
        ..Signs::default()
    };
    let mut proposes = !found.is_empty();
    let until = LazyCell::new(|| when::until(words, context));
    for (number, mark) in marks.iter().enumerate() {
        let negated = negator.is_some_and(|at| mark.at.saturating_sub(at) <= NEGATION_REACH);
        let ends = mark.at + mark.words;
        let behind = marks.iter().skip(number + 1).take(3).any(|next| {
            let between = next.at.saturating_sub(ends);
            let last = next.at + next.words == words.len();
            (next.sense == Sense::NegatorBehind && between <= 2)
                || (next.sense == Sense::Negator && between == 0 && last)
        });
        let turned = negated || behind;
        signs.senses.push((mark.sense, turned));
        said_something = true;
        match mark.sense {
            Sense::Negator | Sense::NegatorBehind => negator = Some(mark.at + mark.words),
            Sense::Third => weighing.third += 1,
            Sense::QuestionPhrase => intent.question = true,
            Sense::SameTime => intent.moves = true,
            Sense::Later if mark_bounds_time(words, mark) => {}
            Sense::Yes | Sense::Fine if asks && clause.question => {}
            Sense::Yes | Sense::Fine | Sense::No if third_person(words, mark) => {
                weighing.third += 1;
            }
            Sense::FirmYes | Sense::Yes if turned => {
                intent.strong_no = true;
                weighing.against();
            }
            Sense::FirmYes => weighing.firm(),
            Sense::Yes => {
                weighing.courtesy += usize::from(courteous(words, mark));
                weighing.favour();
            }
            Sense::Fine if turned => {
                let near = negator.is_none_or(|at| mark.at.saturating_sub(at) <= 2);
                if near {
                    weighing.against();
                }
            }
            Sense::Fine => {
                weighing.fine += 1;
                weighing.praise += usize::from(mark.words > 1);
                weighing.yes_in_sentence = true;
            }
            Sense::No | Sense::Reluctant | Sense::Doubt if negated => weighing.other += 1,
            Sense::No if mark.words == 1 && counts_nothing(words, mark.at) => weighing.weak_no += 1,
            Sense::No => {
                intent.strong_no |= mark.words > 1 || mark.words == words.len();
                weighing.against();
            }
            Sense::Reluctant => {
                weighing.reluctant += 1;
                weighing.last = Some(Stand::Reluctant);
            }
            Sense::Both => weighing.both += 1,
            Sense::Doubt => weighing.doubt += 1,
            Sense::Later => {
                weighing.later += 1;
                weighing.last = Some(Stand::Later);
                intent.until = intent.until.or_else(|| *until);
            }
            Sense::AskAgain => {
                weighing.ask_again += 1;
                weighing.last = Some(Stand::Later);
                intent.until = intent.until.or_else(|| *until);
            }
            Sense::Condition if !asked_for(&found, ends) => {
                weighing.condition += 1;
            }
            Sense::Stop | Sense::End if !turned && of_the_summaries(words, mark.at, languages) => {
                intent.no_summaries = true;
            }
            Sense::Stop if !turned => intent.stop = true,
            Sense::End if !turned && of_something_else(words, ends, languages) => {
                intent.asks_back = Some("something is to end, and it does not say the lunches");
            }
            Sense::End if !turned => intent.end = true,
            Sense::Skip if !turned => intent.skip = true,
            Sense::Move => intent.moves = true,
            Sense::Instead if proposes => intent.moves = true,
            // "Just this once, otherwise as always": the one.
            Sense::MoveAll => intent.scope = intent.scope.or(Some(Scope::All)),
            Sense::MoveOne => intent.scope = Some(Scope::One),
            Sense::Pause if !turned => {
                intent.pause = true;
            }
            Sense::Resume if !turned => intent.resume = true,
            Sense::Met if turned => intent.held = Some(Held::NotMet),
            Sense::Met => intent.held = intent.held.or(Some(Held::Met)),
            Sense::NotMet => intent.held = Some(Held::NotMet),
            Sense::Said => intent.held = Some(Held::SaidNotWritten),
            Sense::Nothing => intent.held = Some(Held::NothingThisTime),
            Sense::Thanks | Sense::Greeting => {
                weighing.thanks += 1;
                said_something = marks.len() > 1;
            }
            Sense::Asking if mark.at <= 1 => asks = true,
            Sense::Unnamed => intent.unnamed = true,
            Sense::BetweenUs => intent.between_us = true,
            Sense::Except => {
                intent.terms_open = true;
                proposes = true;
            }
            _ => {}
        }
    }
    intent.signs.push(signs);
    let negates = |m: &Mark| matches!(m.sense, Sense::Negator | Sense::NegatorBehind);
    let only_negators = marks.iter().any(negates)
        && marks.iter().all(|m| {
            negates(m) || matches!(m.sense, Sense::Every | Sense::Asking | Sense::Instead)
        });
    let bare = marks.iter().map(|m| m.words).sum::<usize>() == words.len();
    if only_negators && bare && !clause.question {
        weighing.against(); // "Sure... not"
    } else if only_negators && found.is_empty() {
        let opens_against = words
            .first()
            .is_some_and(|w| lexicon().is_in(w, Sense::But, languages));
        weighing.denial |= opens_against || weighing.yes_in_sentence;
    }
    let helps = |m: &Mark| {
        !matches!(
            m.sense,
            Sense::Negator
                | Sense::NegatorBehind
                | Sense::Asking
                | Sense::Reluctant
                | Sense::Condition
        )
    };
    let says = |wanted: &[Sense]| marks.iter().any(|m| wanted.contains(&m.sense));
    if says(&[Sense::Later, Sense::AskAgain]) && says(&[Sense::Yes, Sense::FirmYes]) {
        weighing.last = Some(Stand::Later); // "after the release, gladly"
    }
    let opens_but = words
        .first()
        .is_some_and(|w| lexicon().is_in(w, Sense::But, languages));
    if opens_but && words.len() > 1 && found.is_empty() && !marks.iter().any(helps) {
        weighing.unexplained = true;
    }
    let silent = marks.iter().all(|m| {
        matches!(
            m.sense,
            Sense::Asking | Sense::Condition | Sense::Negator | Sense::Neutral
        )
    });
    let asks_to_move = marks.iter().any(|m| m.sense == Sense::Move);
    if clause.question && (asks || asks_to_move || (silent && !proposes)) && words.len() > 1 {
        intent.question = true;
    }
    // "Great. So now even lunch is a review": known words that take no stand, amid many unknown.
    let marked: usize = marks.iter().map(|m| m.words).sum();
    let mumbles = said_something
        && weighing.stands() == stands_before
        && !clause.question
        && !proposes
        && words.len().saturating_sub(marked) >= UNKNOWN_WORDS_MIN;
    weighing.other += usize::from(mumbles);
    if !said_something
        && marks
            .iter()
            .all(|m| m.sense != Sense::Thanks && m.sense != Sense::Greeting)
        && !proposes
    {
        weighing.other += 1;
    }
}

/// "If Thursday works" asks for a day; a day or a time further behind is one of the condition's own:
/// "if it takes no more than half an hour".
fn asked_for(found: &when::When, ends: usize) -> bool {
    let dated = found.date.is_some() || found.time.is_some() || found.several;
    dated && found.first.is_some_and(|at| at < ends + CONDITION_REACH)
}

/// "Stop sending me this monthly round-up": the lunches go on.
fn of_the_summaries(words: &[&str], from: usize, languages: Languages) -> bool {
    (from..words.len()).any(|at| {
        let mark = lexicon().longest(words, at, &[Sense::SummaryWord], languages);
        mark.is_some()
    })
}

/// "I quit my job": what ends is the writer's, and no lunch.
fn of_something_else(words: &[&str], behind: usize, languages: Languages) -> bool {
    let owned = words
        .get(behind)
        .is_some_and(|word| lexicon().is_in(word, Sense::PlaceOwner, languages));
    let ours = [Sense::Series, Sense::LunchWord, Sense::NextLunch];
    owned
        && (behind + 1..words.len()).all(|at| {
            let mark = lexicon().longest(words, at, &ours, languages);
            mark.is_none()
        })
}

/// "Not before 13:00" bounds the time of day and puts nothing off.
fn mark_bounds_time(words: &[&str], mark: &Mark) -> bool {
    let behind = mark.at + mark.words;
    (behind..behind + 2).any(|at| when::clock::time_at(words, at).is_some())
}

/// "I'd love to" and "happy to" wish; "sure" and "works for me" agree.
fn courteous(words: &[&str], mark: &Mark) -> bool {
    let wishes = |at: usize| {
        words
            .get(at)
            .is_some_and(|w| lexicon().is(w, Sense::Courtesy))
    };
    wishes(mark.at) || wishes(mark.at + 1)
}

/// Whether a "no" belongs to the thing behind it ("no promises") and is no answer by itself.
fn counts_nothing(words: &[&str], at: usize) -> bool {
    let is_thing = |word: &str| lexicon().is(word, Sense::NoThing);
    let no = words.get(at).filter(|word| is_thing(word));
    let Some(next) = words.get(at + 1).filter(|_| no.is_some()) else {
        return false;
    };
    let answers = [Sense::Thanks, Sense::Negator, Sense::Answering];
    let small = lexicon()
        .longest(words, at + 1, &answers, Languages::ALL)
        .is_some();
    !small && next.chars().all(char::is_alphabetic) && !is_thing(next)
}

/// "Omar would love this": a wish that is not the writer's.
fn third_person(words: &[&str], mark: &Mark) -> bool {
    let opens = words
        .get(mark.at)
        .is_some_and(|w| lexicon().is(w, Sense::Modal));
    let subject = mark.at.checked_sub(1).and_then(|at| words.get(at));
    opens && subject.is_some_and(|w| !lexicon().is(w, Sense::Myself))
}

impl Weighing {
    fn favour(&mut self) {
        self.denial = false;
        self.unexplained = false;
        self.yes_in_sentence = true;
        self.yes += 1;
        self.last = Some(Stand::Yes);
    }

    fn firm(&mut self) {
        self.denial = false;
        self.yes_in_sentence = true;
        self.firm_yes += 1;
        self.last = Some(Stand::Firm);
    }

    fn against(&mut self) {
        self.no += 1;
        self.last = Some(Stand::No);
    }

    pub(super) fn conclude(&self, intent: &mut Intent) {
        let any_yes = self.yes + self.firm_yes;
        let no = self.no + usize::from(any_yes == 0 && self.fine == 0) * self.weak_no;
        let decide = |verdict, because| (verdict, because);
        let (verdict, because) = if self.both > 0 {
            decide(Verdict::Unclear, "it says yes and no at once")
        } else if no > 0 && any_yes > 0 {
            match self.last {
                Some(Stand::No) if self.firm_yes >= 3 => {
                    decide(Verdict::Unclear, "it says yes several times and then no")
                }
                Some(Stand::No) => decide(Verdict::No, "its last clear clause is a no"),
                Some(Stand::Firm) => decide(Verdict::Yes, "its last clear clause is a yes"),
                Some(Stand::Later) if self.ask_again > 0 => {
                    decide(Verdict::Later, "its last clear clause asks to come back")
                }
                // A mild yes behind a no is often a courtesy: the no holds.
                _ => decide(Verdict::No, "a no, and nothing firm that takes it back"),
            }
        } else if no > 0 {
            if self.ask_again > 0 {
                decide(Verdict::Later, "it asks to be asked again")
            } else if self.later > 0 && intent.until.is_some() {
                decide(Verdict::Later, "not now, with a date")
            } else {
                decide(Verdict::No, "a no")
            }
        } else if self.doubt > 0 {
            decide(Verdict::Unclear, "it may be irony or a worry")
        } else if any_yes > 0 {
            if self.ask_again > 0 || (self.later > 0 && self.last == Some(Stand::Later)) {
                decide(Verdict::Later, "willing, but later")
            } else if self.condition > 0 {
                decide(Verdict::Unclear, "a yes on a condition")
            } else if self.reluctant > 0 && self.last != Some(Stand::Firm) {
                decide(Verdict::Unclear, "a yes with reluctance")
            } else if self.denial
                || (self.unexplained && self.firm_yes == 0 && self.yes == self.courtesy)
            {
                decide(Verdict::Unclear, "a yes, and something against it behind")
            } else {
                decide(Verdict::Yes, "a yes")
            }
        } else if self.third > 0 {
            decide(Verdict::Unclear, "somebody else's yes or no")
        } else if self.ask_again + self.later > 0 {
            decide(Verdict::Later, "not now")
        } else if self.fine > 0
            && self.condition + self.reluctant == 0
            && !self.denial
            && !self.unexplained
            && (self.praise > 0 || self.other == 0)
        {
            decide(
                Verdict::Yes,
                "it welcomes the idea and nothing speaks against it",
            )
        } else if self.reluctant > 1 || (self.reluctant > 0 && self.fine > 0) {
            decide(Verdict::No, "kind words, and reasons against")
        } else if self.condition + self.reluctant > 0 {
            decide(Verdict::Unclear, "a condition or a hesitation")
        } else {
            decide(Verdict::Silent, "no clear word")
        };
        intent.verdict = verdict;
        intent.because = because;
        intent.firm = self.firm_yes > 0;
        let beside = self.no + self.reluctant + self.later + self.condition + self.doubt;
        intent.stood = (any_yes, beside + self.third + self.weak_no + self.other);
        let said = any_yes + self.no + self.fine + self.reluctant + self.doubt + self.later;
        intent.only_thanks = self.thanks > 0 && said == 0 && self.other == 0 && !intent.question;
        intent.nothing_found = said == 0 && self.thanks == 0;
    }
}
