//! Languages: what words mean, from one data file for each language.
//!
//! A file has sections, `[sense]`, with one pattern a line (see `phrase::Pattern`), and `#`
//! comments. Numbered sections (`[weekday]`, `[month]`, `[number]`) have lines `3 march mar`. All
//! files are read once; a reply may mix languages, so all are looked up unless one clearly leads.

use crate::reading::phrase::{Pattern, Token};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// The files, by language code. `common` holds what needs no language.
const FILES: &[(&str, &str)] = &[
    ("common", include_str!("languages/common.txt")),
    ("en", include_str!("languages/en.txt")),
    ("de", include_str!("languages/de.txt")),
    ("fr", include_str!("languages/fr.txt")),
    ("es", include_str!("languages/es.txt")),
    ("nl", include_str!("languages/nl.txt")),
    ("clients", include_str!("languages/clients.txt")),
];

macro_rules! senses {
    ($($(#[$doc:meta])* $name:ident = $section:literal,)+) => {
        /// What a phrase means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Sense { $($(#[$doc])* $name,)+ }

        impl Sense {
            /// The sense of a section's name.
            pub fn from_section(name: &str) -> Option<Self> {
                match name { $($section => Some(Self::$name),)+ _ => None }
            }
        }
    };
}

senses! {
    /// A yes that stands against everything before it.
    FirmYes = "firm yes",
    /// A yes.
    Yes = "yes",
    /// Praise of the idea; a yes only where nothing speaks against it.
    Fine = "fine",
    /// A no.
    No = "no",
    /// Reluctance; a no only together with others.
    Reluctant = "reluctant",
    /// Words that look like a yes or a no and are neither.
    Neutral = "neutral",
    /// Somebody who says both.
    Both = "both",
    /// Irony, surprise, or a worry that wants a person.
    Doubt = "doubt",
    /// Not now.
    Later = "later",
    /// Ask me again: an explicit later.
    AskAgain = "ask again",
    /// If, provided that, depends.
    Condition = "condition",
    /// An "if" that is only politeness.
    Politeness = "politeness",
    /// Not.
    Negator = "negator",
    /// Not, also behind what it turns ("passt nicht").
    NegatorBehind = "negator behind",
    /// At the lunch's own time of day.
    SameTime = "same time",
    /// A wish to be told more, without a question mark.
    QuestionPhrase = "question phrase",
    /// Somebody else's wish or answer.
    Third = "third person",
    /// Words that stand for the writer, or lead to a verb of theirs.
    Myself = "myself",
    /// Words behind a "no" that leave it an answer.
    Answering = "behind a no",
    /// But.
    But = "but",
    /// All mail shall end.
    Stop = "stop",
    /// These lunches shall end.
    End = "end",
    /// This lunch is left out.
    Skip = "skip",
    /// This lunch moves.
    Move = "move",
    /// This lunch moves, and all later ones.
    MoveAll = "all",
    /// Only this lunch.
    MoveOne = "one",
    /// A pause.
    Pause = "pause",
    /// The pause is over.
    Resume = "resume",
    /// The lunch took place.
    Met = "met",
    /// It did not.
    NotMet = "not met",
    /// Said, not written.
    Said = "said not written",
    /// Nothing this time.
    Nothing = "nothing",
    /// Thanks and other talk that asks for nothing.
    Thanks = "thanks",
    /// A greeting in front.
    Greeting = "greeting",
    /// Words before a name at the end.
    SignOff = "sign-off",
    /// One lunch to try.
    Once = "once",
    /// Lunches without notes.
    NoNotes = "no notes",
    /// Words that open a question.
    Asking = "asking",
    /// Leave to quote without the name.
    Unnamed = "unnamed",
    /// Heading of the best moment.
    Best = "best",
    /// Heading of the worst moment.
    Worst = "worst",
    /// Heading of the focused improvement point.
    Focus = "focus",
    /// Heading of the best moment, where a heading of another section stands beside it ("plus").
    PairedBest = "paired best",
    /// Heading of the worst moment, where a heading of another section stands beside it.
    PairedWorst = "paired worst",
    /// Heading of the focus, where a heading of another section stands beside it.
    PairedFocus = "paired focus",
    /// Heading of the focus, or of the worst moment where a goal follows ("tip").
    Improvable = "to improve",
    /// Words that may stand in front of a heading.
    HeadingLead = "heading lead",
    /// Words that may stand between a heading and its mark ("since we last met").
    HeadingTail = "heading tail",
    /// First, as a number before a line.
    Firstly = "first",
    /// Second.
    Secondly = "second",
    /// Third.
    Thirdly = "third",
    /// Words before a number that names a prompt ("ad 1", "point 1").
    Numbering = "numbering",
    /// Things that are counted: a bare number before them is no prompt's.
    Counted = "counted",
    /// Heading of what the writer says about the partner.
    AboutThem = "about them",
    /// Heading of what the partner says about the writer.
    AboutMe = "about me",
    /// A follow-up is told that the lunch took place.
    ItWasHeld = "it was held",
    /// That it did not.
    ItWasNotHeld = "it was not held",
    /// That all was said and nothing will be written.
    SpokenOnly = "spoken only",
    /// That there is nothing to write.
    NothingToWrite = "nothing to write",
    /// Words like those for a lunch that was not held, about something else ("the deadline").
    HeldByOthers = "held by others",
    /// Verbs of writing, sending and doing that a promise is made with.
    PromiseVerb = "promise verb",
    /// When a promise will be kept.
    Soon = "soon",
    /// Verbs of ending something.
    Ending = "ending",
    /// The lunches as a whole.
    Series = "series",
    /// Verbs of going on.
    Continuing = "continuing",
    /// Again: with a denial and a verb of going on, an end.
    AnyMore = "any more",
    /// An end in so many words.
    NoMoreOfIt = "no more of it",
    /// That the lunch was spent on other things.
    SmallTalk = "small talk",
    /// Verbs of taking place: none of it where they are denied.
    EventVerb = "event verb",
    /// Verbs of turning up.
    Appearing = "appearing",
    /// Words for what came to nothing.
    Failing = "failing",
    /// Why somebody was not there.
    AbsentReason = "absent reason",
    /// Any word of denial.
    Negation = "negation",
    /// Verbs of telling.
    Saying = "saying",
    /// All that there was to tell.
    AllOfIt = "all of it",
    /// How one tells without writing.
    ByMouth = "by mouth",
    /// Words in front of what somebody would rather not do.
    Unwilling = "unwilling",
    /// Writing, and what it is done on.
    InWriting = "in writing",
    /// Between the two.
    Private = "private",
    /// Nothing.
    NoThing = "no thing",
    /// What nothing is there for: to report, in particular, this time.
    Reporting = "reporting",
    /// Words behind which a reason or a time follows, and no object.
    LoosePreposition = "loose preposition",
    /// Words that a clause about the lunch is made of, besides what it says.
    AboutLunch = "about the lunch",
    /// Words that speak to the partner.
    Addressing = "addressing",
    /// Somebody who is spoken of.
    HeOrShe = "he or she",
    /// Notes will follow.
    Promise = "promise",
    /// Words that open a question that has no question mark.
    OpenQuestion = "open question",
    /// Words that say nothing to be filed.
    NoContent = "no content",
    /// Not there, not able to.
    Absent = "absent",
    /// The lunch, by its name.
    LunchWord = "lunch word",
    /// The lunch after this one.
    NextLunch = "next lunch",
    /// Leads to a goal that is not called one: "as for your patience".
    Regarding = "regarding",
    /// Words that join clauses.
    Connecting = "connecting",
    /// Opens words beside the notes.
    Postscript = "postscript",
    /// Ends a mail, and belongs to no note.
    Closing = "closing",
    /// Words that strengthen and mean nothing by themselves.
    Filler = "filler words",
    /// Words between a heading and what it says, where they were spoken: "best moment was …".
    Linking = "linking",
    /// Heading of something that helps.
    Helps = "helps",
    /// Heading of something that hinders.
    Hinders = "hinders",
    /// Heading of a goal reached.
    Achieved = "achieved",
    /// Frequent small words that tell the language.
    Small = "small words",
    /// Today.
    Today = "today",
    /// Tomorrow.
    Tomorrow = "tomorrow",
    /// The day after tomorrow.
    AfterTomorrow = "day after tomorrow",
    /// Next.
    Next = "next",
    /// Next, said behind ("mardi prochain").
    NextBehind = "next behind",
    /// This.
    This = "this",
    /// Day or days.
    Day = "day",
    /// Week or weeks.
    Week = "week",
    /// Month or months.
    MonthUnit = "months",
    /// Year.
    Year = "year",
    /// Until.
    Until = "until",
    /// After.
    After = "after",
    /// In: a span of time from now.
    In = "in",
    /// Every: a rhythm.
    Every = "every",
    /// Every month.
    Monthly = "monthly",
    /// Every two weeks.
    Fortnightly = "fortnightly",
    /// Every week.
    Weekly = "weekly",
    /// At noon.
    Noon = "noon",
    /// A word before a time of day.
    At = "at",
    /// Morning or afternoon.
    Pm = "pm",
    /// Words after which a place is named.
    Place = "place",
    /// A time of day in words; a line begins with the time: `12:30 half past twelve`.
    Clock = "time",
    /// Hour or hours.
    Hour = "hour",
    /// Minute or minutes.
    Minute = "minute",
    /// Half of a span.
    Half = "half",
    /// By so much later than planned.
    ShiftLater = "so much later",
    /// By so much earlier.
    ShiftEarlier = "so much earlier",
    /// The first days of a span.
    StartOf = "start of",
    /// The middle of a span.
    MidOf = "middle of",
    /// The end of a span.
    EndOf = "end of",
    /// What stands behind it is not wished for.
    OutBehind = "instead of",
    /// What stands in front of it is not wished for.
    OutBefore = "does not suit",
    /// A word before a date in figures.
    On = "on",
    /// Not before: a bound, no wish.
    Bound = "not before",
    /// Words that end a place.
    PlaceEnd = "place end",
    /// Any day but.
    Except = "except",
    /// Either of several.
    Or = "or",
    /// Rather than.
    Instead = "instead",
    /// Verb of an attribution line.
    Wrote = "wrote",
    /// First word of an attribution line.
    WroteOpening = "wrote opening",
    /// Label of a quoted header block.
    HeaderLabel = "header label",
    /// Separator words such as Original Message.
    Separator = "separator",
    /// A line that the client adds.
    ClientLine = "client line",
    /// A legal footer or a security banner.
    Banner = "banner",
    /// Subject of an automatic reply.
    AbsenceSubject = "absence subject",
    /// Text of an automatic reply.
    AbsenceText = "absence text",
    /// Subject of a bounce.
    BounceSubject = "bounce subject",
    /// Text of a bounce.
    BounceText = "bounce text",
    /// A bounce that is only a delay.
    DelayText = "delay text",
    /// `goal:` and the like.
    GoalCommand = "command goal",
    /// `undo`
    UndoCommand = "command undo",
    /// `share now`
    ShareCommand = "command share now",
    /// `invite`
    InviteCommand = "command invite",
    /// `report`
    ReportCommand = "command report",
    /// `status`
    StatusCommand = "command status",
    /// `forget me`
    ForgetCommand = "command forget me",
    /// `no summaries`
    NoSummariesCommand = "command no summaries",
    /// `help`
    HelpCommand = "command help",
    /// `quote N`
    QuoteCommand = "command quote",
    /// `fabric`
    FabricCommand = "command fabric",
    /// `stop` alone
    StopCommand = "command stop",
    /// `end` alone
    EndCommand = "command end",
    /// `skip` alone
    SkipCommand = "command skip",
    /// `pause`
    PauseCommand = "command pause",
    /// `resume`
    ResumeCommand = "command resume",
    /// `move to`
    MoveCommand = "command move",
    /// Take a section away.
    Remove = "remove",
    /// Politeness that may stand beside a command.
    Please = "please",
}

/// FNV-1a: the words looked up are short, and come from our own files or cost one look each.
#[derive(Clone, Copy, Debug)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

type WordMap<V> = HashMap<String, V, BuildHasherDefault<Fnv>>;

/// A pattern with its sense and language.
#[derive(Debug)]
struct Entry {
    sense: Sense,
    language: usize,
    pattern: Pattern,
    /// Of a time in words: minutes since midnight.
    value: u32,
}

/// All languages' words.
#[derive(Debug, Default)]
pub struct Lexicon {
    entries: Vec<Entry>,
    by_opening: WordMap<Vec<usize>>,
    numbers: WordMap<u32>,
    weekdays: WordMap<u32>,
    months: WordMap<u32>,
    small: WordMap<Vec<usize>>,
    /// Words that a day or a time can begin with, besides digits.
    dated: WordMap<()>,
    faults: Vec<String>,
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
    /// Of a time in words: minutes since midnight.
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
    fn load() -> Self {
        let mut lexicon = Self::default();
        for (language, (code, text)) in FILES.iter().enumerate() {
            lexicon.take_file(language, code, text);
        }
        let opening = |entry: &&Entry| {
            matches!(
                entry.sense,
                Sense::Today
                    | Sense::Tomorrow
                    | Sense::AfterTomorrow
                    | Sense::Next
                    | Sense::In
                    | Sense::Noon
                    | Sense::Clock
                    | Sense::StartOf
                    | Sense::MidOf
                    | Sense::EndOf
            )
        };
        let openings = lexicon.entries.iter().filter(opening);
        let mut dated: WordMap<()> = openings
            .flat_map(|entry| entry.pattern.openings())
            .map(|word| (word.clone(), ()))
            .collect();
        dated.extend(lexicon.weekdays.keys().map(|word| (word.clone(), ())));
        dated.extend(lexicon.months.keys().map(|word| (word.clone(), ())));
        lexicon.dated = dated;
        lexicon
    }

    fn take_file(&mut self, language: usize, code: &str, text: &str) {
        let mut section = String::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                name.clone_into(&mut section);
                continue;
            }
            let taken = match section.as_str() {
                "weekday" => numbered(line, &mut self.weekdays),
                "month" => numbered(line, &mut self.months),
                "number" => numbered(line, &mut self.numbers),
                "small words" => {
                    for word in line.split_whitespace() {
                        let word = crate::reading::phrase::fold(word);
                        self.small.entry(word).or_default().push(language);
                    }
                    true
                }
                name => self.take_pattern(language, name, line),
            };
            if !taken {
                self.faults.push(format!("{code}: [{section}] {line}"));
            }
        }
    }

    fn take_pattern(&mut self, language: usize, section: &str, line: &str) -> bool {
        let Some(sense) = Sense::from_section(section) else {
            return false;
        };
        let (value, line) = match line.split_once(' ') {
            Some((time, behind)) if sense == Sense::Clock => match minutes_of(time) {
                Some(minutes) => (minutes, behind),
                None => return false,
            },
            _ => (0, line),
        };
        let Some(pattern) = Pattern::parse(line) else {
            return false;
        };
        let number = self.entries.len();
        for opening in pattern.openings() {
            self.by_opening
                .entry(opening.clone())
                .or_default()
                .push(number);
        }
        self.entries.push(Entry {
            sense,
            language,
            pattern,
            value,
        });
        true
    }

    /// Lines of the data files that could not be used, for the test that wants none.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The languages to look up: the one whose small words clearly lead, else all.
    pub fn languages_of(&self, tokens: &[Token<'_>]) -> Languages {
        let mut hits = [0usize; FILES.len()];
        for token in tokens.iter().filter(|t| t.is_word).take(400) {
            for language in self.small.get(&*token.text).into_iter().flatten() {
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

    /// Whether a word's sense is among `senses` when it stands alone.
    pub fn is(&self, word: &str, sense: Sense) -> bool {
        self.longest(&[word], 0, &[sense], Languages::ALL).is_some()
    }

    /// The longest phrase of one of the senses at a place; of equal ones the first in the files.
    pub fn longest(
        &self,
        words: &[&str],
        at: usize,
        senses: &[Sense],
        languages: Languages,
    ) -> Option<Mark> {
        let candidates = self.by_opening.get(*words.get(at)?)?;
        let mut best: Option<Mark> = None;
        for number in candidates {
            let Some(entry) = self.entries.get(*number) else {
                continue;
            };
            if !languages.holds(entry.language)
                || (!senses.is_empty() && !senses.contains(&entry.sense))
            {
                continue;
            }
            if let Some(length) = entry.pattern.match_at(words, at)
                && best.is_none_or(|b| length > b.words)
            {
                best = Some(Mark {
                    sense: entry.sense,
                    at,
                    words: length,
                    value: entry.value,
                });
            }
        }
        best
    }

    /// All phrases of the senses in a clause, from left to right, none overlapping.
    pub fn marks(&self, words: &[&str], senses: &[Sense], languages: Languages) -> Vec<Mark> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            match self.longest(words, at, senses, languages) {
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
        if let Some(known) = self.numbers.get(word) {
            return Some(*known);
        }
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let rest = word.get(digits.len()..)?;
        let ordinal = ["", "st", "nd", "rd", "th", "er", "e", "eme", "de", "ste"];
        if digits.is_empty() || digits.len() > 4 || !ordinal.contains(&rest) {
            return None;
        }
        digits.parse().ok()
    }

    /// Whether a day or a time may begin with the word; a quick look before a careful one.
    pub fn may_begin_date(&self, word: &str) -> bool {
        word.starts_with(|c: char| c.is_ascii_digit()) || self.dated.contains_key(word)
    }

    /// 1 for Monday to 7 for Sunday.
    pub fn weekday(&self, word: &str) -> Option<u32> {
        self.weekdays.get(word).copied()
    }

    /// 1 for January to 12 for December.
    pub fn month(&self, word: &str) -> Option<u32> {
        self.months.get(word).copied()
    }

    /// How many patterns each sense has, for a look at what a language lacks.
    pub fn counts(&self) -> BTreeMap<Sense, usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry(entry.sense).or_insert(0) += 1;
        }
        counts
    }
}

/// Minutes since midnight of `12:30`.
fn minutes_of(time: &str) -> Option<u32> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

fn numbered(line: &str, into: &mut WordMap<u32>) -> bool {
    let mut words = line.split_whitespace();
    let Some(number) = words.next().and_then(|n| n.parse().ok()) else {
        return false;
    };
    for word in words {
        into.entry(crate::reading::phrase::fold(word))
            .or_insert(number);
    }
    true
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
                let entries = &lexicon().entries;
                let said = entries
                    .iter()
                    .any(|e| e.language == language && e.sense == sense);
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
