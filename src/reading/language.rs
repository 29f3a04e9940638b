//! Languages: what words mean, from one data file for each language.
//!
//! A file has sections, `[sense]`, with one pattern a line (see `phrase::Pattern`), and `#`
//! comments. Numbered sections (`[weekday]`, `[month]`, `[number]`, `[ordinal]`) have lines
//! `3 march mar`; some sections hold mere beginnings of words. All files are read once; a reply may
//! mix languages, so all are looked up unless one clearly leads.

mod load;
mod sense;
mod senses;

use crate::reading::phrase::{Pattern, Token};
use crate::reading::vocabulary::Vocabulary;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

pub use sense::Sense;
use senses::Senses;

// `FILES`: every file of the folder, listed by `build.rs`. `common` holds what needs no language.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What is known of a word.
#[derive(Debug, Default)]
struct Word {
    /// Numbers of the phrases that begin with it, in the order of the files, but for those whose
    /// second word is known too.
    phrases: Vec<usize>,
    /// What all phrases mean that begin with it.
    opens: Senses,
    /// What it means by itself.
    alone: Senses,
    /// What phrases mean that can end with it.
    closes: Senses,
    number: Option<u32>,
    ordinal: Option<u32>,
    weekday: Option<u32>,
    month: Option<u32>,
    /// The languages that it is a small word of.
    small: Vec<usize>,
    /// The languages that it is a frequent word of, besides.
    frequent: Vec<usize>,
    /// Whether a day or a time can begin with it.
    dated: bool,
    /// The languages whose lines it stands in, a bit for each.
    known_in: u16,
}

/// A phrase with its sense and language.
#[derive(Debug)]
struct Phrase {
    sense: Sense,
    language: usize,
    pattern: Pattern,
    /// Of a time in words: minutes since midnight; of a span: minutes.
    value: u32,
}

/// All languages' words.
#[derive(Debug, Default)]
pub struct Lexicon {
    phrases: Vec<Phrase>,
    vocabulary: Vocabulary,
    words: Vec<Word>,
    /// The phrases whose first two words have these numbers: hundreds begin with "no".
    pairs: HashMap<(usize, usize), Vec<usize>, BuildHasherDefault<Mixing>>,
    /// Senses with a phrase that can end with any word.
    open_ended: Senses,
    /// What may stand behind the figures of a number: `14th`.
    number_endings: Vec<String>,
    /// Beginnings and endings of words.
    beginnings: Vec<(Sense, String)>,
    /// Pieces of a text.
    insides: Vec<(Sense, String)>,
    faults: Vec<String>,
}

/// Mixes the numbers of two words, which nobody chooses but our own files.
#[derive(Clone, Copy, Debug, Default)]
struct Mixing(u64);

impl Hasher for Mixing {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write_usize(usize::from(*octet));
        }
    }

    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// A phrase found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it means.
    pub sense: Sense,
    /// Index of its first word in the clause.
    pub at: usize,
    /// How many words.
    pub words: usize,
    /// Of a time in words: minutes since midnight; of a span: minutes.
    pub value: u32,
}

/// The lexicon, read once.
pub fn lexicon() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);
    &LEXICON
}

/// Which languages are looked up for one text; all at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Languages([bool; FILES.len()]);

impl Languages {
    /// All of them.
    pub const ALL: Self = Self([true; FILES.len()]);

    fn holds(self, language: usize) -> bool {
        self.0.get(language).copied().unwrap_or(false)
    }
}

impl Lexicon {
    /// What is known of a word.
    fn word(&self, folded: &str) -> Option<&Word> {
        self.words.get(self.vocabulary.find(folded)?)
    }

