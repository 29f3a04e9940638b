//! Letters as people got them: which kind, about which lunch, and whether one came twice.
//!
//! A kind is told by the sentence that every letter of it holds and no other does; a letter that
//! holds none, or two, stops the test, so that no new letter slips by unnamed.

use super::{ALICE, BOB, CARA, DAN};
use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use postlunch::demo::client::Mail;
use std::collections::BTreeMap;

macro_rules! kinds {
    ($($kind:ident: $sentence:literal,)*) => {
        /// The kinds of letters that the stories here may bring.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $(
            #[doc = $sentence]
            $kind,
        )* }

        const SENTENCES: &[(Kind, &str)] = &[$((Kind::$kind, $sentence)),*];
    };
}

kinds! {
    Invitation: "Shall we have lunch every other week, and spend some of it",
    InvitationReminder: "The other day I asked whether you'd like to have lunch",
    ReceiptAccepted: "I read that as: yes",
    ReceiptDeclined: "That's perfectly all right,",
    NoticeAccepted: "said yes to",
    NoticeDeclined: "would rather not, and that is a fine answer|Nothing comes of your invitation to",
    NoticeLapsed: "No answer came from",
    NoticeUndeliverable: "came back: the mail server there would not take it",
    CalendarRequest: "Here is the calendar entry for lunch with",
    CalendarUpdate: "Here is the entry for your lunches with|The calendar entry for your lunches with|All the other lunches stay as they are.",
    CalendarCancelOne: "is off and comes out of your calendar. The others stay|is off; take it out of your calendar. The others",
    CalendarCancel: "come out of your calendar with this mail|are over; take them out of your calendar",
    ReceiptGoal: "What you want to get better at",
    ReceiptGoals: "This is how your goals stand|The goal below is open again|The goal below is given up|No goal is open now",
    ReceiptAchieved: "you've got there.",
    ReceiptAgreed: "It counts as reached, and|It stays open, and|so your answer changes nothing|so it changes nothing. Your|off, and your answer changes",
    GoalReached: "now calls reached. Do you",
    NoticeGoalAnswered: "saw it too, so what you called|wouldn't call it reached just yet|has answered about what you called|has answered too, about what you called",
    Permission: "would like to quote something you wrote",
    ReceiptPermission: "may show this|won't quote this|may be quoted, whatever was said",
    NoticeQuote: "You asked whether you may quote|stays between the two of you from now on",
    ReceiptQuote: "I have asked|This one is yours to show|would rather not be quoted|gets no mail from here any more|I never ask to quote one|I find no best moment",
    BoardConfirm: "You named a board.",
    ReceiptBoard: "go to your board as a card, as soon|No cards go to any board|A card didn't get to your board|wants no cards",
    BoardAsk: "keeps notes of your lunches as cards on a board",
    ReceiptBoardLeave: "stands on that board too|None of your words go to that board",
    Card: "written down for this board",
    PassItOn: "Or forward this mail with a line of your own.",
    ReceiptInvited: "You hear what they say\u{2c}|you hear what they say.|That didn't go out",
    ReceiptMany: "counting those who are being asked",
    LunchCard: "Put this between your plates",
    ReceiptNoTips: "give no more advice",
    Returned: "couldn't tell what this mail of yours asks of me|and keep no more notes.|agreed on lunches without notes",
    ReceiptJotted: "I show it to you again before your",
    ReceiptForgotten: "that you put by for your lunch with",
    ReceiptRemoved: "is taken out of what is kept: no summary",
    Reminder: "speaks first. |This time you speak first.",
    ReceiptStands: "stands again, and Bob knows|stands again, and Alice knows",
    NoticeStands: "can make it after all",
    ReceiptWhoForgets: "one mail: please write to",
    ReceiptResumed: "Nothing was paused,|Lovely, Alice. Your lunches|Lovely, Bob. Your lunches",
    NoticePaused: "They come back by themselves",
    NoticeResumed: "The pause is over, and your lunches",
    ReceiptPaused: "and come back by themselves",
    ReceiptSkipped: "is off, and Bob knows|is off, and Alice knows",
    ReceiptMoved: "\nBob knows. Did I get|\nAlice knows. Did I get",
    NoticeMoved: "has moved your lunch of|would like another time.|would like another place.",
    ReceiptUndone: "are taken back and no longer kept|are taken back, and",
    NoticeSkipped: "so that lunch is off.",
    Followup: "How was it? Reply, and put a few words under each line.",
    FollowupNudge: "still fresh in your mind?",
    ReceiptNotes: "Here is what I understood of your notes",
    ReceiptHeld: "didn't happen. No harm done|and wrote nothing down|it stays noted as a lunch|and your notes stay as they are",
    Exchange: "word for word. Nobody but the two of you reads it.|what you had before no longer counts|has taken back what the notes on",
    NoticeRelayed: "has read what you wrote, and answers you",
    Summary: "Nobody else gets this.",
    ReceiptNoSummaries: "The monthly mail won't come any more",
    Fabric: "Here are your threads.|There is no thread yet.",
    Report: "Here is what is kept about you, as files.",
    ReceiptQuestion: "Your question went to",
    NoticeQuestion: "has a question that only you can answer",
    ReceiptStopped: "This is the last mail you get from here",
    ReceiptEnded: "have ended and come out of both calendars",
    NoticeEnded: "have ended. They come out of your calendar, and you hear no more",
    Confirm: "A mail came in your name, but from somewhere",
    Question: "I'm a program, and I'm not sure how to read your last mail|Your mail answers an old letter of mine",
    ReceiptAskedAnew: "anew, in your name.|anew from here. That may have",
    ReceiptEnough: "the rest waits until tomorrow|is put aside for a person to look at",
    NoticeUnclear: "and I could not tell what it means for your lunches",
}

