//! Whether the clause around a place wishes for it.

use super::{Look, Spot};
use crate::reading::language::{Mark, Sense, lexicon};
use crate::reading::terms::sentence::Clause;
use crate::reading::terms::standing::{led_marks, unknown};

/// Longest phrase that rules a place out, in words: "rather … than".
const RULING_WORDS_MAX: usize = 6;

/// Words that a fragment may have besides its place.
const BESIDE_WORDS_MAX: usize = 3;

impl Look<'_> {
    /// Whether the clause around a place wishes for it.
    pub(super) fn is_wished(&self, spot: &Spot, spots: &[(usize, usize)]) -> bool {
        let sentence = self.sentence;
        let Some((_, clause)) = sentence.clause_of(spot.from) else {
            return false;
        };
        let offered = self.is_offered_place(spot) && !self.is_owned(spot);
        if offered || self.is_asked_about() || self.is_ruled_out(spot) {
            return false;
        }
        let led = led_marks(sentence, clause);
        // "let's try the …" leads to the place and wishes for it.
        let other = |mark: &&Mark| {
            mark.at < spot.at.min(spot.from)
                || mark.at >= spot.to
                || (mark.at < spot.from && mark.sense == Sense::Proposal)
        };
        let marks = || led.iter().filter(other);
        let says = |senses: &[Sense]| marks().any(|mark| senses.contains(&mark.sense));
        let wish = says(&[Sense::Proposal]);
        if self.tells && !wish && !says(&[Sense::Instead]) {
            return false;
        }
        let against = [
            Sense::Negator,
            Sense::NegatorBehind,
            Sense::No,
            Sense::OutBefore,
            Sense::Away,
            Sense::Reason,
            Sense::Met,
            Sense::NotMet,
            Sense::Skip,
            Sense::Greeting,
            Sense::SeeYou,
        ];
        if says(&against) && !(wish && (sentence.question || !says(&[Sense::Negator]))) {
            return false;
        }
        let positive = [
            Sense::Proposal,
            Sense::Instead,
            Sense::OutBehind,
            Sense::Suits,
            Sense::Please,
            Sense::Move,
        ];
        if let Some(busy) = marks().find(|mark| mark.sense == Sense::Busy) {
            let freed = marks().any(|mark| {
                matches!(mark.sense, Sense::Proposal | Sense::OutBehind)
                    || (mark.at > busy.at && positive.contains(&mark.sense))
            });
            if !freed {
                return false;
            }
        }
        let lead = spot.at < spot.from;
        let article = self.is(spot.from, Sense::PlaceArticle);
        let house = self.is_house_name(spot.from) || self.sentence.word(spot.from) == "chez";
        let strong = [
            Sense::Proposal,
            Sense::FirmYes,
            Sense::Instead,
            Sense::OutBehind,
            Sense::Please,
        ];
        // "lass uns ins Café Luna gehen"
        if says(&[Sense::FirmYes, Sense::Yes]) && lead && led.len() > clause.marks.len() {
            return true;
        }
        if !spot.known {
            let meets = [Sense::Proposal, Sense::Instead, Sense::OutBehind];
            let said = says(&meets) || (says(&[Sense::Please]) && sentence.clauses.len() <= 3);
            return said && lead_of_meeting(marks().map(|mark| mark.sense));
        }
        // "The café on the corner is fine": the offered one.
        let head = self
            .sentence
            .word(if self.is(spot.from, Sense::PlaceArticle) {
                spot.from + 1
            } else {
                spot.from
            });
        let chosen = [Sense::Proposal, Sense::Instead, Sense::OutBehind];
        let named = (spot.from + 1..spot.to).any(|at| self.is_name(at));
        if lexicon().is(head, Sense::OfferedPlace) && !named && !says(&chosen) {
            return false;
        }
        if says(&positive) {
            return lead || article || house || sentence.question || says(&strong);
        }
        // A fragment: "Friday 12:15 at Luigi's", "but Joe's Diner".
        let spans: Vec<(usize, usize)> = self.spans.iter().chain(spots).copied().collect();
        let bare = unknown(sentence, clause, &spans) == 0;
        let dated = !self.spans.is_empty();
        let alone = clause.range.len() <= spot.to - spot.from + BESIDE_WORDS_MAX;
        let certain = lead || article || house || dated || sentence.question;
        bare && certain && (dated || alone || lead)
    }

    /// "not the cafe", "instead of the canteen".
    pub(super) fn is_ruled_out(&self, spot: &Spot) -> bool {
        let words = &self.sentence.words;
        let senses = [Sense::OutBehind, Sense::Negator];
        (spot.at.saturating_sub(RULING_WORDS_MAX)..spot.at.max(spot.from)).any(|at| {
            let mark = lexicon().longest(words, at, &senses, self.languages);
            mark.is_some_and(|mark| {
                let end = mark.at + mark.words;
                let small = |i: usize| {
                    lexicon().is_small(self.sentence.word(i)) || self.is(i, Sense::Place)
                };
                end <= spot.at.max(spot.from) && (end..spot.at).all(small)
            })
        })
    }

    /// "your place": whose it is tells which.
    pub(super) fn is_owned(&self, spot: &Spot) -> bool {
        self.is(spot.from, Sense::PlaceOwner)
    }

    /// The offered cafe itself, or "the usual place".
    pub(super) fn is_offered_place(&self, spot: &Spot) -> bool {
        let words = self.sentence.words.get(spot.from..spot.to);
        let known = [Sense::PlaceArticle, Sense::OfferedPlace];
        words.unwrap_or_default().iter().all(|word| {
            known.iter().any(|sense| lexicon().is(word, *sense))
                || lexicon().ordinal(word).is_some()
        })
    }

    /// "Is it in the canteen?", "where is the cafe?"
    pub(super) fn is_asked_about(&self) -> bool {
        let asks = self.is(0, Sense::AskedWhere);
        let wish = |clause: &Clause| clause.says(&[Sense::Proposal, Sense::Instead]);
        self.sentence.question && asks && !self.sentence.clauses.iter().any(wish)
    }
}

/// Whether nothing but a wish is said: a place that is not known for one is taken on no weaker word.
fn lead_of_meeting(senses: impl Iterator<Item = Sense>) -> bool {
    let other = [Sense::Busy, Sense::Away, Sense::Reluctant, Sense::Thanks];
    let mut senses = senses;
    !senses.any(|sense| other.contains(&sense))
}
