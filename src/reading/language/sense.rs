//! Senses: what a pattern of a language file means, each with the name of its section.

macro_rules! senses {
    ($($(#[$doc:meta])* $name:ident = $section:literal,)+) => {
        /// What a phrase means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Sense { $($(#[$doc])* $name,)+ }

        impl Sense {
            /// How many there are.
            pub(super) const COUNT: usize = [$(Self::$name),+].len();

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
    /// Leads the first day that would do: a bound, and willing behind it.
    Earliest = "earliest from",
    /// Stands behind the first day that would do.
    FromBehind = "from on behind",
    /// What a prompt is called: point, moment, one.
    PointWord = "point word",
    /// Between a prompt and the words that shall stand there, whatever they are.
    ShouldRead = "should read",
    /// The same, where what follows may as well be no words of theirs ("should be shorter").
    ShouldBe = "should be",
    /// Asks for other words.
    ChangeVerb = "change verb",
    /// The same, of one piece for another.
    ReplaceVerb = "replace verb",
    /// Leads the new words behind such a verb.
    ChangeTo = "change to",
    /// What follows "should be" and is no new wording.
    NoNewWords = "no new words",
    /// A part of a note: a bit, a remark.
    PartOfNote = "part of a note",
    /// A sentence of one.
    Sentence = "sentence",
    /// The last of them.
    Last = "last",
    /// "I meant".
    Meant = "meant",
    /// "The rest is fine".
    RestStands = "rest stands",
    /// It shall not be passed on.
    BetweenUs = "between us",
    /// A sentence that leaves the other prompts without an answer.
    NoMoreNotes = "no more notes",
    /// Stands before a span that is meant from its first day to its last.
    WholeOf = "whole of",
    /// Words beside a number that count lunches to come: "the next two".
    NextOnes = "next ones",
    /// Stands behind the figures of an hour: "Uhr", "h".
    ClockUnit = "clock unit",
    /// Before noon or after it: "am", "pm".
    HalfDay = "half of the day",
    /// Joins the number of a day with its month: "3 de marzo".
    OfMonth = "of a month",
    /// Between the two ends of a span: "from 12 to 1".
    RangeTo = "range to",
    /// Opens a span that has two ends.
    RangeFrom = "range from",
    /// Small words that may stand before a day or a time and belong to it.
    BeforeDay = "before a day",
    /// Small words that may stand between a day and its time.
    DayToTime = "between day and time",
    /// Before the date that a week is named by: "the week of the 18th".
    WeekOf = "of the week",
    /// Before a "morning" that is no tomorrow: "guten Morgen".
    NoTomorrow = "before a morning",
    /// Opens how long something lasts: "for", "pendant".
    Lasting = "lasting",
    /// Behind a weekday and an hour: "sharp".
    ClockSharp = "on the hour",
    /// Between a weekday and its date: "Thursday the 14th".
    WeekdayToDate = "between weekday and date",
    /// Before the bare figure of a day: "am 21".
    DateArticle = "before the figure of a day",
    /// The same, where small figures are more often points of a list: "le 21".
    LooseDateArticle = "before a larger figure of a day",
    /// The same, where little may follow: "the 21".
    WeakDateArticle = "before a bare figure of a day",
    /// Behind a figure that is no day: "am 3. Punkt".
    NoDayBehind = "no day behind",
    /// Before a figure whose full stop ends no sentence: "am 21. um 12".
    FigureArticle = "before a figure with a full stop",
    /// Ends a word that begins with how many weeks: "dreiwochig".
    RhythmEnding = "rhythm ending",
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
    /// "but the lunches may go on", beside something that is to end
    GoesOn = "goes on",
    /// "summary", "round-up": the monthly mail
    SummaryWord = "summary word",
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
    /// What clients write for a subject where none was typed.
    NoSubject = "no subject",
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
    /// That somebody is not there: absent for so many days.
    Gone = "gone",
    /// Has such a word in it, and tells of no absence: "on my way".
    NotGone = "not gone",
    /// Leads the first day of an absence.
    GoneFrom = "gone from",
    /// Somebody else is: their absence is not the writer's.
    OthersAre = "others are",
    /// The whole of this week.
    ThisWeek = "this week",
    /// The week behind the one that was named.
    WeekAfter = "week after",
    /// And then: parts two commands of one line.
    Thereupon = "thereupon",
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
    /// What a client says of the sender, behind the sender's name.
    ClientLineOfSender = "client line of the sender",
    /// Stands for the lines of a quote that were left out.
    Omission = "omission",
}

impl Sense {
    /// Whether its lines are beginnings (or endings) of words and no patterns.
    pub(super) const fn is_beginning(self) -> bool {
        matches!(
            self,
            Self::Device | Self::CalendarWord | Self::HtmlStub | Self::RhythmEnding
        )
    }

    /// Whether its lines are pieces of a text, wherever they stand in it.
    pub(super) const fn is_inside(self) -> bool {
        matches!(self, Self::WroteInside | Self::ClientLineInside)
    }
}
