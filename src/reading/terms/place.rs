//! Where: a kind of place or a name behind "at", "instead" or a label, in a clause that wishes.

mod name;
mod wished;

use super::sentence::Sentence;
use crate::reading::language::{Languages, Sense, lexicon};

/// Most words of a place's name.
const NAME_WORDS_MAX: usize = 8;
/// Words before the kind of place that tell which: "garden centre cafe".
const WHICH_WORDS_MAX: usize = 4;

/// One sentence that is looked through for places.
pub struct Look<'a> {
    /// The sentence.
    pub sentence: &'a Sentence<'a>,
    /// Its days and times.
    pub spans: &'a [(usize, usize)],
    /// The text that it stands in.
    pub text: &'a str,
    /// The languages of the text.
    pub languages: Languages,
    /// It tells of what was: a place is wished for only outright.
    pub tells: bool,
}

/// Where a place was found.
struct Spot {
    /// Its preposition, or its first word where it has none.
    at: usize,
    /// First word of the name.
    from: usize,
    /// One past the last word.
    to: usize,
    /// It is known for a place, by its kind or its name.
    known: bool,
}

impl Look<'_> {
    /// All places, wished for or not: first word, and one past the last.
    pub fn spots(&self) -> Vec<(usize, usize)> {
        self.all().iter().map(|spot| (spot.at, spot.to)).collect()
    }

    fn all(&self) -> Vec<Spot> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.sentence.words.len() {
            match self.spot_at(at) {
                Some(spot) => {
                    at = spot.to.max(at + 1);
                    found.push(spot);
                }
                None => at += 1,
            }
        }
        found
    }

    /// The place that the sentence wishes for, or else the one that was wished for before.
    pub fn wished(&self, spots: &[(usize, usize)], before: Option<String>) -> Option<String> {
        let labelled = self.labelled();
        let wished = || {
            let all = self.all();
            let wished = all.iter().rfind(|spot| self.is_wished(spot, spots));
            wished.map(|spot| (spot.at, spot.from, spot.to))
        };
        let Some((at, from, to)) = labelled.or_else(wished) else {
            return before;
        };
        match self.name(at, from, to) {
            // "on the bench by the pond … the bench is nicer": the fuller name.
            Some(name) if before.as_ref().is_some_and(|b| b.starts_with(&name)) => before,
            Some(name) => Some(name),
            None => before,
        }
    }

    /// "Location: Cafe Nord".
    fn labelled(&self) -> Option<(usize, usize, usize)> {
        let words = &self.sentence.words;
        (1..words.len()).find_map(|at| {
            let label = at - 1;
            let alone = label == 0 || self.breaks(label);
            let labelled = alone
                && self.sentence.colons.get(at) == Some(&true)
                && self.is(label, Sense::PlaceLabel);
            if !labelled || self.is_moment(at) {
                return None;
            }
            let ends = |i: &usize| self.breaks(*i) || self.is_moment(*i);
            let to = (at + 1..words.len()).find(ends).unwrap_or(words.len());
            let from = if self.is(at, Sense::PlaceArticleGone) {
                at + 1
            } else {
                at
            };
            let to = to.min(from + NAME_WORDS_MAX);
            let (_, clause) = self.sentence.clause_of(at)?;
            let plain = !clause.says(&[Sense::Busy, Sense::Negator, Sense::SameDay]);
            (from < to && plain).then_some((from, from, to))
        })
    }

    fn breaks(&self, at: usize) -> bool {
        self.sentence.breaks.get(at).copied().unwrap_or(true)
    }

    fn is_moment(&self, at: usize) -> bool {
        self.spans.iter().any(|(from, to)| *from <= at && at < *to)
    }

    fn is(&self, at: usize, sense: Sense) -> bool {
        lexicon().is(self.sentence.word(at), sense)
    }

    /// The words of a kind of place at a word.
    fn kind(&self, at: usize) -> Option<usize> {
        let words = &self.sentence.words;
        let figure = words
            .get(at + 1)
            .is_some_and(|w| w.starts_with(|c: char| c.is_ascii_digit()));
        if figure && self.is(at, Sense::Room) && !self.breaks(at + 1) {
            return Some(2);
        }
        let mark = lexicon().longest(words, at, &[Sense::PlaceNoun], self.languages)?;
        Some(mark.words)
    }

    /// A word as it was written.
    fn written(&self, at: usize) -> &str {
        let token = self.sentence.tokens.get(at);
        let place = token.map(|token| token.start..token.end);
        place
            .and_then(|place| self.text.get(place))
            .unwrap_or_default()
    }

    fn is_capital(&self, at: usize) -> bool {
        self.written(at).starts_with(char::is_uppercase)
    }

    /// A place whose first word, or the preposition before it, stands at a word.
    fn spot_at(&self, at: usize) -> Option<Spot> {
        let words = &self.sentence.words;
        let lead = lexicon()
            .longest(words, at, &[Sense::Place], self.languages)
            .map_or(0, |mark| mark.words);
        let mut from = at + lead;
        let mut start = from;
        // The article belongs to the name, "the Thai place", but no German one: "in der Kantine".
        if lead > 0 {
            let last = from - 1;
            if self.sentence.word(at) == "chez" {
                start = at;
            } else if last > at && self.is(last, Sense::PlaceArticle) {
                start = last;
            }
        }
        if from > at && self.breaks(from) {
            return None;
        }
        if self.is(from, Sense::PlaceArticle) {
            start = start.min(from);
            if start > at || lead == 0 {
                start = from;
            }
            from += 1;
        } else if self.is(from, Sense::PlaceArticleGone) {
            from += 1;
            start = from;
        }
        let head = self
            .head(from)
            .filter(|(head, to)| !self.is_swallowed(at, *head, *to));
        let open = || {
            let led = lead > 0 && start < from && !self.is(at, Sense::PlaceWeakLead);
            led.then(|| self.open_head(from))?
        };
        let names = lead > 0 && self.takes_names(at) && self.is_name(from);
        let to = match head {
            Some((_, to)) => to,
            None if self.is_house_name(from) => from + 1,
            None if names && !self.is_understood(from) => from + 1,
            None => open()?,
        };
        let known = head.is_some() || self.is_house_name(from) || names;
        let to = self.with_tail(self.with_names(to));
        Some(Spot {
            at,
            from: start,
            to: to.min(start + NAME_WORDS_MAX),
            known,
        })
    }

    /// The kind of place that the words from `from` on come to: "garden centre cafe".
    fn head(&self, from: usize) -> Option<(usize, usize)> {
        let mut head = None;
        let end = self.sentence.words.len().min(from + WHICH_WORDS_MAX + 1);
        for at in from..end {
            if (at > from && self.breaks(at)) || self.is_moment(at) {
                break;
            }
            let people = self.is(at, Sense::PlacePeople) && self.has_article(from);
            if let Some(used) = self.kind(at).or(people.then_some(1)) {
                // "tu connais un endroit plus calme": its own article begins it.
                if at > from && used > 1 && self.is_indefinite(at) {
                    break;
                }
                // "the library cafe": the last of them is the kind.
                head = Some((at, at + used));
                continue;
            }
            if head.is_some_and(|(_, to)| at >= to) {
                break;
            }
            let and = at > from && matches!(self.sentence.word(at), "and" | "n");
            let small = self.is(at, Sense::PlaceEnd) || lexicon().is_small(self.sentence.word(at));
            let inside = head.is_some();
            if !and && !inside && (small || self.is_understood(at)) {
                break;
            }
        }
        head
    }

    fn is_indefinite(&self, at: usize) -> bool {
        let word = self.sentence.word(at);
        lexicon().number(word) == Some(1) || matches!(word, "a" | "somewhere" | "quelque" | "algun")
    }

    /// "the Thai", "beim Italiener", "al chino".
    fn has_article(&self, from: usize) -> bool {
        let before = from.checked_sub(1);
        before.is_some_and(|before| {
            let articles = [
                Sense::PlaceArticle,
                Sense::PlaceArticleGone,
                Sense::PlaceWithArticle,
            ];
            articles.iter().any(|sense| self.is(before, *sense))
        })
    }

    /// Words behind "in the" that may be a place nobody has told us of: "the greenhouse".
    fn open_head(&self, from: usize) -> Option<usize> {
        let plain = |at: &usize| {
            let word = self.sentence.word(*at);
            let ends = [
                Sense::PlaceEnd,
                Sense::Feast,
                Sense::PlaceThere,
                Sense::NoPlace,
            ];
            (*at == from || !self.breaks(*at))
                && *at < self.sentence.words.len()
                && !self.is_moment(*at)
                && !lexicon().is_small(word)
                && !self.is_understood(*at)
                && !ends.iter().any(|sense| lexicon().is(word, *sense))
                && word.chars().all(char::is_alphabetic)
        };
        let words = (from..from + 4).take_while(plain).count();
        // "naar De Groene Olifant gaan": a name ends with its capitals.
        let named = (from..from + words).take_while(|at| self.is_name(*at));
        let capitals = named.count();
        if capitals > 1 && capitals < words {
            return Some(from + capitals);
        }
        let end = from + words;
        let ends = [
            Sense::Instead,
            Sense::OutBehind,
            Sense::Please,
            Sense::Suits,
            Sense::Link,
            Sense::Reason,
            Sense::But,
            Sense::PlaceThere,
            Sense::PlaceTail,
        ];
        let ended = self.breaks(end)
            || self.is_moment(end)
            || lexicon()
                .longest(&self.sentence.words, end, &ends, self.languages)
                .is_some();
        ((1..=3).contains(&words) && ended).then_some(end)
    }

    /// "à la place", "took place", "see you": a phrase that only looks like a place.
    fn is_swallowed(&self, at: usize, head: usize, to: usize) -> bool {
        let Some((_, clause)) = self.sentence.clause_of(head) else {
            return true;
        };
        clause.marks.iter().any(|mark| {
            let end = mark.at + mark.words;
            let over = mark.at <= head && head < end;
            over && (mark.words > 1 || mark.at < at || mark.sense != Sense::Plain) && end >= to
        })
    }

    /// "in Leeds" is where somebody is, "at Gino's" where one eats.
    fn takes_names(&self, at: usize) -> bool {
        let fits = matches!(
            self.sentence.word(at),
            "at" | "go"
                | "au"
                | "al"
                | "alla"
                | "allo"
                | "over"
                | "come"
                | "chez"
                | "beim"
                | "zum"
                | "bei"
                | "bij"
                | "eat"
                | "meet"
                | "try"
                | "lets"
                | "aller"
                | "gehen"
        );
        let (_, clause) = match self.sentence.clause_of(at) {
            Some(found) => found,
            None => return false,
        };
        // "mejor en Casa Pepa", "liever in De Pijp"
        let instead = clause.says(&[Sense::Instead, Sense::OutBehind])
            && !clause.says(&[Sense::Busy, Sense::Away]);
        fits || instead
    }

    /// Whether a word is a verb or a phrase that is understood, and so no part of a name.
    fn is_understood(&self, at: usize) -> bool {
        let Some((_, clause)) = self.sentence.clause_of(at) else {
            return true;
        };
        let mut marks = clause.marks.iter();
        marks.any(|mark| mark.at <= at && at < mark.at + mark.words)
    }
}
