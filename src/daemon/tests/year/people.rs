//! The people of the town: what each makes of a letter, when they answer, and in which words.

use super::calendar::{Calendar, Client};
use crate::demo::client::Habit;
use crate::disk::tests::Dice;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// How somebody is wont to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Character {
    /// Answers everything, soon.
    Keen,
    /// Says yes and writes notes now and then.
    Terse,
    /// Writes notes when the seal has gone.
    Slow,
    /// Never says a word.
    Silent,
    /// Says no, politely.
    Decliner,
    /// Declines, and thinks better of it weeks later.
    Returner,
    /// Is away, which a machine says; answers what came after.
    Away,
    /// Hands the invitation on; a colleague answers with its reply address.
    Forwarder,
    /// Moves one lunch in three, to another day or place.
    Mover,
    /// Leaves lunches out: by a word, or by the calendar.
    Skipper,
    /// Ends it after some lunches.
    Quitter,
    /// Wants no mail at all, after some lunches or at once.
    Stopper,
    /// Asks to be asked again.
    Later,
    /// Once, to try it.
    Once,
    /// Asks first.
    Asker,
    /// Pauses.
    Pauser,
    /// Says what nobody can be sure of.
    Vague,
    /// Their mail comes back.
    Gone,
    /// Their server refuses the address.
    Refused,
}

use Character as C;

/// How many of each there are among thirty.
const SHARES: [(Character, u64); 19] = [
    (C::Keen, 5),
    (C::Terse, 2),
    (C::Slow, 2),
    (C::Silent, 3),
    (C::Decliner, 2),
    (C::Returner, 1),
    (C::Away, 1),
    (C::Forwarder, 1),
    (C::Mover, 2),
    (C::Skipper, 2),
    (C::Quitter, 1),
    (C::Stopper, 1),
    (C::Later, 1),
    (C::Once, 1),
    (C::Asker, 1),
    (C::Pauser, 1),
    (C::Vague, 1),
    (C::Gone, 1),
    (C::Refused, 1),
];

impl Character {
    /// Whether their mailbox takes mail.
    pub fn is_reached(self) -> bool {
        !matches!(self, C::Gone | C::Refused)
    }

    /// Everybody's, shuffled: one of each first, so that a small town has many.
    pub fn all(number: usize, dice: &mut Dice) -> Vec<Self> {
        let once = SHARES.iter().map(|(one, _)| *one);
        let more = SHARES
            .iter()
            .flat_map(|(one, share)| (1..*share).map(|_| *one));
        let round: Vec<Self> = once.chain(more).collect();
        let mut found: Vec<Self> = round.iter().copied().cycle().take(number).collect();
        for at in (1..found.len()).rev() {
            found.swap(at, dice.below(at as u64 + 1) as usize);
        }
        found
    }
}

/// What a mail is meant to do; people remember what they said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing that a promise hangs on.
    Talk,
    /// They take part, again or for the first time.
    Joins,
    /// They leave this pairing.
    Leaves,
    /// No mail at all.
    Stops,
    /// What was asked about the lunch is answered.
    Answers,
    /// By somebody else, or by a machine: nothing follows.
    Nobody,
}

/// What somebody does with a letter.
#[derive(Clone, Debug)]
pub struct Reaction {
    /// How long after it came.
    pub after: TimeDelta,
    /// What is written.
    pub deed: Deed,
    /// What it is meant to do.
    pub meaning: Meaning,
}

/// A mail of a certain kind.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A reply in these words.
    Says(String),
    /// A machine says that they are away.
    IsAway(String),
    /// A colleague to whom it was forwarded replies.
    Forwarded(String),
    /// The calendar answers.
    Calendar(crate::lunch::act::PartStat),
    /// The letter comes back.
    Bounces,
}

/// Somebody.
pub struct Resident {
    /// Their address.
    pub address: String,
    /// How they are wont to answer.
    pub character: Character,
    /// How their client writes.
    pub habit: Habit,
    /// What their calendar shows.
    pub calendar: Calendar,
    /// Message-IDs of the letters that came.
    pub had: BTreeSet<String>,
    /// Letters that are on their way.
    pub in_flight: u32,
    /// When the latest of these comes.
    pub expects: DateTime<Utc>,
    answered: BTreeSet<u64>,
    lunches: u32,
    words: u32,
}

