//! The promises, looked after from outside: by what people said, what reaches them, and when.

use super::people::Meaning;
use crate::demo::client::Mail;
use crate::store::record::LetterRecord;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// A promise that was kept, or how it was broken.
pub type Kept = Result<(), String>;

/// How long notes stay sealed unless both have written.
const SEAL: TimeDelta = TimeDelta::days(3);

/// A lunch of a pairing.
type Lunch = (u64, Option<NaiveDateTime>);

/// What has been said and sent so far.
#[derive(Default)]
pub struct Promises {
    /// Who left which pairing, and how many receipts they may still have for it.
    left: BTreeMap<(usize, u64), u32>,
    /// Who wants no mail at all, and the same.
    stopped: BTreeMap<usize, u32>,
    /// Whose word it is, about which lunch.
    secrets: BTreeMap<String, (usize, Lunch)>,
    /// Who has answered what was asked about a lunch.
    answered: BTreeMap<Lunch, BTreeSet<usize>>,
    /// When both were asked.
    asked: BTreeMap<Lunch, DateTime<Utc>>,
    /// Letters by Message-ID: their octets, in short.
    taken: BTreeMap<String, u64>,
    /// Unasked mails to somebody for a lunch, by their kind.
    unasked: BTreeMap<(usize, Lunch), BTreeSet<String>>,
    /// What is to be said once only.
    said: BTreeSet<(String, usize, Lunch, String)>,
}

/// A letter that the server takes.
pub struct Leaving<'a> {
    /// To whom.
    pub to: usize,
    /// What the daemon knows of it.
    pub record: &'a LetterRecord,
    /// As its reader sees it.
    pub mail: &'a Mail,
    /// The octets, in short.
    pub digest: u64,
    /// Whether it may have been taken before, which nobody could find out.
    pub doubted: bool,
}

impl Promises {
    /// Somebody wrote such a word.
    pub fn written(&mut self, word: &str, by: usize, lunch: Lunch) {
        self.secrets.insert(word.to_owned(), (by, lunch));
    }

    /// A mail was decided on.
    pub fn heard(&mut self, by: usize, lunch: Lunch, meaning: Meaning) {
        match meaning {
            Meaning::Joins => {
                self.left.remove(&(by, lunch.0));
                self.stopped.remove(&by);
            }
            Meaning::Leaves => *self.left.entry((by, lunch.0)).or_default() += 1,
            Meaning::Stops => *self.stopped.entry(by).or_default() += 1,
            Meaning::Answers => {
                self.answered.entry(lunch).or_default().insert(by);
            }
            Meaning::Talk | Meaning::Nobody => {}
        }
    }

    /// Whether it may be taken; `false` if it is the same letter once more, after a doubt.
    pub fn leaves(&mut self, letter: &Leaving<'_>) -> Result<bool, String> {
        let before = self
            .taken
            .insert(letter.mail.message_id.clone(), letter.digest);
        if let Some(before) = before {
            return match (letter.doubted, before == letter.digest) {
                (true, true) => Ok(false),
                (true, false) => Err("sent again in other words under the same Message-ID".into()),
                (false, _) => Err("the same letter twice, without a doubt".into()),
            };
        }
        self.nothing_after_the_last_word(letter)?;
        self.words_stay_sealed(letter)?;
        self.once(letter)?;
        self.few_unasked(letter)?;
        let LetterRecord { name, sent_at, .. } = letter.record;
        if name == "followup" {
            self.asked.entry(about(letter.record)).or_insert(*sent_at);
        }
        Ok(true)
    }

    /// After a no, an end or a stop: one receipt, and the calendar's CANCEL.
    fn nothing_after_the_last_word(&mut self, letter: &Leaving<'_>) -> Kept {
        let name = letter.record.name.as_str();
        let pairing = about(letter.record).0;
        let left = match self.stopped.get_mut(&letter.to) {
            Some(receipts) => receipts,
            None => match self.left.get_mut(&(letter.to, pairing)) {
                Some(receipts) => receipts,
                None => return Ok(()),
            },
        };
        match name {
            "calendar-cancel" => Ok(()),
            "receipt-declined" | "receipt-ended" | "receipt-stopped" if *left > 0 => {
                *left -= 1;
                Ok(())
            }
            _ => Err(format!("{name} to somebody who has left")),
        }
    }

    /// What somebody wrote reaches the two alone, and the other only once the seal is broken.
    fn words_stay_sealed(&mut self, letter: &Leaving<'_>) -> Kept {
        let name = letter.record.name.as_str();
        let mail = letter.mail;
        let texts = [
            Some(&mail.subject),
            Some(&mail.text),
            mail.html.as_ref(),
            mail.calendar.as_ref(),
        ];
        for word in texts
            .into_iter()
            .flatten()
            .flat_map(|text| secrets_in(text))
        {
            // Tokens in the small print may look like one.
            let Some((writer, lunch)) = self.secrets.get(word) else {
                continue;
            };
            if *writer == letter.to {
                continue;
            }
            let partner = letter.record.pairing.map(|id| id.0) == Some(lunch.0);
            // A calendar may say of any one lunch that somebody was not there.
            let whichever = self.answered.get(&(lunch.0, None));
            let answered = self.answered.get(lunch).into_iter().chain(whichever);
            let both = answered.flatten().collect::<BTreeSet<_>>().len() == 2;
            let late = self
                .asked
                .get(lunch)
                .is_some_and(|at| letter.record.sent_at >= *at + SEAL);
            // Once the seal is broken the month's summary tells it too, and may overtake an exchange
            // that the server did not take at once.
            let opened = match name {
                "exchange" => partner && (both || late),
                "summary" => both || late,
                _ => false,
            };
            if !opened {
                return Err(format!(
                    "{name} holds {word}, sealed words of person {writer}"
                ));
            }
        }
        Ok(())
    }

    /// At most three for one lunch; of a lunch that was moved both are reminded anew.
    fn few_unasked(&mut self, letter: &Leaving<'_>) -> Kept {
        let name = letter.record.name.as_str();
        if !matches!(
            name,
            "reminder" | "followup" | "followup-nudge" | "exchange"
        ) {
            return Ok(());
        }
        let about = about(letter.record);
        // Whoever has written waits for the other's words.
        let wrote = |lunch| {
            self.answered
                .get(&lunch)
                .is_some_and(|who| who.contains(&letter.to))
        };
        if name == "exchange" && (wrote(about) || wrote((about.0, None))) {
            return Ok(());
        }
        let lunch = (letter.to, about);
        let kinds = self.unasked.entry(lunch).or_default();
        kinds.insert(name.to_owned());
        match kinds.len() > 3 {
            true => Err(format!("{name} is a fourth unasked mail for one lunch")),
            false => Ok(()),
        }
    }

    fn once(&mut self, letter: &Leaving<'_>) -> Kept {
        let record = letter.record;
        let what = match record.name.as_str() {
            "reminder" | "followup" | "followup-nudge" | "summary" => letter.mail.subject.clone(),
            // A correction sends another one.
            "exchange" if !letter.mail.text.contains("put something right") => String::new(),
            _ => return Ok(()),
        };
        let key = (record.name.clone(), letter.to, about(record), what);
        match self.said.insert(key) {
            true => Ok(()),
            false => Err(format!("{} says the same twice", record.name)),
        }
    }
}

/// The lunch that a letter is about.
pub fn about(record: &LetterRecord) -> Lunch {
    (record.pairing.map_or(0, |id| id.0), record.slot)
}

/// All words of ours in a text.
pub fn secrets_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphabetic());
    words.filter(|word| word.len() == 9 && word.starts_with("zq"))
}
