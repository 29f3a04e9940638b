//! Intent: what the clauses of a text say, yes, no, later and the rest.
//!
//! A text is cut into clauses at punctuation and at "but". In each clause the longest phrases are
//! marked (so idioms come before the words in them), then negation turns what stands behind it in
//! the same clause. The last clear clause wins; praise is no yes where anything speaks against it;
//! where yes and no stand against each other the answer is: unclear.

mod clause;
mod weighing;

use crate::lunch::act::{AcceptTerms, Answering, Held, Scope};
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{self, Token, tokens};
use crate::reading::terms::{self, Absence, Whole};
use chrono::NaiveDate;
use clause::{clauses, drop_fillers, drop_middle, join_phrases};
use weighing::{Weighing, weigh};

/// The senses that clauses are searched for.
const SENSES: &[Sense] = &[
    Sense::FirmYes,
    Sense::Yes,
    Sense::Fine,
    Sense::No,
    Sense::Reluctant,
    Sense::Neutral,
    Sense::Both,
    Sense::Doubt,
    Sense::Later,
    Sense::AskAgain,
    Sense::Condition,
    Sense::Politeness,
    Sense::Negator,
    Sense::NegatorBehind,
    Sense::Stop,
    Sense::End,
    Sense::Skip,
    Sense::Move,
    Sense::MoveAll,
    Sense::MoveOne,
    Sense::Pause,
    Sense::Resume,
    Sense::Met,
    Sense::NotMet,
    Sense::Said,
    Sense::Nothing,
    Sense::Thanks,
    Sense::Greeting,
    Sense::Once,
    Sense::NoNotes,
    Sense::Asking,
    Sense::Unnamed,
    Sense::Instead,
    Sense::Monthly,
    Sense::Weekly,
    Sense::Fortnightly,
    Sense::Every,
    Sense::Except,
    Sense::Third,
    Sense::SameTime,
    Sense::QuestionPhrase,
    Sense::BetweenUs,
];

/// What a text says about the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Not now.
    Later,
    /// Both, or on a condition, or ironically.
    Unclear,
    /// Nothing about it.
    #[default]
    Silent,
}

/// Everything found in a text.
#[derive(Clone, Debug, Default)]
pub struct Intent {
    /// About the offer.
    pub verdict: Verdict,
    /// In a few words, why.
    pub because: &'static str,
    /// What a yes changes.
    pub terms: AcceptTerms,
    /// A day or a time is wished for, or several.
    pub dated: bool,
    /// Until when "not now" or a pause lasts.
    pub until: Option<NaiveDate>,
    /// The end of an absence said anywhere, for a later or a pause in another clause.
    pub spoken_until: Option<NaiveDate>,
    /// One lunch is left out in a clause of its own, and a pause asked for in another.
    pub skips_and_pauses: bool,
    /// The writer will not be there, and says when.
    pub absence: Option<Absence>,
    /// Where one of several times was to be chosen, or a rhythm left open.
    pub terms_open: bool,
    /// A question was asked that is not only a proposal of a time.
    pub question: bool,
    /// All mail shall end.
    pub stop: bool,
    /// The monthly mail shall end, and nothing else.
    pub no_summaries: bool,
    /// These lunches shall end.
    pub end: bool,
    /// This lunch is left out.
    pub skip: bool,
    /// A wish to move was said.
    pub moves: bool,
    /// One or all.
    pub scope: Option<Scope>,
    /// Pause and resume.
    pub pause: bool,
    /// The pause is over.
    pub resume: bool,
    /// Whether the lunch took place.
    pub held: Option<Held>,
    /// What was said shall stay between the two.
    pub between_us: bool,
    /// From when on is said.
    pub begins: bool,
    /// Leave to quote, but without the name.
    pub unnamed: bool,
    /// A firm yes.
    pub firm: bool,
    /// A no of more than a single word, or one that fills its clause.
    pub strong_no: bool,
    /// The text is thanks or a greeting and nothing else.
    pub only_thanks: bool,
    /// No word of it was understood as anything.
    pub nothing_found: bool,
    /// Words in all.
    pub words: usize,
    /// What each clause says, in order: for the learned weights.
    pub signs: Vec<Signs>,
    /// How many words stand for a yes outright, and how many things against or beside it.
    pub stood: (usize, usize),
    /// What was plainly asked for and cannot be done as it was said: it is asked back.
    pub asks_back: Option<&'static str>,
}

/// Longest answer that only says from when on, in words.
const BEGINNING_WORDS_MAX: usize = 8;
/// Longest answer that can be plain, in words.
const PLAIN_WORDS_MAX: usize = 6;

impl Intent {
    /// A short text of which every word is understood, and that asks nothing: "Claro que no".
    pub fn is_plain(&self) -> bool {
        let stands = |(sense, _): &(Sense, bool)| *sense != Sense::Neutral;
        let known = |clause: &Signs| {
            clause.unknown == 0 && !clause.question && clause.senses.iter().all(stands)
        };
        self.words <= PLAIN_WORDS_MAX && !self.question && self.signs.iter().all(known)
    }

