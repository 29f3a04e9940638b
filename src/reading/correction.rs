//! Corrections: what somebody wants written otherwise in their notes, in their own words.
//!
//! "The second point should read: …", "please change worst to …", "Beim ersten Punkt bitte: …". Sure
//! is only what names one prompt and tells the new words, or takes the whole of one away. With the
//! receipt at hand, so is what stands in it once: "I meant Tuesday, not Thursday". Where it is a
//! correction and not sure of what, it is asked.

mod known;

use crate::lunch::act::Act;
use crate::lunch::notes::{Section, Words};
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::phrase::{Token, tokens};

/// Longest text that corrections in free words are looked for in, in words.
const WORDS_MAX: usize = 90;
/// Words behind which the prompt has to be named.
const LEADING_WORDS_MAX: usize = 18;
/// Words between the prompt and what leads the new words.
const BETWEEN_WORDS_MAX: usize = 6;
/// Longest text that takes a whole section away, in words.
const REMOVAL_WORDS_MAX: usize = 16;
/// Longest courtesy behind the new words, in words.
const COURTESY_WORDS_MAX: usize = 9;

/// What a text wants changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Surely this.
    Change(Section, Option<Words>),
    /// Something, and what of it has to be asked.
    Something,
}

impl Told {
    /// The same as an act.
    pub fn act(self) -> Act {
        let (section, words) = match self {
            Self::Change(section, words) => (Some(section), words),
            Self::Something => (None, None),
        };
        Act::Correction { section, words }
    }
}

/// What a text corrects; `receipts` are letters of ours that show the writer's notes.
pub fn read(text: &str, receipts: &[String]) -> Option<Told> {
    let tokens = tokens(text);
    let said = Said::of(text, &tokens);
    if said.words.is_empty() || said.words.len() > WORDS_MAX {
        return None;
    }
    if let Some(told) = said.reworded() {
        return Some(told);
    }
    if let Some(told) = known::edited(&said, receipts) {
        return Some(told);
    }
    said.removed()
}

/// A text with its words.
struct Said<'a> {
    text: &'a str,
    tokens: &'a [Token<'a>],
    words: Vec<&'a str>,
    /// The token of each word.
    places: Vec<usize>,
}