/// A letter in somebody's mailbox.
#[derive(Clone)]
pub struct Received {
    /// Its UID there.
    pub uid: u32,
    /// What it is.
    pub kind: Kind,
    /// As a mail client shows it.
    pub mail: Mail,
    /// The plain text in one line each paragraph, without the reference in the footer.
    pub text: String,
    /// The mail it answers, as In-Reply-To says.
    pub in_reply_to: Option<String>,
    /// Every octet.
    pub octets: Vec<u8>,
}

impl Received {
    /// Reads a letter.
    pub fn read(uid: u32, octets: Vec<u8>) -> Self {
        let mail = Mail::read(&octets).expect("a readable letter");
        let message = MessageParser::default().parse(&octets).expect("a message");
        let in_reply_to = message.in_reply_to().as_text().map(str::to_owned);
        let text = visible(&mail.text);
        let kind = kind(&mail.subject, &text);
        Self {
            uid,
            kind,
            mail,
            text,
            in_reply_to,
            octets,
        }
    }

    /// The calendar part; panics where there is none.
    pub fn calendar(&self) -> &str {
        self.mail.calendar.as_deref().expect("a calendar part")
    }

    /// The moment in its Date field.
    pub fn date(&self) -> DateTime<Utc> {
        self.mail.date.expect("a date")
    }

    /// The first date it speaks of, in the subject or else in the text: the lunch.
    pub fn lunch(&self) -> String {
        first_date(&self.mail.subject)
            .or_else(|| first_date(&self.text))
            .unwrap_or_default()
    }

    /// In one line, for messages of tests.
    pub fn line(&self) -> String {
        let date = self.date().format("%Y-%m-%d %H:%M");
        format!(
            "{date} {:?} [{}] {}",
            self.kind,
            self.lunch(),
            self.mail.subject
        )
    }

