//! How machines speak: the phrases of `phrases.txt`, found in one pass over a folded text.
//!
//! Every phrase is looked up by its first octets where a word begins, so the cost grows with the
//! text alone. Scripts without blanks between words match anywhere. No phrase decides alone.

use crate::reading::phrase;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Most octets between the pieces of a phrase with a gap.
const GAP_OCTETS_MAX: usize = 90;
/// Most finds in one text.
const FINDS_MAX: usize = 400;
/// How many octets of a phrase are its key.
const KEY_OCTETS: usize = 2;

macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident = $section:literal,)+) => {
        /// What a phrase bears witness of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Sign { $($(#[$doc])* $name,)+ }

        impl Sign {
            fn from_section(name: &str) -> Option<Self> {
                match name { $($section => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

sections! {
    /// Subject of a bounce or delay.
    BounceSubject = "bounce subject",
    /// Subject of a notice of success.
    SuccessSubject = "success subject",
    /// Subject of a read receipt.
    ReceiptSubject = "receipt subject",
    /// Subject of a complaint report.
    FeedbackSubject = "feedback subject",
    /// Subject that calls itself automatic.
    AutomaticSubject = "automatic subject",
    /// Subject that tells of an absence.
    AbsenceSubject = "absence subject",
    /// Subject of a challenge to prove that one is a person.
    ChallengeSubject = "challenge subject",
    /// Subject of a desk's acknowledgement.
    TicketSubject = "ticket subject",
    /// Subject of a mailing list's moderation.
    ModerationSubject = "moderation subject",
    /// A mailing list's moderation, in a body.
    ModerationText = "moderation text",
    /// Subject of a system's notice about our own mailbox.
    NoticeSubject = "notice subject",
    /// Subject of a list of mails that a filter holds back from us.
    HeldSubject = "held subject",
    /// Such a notice, in a body.
    NoticeText = "notice text",
    /// How newsletters, lists and notifications speak at their ends.
    BulkText = "bulk text",
    /// A failure to deliver, in a body.
    BounceText = "bounce text",
    /// More attempts will follow.
    DelayText = "delay text",
    /// No more attempts will follow.
    GaveUpText = "gave up text",
    /// The writer is not there.
    Away = "away",
    /// The writer will be back.
    Return = "return",
    /// The same in so few words that they tell an absence only where nothing else is said.
    AwayInShort = "away in short",
    /// Something is told that is over.
    Was = "was",
    /// A subject that says of somebody by name that they are away.
    AwaySentence = "away sentence",
    /// What we and people write to one another about; machines don't.
    Matter = "matter",
    /// Mail is not read meanwhile.
    Access = "access",
    /// Somebody else can be asked.
    Urgent = "urgent",
    /// Thanks for the mail, or it calls itself automatic.
    Thanks = "thanks",
    /// A challenge, in a body.
    ChallengeText = "challenge text",
    /// What stands in challenges, and elsewhere too.
    ChallengeHelp = "challenge help",
    /// A read receipt, in a body.
    ReceiptText = "receipt text",
    /// The mail says of itself that nobody wrote it, in a body.
    Declared = "declared",
    /// An absence ends at what follows.
    Until = "until",
    /// The day is the last of the absence.
    Inclusive = "inclusive",
    /// The writer is back at what follows.
    Back = "back",
}

/// Where a phrase stands in a folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Find {
    pub sign: Sign,
    pub start: usize,
    pub end: usize,
}

struct Phrase {
    sign: Sign,
    pieces: Vec<String>,
    open: bool,
}

/// All phrases.
pub(super) struct Phrases {
    phrases: Vec<Phrase>,
    by_key: HashMap<[u8; KEY_OCTETS], Vec<usize>>,
}

/// The one list.
pub(super) fn phrases() -> &'static Phrases {
    static PHRASES: LazyLock<Phrases> =
        LazyLock::new(|| Phrases::from_text(include_str!("phrases.txt")));
    &PHRASES
}

/// Folds as phrases are folded: lower case, no accents, no apostrophes, single blanks.
pub(super) fn fold(text: &str) -> String {
    let folded = phrase::fold(text);
    let mut out = String::with_capacity(folded.len());
    let mut blank = true;
    for c in folded.chars() {
        let c = match c {
            'ł' => 'l',
            'ı' => 'i',
            'đ' => 'd',
            '‐' | '‑' | '–' => '-',
            // Vowels and hamzas above and below letters, as accents are.
            '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}' => continue,
            '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' => continue,
            other => other,
        };
        if c.is_whitespace() {
            if !blank {
                out.push(' ');
            }
            blank = true;
        } else {
            out.push(c);
            blank = false;
        }
    }
    out
}

/// Whether words of this script are written without blanks between them.
pub(super) const fn runs_on(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

impl Phrases {
    fn from_text(text: &str) -> Self {
        let mut all = Self {
            phrases: Vec::new(),
            by_key: HashMap::new(),
        };
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name;
                continue;
            }
            all.add(section, line);
        }
        all
    }

    fn add(&mut self, section: &str, line: &str) {
        let Some(sign) = Sign::from_section(section) else {
            return;
        };
        let (line, open) = line.strip_suffix('*').map_or((line, false), |l| (l, true));
        let pieces: Vec<String> = line
            .split(" .. ")
            .map(|piece| fold(piece.trim_end_matches('*')).trim().to_owned())
            .collect();
        let key = pieces.first().and_then(|piece| key_of(piece.as_bytes()));
        if let Some(key) = key {
            self.by_key.entry(key).or_default().push(self.phrases.len());
            self.phrases.push(Phrase { sign, pieces, open });
        }
    }

    /// Everything found in a folded text.
    pub(super) fn find(&self, text: &str) -> Vec<Find> {
        let mut found = Vec::new();
        let mut before: Option<char> = None;
        for (at, c) in text.char_indices() {
            let begins = runs_on(c) || before.is_none_or(|b| !b.is_alphanumeric() || runs_on(b));
            before = Some(c);
            if begins && c.is_alphanumeric() {
                self.at(text, at, &mut found);
            }
            if found.len() >= FINDS_MAX {
                break;
            }
        }
        found
    }

    /// What a folded text begins with.
    pub(super) fn beginning(&self, text: &str) -> Vec<Find> {
        let mut found = Vec::new();
        self.at(text, 0, &mut found);
        found
    }

    fn at(&self, text: &str, at: usize, found: &mut Vec<Find>) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(candidates) = key_of(rest.as_bytes()).and_then(|key| self.by_key.get(&key)) else {
            return;
        };
        for phrase in candidates.iter().filter_map(|i| self.phrases.get(*i)) {
            if let Some(length) = phrase.length_at(rest) {
                found.push(Find {
                    sign: phrase.sign,
                    start: at,
                    end: at + length,
                });
            }
        }
    }
}

impl Phrase {
    /// How many octets of the text it takes, if the text begins with it.
    fn length_at(&self, text: &str) -> Option<usize> {
        let last = self.pieces.len().checked_sub(1)?;
        let mut at = 0;
        for (number, piece) in self.pieces.iter().enumerate() {
            let rest = text.get(at..)?;
            let start = if number == 0 {
                rest.starts_with(piece.as_str()).then_some(0)?
            } else {
                let mut bound = rest.len().min(GAP_OCTETS_MAX + piece.len());
                while !rest.is_char_boundary(bound) {
                    bound -= 1;
                }
                rest.get(..bound)?.find(piece.as_str())?
            };
            at += start + piece.len();
            let open = number != last || self.open;
            if !open && !ends_here(piece, text.get(at..)?) {
                return None;
            }
        }
        Some(at)
    }
}

/// Whether a word ends between a piece and what follows it.
fn ends_here(piece: &str, rest: &str) -> bool {
    let (Some(last), Some(next)) = (piece.chars().next_back(), rest.chars().next()) else {
        return true;
    };
    !last.is_alphanumeric() || runs_on(last) || !next.is_alphanumeric()
}

fn key_of(octets: &[u8]) -> Option<[u8; KEY_OCTETS]> {
    octets.first_chunk::<KEY_OCTETS>().copied()
}

/// Whether somebody says "I", in the languages that are read.
pub(super) fn speaks_of_itself(text: &str) -> bool {
    const MYSELF: &[&str] = &[
        "i", "im", "ill", "id", "ive", "me", "my", "ich", "mir", "mich", "je", "jai", "moi", "mon",
        "yo", "mi", "ik", "mij", "mijn", "io", "eu", "jag", "jeg",
    ];
    let folded = fold(text);
    let mut words = folded.split(|c: char| !c.is_alphanumeric());
    words.any(|word| MYSELF.contains(&word))
}

/// How many finds of a sign stand apart from one another, and whether there are any.
pub(super) fn count(finds: &[Find], sign: Sign) -> usize {
    let mut end = 0;
    let mut number = 0;
    for find in finds.iter().filter(|f| f.sign == sign) {
        if find.start >= end {
            number += 1;
        }
        end = end.max(find.end);
    }
    number
}

/// Whether a sign was found.
pub(super) fn has(finds: &[Find], sign: Sign) -> bool {
    finds.iter().any(|find| find.sign == sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(text: &str) -> Vec<Sign> {
        phrases().find(&fold(text)).iter().map(|f| f.sign).collect()
    }

    #[test]
    fn phrases_begin_and_end_with_words() {
        assert!(signs("I am out of office").contains(&Sign::Away));
        assert!(!signs("a sellout of offices").contains(&Sign::Away));
        assert!(signs("本日は不在です").contains(&Sign::Away));
        assert!(signs("Jestem na urlopie").contains(&Sign::Away));
        assert!(signs("Der Empfänger: Postfach ist voll").contains(&Sign::BounceText));
    }

    #[test]
    fn every_phrase_of_the_file_is_found_in_itself() {
        let mut section = "";
        for line in include_str!("phrases.txt").lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name;
                continue;
            }
            let sign = Sign::from_section(section).unwrap_or_else(|| panic!("section {section}"));
            let text = fold(&line.replace(" .. ", " x ").replace('*', ""));
            assert!(
                phrases()
                    .find(&text)
                    .iter()
                    .any(|f| f.sign == sign && f.start == 0),
                "[{section}] {line}"
            );
        }
    }
}
