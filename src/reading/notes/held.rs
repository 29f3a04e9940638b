//! Held: whether a lunch took place or not, or that nothing will be written, told in place of notes.
//!
//! A clause tells it by what it is made of: a denial and a verb of taking place, a word for what
//! came to nothing, a verb of telling and all there was to tell, reluctance and writing. It counts
//! only if nothing but small words stands in front, and no object behind: "the lunch was cancelled"
//! tells it, "she told them that the order was cancelled" and "we forgot the cake" do not. Words
//! that speak to the partner are notes, and are never taken for a mere "we met".

use crate::lunch::act::Held;
use crate::lunch::notes::Section;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::notes::heads::{Follow, Head, How, Text};
use crate::reading::phrase::{Token, tokens};

/// Longest text that tells no more than whether they met, in words.
const WORDS_MAX: usize = 70;
/// A text so short speaks of the lunch, whoever it speaks to.
const SHORT_WORDS_MAX: usize = 14;
/// Longest text in which it is enough that somebody was ill or away, in words.
const ABSENT_WORDS_MAX: usize = 25;
/// Words beside "we met" that may be its story.
const MET_WORDS_MAX: usize = 10;
/// Words beside "nothing to note" that may be its reason.
const NOTHING_WORDS_MAX: usize = 14;
/// Words beside "said, not written" or "we did not meet" that may be the story of it.
const STORY_WORDS_MAX: usize = 45;
/// Longest courtesy, in words.
const COURTESY_WORDS_MAX: usize = 8;
/// Words between two that tell something together.
const BETWEEN_WORDS_MAX: usize = 5;
/// Longest sentence whose commas part nothing, in words.
const PHRASE_WORDS_MAX: usize = 6;

/// What a clause tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cue {
    Held,
    NotHeld,
    /// Somebody was ill or away: tells it in a short text, or beside more.
    Absent,
    SpokenOnly,
    Nothing,
}

/// What the clauses of a text say about the lunch.
#[derive(Debug, Default)]
struct Told {
    held: bool,
    not_held: bool,
    absent: bool,
    spoken_only: bool,
    nothing: bool,
    /// Words of clauses that say something else.
    others: usize,
    /// Some of them speak to the partner.
    addressing: bool,
    /// Some of them speak of somebody.
    he_or_she: bool,
    /// Some of them praise.
    praise: bool,
}

/// What a text that is no notes tells; `None` where it tells something else besides.
pub fn told(text: &str) -> Option<Held> {
    let tokens = tokens(text);
    let words = tokens.iter().filter(|t| t.is_word).count();
    if words > WORDS_MAX || names_a_prompt(text) {
        return None;
    }
    let languages = lexicon().languages_of_notes(&tokens);
    let mut told = Told::default();
    for sentence in sentences(&tokens, text) {
        // "Said, not written": a comma parts what is one phrase.
        let whole = Clause::new(
            sentence.iter().copied().filter(|w| !w.text.is_empty()),
            languages,
        );
        let joined = Some(&whole).filter(|whole| whole.words.len() <= PHRASE_WORDS_MAX);
        if whole.only_closes() {
            continue; // "nothing else" closes what was said before
        }
        if let Some(cue) = joined.and_then(Clause::cue) {
            told.take(cue);
            continue;
        }
        for clause in clauses(&sentence, languages) {
            told.weigh(&clause);
        }
    }
    told.conclude(words)
}

impl Told {
    fn take(&mut self, cue: Cue) {
        match cue {
            Cue::Held => self.held = true,
            Cue::NotHeld => self.not_held = true,
            Cue::Absent => self.absent = true,
            Cue::SpokenOnly => self.spoken_only = true,
            Cue::Nothing => self.nothing = true,
        }
    }

    fn weigh(&mut self, clause: &Clause<'_>) {
        if clause.only_closes() {
            return;
        }
        if let Some(cue) = clause.cue() {
            self.take(cue);
            return;
        }
        let courtesies = [
            Sense::Thanks,
            Sense::Greeting,
            Sense::Closing,
            Sense::SignOff,
            Sense::NextLunch,
        ];
        let courteous = clause.at(0, &courtesies).is_some();
        if courteous && clause.words.len() <= COURTESY_WORDS_MAX {
            return;
        }
        let holds = |senses: &[Sense]| clause.find(0, senses).is_some();
        self.others += clause.words.len();
        self.addressing |= holds(&[Sense::Addressing]);
        let long = clause.words.len() > 3;
        self.he_or_she |= long && holds(&[Sense::HeOrShe]);
        self.praise |= holds(&[Sense::Best, Sense::PairedBest]);
    }

