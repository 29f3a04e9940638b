//! A vocabulary: folded words, numbered, and found by their letters in a few steps.
//!
//! Reading asks for words some thousand times a mail, and most words are short: up to eight octets
//! are compared as one number.

/// A word's letters as one number: all of them where there are few, else mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Print {
    letters: u64,
    octets: usize,
}

impl Print {
    /// Octets up to which the number is the word.
    const WHOLE_MAX: usize = 8;

    fn of(word: &str) -> Self {
        let bytes = word.as_bytes();
        let octets = bytes.len();
        let letters = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            // The first four and the last four, which may overlap: with the length that is the word.
            (Some(first), Some(last)) if octets <= Self::WHOLE_MAX => {
                u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
            }
            (Some(_), _) => mixed(bytes),
            _ => bytes
                .iter()
                .fold(0, |all, octet| (all << 8) | u64::from(*octet)),
        };
        Self { letters, octets }
    }

    /// Where to look first among so many places, a power of two.
    const fn place(self, places: usize) -> usize {
        // The upper bits of a product depend on all bits below.
        let mixed = self.letters.wrapping_mul(MIX) >> 32;
        mixed as usize & places.saturating_sub(1)
    }
}

/// A long word, eight octets at a time.
fn mixed(bytes: &[u8]) -> u64 {
    let mix = |all: u64, next: u64| (all.rotate_left(9) ^ next).wrapping_mul(MIX);
    let (eights, rest) = bytes.as_chunks::<8>();
    let all = eights
        .iter()
        .fold(0, |all, eight| mix(all, u64::from_le_bytes(*eight)));
    rest.iter()
        .fold(all, |all, octet| mix(all, u64::from(*octet)))
}

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

/// The words, by number.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    words: Vec<String>,
    /// Twice as many as words at least, so that a free place is near.
    places: Vec<Option<(Print, usize)>>,
}

impl Vocabulary {
    /// The number of a word, if it is known.
    pub(super) fn find(&self, word: &str) -> Option<usize> {
        self.look(Print::of(word), word).ok()
    }

    /// The number of a word, a new one if it was not known.
    pub(super) fn add(&mut self, word: &str) -> usize {
        if self.words.len() * 2 >= self.places.len() {
            self.grow();
        }
        let print = Print::of(word);
        match self.look(print, word) {
            Ok(number) => number,
            Err(free) => {
                let number = self.words.len();
                self.words.push(word.to_owned());
                if let Some(place) = self.places.get_mut(free) {
                    *place = Some((print, number));
                }
                number
            }
        }
    }

    /// The word's number, or the free place where it would stand.
    fn look(&self, print: Print, word: &str) -> Result<usize, usize> {
        let mut at = print.place(self.places.len());
        while let Some(Some((known, number))) = self.places.get(at) {
            let same = *known == print
                && (print.octets <= Print::WHOLE_MAX
                    || self.words.get(*number).is_some_and(|known| known == word));
            if same {
                return Ok(*number);
            }
            at = (at + 1) & (self.places.len() - 1);
        }
        Err(at)
    }

    fn grow(&mut self) {
        let places = (self.places.len() * 2).max(64);
        let known = std::mem::replace(&mut self.places, vec![None; places]);
        for (print, number) in known.into_iter().flatten() {
            let mut at = print.place(places);
            while self.places.get(at).is_some_and(Option::is_some) {
                at = (at + 1) & (places - 1);
            }
            if let Some(place) = self.places.get_mut(at) {
                *place = Some((print, number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_numbers_and_strangers_have_none() {
        let words: Vec<String> = (0..5_000)
            .map(|n| format!("{n}{}", "x".repeat(n % 20)))
            .collect();
        let mut known = Vocabulary::default();
        for (number, word) in words.iter().enumerate() {
            assert_eq!(known.find(word), None);
            assert_eq!(known.add(word), number);
        }
        for (number, word) in words.iter().enumerate() {
            assert_eq!(known.add(word), number);
            assert_eq!(known.find(word), Some(number));
            assert_eq!(known.find(&format!("{word}y")), None);
        }
        assert_eq!(Vocabulary::default().find("no"), None);
    }
}