    /// What tells it from every other letter to the same person: kind, who it is about, lunch, and
    /// for an answer the mail that it answers; for a calendar entry what it changes.
    pub fn identity(&self) -> (Kind, Vec<&'static str>, String, String) {
        let answered = self
            .in_reply_to
            .clone()
            .filter(|id| id.starts_with("reply-"))
            .unwrap_or_default();
        let about = match &self.mail.calendar {
            Some(calendar) => essence(calendar),
            None => answered,
        };
        let named = |name: &&str| self.mail.subject.contains(name);
        let people = [ALICE, BOB, CARA, DAN].map(|person| person.name);
        let people = people.into_iter().filter(named).collect();
        (self.kind, people, self.lunch(), about)
    }

    /// All that its reader sees; the same in every play of the same story.
    pub fn sight(&self) -> (Kind, String, String, String) {
        let calendar = self
            .mail
            .calendar
            .as_deref()
            .map(essence)
            .unwrap_or_default();
        let subject = self.mail.subject.clone();
        (self.kind, subject, self.text.clone(), calendar)
    }
}

/// Paragraphs in one line each; the reference in the footer is another in every play.
fn visible(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Letter ") {
            continue;
        }
        let parted = line.is_empty() || out.ends_with('\n') || out.is_empty();
        out.push_str(if line.is_empty() {
            "\n"
        } else if parted {
            ""
        } else {
            " "
        });
        out.push_str(line);
    }
    out
}

fn kind(subject: &str, text: &str) -> Kind {
    let fitting: Vec<Kind> = SENTENCES
        .iter()
        .filter(|(_, sentences)| {
            let mut ways = sentences.split('|').map(str::trim);
            ways.any(|sentence| text.contains(sentence))
        })
        .map(|(kind, _)| *kind)
        .collect();
    match fitting.as_slice() {
        [one] => *one,
        // A summary also says who speaks first next time.
        [Kind::Reminder, Kind::Summary] => Kind::Summary,
        other => panic!("'{subject}' could be {other:?}:\n{text}"),
    }
}

fn first_date(text: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let month = |word: &str| MONTHS.iter().position(|month| *month == word);
    words.windows(2).find_map(|pair| {
        let day: u32 = pair[0].parse().ok().filter(|day| (1..=31).contains(day))?;
        month(pair[1]).map(|month| format!("{:02}-{day:02}", month + 1))
    })
}

/// What a calendar entry says, without what differs from play to play.
fn essence(calendar: &str) -> String {
    let unfolded = calendar.replace("\r\n", "\n").replace("\n ", "");
    let event = unfolded.split("BEGIN:VEVENT").nth(1).unwrap_or_default();
    let told = [
        "SEQUENCE",
        "DTSTART",
        "DTEND",
        "RRULE",
        "EXDATE",
        "RECURRENCE-ID",
        "STATUS",
    ];
    let mut lines: Vec<&str> = unfolded
        .lines()
        .filter(|l| l.starts_with("METHOD"))
        .collect();
    lines.extend(
        event
            .lines()
            .filter(|line| told.iter().any(|name| line.starts_with(name))),
    );
    lines.join(" ")
}

/// Nobody gets the same thing twice: not by what it is about, not by what it says, not by its
/// Message-ID.
pub fn assert_once(name: &str, letters: &[Received]) {
    let mut by_identity = BTreeMap::new();
    let mut by_sight = BTreeMap::new();
    let mut by_id = BTreeMap::new();
    for letter in letters {
        let line = letter.line();
        let twice = |before: Option<String>| {
            assert!(before.is_none(), "{name} got twice: {before:?} and {line}");
        };
        twice(by_identity.insert(letter.identity(), letter.line()));
        twice(by_sight.insert(letter.sight(), letter.line()));
        twice(by_id.insert(letter.mail.message_id.clone(), letter.line()));
    }
}

/// All of this stands in a letter.
#[track_caller]
pub fn holds(letter: &Received, all: &[&str]) {
    for words in all {
        assert!(letter.text.contains(words), "{words} in {}", letter.text);
    }
}

/// Nothing of this does.
#[track_caller]
pub fn lacks(letter: &Received, all: &[&str]) {
    for words in all {
        assert!(!letter.text.contains(words), "{words} in {}", letter.text);
    }
}
