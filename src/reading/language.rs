//! Languages: what words mean, from one data file for each language.
//!
//! A file has sections, `[sense]`, with one pattern a line (see `phrase::Pattern`), and `#`
//! comments. Numbered sections (`[weekday]`, `[month]`, `[number]`, `[ordinal]`) have lines
//! `3 march mar`; some sections hold mere beginnings of words. All files are read once; a reply may
//! mix languages, so all are looked up unless one clearly leads.

use crate::reading::phrase::{Pattern, Token, fold};
use crate::reading::vocabulary::Vocabulary;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

// `FILES`: every file of the folder, listed by `build.rs`. `common` holds what needs no language.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

macro_rules! senses {
    ($($(#[$doc:meta])* $name:ident = $section:literal,)+) => {
        /// What a phrase means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Sense { $($(#[$doc])* $name,)+ }

        impl Sense {
            /// How many there are.
            const COUNT: usize = [$(Self::$name),+].len();

            /// The sense of a section's name.
            pub fn from_section(name: &str) -> Option<Self> {
                match name { $($section => Some(Self::$name),)+ _ => None }
            }

            /// The name of its section.
            pub const fn section(self) -> &'static str {
                match self { $(Self::$name => $section,)+ }
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
    NotAThing = "no thing",
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
    /// More of them, for notes: in a short answer they would tell too much.
    Frequent = "frequent words",
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
    /// `both:` before what helps a goal and hinders it.
    HelpsAndHinders = "helps and hinders",
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
    /// `another goal:`
    AnotherGoalCommand = "command another goal",
    /// `drop goal`
    DropCommand = "command drop goal",
    /// `achieved`
    AchievedCommand = "command achieved",
    /// `keep both`
    KeepBothCommand = "command keep both",
    /// `take it up`
    TakeUpCommand = "command take up",
    /// `not yet`, where a goal is called reached
    NotYetCommand = "command not yet",
    /// `no quotes`
    NoQuotesCommand = "command no quotes",
    /// `board:`
    BoardCommand = "command board",
    /// `no board`
    NoBoardCommand = "command no board",
    /// `no tips`
    NoTipsCommand = "command no tips",
    /// `card`
    CardCommand = "command card",
    /// `pass it on`
    PassOnCommand = "command pass it on",
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
    /// A pronoun for a person: "I wrote" is no line of a client.
    Pronoun = "pronoun",
    /// Words by which a yes only wishes.
    Courtesy = "courtesy",
    /// A verb that is the writer's only behind a word for the writer.
    Modal = "modal verb",
    /// A "no" that belongs to the thing behind it.
    NoThing = "no such thing",
    /// Label of a quoted header block that names who wrote.
    AuthorLabel = "author label",
    /// A span of time in words; a line begins with how long it is: `00:30 mezzora`.
    Span = "span",
    /// What stands in front of a subject that answers or passes on another one.
    ReplyPrefix = "reply prefix",
    /// What mails are written on and with; beginnings of words.
    Device = "device",
    /// What calendars say in their mails; beginnings of words.
    CalendarWord = "calendar words",
    /// A plain text that only points at the HTML; beginnings of words.
    HtmlStub = "html stub",
    /// Verb of an attribution line, in scripts that part no words.
    WroteInside = "wrote inside",
    /// A line that the client adds, in scripts that part no words.
    ClientLineInside = "client line inside",
    /// Fifteen minutes as a span.
    QuarterHour = "quarter of an hour",
    /// What stands behind it holds only if the rest does not: "otherwise".
    Otherwise = "otherwise",
    /// Words that are known and say nothing of themselves.
    Plain = "plain words",
    /// Opens a question about a place.
    AskedWhere = "asked where",
    /// The place that is offered, by its kind.
    OfferedPlace = "offered place",
    /// A quarter of a year.
    Quarter = "quarter",
    /// Each second one.
    EveryOther = "every other",
    /// What stands behind it is not "once".
    NotOnce = "not once",
    /// Speaks of notes and refuses none.
    NotNoNotes = "notes all the same",
    /// Next, of weekdays the first to come.
    Coming = "coming",
    /// Said of a day that is over.
    Past = "past",
    /// A day that calendars know by its name; a line begins with its number: `1 easter`.
    Feast = "feast",
    /// Opens a wish about day, time, place or terms: "can we", "make it".
    Proposal = "proposal",
    /// Said of a day, a time or a place that suits.
    Suits = "suits",
    /// What is said with it is somebody's own business, and no wish: "my", "I'm at".
    Busy = "busy",
    /// The same, whatever stands behind it.
    Away = "away",
    /// And.
    And = "and",
    /// Rooms that have a number.
    Room = "numbered room",
    /// Parts sentences as a comma does: "so", "and", "because".
    Link = "link",
    /// Opens a reason.
    Reason = "reason",
    /// Parting until then.
    SeeYou = "see you",
    /// The lunch's own day, or the day just named.
    SameDay = "same day",
    /// From that day on.
    From = "from on",
    /// The day of coming back.
    Back = "back on",
    /// A kind of place.
    PlaceNoun = "place noun",
    /// Heading of a place.
    PlaceLabel = "place label",
    /// Opens what tells which place it is: "by the", "opposite".
    PlaceTail = "place tail",
    /// Behind a place, without a name: "upstairs".
    PlaceThere = "place there",
    /// Articles and owners before a place, kept with it.
    PlaceArticle = "place article",
    /// A place by the people who cook there; only behind an article.
    PlacePeople = "place by people",
    /// A preposition that is an article too: "beim", "al".
    PlaceWithArticle = "place with article",
    /// A preposition that leads to much besides places: "to the".
    PlaceWeakLead = "place weak lead",
    /// What one may be at or in, and is no place to eat.
    NoPlace = "no place",
    /// Between two lunches: "three weeks apart".
    Apart = "apart",
    /// Whose place it is.
    PlaceOwner = "place owner",
    /// The same, left away.
    PlaceArticleGone = "place article left away",
    /// More than is wished for.
    TooMuch = "too much",
    /// What a monthly thing is that is no lunch.
    OtherThing = "other thing",
    /// Notes.
    NoteWord = "note word",
    /// To write down, to keep.
    NoteVerb = "note verb",
    /// What is done to notes that are not wished for.
    NoteGone = "note gone",
    /// The day behind the one that is planned: "the day after".
    DayBehind = "day behind the lunch",
    /// The day before it.
    DayBefore = "day before the lunch",
}

impl Sense {
    /// Whether its lines are beginnings of words and no patterns.
    const fn is_beginning(self) -> bool {
        matches!(self, Self::Device | Self::CalendarWord | Self::HtmlStub)
    }

    /// Whether its lines are pieces of a text, wherever they stand in it.
    const fn is_inside(self) -> bool {
        matches!(self, Self::WroteInside | Self::ClientLineInside)
    }
}

/// A set of senses, so that what a word cannot mean is told by a look at a bit.
#[derive(Clone, Copy, Debug, Default)]
struct Senses([u64; 4]);

/// A span of more hours is no span of a lunch.
const HOURS_MAX: u32 = 1_000;

const _: () = assert!(Sense::COUNT <= 4 * 64, "one more number for Senses");

impl Senses {
    const ALL: Self = Self([u64::MAX; 4]);

    /// These, or all where none is named.
    fn of(senses: &[Sense]) -> Self {
        if senses.is_empty() {
            return Self::ALL;
        }
        let mut set = Self::default();
        for sense in senses {
            set.add(*sense);
        }
        set
    }

    fn add(&mut self, sense: Sense) {
        if let Some(bits) = self.0.get_mut(sense as usize / 64) {
            *bits |= 1 << (sense as usize % 64);
        }
    }

    fn holds(self, sense: Sense) -> bool {
        let bits = self.0.get(sense as usize / 64).copied().unwrap_or(0);
        bits >> (sense as usize % 64) & 1 == 1
    }

    fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
}

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
    /// Beginnings of words.
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
    fn load() -> Self {
        let mut lexicon = Self::default();
        for (language, (code, text)) in FILES.iter().enumerate() {
            lexicon.take_file(language, code, text);
        }
        lexicon
    }

    fn take_file(&mut self, language: usize, code: &str, text: &str) {
        let mut section = String::new();
        let mut hours: Vec<(u32, String)> = Vec::new();
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                name.clone_into(&mut section);
                continue;
            }
            self.note_words(language, &section, line);
            let taken = match section.as_str() {
                "hour names" => line.split_once(' ').is_some_and(|(hour, names)| {
                    let names = names.split_whitespace().collect::<Vec<_>>().join("/");
                    hour.parse().map(|hour| hours.push((hour, names))).is_ok()
                }),
                "time" if line.contains('@') => self.take_each_hour(language, line, &hours),
                "weekday" => self.take_numbered(line, |word| (&mut word.weekday, true)),
                "month" => self.take_numbered(line, |word| (&mut word.month, true)),
                "number" => self.take_numbered(line, |word| (&mut word.number, false)),
                "ordinal" => self.take_numbered(line, |word| (&mut word.ordinal, true)),
                "number ending" => {
                    let endings = line.split_whitespace().map(fold);
                    self.number_endings.extend(endings);
                    true
                }
                "small words" => {
                    for word in line.split_whitespace() {
                        if let Some(word) = self.word_mut(&fold(word)) {
                            word.small.push(language);
                        }
                    }
                    true
                }
                "frequent words" => {
                    for word in line.split_whitespace() {
                        if let Some(word) = self.word_mut(&fold(word)) {
                            word.frequent.push(language);
                        }
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

    /// `+15 quarter past @`: a time of day for each hour, by its names and its figure.
    fn take_each_hour(&mut self, language: usize, line: &str, hours: &[(u32, String)]) -> bool {
        let Some((minutes, pattern)) = line.split_once(' ') else {
            return false;
        };
        let Ok(minutes) = minutes.parse::<i32>() else {
            return false;
        };
        hours.iter().all(|(hour, names)| {
            let hour_of_day = if *hour < 8 { hour + 12 } else { *hour };
            let names = format!("{names}/{hour}");
            let line = pattern.replace('@', &names);
            let value = i32::try_from(hour_of_day * 60).unwrap_or(0) + minutes;
            u32::try_from(value).is_ok_and(|value| {
                let time = format!("{:02}:{:02}", value / 60, value % 60);
                self.take_pattern(language, "time", &format!("{time} {line}"))
            })
        })
    }

    /// What is known of a word.
    fn word(&self, folded: &str) -> Option<&Word> {
        self.words.get(self.vocabulary.find(folded)?)
    }

    /// The number of a word that has an entry from now on.
    fn number_of(&mut self, folded: &str) -> usize {
        let number = self.vocabulary.add(folded);
        if number >= self.words.len() {
            self.words.resize_with(number + 1, Word::default);
        }
        number
    }

    /// The word's entry, to be filled in.
    fn word_mut(&mut self, folded: &str) -> Option<&mut Word> {
        let number = self.number_of(folded);
        self.words.get_mut(number)
    }

    /// A line `3 march mar`; the slot that it fills, and whether a date can begin with such a word.
    fn take_numbered(
        &mut self,
        line: &str,
        slot: impl Fn(&mut Word) -> (&mut Option<u32>, bool),
    ) -> bool {
        let mut words = line.split_whitespace();
        let Some(number) = words.next().and_then(|n| n.parse().ok()) else {
            return false;
        };
        for word in words {
            if let Some(word) = self.word_mut(&fold(word)) {
                let (slot, dated) = slot(word);
                slot.get_or_insert(number);
                word.dated |= dated;
            }
        }
        true
    }

    fn take_pattern(&mut self, language: usize, section: &str, line: &str) -> bool {
        let Some(sense) = Sense::from_section(section) else {
            return false;
        };
        if sense.is_beginning() {
            self.beginnings.push((sense, fold(line)));
            return true;
        }
        if sense.is_inside() {
            self.insides.push((sense, line.to_owned()));
            return true;
        }
        let (value, line) = match line.split_once(' ') {
            Some((number, behind)) if sense == Sense::Feast => match number.parse() {
                Ok(number) => (number, behind),
                Err(_) => return false,
            },
            Some((time, behind)) if matches!(sense, Sense::Clock | Sense::Span) => {
                let hours = if sense == Sense::Clock { 24 } else { HOURS_MAX };
                match minutes_of(time, hours) {
                    Some(minutes) => (minutes, behind),
                    None => return false,
                }
            }
            _ => (0, line),
        };
        let Some(pattern) = Pattern::parse(line) else {
            return false;
        };
        let number = self.phrases.len();
        let seconds: Option<Vec<usize>> = pattern
            .seconds()
            .map(|words| words.iter().map(|word| self.number_of(word)).collect());
        for opening in pattern.openings() {
            let first = self.number_of(opening);
            let Some(word) = self.words.get_mut(first) else {
                continue;
            };
            if seconds.is_none() {
                word.phrases.push(number);
            }
            word.opens.add(sense);
            word.dated |= opens_date(sense);
            if pattern.match_at(&[opening], 0).is_some() {
                word.alone.add(sense);
            }
            for second in seconds.iter().flatten() {
                self.pairs.entry((first, *second)).or_default().push(number);
            }
        }
        match pattern.closings() {
            Some(words) => {
                for word in words {
                    if let Some(word) = self.word_mut(word) {
                        word.closes.add(sense);
                    }
                }
            }
            None => self.open_ended.add(sense),
        }
        self.phrases.push(Phrase {
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

    /// Notes for each word of a line that its language knows it.
    fn note_words(&mut self, language: usize, section: &str, line: &str) {
        let people = matches!(FILES.get(language), Some(("common" | "clients", _)));
        let sense = Sense::from_section(section);
        if people || sense.is_some_and(|sense| sense.is_beginning() || sense.is_inside()) {
            return;
        }
        let bit = 1 << language;
        let pieces = line.split_whitespace().flat_map(|piece| piece.split('/'));
        for piece in pieces {
            let word = piece.trim_matches(['(', ')']);
            if word.chars().any(char::is_alphabetic)
                && let Some(word) = self.word_mut(&fold(word))
            {
                word.known_in |= bit;
            }
        }
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

/// Minutes of `12:30`, with fewer hours than so many.
fn minutes_of(time: &str, hours: u32) -> Option<u32> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < hours && minute < 60).then_some(hour * 60 + minute)
}

/// Whether a day or a time can begin with a phrase of the sense.
const fn opens_date(sense: Sense) -> bool {
    matches!(
        sense,
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
            | Sense::Coming
            | Sense::Feast
    )
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