impl<'a> Said<'a> {
    fn of(text: &'a str, tokens: &'a [Token<'a>]) -> Self {
        let numbered = tokens.iter().enumerate();
        let (places, words) = numbered
            .filter(|(_, token)| token.is_word)
            .map(|(place, token)| (place, &*token.text))
            .unzip();
        Self {
            text,
            tokens,
            words,
            places,
        }
    }

    fn word(&self, at: usize) -> &str {
        self.words.get(at).copied().unwrap_or_default()
    }

    /// Where a phrase of one of the senses that begins at a word ends.
    fn phrase(&self, at: usize, senses: &[Sense]) -> Option<usize> {
        let mark = lexicon().longest(&self.words, at, senses, Languages::ALL)?;
        Some(mark.at + mark.words)
    }

    fn holds(&self, senses: &[Sense]) -> bool {
        (0..self.words.len()).any(|at| self.phrase(at, senses).is_some())
    }

    /// The prompt that is named at a word, and where its name ends: "worst moment", "the second
    /// point", "number 2", "2".
    fn which(&self, at: usize) -> Option<(Section, usize)> {
        let counted = |n: Option<u32>| {
            let place = usize::try_from(n?).ok()?.checked_sub(1)?;
            Section::ALL.get(place).copied()
        };
        let noun = |end: usize| self.phrase(end, &[Sense::PointWord]).unwrap_or(end);
        let mut found = None;
        let mut take = |section: Option<Section>, end: usize| {
            if let (Some(section), true) = (section, found.is_none_or(|(_, known)| end > known)) {
                found = Some((section, end));
            }
        };
        let headings = [
            (Sense::Best, Section::Best),
            (Sense::Worst, Section::Worst),
            (Sense::Focus, Section::Focus),
            (Sense::Improvable, Section::Focus),
            (Sense::Firstly, Section::Best),
            (Sense::Secondly, Section::Worst),
            (Sense::Thirdly, Section::Focus),
        ];
        for (sense, section) in headings {
            if let Some(end) = self.phrase(at, &[sense]) {
                take(Some(section), noun(end));
            }
        }
        let word = self.word(at);
        let ordinal = counted(lexicon().ordinal(word));
        take(ordinal, noun(at + 1));
        if matches!(word, "1" | "2" | "3") {
            take(counted(word.parse().ok()), at + 1);
        }
        found
    }

    /// Whether a colon stands right before a word, and no end of a sentence.
    fn behind_colon(&self, at: usize) -> bool {
        let end = self.places.get(at).copied().unwrap_or(self.tokens.len());
        let from = at
            .checked_sub(1)
            .and_then(|before| self.places.get(before))
            .map_or(0, |before| before + 1);
        let between = self.tokens.get(from..end).unwrap_or_default();
        between
            .iter()
            .any(|token| matches!(&*token.text, ":" | "："))
    }

    /// Whether a sentence ends between two words.
    fn parted(&self, from: usize, to: usize) -> bool {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(self.tokens.len());
        let between = self.tokens.get(place(from)..place(to)).unwrap_or_default();
        between
            .iter()
            .any(|token| matches!(&*token.text, "!" | "?" | ";" | "\n" | "."))
    }

    /// One prompt, and the words that shall stand under it.
    fn reworded(&self) -> Option<Told> {
        let last = self.words.len().min(LEADING_WORDS_MAX);
        let mut asks = false;
        let mut at = 0;
        while at < last {
            let Some((section, end)) = self.which(at) else {
                at += 1;
                continue;
            };
            let verb = (0..at).any(|i| self.phrase(i, CHANGES).is_some());
            if let Some((from, firm)) = self.lead(end, verb) {
                match self.new_words(from, firm) {
                    Some(words) => return Some(Told::Change(section, Some(Words::new(words)))),
                    None => asks = true,
                }
            }
            at = end;
        }
        asks.then_some(Told::Something)
    }

    /// Where the new words begin behind the name of a prompt, and whether a colon or a phrase of
    /// its own announces them.
    fn lead(&self, end: usize, mut verb: bool) -> Option<(usize, bool)> {
        let mut at = end;
        let limit = (end + BETWEEN_WORDS_MAX).min(self.words.len());
        let mut leads = None;
        while at <= limit {
            if self.parted(end.saturating_sub(1), at) {
                break;
            }
            let colon = at > 0 && self.behind_colon(at);
            if colon {
                return (verb || leads.is_some()).then_some((at, true));
            }
            if let Some(next) = self.phrase(at, &[Sense::ShouldRead]) {
                (leads, verb, at) = (Some((next, true)), true, next);
                continue;
            }
            if let Some(next) = self.phrase(at, &[Sense::ShouldBe]) {
                (leads, verb, at) = (Some((next, false)), true, next);
                continue;
            }
            if let Some(next) = self.phrase(at, CHANGES) {
                (verb, at) = (true, next);
                continue;
            }
            if let Some(next) = self.phrase(at, &[Sense::ChangeTo]).filter(|_| verb) {
                (leads, at) = (Some((next, false)), next);
                continue;
            }
            if leads.is_some() {
                break;
            }
            at += 1;
        }
        leads
    }

    /// The new words from a word on: to the end of their paragraph, without courtesies behind them.
    fn new_words(&self, from: usize, firm: bool) -> Option<String> {
        let token = self.tokens.get(*self.places.get(from)?)?;
        let before = self.text.get(..token.start)?;
        let rest = self.text.get(token.start..)?;
        let paragraph = rest.split("\n\n").next().unwrap_or(rest);
        if let Some(quote) = before.chars().next_back().filter(|c| is_quote(*c)) {
            let closes = |c: char| is_quote(c) && (c != '\'' || quote == '\'');
            let end = paragraph.rfind(closes).or_else(|| paragraph.find(closes));
            let inside = end
                .and_then(|end| paragraph.get(..end))
                .unwrap_or(paragraph);
            return Some(inside.trim().to_owned()).filter(|inside| !inside.is_empty());
        }
        let mut words = paragraph.trim();
        while let Some(at) = last_sentence(words) {
            let (kept, sentence) = words.split_at_checked(at)?;
            if !is_courtesy(sentence) {
                break;
            }
            words = kept.trim_end();
        }
        let sure = firm
            || (words.split_whitespace().count() > 1
                && !words.ends_with('?')
                && self
                    .phrase(from, &[Sense::NoNewWords, Sense::Remove])
                    .is_none());
        (sure && !is_courtesy(words)).then(|| words.to_owned())
    }

    /// "Please remove the second point", "delete 2": the whole of it, and not a sentence of it.
    fn removed(&self) -> Option<Told> {
        if self.words.len() > REMOVAL_WORDS_MAX || !self.holds(&[Sense::Remove]) {
            return None;
        }
        if self.holds(&[Sense::PartOfNote]) {
            return Some(Told::Something);
        }
        let named = (0..self.words.len()).find_map(|at| self.which(at));
        named.map(|(section, _)| Told::Change(section, None))
    }
}

/// Verbs that ask for other words.
const CHANGES: &[Sense] = &[Sense::ChangeVerb, Sense::ReplaceVerb];

const fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '“' | '”' | '„' | '‟' | '‘' | '’' | '‚' | '«' | '»' | '‹' | '›'
    )
}