    fn conclude(&self, words: usize) -> Option<Held> {
        let short = words <= SHORT_WORDS_MAX;
        let not_held = self.not_held || (self.absent && words <= ABSENT_WORDS_MAX && !self.praise);
        if self.addressing && !(short && not_held) {
            return None;
        }
        let about_somebody = self.he_or_she && self.praise;
        if about_somebody && !short {
            return None;
        }
        let story = self.others <= STORY_WORDS_MAX;
        let reason = self.others <= NOTHING_WORDS_MAX;
        let somebody = self.he_or_she && self.others > 4;
        if not_held && story {
            Some(Held::NotMet)
        } else if self.spoken_only && story {
            Some(Held::SaidNotWritten)
        } else if self.nothing && (reason || (!self.he_or_she && story)) {
            Some(Held::NothingThisTime)
        } else if self.held && self.others <= MET_WORDS_MAX && !somebody {
            Some(Held::Met)
        } else {
            None
        }
    }
}

/// Whether a sentence begins with a heading of the best or the worst moment.
fn names_a_prompt(text: &str) -> bool {
    let text = Text::new(text);
    (0..text.tokens.len())
        .filter(|at| text.opens_clause(*at))
        .filter_map(|at| Head::led(&text, at))
        .filter(|head| matches!(head.section(), Some(Section::Best | Section::Worst)))
        .any(|head| !head.paired && !matches!(Follow::of(&text, &head).how, How::Bare | How::Comma))
}

/// A word of a clause; a mark of punctuation is an empty one.
#[derive(Clone, Copy, Debug)]
struct Word<'a> {
    text: &'a str,
    capital: bool,
}

/// The words of each sentence.
fn sentences<'a>(tokens: &'a [Token<'a>], text: &str) -> Vec<Vec<Word<'a>>> {
    let mark = Word {
        text: "",
        capital: false,
    };
    let mut found: Vec<Vec<Word<'_>>> = vec![Vec::new()];
    for (at, token) in tokens.iter().enumerate() {
        let compound = token.text == "-"
            && at
                .checked_sub(1)
                .and_then(|at| tokens.get(at))
                .is_some_and(|before| before.is_word && before.end == token.start);
        let Some(last) = found.last_mut() else {
            break;
        };
        match &*token.text {
            word if token.is_word => {
                let raw = text.get(token.start..token.end).unwrap_or_default();
                last.push(Word {
                    text: word,
                    capital: raw.starts_with(char::is_uppercase),
                });
            }
            "." | "!" | "?" | ";" | "\n" | "…" => found.push(Vec::new()),
            "," | ":" | "–" | "—" | "(" | ")" => last.push(mark),
            "-" if !compound => last.push(mark),
            _ => {}
        }
    }
    found.retain(|sentence| sentence.iter().any(|word| !word.text.is_empty()));
    found
}

/// Parts a sentence at its marks and at words that join clauses.
fn clauses<'a>(sentence: &[Word<'a>], languages: Languages) -> Vec<Clause<'a>> {
    let joins = |word: &Word<'_>| {
        word.text.is_empty()
            || lexicon()
                .longest(&[word.text], 0, &[Sense::Connecting, Sense::But], languages)
                .is_some()
    };
    sentence
        .split(joins)
        .filter(|words| !words.is_empty())
        .map(|words| Clause::new(words.iter().copied(), languages))
        .collect()
}

/// Where a phrase stands: its first word, and the one behind it.
type Place = (usize, usize);

struct Clause<'a> {
    words: Vec<&'a str>,
    /// Whether it may begin with a name.
    named: bool,
    languages: Languages,
}

impl<'a> Clause<'a> {
    fn new(words: impl Iterator<Item = Word<'a>>, languages: Languages) -> Self {
        let words: Vec<Word<'_>> = words.collect();
        Self {
            named: words.first().is_some_and(|word| word.capital),
            words: words.into_iter().map(|word| word.text).collect(),
            languages,
        }
    }

