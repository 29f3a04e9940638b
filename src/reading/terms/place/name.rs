//! Names of places: what belongs to one, and how it was written.

use super::Look;
use crate::reading::language::{Sense, lexicon};
use crate::words::clean::CleanLine;

impl Look<'_> {
    /// "Cafe Nord", "Room 4.12", "Pizzeria Da Enzo".
    pub(super) fn with_names(&self, mut to: usize) -> usize {
        while to < self.sentence.words.len() && !self.breaks(to) && !self.is_moment(to) {
            let figure = self
                .sentence
                .word(to)
                .starts_with(|c: char| c.is_ascii_digit());
            let before = self.sentence.word_before(to);
            let room = lexicon().is(before, Sense::Room);
            if !(self.is_name(to) || (figure && room)) {
                break;
            }
            to += 1;
        }
        to
    }

    /// "by the pond", "on Mill Street", "de la facultad", "upstairs".
    pub(super) fn with_tail(&self, to: usize) -> usize {
        let words = &self.sentence.words;
        if to >= words.len() || self.breaks(to) || self.is_moment(to) {
            return to;
        }
        let longest = |sense| lexicon().longest(words, to, &[sense], self.languages);
        // "la cafetería nueva": a word behind it that only tells which.
        let told = self.is(self.first_of(to), Sense::PlaceArticle)
            && !lexicon().is_small(self.sentence.word(to))
            && !self.is_understood(to)
            && self.breaks(to + 1)
            && self.which_behind(to);
        if told {
            return to + 1;
        }
        let there = longest(Sense::PlaceThere);
        let alone = there.map_or(to, |mark| to + mark.words);
        let Some(mark) = longest(Sense::PlaceTail) else {
            return alone;
        };
        if there.is_some_and(|there| there.words > mark.words) {
            return alone;
        }
        let next = to + mark.words;
        if next >= words.len() || self.breaks(next) || self.is_moment(next) {
            return alone;
        }
        if self.is_name(next) {
            return self.with_names(next + 1);
        }
        let article = words.get(to + 1..next).unwrap_or_default().iter().any(|w| {
            let articles = [Sense::PlaceArticle, Sense::PlaceArticleGone];
            articles.iter().any(|sense| lexicon().is(w, *sense))
        });
        let contracted = matches!(
            self.sentence.word(to),
            "du" | "del" | "am" | "im" | "beim" | "au"
        );
        // "on the fourth floor"
        let counts = lexicon().ordinal(self.sentence.word(next)).is_some();
        if counts && next + 1 < words.len() && !self.breaks(next + 1) {
            return self.with_names(next + 2);
        }
        let plain = !lexicon().is_small(self.sentence.word(next)) && !self.is_understood(next);
        if (article || contracted) && plain {
            return self.with_names(next + 1);
        }
        alone
    }

    /// The article before the kind of place that ends at `to`.
    pub(super) fn first_of(&self, to: usize) -> usize {
        to.saturating_sub(2)
    }

    /// Whether the article before a place is of a language that tells which behind it.
    pub(super) fn which_behind(&self, to: usize) -> bool {
        matches!(
            self.sentence.word(self.first_of(to)),
            "el" | "la" | "le" | "los" | "las" | "les"
        )
    }

    /// The place's name as it was written, its article in small letters.
    pub(super) fn name(&self, at: usize, from: usize, to: usize) -> Option<String> {
        let first = self.sentence.tokens.get(from)?;
        let last = self.sentence.tokens.get(to.checked_sub(1)?)?;
        let behind = self.text.get(last.end..)?;
        let ends = match behind.chars().next() {
            Some(mark @ ('\'' | '’')) => last.end + mark.len_utf8(),
            _ => last.end,
        };
        let written = CleanLine::new(self.text.get(first.start..ends)?.trim()).to_string();
        if written.is_empty() {
            return None;
        }
        // "al japonés" is "el japonés", "au thaï" is "le thaï".
        let led = self.sentence.word_before(from);
        let article = match led {
            "al" if from > at => "el ",
            "au" if from > at => "le ",
            _ => "",
        };
        if self.is(from, Sense::PlaceArticle) && to > from + 1 {
            let mut letters = written.chars();
            let small: String = letters.next()?.to_lowercase().collect();
            return Some(format!("{small}{}", letters.as_str()));
        }
        Some(format!("{article}{written}"))
    }

    /// Written with a capital, though no sentence begins with it.
    pub(super) fn is_name(&self, at: usize) -> bool {
        let word = self.sentence.word(at);
        let dated = lexicon().weekday(word).is_some() || lexicon().month(word).is_some();
        self.is_capital(at)
            && at > 0
            && !self.is_moment(at)
            && !dated
            && !matches!(word, "i" | "im" | "ill" | "id" | "ive")
    }

    /// "Luigi's", "L'Osteria": a name that only places have.
    pub(super) fn is_house_name(&self, at: usize) -> bool {
        let word = self.sentence.word(at);
        let written = self.written(at);
        let owner = written.ends_with("'s") || written.ends_with("’s");
        let mut letters = written.chars();
        let article = matches!(letters.next(), Some('l' | 'L'))
            && matches!(letters.next(), Some('\'' | '’'))
            && letters.next().is_some_and(char::is_uppercase);
        // "Mr Doyle's family" is no house.
        let next = self.sentence.word(at + 1);
        let goes_on = owner
            && !self.breaks(at + 1)
            && !self.is_capital(at + 1)
            && !self.is_moment(at + 1)
            && !self.is_understood(at + 1)
            && !lexicon().is_small(next);
        let title = matches!(
            self.sentence.word_before(at),
            "mr" | "mrs" | "ms" | "dr" | "miss"
        );
        let dated = word
            .strip_suffix('s')
            .is_some_and(|day| lexicon().weekday(day).is_some());
        // "Time's fine" is a verb.
        let base = word.strip_suffix('s').unwrap_or(word);
        let thing = [Sense::Plain, Sense::PlaceLabel, Sense::Day, Sense::Hour];
        let verb = owner
            && (lexicon().is_small(base)
                || matches!(base, "time" | "place" | "date" | "lunch" | "everything")
                || thing.iter().any(|sense| lexicon().is(base, *sense)));
        self.is_capital(at)
            && !verb
            && (owner || article)
            && !(goes_on || title || dated)
            && !self.is_understood(at)
    }
}