/// Where the last sentence begins, if another stands before it.
fn last_sentence(text: &str) -> Option<usize> {
    let inner = text.trim_end_matches(['.', '!', '?', ' ', '\n']);
    let stops = [". ", "! ", "? ", "\n"];
    let ends = stops
        .iter()
        .filter_map(|stop| Some(inner.rfind(stop)? + stop.len()));
    ends.max()
}

/// "The rest is fine", "Thanks!", "Best, Ben".
fn is_courtesy(sentence: &str) -> bool {
    let tokens = tokens(sentence);
    let said = Said::of(sentence, &tokens);
    let opens = [
        Sense::RestStands,
        Sense::Thanks,
        Sense::Closing,
        Sense::SignOff,
    ];
    said.words.len() <= COURTESY_WORDS_MAX && said.phrase(0, &opens).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<Told> {
        read(text, &[])
    }

    fn change(section: Section, words: &str) -> Option<Told> {
        Some(Told::Change(section, Some(Words::new(words.to_owned()))))
    }

    #[test]
    fn one_prompt_and_its_new_words() {
        let worst = Section::Worst;
        for (text, words) in [
            ("The second point should read: too quiet", "too quiet"),
            ("Please change worst to \"too quiet\". Thanks!", "too quiet"),
            (
                "Number 2 should say too quiet. The rest is fine.",
                "too quiet.",
            ),
            ("make the second one: too quiet", "too quiet"),
            (
                "Under worst I'd like it to say “too quiet”, thanks",
                "too quiet",
            ),
        ] {
            assert_eq!(told(text), change(worst, words), "{text}");
        }
        let best = Section::Best;
        for (text, words) in [
            ("Der erste Punkt soll heißen: deine Ruhe", "deine Ruhe"),
            (
                "Pour le premier point, écris plutôt : ton calme",
                "ton calme",
            ),
            ("El primer punto debería decir: tu calma", "tu calma"),
            ("Het eerste punt moet zijn: je geduld", "je geduld"),
        ] {
            assert_eq!(told(text), change(best, words), "{text}");
        }
    }

    #[test]
    fn a_whole_section_goes_and_a_part_of_one_is_asked() {
        let gone = Some(Told::Change(Section::Focus, None));
        assert_eq!(told("Please delete the third point"), gone);
        for text in [
            "delete the last sentence of focus",
            "The second one should be removed from the third",
            "Worst should be shorter",
        ] {
            assert_eq!(told(text), Some(Told::Something), "{text}");
        }
        assert_eq!(told("See you Thursday!"), None);
    }
}