    /// Whether it says from when on, and no lunch then can be told: nothing is planned before it.
    pub const fn is_put_off(&self) -> bool {
        self.begins && self.terms.start.is_none() && self.until.is_some()
    }

    /// Whether it says yes and nothing besides, or no outright.
    pub const fn is_outright(&self) -> bool {
        match self.verdict {
            Verdict::Yes => self.stood.0 > 0 && self.stood.1 == 0,
            Verdict::No => self.strong_no,
            _ => false,
        }
    }
}

/// What was understood in one clause.
#[derive(Clone, Debug, Default)]
pub struct Signs {
    /// The senses in order, and whether each was turned by a negator.
    pub senses: Vec<(Sense, bool)>,
    /// Whether its sentence is a question.
    pub question: bool,
    /// Whether it goes on the sentence of the clause before.
    pub continues: bool,
    /// Whether a day or a time is named.
    pub dated: bool,
    /// Words in it.
    pub words: usize,
    /// Words in it that nothing is known of.
    pub unknown: usize,
}

/// Reads the intent of a text.
pub fn read(text: &str, context: &Context) -> Intent {
    let tokens = tokens(text);
    let languages = lexicon().languages_of(&tokens);
    let mut clauses = clauses(&tokens, languages);
    drop_middle(&mut clauses);
    let clauses = join_phrases(clauses, languages);
    let mut weighing = Weighing::default();
    let mut intent = Intent {
        words: tokens.iter().filter(|t| t.is_word).count(),
        ..Intent::default()
    };
    for mut clause in clauses {
        drop_fillers(&mut clause, languages);
        let clause = &clause;
        weigh(clause, languages, context, &mut intent, &mut weighing);
    }
    let found = terms::read(text, &tokens, context);
    intent.terms = found.terms;
    intent.terms_open |= found.open;
    intent.dated = found.dated;
    intent.begins = found.begins;
    intent.absence = found.absence;
    intent.skips_and_pauses = found.skips_and_pauses && intent.skip && intent.pause;
    intent.spoken_until = found.until;
    intent.until = found.until.or(intent.until);
    if intent.end && found.lasts {
        // "Paremos cuatro semanas", "let's stop until March"
        (intent.end, intent.pause) = (false, true);
    }
    if (intent.stop || intent.end) && goes_on(&tokens, languages) {
        // "Stop these, but the lunches may go on": of the summary, if that is what it answers.
        (intent.stop, intent.end) = (false, false);
        intent.no_summaries = context.answering == Some(Answering::Summary);
        intent.asks_back = Some("something is to end, and the lunches are to go on");
    }
    match found.whole {
        // "Skip all of January"
        Some(Whole::Begun) if intent.skip && intent.until.is_some() => {
            (intent.skip, intent.pause) = (false, true);
        }
        Some(Whole::Ahead) if intent.skip || intent.pause => {
            intent.asks_back = Some("a time is to be left out that has not begun");
        }
        _ => {}
    }
    // "Move it to Friday, and after that pause": a pause would take the moved lunch away.
    let moved = intent.terms.start.filter(|_| intent.moves && intent.pause);
    if moved.is_some_and(|start| intent.until.is_some_and(|until| start.date() < until)) {
        intent.asks_back = Some("a lunch is to move, and a pause to begin behind it");
    }
    if intent.skip && counts_several(&tokens) {
        intent.asks_back = Some("several lunches are to be left out, and not one");
    }
    if found.impossible {
        (intent.terms.start, intent.terms_open) = (None, true);
        intent.asks_back = Some("a day or a time is named that there is not");
    }
    weighing.conclude(&mut intent);
    let begins = found.begins && intent.words <= BEGINNING_WORDS_MAX && !intent.question;
    if begins && intent.verdict == Verdict::Silent && intent.until.is_some() {
        (intent.verdict, intent.because) = (Verdict::Later, "it says from when on");
    }
    let asked_back = intent.words == 1 && text.trim_end().ends_with('?');
    if asked_back && intent.verdict == Verdict::Yes && !intent.dated {
        (intent.verdict, intent.because) = (Verdict::Unclear, "a yes with a question mark");
    }
    intent
}

/// Whether the lunches are to go on, whatever else ends.
fn goes_on(tokens: &[Token<'_>], languages: Languages) -> bool {
    let words = phrase::words(tokens);
    let marks = lexicon().marks(&words, &[Sense::GoesOn], languages);
    !marks.is_empty()
}

/// "The next two", of lunches: a number of weeks or days is a time.
fn counts_several(tokens: &[Token<'_>]) -> bool {
    let words = phrase::words(tokens);
    (0..words.len()).any(|at| {
        let Some(mark) = lexicon().longest(&words, at, &[Sense::NextOnes], Languages::ALL) else {
            return false;
        };
        let count = words
            .get(at + mark.words)
            .and_then(|word| lexicon().number(word));
        let unit = words.get(at + mark.words + 1).copied().unwrap_or_default();
        count.is_some_and(|count| (2..20).contains(&count))
            && !lexicon().is_unit_of_time(unit)
            && lexicon().month(unit).is_none()
    })
}