/// What came to somebody.
pub struct Arrival<'a> {
    /// The letter's name.
    pub kind: &'a str,
    /// In which pairing; 0 for none.
    pub pairing: u64,
    /// How many days have gone since the beginning.
    pub day: i64,
}

fn hours(from: i64, to: i64, dice: &mut Dice) -> TimeDelta {
    let minutes = dice.below(((to - from) * 60).max(1).cast_unsigned());
    TimeDelta::minutes(from * 60 + minutes.cast_signed())
}

fn one<'a>(of: &[&'a str], dice: &mut Dice) -> &'a str {
    of[dice.below(of.len() as u64) as usize]
}

impl Resident {
    /// Somebody new.
    pub fn new(number: usize, character: Character, dice: &mut Dice) -> Self {
        let habits = [Habit::Webmail, Habit::Phone, Habit::Bare];
        let client = [Client::Forgets, Client::Keeps][number % 2];
        Self {
            address: format!("person{number:04}@example.org"),
            character,
            habit: habits[dice.below(3) as usize],
            calendar: Calendar::new(client),
            had: BTreeSet::new(),
            in_flight: 0,
            expects: DateTime::UNIX_EPOCH,
            answered: BTreeSet::new(),
            lunches: 0,
            words: 0,
        }
    }

    /// A word that stands in one mail of theirs and nowhere else.
    pub fn secret(&mut self, number: usize) -> String {
        self.words += 1;
        let mut left = number as u64 * 1000 + u64::from(self.words);
        let mut word = String::from("zq");
        for _ in 0..7 {
            word.push(char::from(b'a' + (left % 26) as u8));
            left /= 26;
        }
        word
    }

    /// What they do with it, and the secrets in what they write.
    pub fn react(&mut self, number: usize, letter: &Arrival<'_>, dice: &mut Dice) -> Vec<Reaction> {
        let says = |after, words: &str, meaning| Reaction {
            after,
            deed: Deed::Says(words.to_owned()),
            meaning,
        };
        if self.character == C::Gone {
            return vec![Reaction {
                after: hours(0, 2, dice),
                deed: Deed::Bounces,
                meaning: Meaning::Nobody,
            }];
        }
        let away = self.character == C::Away && (letter.day / 40) % 3 == 1;
        let mut reactions = Vec::new();
        if self.character == C::Away && (away || !self.answered.contains(&letter.pairing)) {
            let until = "Yes, it is summer! I am away until 18 January and read no mail.";
            reactions.push(Reaction {
                after: TimeDelta::seconds(5),
                deed: Deed::IsAway(until.to_owned()),
                meaning: Meaning::Nobody,
            });
        }
        if away {
            return reactions;
        }
        let soon = match self.character {
            C::Keen => hours(0, 8, dice),
            C::Slow => hours(12, 140, dice),
            _ => hours(0, 50, dice),
        };
        match letter.kind {
            "invitation" | "invitation-reminder" if self.answered.insert(letter.pairing) => {
                reactions.extend(self.invited(soon, dice));
                if self.character == C::Later {
                    self.character = C::Terse;
                    self.answered.remove(&letter.pairing);
                }
            }
            "invitation" | "invitation-reminder" => {}
            "question" => reactions.push(match self.character {
                C::Decliner => says(soon, "No thanks", Meaning::Leaves),
                _ => says(soon, "Yes", Meaning::Joins),
            }),
            "receipt-question" if self.character == C::Asker => {
                reactions.push(says(soon, "Yes, gladly!", Meaning::Joins));
            }
            "receipt-declined" if self.character == C::Returner => {
                self.character = C::Keen;
                let later = hours(24 * 20, 24 * 40, dice);
                reactions.push(says(later, "Yes, gladly!", Meaning::Joins));
            }
            "receipt-accepted" if dice.below(3) == 0 => {
                let goals = [
                    "I'd like to get better at listening.",
                    "goal: Shorter answers",
                    "Saying no in time",
                ];
                reactions.push(says(soon, one(&goals, dice), Meaning::Talk));
            }
            "calendar-request" => reactions.extend(self.asked_by_calendar(soon, dice)),
            "reminder" => reactions.extend(self.reminded(dice)),
            "followup" => reactions.extend(self.asked_for_notes(number, soon, dice)),
            "followup-nudge" if dice.below(2) == 0 => {
                reactions.extend(self.asked_for_notes(number, soon, dice));
            }
            "receipt-notes" if dice.below(25) == 0 => {
                let words = format!("Worst: {} nothing, really.", self.secret(number));
                reactions.push(says(soon, &words, Meaning::Talk));
            }
            "exchange" if dice.below(6) == 0 => {
                reactions.push(says(soon, "Thank you, that means a lot.", Meaning::Talk));
            }
            _ => {}
        }
        reactions
    }