    /// Lines of the data files that could not be used, for the test that wants none.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The languages to look up: the one whose small words clearly lead, else all.
    pub fn languages_of(&self, tokens: &[Token<'_>]) -> Languages {
        self.languages_told(tokens, |_| &[])
    }

    /// The same by more of such words, where notes are read.
    pub fn languages_of_notes(&self, tokens: &[Token<'_>]) -> Languages {
        self.languages_told(tokens, |word| &word.frequent)
    }

    fn languages_told(&self, tokens: &[Token<'_>], more: impl Fn(&Word) -> &[usize]) -> Languages {
        let mut hits = [0usize; FILES.len()];
        for token in tokens.iter().filter(|t| t.is_word).take(400) {
            let Some(known) = self.word(&token.text) else {
                continue;
            };
            for language in known.small.iter().chain(more(known)) {
                if let Some(hit) = hits.get_mut(*language) {
                    *hit += 1;
                }
            }
        }
        let most = hits.iter().copied().max().unwrap_or(0);
        let mut chosen = Languages::ALL;
        if most >= 3 {
            for (language, flag) in chosen.0.iter_mut().enumerate() {
                let own = hits.get(language).copied().unwrap_or(0);
                *flag = language == 0 || own * 2 >= most;
            }
        }
        chosen
    }

    /// The same by all words that few languages know, where "no" and "me" would tell little.
    pub fn languages_by_words(&self, tokens: &[Token<'_>]) -> Languages {
        let mut hits = [0usize; FILES.len()];
        for token in tokens.iter().filter(|t| t.is_word).take(400) {
            let known = self.word(&token.text).map_or(0, |word| word.known_in);
            let weight = match known.count_ones() {
                1 => 2,
                2 => 1,
                _ => continue,
            };
            for (language, hit) in hits.iter_mut().enumerate() {
                *hit += weight * usize::from(known >> language & 1 == 1);
            }
        }
        let most = hits.iter().copied().max().unwrap_or(0);
        let mut chosen = Languages::ALL;
        if most >= 2 {
            for (language, flag) in chosen.0.iter_mut().enumerate() {
                let own = hits.get(language).copied().unwrap_or(0);
                *flag = language == 0 || own * 2 >= most;
            }
        }
        chosen
    }

    /// Whether a word has the sense when it stands alone.
    pub fn is(&self, word: &str, sense: Sense) -> bool {
        self.word(word).is_some_and(|word| word.alone.holds(sense))
    }

    /// The same in some languages only: "ma" is a but in one of them, and "my" in another.
    pub fn is_in(&self, word: &str, sense: Sense, languages: Languages) -> bool {
        self.is(word, sense) && self.longest(&[word], 0, &[sense], languages).is_some()
    }

    /// Whether a phrase of one of the senses can begin with the word; a quick look before a careful
    /// one.
    pub fn opens(&self, word: &str, senses: &[Sense]) -> bool {
        self.word(word)
            .is_some_and(|word| word.opens.meets(Senses::of(senses)))
    }

    /// Whether a phrase of the sense can end with the word; likewise.
    pub fn closes(&self, word: &str, sense: Sense) -> bool {
        let closing = self.word(word).is_some_and(|word| word.closes.holds(sense));
        closing || self.open_ended.holds(sense)
    }

    /// The longest phrase of one of the senses at a place; of equal ones the first in the files.
    pub fn longest(
        &self,
        words: &[&str],
        at: usize,
        senses: &[Sense],
        languages: Languages,
    ) -> Option<Mark> {
        self.longest_of(words, at, Senses::of(senses), languages)
    }

    fn longest_of(
        &self,
        words: &[&str],
        at: usize,
        senses: Senses,
        languages: Languages,
    ) -> Option<Mark> {
        let first = self.vocabulary.find(words.get(at)?)?;
        let opening = self.words.get(first)?;
        if !opening.opens.meets(senses) {
            return None;
        }
        let second = words.get(at + 1);
        let second = second.and_then(|word| self.vocabulary.find(word));
        let paired = second.and_then(|second| self.pairs.get(&(first, second)));
        let mut best: Option<(usize, Mark)> = None;
        for number in opening.phrases.iter().chain(paired.into_iter().flatten()) {
            let Some(phrase) = self.phrases.get(*number) else {
                continue;
            };
            if !languages.holds(phrase.language) || !senses.holds(phrase.sense) {
                continue;
            }
            if let Some(length) = phrase.pattern.match_at(words, at)
                && best.is_none_or(|(first, mark)| {
                    length > mark.words || (length == mark.words && *number < first)
                })
            {
                let mark = Mark {
                    sense: phrase.sense,
                    at,
                    words: length,
                    value: phrase.value,
                };
                best = Some((*number, mark));
            }
        }
        best.map(|(_, mark)| mark)
    }

    /// All phrases of the senses in a clause, from left to right, none overlapping.
    pub fn marks(&self, words: &[&str], senses: &[Sense], languages: Languages) -> Vec<Mark> {
        let senses = Senses::of(senses);
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self.longest_of(words, at, senses, languages) {
                Some(mark) => {
                    at += mark.words.max(1);
                    found.push(mark);
                }
                None => at += 1,
            }
        }
        found
    }

    /// The number a word stands for: digits, `14th`, `two`.
    pub fn number(&self, word: &str) -> Option<u32> {
        if let Some(known) = self.word(word).and_then(|word| word.number) {
            return Some(known);
        }
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = word.split_at_checked(digits)?;
        let ends = rest.is_empty() || self.number_endings.iter().any(|ending| ending == rest);
        if digits.is_empty() || digits.len() > 4 || !ends {
            return None;
        }
        digits.parse().ok()
    }

    /// Whether it is one of the frequent small words of some language.
    pub fn is_small(&self, word: &str) -> bool {
        self.word(word).is_some_and(|word| !word.small.is_empty())
    }

    /// Which of several a word names: `first`, `2nd`, `3`.
    pub fn ordinal(&self, word: &str) -> Option<u32> {
        let told = self.word(word).and_then(|word| word.ordinal);
        let figure = || word.starts_with(|c: char| c.is_ascii_digit());
        told.or_else(|| self.number(word).filter(|_| figure()))
    }

    /// Whether a word begins as those of the sense do.
    pub fn begins(&self, word: &str, sense: Sense) -> bool {
        let mut of_sense = self.beginnings.iter().filter(|(known, _)| *known == sense);
        of_sense.any(|(_, beginning)| word.starts_with(beginning.as_str()))
    }

    /// What stands before an ending of the sense, if the word has one: "drei" of "dreiwochig".
    pub fn before_ending<'w>(&self, word: &'w str, sense: Sense) -> Option<&'w str> {
        let mut of_sense = self.beginnings.iter().filter(|(known, _)| *known == sense);
        of_sense.find_map(|(_, ending)| word.strip_suffix(ending.as_str()))
    }

    /// Whether a piece of the sense stands anywhere in a text, which is not folded.
    pub fn stands_in(&self, text: &str, sense: Sense) -> bool {
        let mut of_sense = self.insides.iter().filter(|(known, _)| *known == sense);
        of_sense.any(|(_, piece)| text.contains(piece.as_str()))
    }

    /// Whether a day or a time may begin with the word; a quick look before a careful one.
    pub fn may_begin_date(&self, word: &str) -> bool {
        word.starts_with(|c: char| c.is_ascii_digit())
            || self.word(word).is_some_and(|word| word.dated)
    }

    /// 1 for Monday to 7 for Sunday.
    pub fn weekday(&self, word: &str) -> Option<u32> {
        self.word(word).and_then(|word| word.weekday)
    }

    /// Whether a word counts time, from minutes to months: a number before it is no day and no hour.
    pub fn is_unit_of_time(&self, word: &str) -> bool {
        let units = [
            Sense::Week,
            Sense::Day,
            Sense::MonthUnit,
            Sense::Hour,
            Sense::Minute,
        ];
        units.into_iter().any(|unit| self.is(word, unit))
    }

    /// 1 for January to 12 for December.
    pub fn month(&self, word: &str) -> Option<u32> {
        self.word(word).and_then(|word| word.month)
    }

    /// How many patterns each sense has, for a look at what a language lacks.
    pub fn counts(&self) -> BTreeMap<Sense, usize> {
        let mut counts = BTreeMap::new();
        for phrase in &self.phrases {
            *counts.entry(phrase.sense).or_insert(0) += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_data_files_is_understood() {
        assert!(lexicon().faults().is_empty(), "{:#?}", lexicon().faults());
        assert!(lexicon().counts().len() > 60);
    }

    #[test]
    fn every_language_says_what_reading_needs() {
        let needed = [
            Sense::FirmYes,
            Sense::Yes,
            Sense::Fine,
            Sense::No,
            Sense::Neutral,
            Sense::Later,
            Sense::AskAgain,
            Sense::Condition,
            Sense::Negator,
            Sense::But,
            Sense::Stop,
            Sense::End,
            Sense::Skip,
            Sense::Move,
            Sense::MoveAll,
            Sense::MoveOne,
            Sense::Pause,
            Sense::Met,
            Sense::NotMet,
            Sense::Said,
            Sense::Nothing,
            Sense::Best,
            Sense::Worst,
            Sense::Focus,
            Sense::Until,
            Sense::After,
            Sense::In,
            Sense::Week,
            Sense::Clock,
            Sense::Hour,
            Sense::ShiftLater,
            Sense::OutBehind,
            Sense::Filler,
            Sense::Once,
            Sense::NoNotes,
        ];
        let languages = FILES.iter().enumerate().skip(1);
        for (language, (code, _)) in languages.filter(|(_, (code, _))| *code != "clients") {
            for sense in needed {
                let phrases = &lexicon().phrases;
                let said = phrases
                    .iter()
                    .any(|p| p.language == language && p.sense == sense);
                assert!(said, "{code} lacks {sense:?}");
            }
        }
    }

    #[test]
    fn the_longest_phrase_wins() {
        let words = ["no", "problem", "count", "me", "in"];
        let marks = lexicon().marks(&words, &[], Languages::ALL);
        assert_eq!(marks.first().map(|m| m.words), Some(2));
    }
}
