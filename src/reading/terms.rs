//! Terms: what a text wishes about day, time, place, rhythm and notes.
//!
//! Every day and time in it is found first; then each is judged by the clause around it: wished
//! for, somebody's own business, ruled out, or the end of an absence. A wish beats a bare mention,
//! the last word beats the first, and two that stand side by side are a choice, not a date.
//! Whatever is in doubt is left away: a wrong booking costs more than asking.

mod absence;
mod beside;
mod choice;
mod habit;
mod impossible;
mod moment;
mod named;
mod place;
mod sentence;
mod standing;

use crate::lunch::act::{AcceptTerms, Answering};
use crate::reading::Context;
use crate::reading::language::lexicon;
use crate::reading::phrase::Token;
pub use absence::Absence;
pub use choice::Whole;
use chrono::NaiveDate;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// What a yes changes.
    pub terms: AcceptTerms,
    /// Several days or times were left to choose from, or one was spoken of and not understood.
    pub open: bool,
    /// A day or a time is wished for, or several.
    pub dated: bool,
    /// The first day that would do is said: "from March".
    pub begins: bool,
    /// The first day after an absence, or the one that something is put off to.
    pub until: Option<NaiveDate>,
    /// It lasts for a while only: "until March", "four weeks".
    pub lasts: bool,
    /// A span is left out as a whole.
    pub whole: Option<Whole>,
    /// The writer will not be there, and says when.
    pub absence: Option<Absence>,
    /// A lunch is left out in one clause, and a pause asked for in another.
    pub skips_and_pauses: bool,
    /// A day or a time was named that no calendar and no clock has: "25:00", "31 February".
    pub impossible: bool,
}

/// Reads the terms of a text.
pub fn read(text: &str, tokens: &[Token<'_>], context: &Context<'_>) -> Found {
    let languages = lexicon().languages_by_words(tokens);
    let sentences = sentence::cut(tokens, languages);
    let mut moments = moment::find(&sentences, languages, context);
    let mut location = None;
    for (sentence, moments) in sentences.iter().zip(&mut moments) {
        let spans: Vec<(usize, usize)> = moments.iter().map(|m| (m.from, m.to)).collect();
        let look = place::Look {
            sentence,
            spans: &spans,
            text,
            languages,
            tells: matches!(
                context.answering,
                Some(Answering::FollowUp | Answering::Exchange | Answering::Summary)
            ),
        };
        let spots = look.spots();
        location = look.wished(&spots, location);
        moment::judge(sentence, moments, &spots, languages, context);
    }
    let moments: Vec<_> = moments.into_iter().flatten().collect();
    let chosen = choice::start(&sentences, &moments, context);
    let impossible = sentences
        .iter()
        .any(|sentence| impossible::named(&sentence.words, sentence.wishes()));
    let mut terms = habit::find(&sentences, languages);
    terms.start = chosen.start;
    terms.location = location;
    Found {
        lasts: choice::lasts(&sentences, &moments, context),
        whole: choice::whole(&sentences, &moments, context),
        skips_and_pauses: absence::skips_and_pauses(&sentences),
        absence: absence::find(&sentences, &moments, languages, context),
        impossible,
        terms,
        open: chosen.open || (impossible && chosen.start.is_none()),
        dated: chosen.dated,
        begins: chosen.begins,
        until: choice::until(&sentences, &moments, context),
    }
}