    fn invited(&mut self, soon: TimeDelta, dice: &mut Dice) -> Vec<Reaction> {
        let says = |words: &str, meaning| Reaction {
            after: soon,
            deed: Deed::Says(words.to_owned()),
            meaning,
        };
        let yes = [
            "Yes, gladly!",
            "Sure, count me in.",
            "Yes",
            "Ja, gerne!",
            "Yes, but Tuesdays",
        ];
        let no = ["No thanks, but have fun.", "No thank you.", "No thanks"];
        match self.character {
            C::Silent => Vec::new(),
            C::Decliner | C::Returner => vec![says(one(&no, dice), Meaning::Leaves)],
            C::Stopper if dice.below(2) == 0 => vec![says("stop", Meaning::Stops)],
            C::Later => vec![says("Ask me again in April", Meaning::Talk)],
            C::Once => vec![says("Yes, once, to try it", Meaning::Joins)],
            C::Asker => vec![says("Who gets to read the notes?", Meaning::Talk)],
            C::Vague => vec![says("Hm, let me think about Thursdays.", Meaning::Talk)],
            C::Forwarder => vec![
                Reaction {
                    after: soon / 2,
                    deed: Deed::Forwarded("Yes, I'd love to!".to_owned()),
                    meaning: Meaning::Nobody,
                },
                says("Yes", Meaning::Joins),
            ],
            _ => vec![says(one(&yes, dice), Meaning::Joins)],
        }
    }

    fn asked_by_calendar(&self, soon: TimeDelta, dice: &mut Dice) -> Option<Reaction> {
        use crate::lunch::act::PartStat;
        let answer = match self.character {
            C::Skipper if dice.below(4) == 0 => PartStat::Declined,
            C::Keen | C::Mover if dice.below(2) == 0 => PartStat::Accepted,
            _ => return None,
        };
        Some(Reaction {
            after: soon,
            deed: Deed::Calendar(answer),
            meaning: match answer {
                PartStat::Declined => Meaning::Answers,
                _ => Meaning::Talk,
            },
        })
    }

    fn reminded(&mut self, dice: &mut Dice) -> Option<Reaction> {
        self.lunches += 1;
        let moves = [
            "move to Friday 12:30",
            "Can we move it to Wednesday at 13:00?",
            "same time at the Thai place",
        ];
        let (words, meaning) = match self.character {
            C::Mover if dice.below(3) == 0 => (one(&moves, dice), Meaning::Talk),
            // Said when the lunch is over, it tells that it did not take place.
            C::Skipper if dice.below(3) == 0 => ("skip", Meaning::Answers),
            C::Pauser if self.lunches.is_multiple_of(4) => {
                ("pause until 1 September", Meaning::Talk)
            }
            C::Quitter if self.lunches >= 4 => ("end", Meaning::Leaves),
            C::Stopper if self.lunches >= 3 => ("stop", Meaning::Stops),
            _ => return None,
        };
        Some(Reaction {
            after: hours(0, 3, dice),
            deed: Deed::Says(words.to_owned()),
            meaning,
        })
    }

    fn asked_for_notes(
        &mut self,
        number: usize,
        soon: TimeDelta,
        dice: &mut Dice,
    ) -> Option<Reaction> {
        let writes = match self.character {
            C::Silent => false,
            C::Terse => dice.below(3) == 0,
            _ => dice.below(6) > 0,
        };
        if !writes {
            return None;
        }
        let words = match dice.below(20) {
            0 => "We didn't meet".to_owned(),
            1 => "Said, not written".to_owned(),
            2 => "Nothing this time".to_owned(),
            3..6 => format!("You were great on Monday, {}.", self.secret(number)),
            6..8 => format!(
                "1. {} the outage\n2. -\n3. ask earlier",
                self.secret(number)
            ),
            _ => format!(
                "Best: {} how you handled the outage.\nWorst: {} the long meeting.\nFocus: {} ask earlier.",
                self.secret(number),
                self.secret(number),
                self.secret(number)
            ),
        };
        Some(Reaction {
            after: soon,
            deed: Deed::Says(words),
            meaning: Meaning::Answers,
        })
    }
}