    /// Whether a phrase of a sense stands anywhere as wanted.
    fn any(&self, sense: Sense, wanted: impl Fn(Place) -> bool) -> bool {
        (0..self.words.len())
            .filter_map(|at| self.at(at, &[sense]))
            .any(wanted)
    }

    fn at(&self, at: usize, senses: &[Sense]) -> Option<Place> {
        let mark = lexicon().longest(&self.words, at, senses, self.languages)?;
        Some((at, at + mark.words))
    }

    /// The first phrase of one of the senses from a word on.
    fn find(&self, from: usize, senses: &[Sense]) -> Option<Place> {
        (from..self.words.len()).find_map(|at| self.at(at, senses))
    }

    fn only_closes(&self) -> bool {
        let closing = self.at(0, &[Sense::Closing]);
        closing.is_some_and(|(_, end)| end == self.words.len())
    }

    fn is_small(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| {
            lexicon().is(word, Sense::AboutLunch)
                || lexicon().is(word, Sense::Filler)
                || lexicon().is(word, Sense::Negation)
                || lexicon().is(word, Sense::HeOrShe)
                || !word.chars().any(char::is_alphanumeric)
        })
    }

    /// Only small words, or a name, stand in front.
    fn opens(&self, at: usize) -> bool {
        let named = self.named && self.at(0, &[Sense::Addressing]).is_none();
        (0..at).all(|at| self.is_small(at) || (at == 0 && named))
    }

    /// Where the words of reluctance stand that lead to a place, or the place itself.
    fn unwilling_before(&self, at: usize) -> usize {
        let unwilling = self.find(0, &[Sense::Unwilling]);
        unwilling.map_or(at, |(first, _)| first.min(at))
    }

    /// The same, and the writer is who speaks.
    fn opens_by_writer(&self, at: usize) -> bool {
        let somebody = self.find(0, &[Sense::HeOrShe, Sense::Addressing]);
        let name = self.named && !self.is_small(0) && at > 0;
        self.opens(at) && !name && somebody.is_none_or(|(first, _)| first >= at)
    }

    /// No object stands behind: nothing, small words, or a time or a reason.
    fn closes(&self, from: usize) -> bool {
        for at in from..self.words.len() {
            let loose = [Sense::LoosePreposition, Sense::ByMouth];
            if self.at(at, &loose).is_some() {
                return true;
            }
            if !self.is_small(at) {
                return false;
            }
        }
        true
    }

    fn are_small(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            at = match self.at(at, &[Sense::ByMouth, Sense::LoosePreposition]) {
                Some((_, end)) => end,
                None if self.is_small(at) => at + 1,
                None => return false,
            };
        }
        true
    }

    /// Two phrases near one another, in either order: from the first to the one behind the last.
    fn pair(&self, one: Sense, other: Sense) -> Option<(Place, Place)> {
        for at in 0..self.words.len() {
            let Some(first) = self.at(at, &[one]) else {
                continue;
            };
            let behind = self.find(first.1, &[other]);
            if let Some(second) = behind.filter(|second| second.0 - first.1 <= BETWEEN_WORDS_MAX) {
                return Some((first, second));
            }
            let near = at.saturating_sub(BETWEEN_WORDS_MAX);
            let before = (near..at).find_map(|before| self.at(before, &[other]));
            if let Some(before) = before.filter(|before| before.1 <= at) {
                return Some((before, first));
            }
        }
        None
    }

    fn cue(&self) -> Option<Cue> {
        let others = self.find(0, &[Sense::HeldByOthers]);
        if others.is_some_and(|(at, _)| self.opens(at)) {
            return None;
        }
        if self.was_not_held() {
            return Some(Cue::NotHeld);
        }
        if self.is_spoken_only() {
            return Some(Cue::SpokenOnly);
        }
        if self.is_nothing() {
            return Some(Cue::Nothing);
        }
        let told = |(at, end)| self.opens(at) && self.closes(end);
        if self.any(Sense::ItWasHeld, told) {
            return Some(Cue::Held);
        }
        self.any(Sense::AbsentReason, told).then_some(Cue::Absent)
    }

    fn was_not_held(&self) -> bool {
        let told = |(at, end)| self.opens(at) && self.closes(end);
        if self.any(Sense::ItWasNotHeld, told) {
            return true;
        }
        let denied = [Sense::EventVerb, Sense::Appearing]
            .into_iter()
            .filter_map(|verb| self.pair(Sense::Negation, verb))
            .any(|(first, last)| self.opens(first.0) && self.closes(last.1));
        let failed = self.find(0, &[Sense::Failing]);
        let turned = self
            .find(0, &[Sense::Negation])
            .is_some_and(|(at, _)| failed.is_some_and(|failed| at < failed.0));
        denied || (!turned && self.any(Sense::Failing, told))
    }

    fn is_spoken_only(&self) -> bool {
        if self.any(Sense::SpokenOnly, |(at, _)| self.opens_by_writer(at)) {
            return true;
        }
        let private = |(at, _): Place| self.opens_by_writer(self.unwilling_before(at));
        if self.any(Sense::Private, private) {
            return true;
        }
        if let Some((first, _)) = self.pair(Sense::Unwilling, Sense::InWriting)
            && self.opens_by_writer(first.0)
        {
            return true;
        }
        let small_between =
            |(first, last): (Place, Place)| first.1 <= last.0 && self.are_small(first.1, last.0);
        let all = self.pair(Sense::Saying, Sense::AllOfIt);
        if all.is_some_and(|pair| {
            let first = self.unwilling_before(pair.0.0);
            small_between(pair) && self.opens_by_writer(first) && self.closes(pair.1.1)
        }) {
            return true;
        }
        let mouth = self.pair(Sense::Saying, Sense::ByMouth);
        mouth.is_some_and(|pair| {
            let place = self.at(pair.1.0, &[Sense::LoosePreposition]).is_some();
            small_between(pair)
                && self.opens_by_writer(self.unwilling_before(pair.0.0))
                && (place || self.closes(pair.1.1))
        })
    }

    fn is_nothing(&self) -> bool {
        let phrase = |(at, end)| self.opens_by_writer(at) && self.closes(end);
        if self.any(Sense::NothingToWrite, phrase)
            || self.any(Sense::SmallTalk, |(at, _)| self.opens_by_writer(at))
        {
            return true;
        }
        let Some((at, end)) = self.find(0, &[Sense::NotAThing]) else {
            return false;
        };
        if !self.opens_by_writer(at) {
            return false;
        }
        let reported = self.find(end, &[Sense::Reporting]);
        let near = reported.filter(|(first, _)| first - end <= BETWEEN_WORDS_MAX - 2);
        near.is_some_and(|(_, last)| self.closes(last)) || self.are_small(end, self.words.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clause_is_made_of_tells_it() {
        for (text, held) in [
            ("Lunch never materialised, her boiler burst", Held::NotMet),
            ("Kev was off, so it didn't go ahead", Held::NotMet),
            ("Termin geplatzt", Held::NotMet),
            ("Se suspendió por la huelga", Held::NotMet),
            ("I told her everything over the soup", Held::SaidNotWritten),
            ("Je préfère lui dire de vive voix", Held::SaidNotWritten),
            ("Ich schreibe sowas ungern auf", Held::SaidNotWritten),
            ("not a thing to report", Held::NothingThisTime),
            (
                "We hebben vooral over de kinderen gepraat",
                Held::NothingThisTime,
            ),
            ("Yep, met as planned, all good", Held::Met),
        ] {
            assert_eq!(told(text), Some(held), "{text}");
        }
    }

    #[test]
    fn notes_that_mention_such_things_are_notes() {
        for text in [
            "You told the whole floor that the launch was cancelled and nobody panicked.",
            "I didn't meet my deadline and you never said a word about it.",
            "She said nothing when the client shouted, and then she answered every point.",
            "He told her in person that the job was gone, with real kindness.",
            "We forgot the cake and she drove back for it without a word.",
            "Du hast den Termin abgesagt, bevor es peinlich wurde.",
            "Tu as annulé la réunion inutile, merci pour ça.",
        ] {
            assert_eq!(told(text), None, "{text}");
        }
    }
}
