//! Absences: from which day until which somebody says not to be there.
//!
//! "Off next week", "from Monday, for three weeks", "back on the 28th". Whether the lunch in question
//! lies within is reckoned by whoever judges; here stands only what was said.

use super::moment::{Moment, Standing, leads};
use super::sentence::{Clause, Sentence};
use super::standing::unknown;
use crate::reading::Context;
use crate::reading::language::{Languages, Mark, Sense, lexicon};
use crate::reading::when::{monday_of, today};
use chrono::{Days, Months, NaiveDate};

/// Longest absence that is counted in days, weeks or months of its own.
const COUNT_MAX: u32 = 60;

/// Words for an absence in one sentence that are looked at, and clauses of days on either side of one.
const GONE_MAX: usize = 4;
const NEAR_MAX: usize = 4;

/// What leads the day that an absence begins or ends on.
const LEADS: &[Sense] = &[
    Sense::GoneFrom,
    Sense::Until,
    Sense::Back,
    Sense::From,
    Sense::Earliest,
    Sense::After,
];

/// When somebody is not there, as far as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Its first day; today where only the end was named.
    pub from: NaiveDate,
    /// The first day after it; `None` where no end was named.
    pub back: Option<NaiveDate>,
    /// A lunch is to be left out, in words of their own beside the absence.
    pub skips: bool,
    /// The same of a pause.
    pub pauses: bool,
    /// It is told in passing, to somebody who is spoken to: "you cover for me while I'm away".
    pub aside: bool,
}

/// Reads the absence that a text tells of its writer, if its days are named.
pub fn find(
    sentences: &[Sentence<'_>],
    moments: &[Moment],
    languages: Languages,
    context: &Context<'_>,
) -> Option<Absence> {
    let today = today(context);
    let mut extent = Extent::default();
    let mut aside = false;
    for (number, sentence) in sentences.iter().enumerate() {
        let of_it: Vec<&Moment> = moments.iter().filter(|m| m.sentence == number).collect();
        let weeks = weeks(sentence, &of_it, today);
        let gone = sentence.gone.iter().take(GONE_MAX);
        let mut own = gone.filter(|mark| is_writers(sentence, mark)).peekable();
        if own.peek().is_none() {
            // "I'm on leave. Back on the 20th."
            if extent.told {
                let backs = of_it
                    .iter()
                    .filter(|m| led_by(sentence, m.from) == Some(Sense::Back));
                backs.for_each(|m| extent.take_moment(sentence, m, None));
            }
            continue;
        }
        for mark in own {
            aside |= speaks_before(sentence, mark);
            let clauses = clauses_of(sentence, mark, &of_it, &weeks);
            let inside = |at: usize| clauses.iter().any(|clause| clause.range.contains(&at));
            for (at, moment) in of_it.iter().enumerate().filter(|(_, m)| inside(m.from)) {
                let before = at.checked_sub(1).and_then(|at| of_it.get(at).copied());
                extent.take_moment(sentence, moment, before);
            }
            for week in weeks.iter().filter(|week| inside(week.from)) {
                extent.take_week(sentence, week);
            }
            for clause in &clauses {
                extent.take_count(sentence, clause);
            }
        }
    }
    let (from, back) = extent.days(today)?;
    let said = |sense| says_apart(sentences, sense, languages);
    Some(Absence {
        from,
        back,
        skips: said(Sense::Skip),
        pauses: said(Sense::Pause),
        aside,
    })
}

/// Whether one clause leaves a lunch out and another one asks for a pause: "skip this one, and pause
/// until March" is both.
pub fn skips_and_pauses(sentences: &[Sentence<'_>]) -> bool {
    let mut clauses = sentences.iter().flat_map(|sentence| &sentence.clauses);
    if !clauses.any(|clause| clause.says(&[Sense::Skip, Sense::Away])) {
        return false;
    }
    let says = |senses: &[Sense]| {
        let clauses = sentences.iter().flat_map(|sentence| {
            let range = |clause: &Clause| sentence.words.get(clause.range.clone());
            sentence.clauses.iter().filter_map(range)
        });
        let mut found = clauses
            .enumerate()
            .filter(|(_, words)| !lexicon().marks(words, senses, Languages::ALL).is_empty());
        found.next().map(|(number, _)| number)
    };
    let (skips, pauses) = (
        says(&[Sense::Skip, Sense::SkipCommand]),
        says(&[Sense::Pause, Sense::PauseCommand]),
    );
    skips.zip(pauses).is_some_and(|(skip, pause)| skip < pause)
}

/// Whether a phrase of the sense stands where no absence is told.
fn says_apart(sentences: &[Sentence<'_>], sense: Sense, languages: Languages) -> bool {
    sentences.iter().any(|sentence| {
        let marks = lexicon().marks(&sentence.words, &[sense], languages);
        marks.iter().any(|mark| {
            let end = mark.at + mark.words;
            !sentence
                .gone
                .iter()
                .any(|gone| gone.at < end && mark.at < gone.at + gone.words)
        })
    })
}

/// Nobody else is said to be away: "Ana is off next week".
fn is_writers(sentence: &Sentence<'_>, mark: &Mark) -> bool {
    let Some((_, clause)) = sentence.clause_of(mark.at) else {
        return false;
    };
    let others = [Sense::HeOrShe, Sense::OthersAre];
    let told = |at: usize| {
        others
            .iter()
            .any(|sense| lexicon().is(sentence.word(at), *sense))
    };
    !(clause.range.start..mark.at).any(told) && !told(mark.at + mark.words)
}

/// Whether somebody is spoken to before the absence is told, in one breath.
fn speaks_before(sentence: &Sentence<'_>, mark: &Mark) -> bool {
    let opens = |clause: &&Clause| clause.range.start <= mark.at;
    sentence.clauses.iter().take_while(opens).any(|clause| {
        let first = clause.range.start;
        let spoken =
            lexicon().longest(&sentence.words, first, &[Sense::Addressing], Languages::ALL);
        spoken.is_some()
    })
}

/// The clause of an absence, and those beside it that name days and nothing else: "and the week after".
fn clauses_of<'s>(
    sentence: &'s Sentence<'_>,
    mark: &Mark,
    moments: &[&Moment],
    weeks: &[Week],
) -> Vec<&'s Clause> {
    let Some((number, clause)) = sentence.clause_of(mark.at) else {
        return Vec::new();
    };
    let mut spans: Vec<(usize, usize)> = moments.iter().map(|m| (m.from, m.to)).collect();
    spans.extend(weeks.iter().map(|week| (week.from, week.to)));
    let speaks = [
        Sense::Proposal,
        Sense::Suits,
        Sense::Yes,
        Sense::FirmYes,
        Sense::Fine,
        Sense::No,
        Sense::Negator,
        Sense::NegatorBehind,
        Sense::Instead,
        Sense::Move,
        Sense::Skip,
        Sense::Otherwise,
        Sense::Met,
    ];
    let dated = |clause: &&Clause| {
        spans.iter().any(|(from, _)| clause.range.contains(from))
            && !clause.says(&speaks)
            && unknown(sentence, clause, &spans) == 0
    };
    let before = sentence.clauses.get(..number).unwrap_or_default();
    let behind = sentence.clauses.get(number + 1..).unwrap_or_default();
    let mut found: Vec<&Clause> = before
        .iter()
        .rev()
        .take(NEAR_MAX)
        .take_while(dated)
        .collect();
    found.push(clause);
    found.extend(behind.iter().take(NEAR_MAX).take_while(dated));
    found
}

/// What leads a day or a week, "next" left aside: "until next Monday".
fn led_by(sentence: &Sentence<'_>, at: usize) -> Option<Sense> {
    let next = |at: usize| {
        let word = sentence.word(at);
        lexicon().is(word, Sense::Next) || lexicon().is(word, Sense::Coming)
    };
    let at = at - usize::from(at > 0 && next(at - 1));
    leads(sentence, at, LEADS)
}

/// The days of an absence are nobody's wish, whatever stands beside them: "travelling 20 Jan - 3 Feb".
pub(super) fn mark_busy(sentence: &Sentence<'_>, found: &mut [Moment]) {
    if sentence.gone.is_empty() {
        return;
    }
    let ranges: Vec<_> = {
        let moments: Vec<&Moment> = found.iter().collect();
        let own = sentence
            .gone
            .iter()
            .take(GONE_MAX)
            .filter(|mark| is_writers(sentence, mark));
        let clauses = own.flat_map(|mark| clauses_of(sentence, mark, &moments, &[]));
        // "ab" proposes a day elsewhere; here it leads one of the absence.
        let wish = [Sense::Proposal, Sense::Instead, Sense::Move];
        let leads = |mark: &Mark| {
            lexicon()
                .longest(&sentence.words, mark.at, &[Sense::GoneFrom], Languages::ALL)
                .is_some()
        };
        let wishes = |mark: &Mark| wish.contains(&mark.sense) && !leads(mark);
        let clauses = clauses.filter(|clause| !clause.marks.iter().any(wishes));
        clauses.map(|clause| clause.range.clone()).collect()
    };
    for moment in found {
        if ranges.iter().any(|range| range.contains(&moment.from)) {
            moment.standing = moment.standing.min(Standing::Busy);
        }
    }
}

/// A week that is named as a whole.
struct Week {
    from: usize,
    to: usize,
    monday: NaiveDate,
}

/// "This week", "all week", "next week", "and the week after", "this week and next".
fn weeks(sentence: &Sentence<'_>, moments: &[&Moment], today: NaiveDate) -> Vec<Week> {
    let words = &sentence.words;
    let is = |at: usize, sense| lexicon().is(sentence.word(at), sense);
    let longest = |at: usize, sense| {
        let mark = lexicon().longest(words, at, &[sense], Languages::ALL)?;
        Some(mark.words)
    };
    let mut found: Vec<Week> = Vec::new();
    let mut ahead = None;
    let mut at = 0;
    while at < words.len() {
        let next = is(at, Sense::Next) || is(at, Sense::Coming);
        let next_behind = || longest(at + 1, Sense::NextBehind);
        let joined = || {
            at.checked_sub(1)
                .is_some_and(|before| is(before, Sense::And))
        };
        let later = |ahead: Option<u64>| Some(ahead.map_or(1, |ahead| ahead + 1));
        let (weeks, used) = if let Some(used) = longest(at, Sense::ThisWeek) {
            (Some(0), used)
        } else if let Some(used) = longest(at, Sense::WeekAfter) {
            (later(ahead.or(Some(0))), used)
        } else if next && is(at + 1, Sense::Week) {
            (later(ahead.filter(|_| joined())), 2)
        } else if let Some(used) = is(at, Sense::Week).then(next_behind).flatten() {
            (later(ahead.filter(|_| joined())), 1 + used)
        } else if is(at, Sense::This) && is(at + 1, Sense::Week) {
            (Some(0), 2)
        } else if is(at, Sense::This) && is(at + 1, Sense::And) && is(at + 2, Sense::Next) {
            (Some(0), 1) // "diese und nächste Woche"
        } else if next && found.last().is_some_and(|week| week.to + 1 == at) && joined() {
            (later(ahead), 1) // "this week and next"
        } else {
            at += 1;
            continue;
        };
        let monday =
            weeks.and_then(|ahead| monday_of(today)?.checked_add_days(Days::new(7 * ahead)));
        // "Wednesday next week" is a day.
        let day = moments
            .iter()
            .any(|m| m.day.is_some() && m.from < at + used && at < m.to);
        if let Some(monday) = monday.filter(|_| !day) {
            ahead = weeks;
            found.push(Week {
                from: at,
                to: at + used,
                monday,
            });
        }
        at += used;
    }
    found
}

/// What was gathered of an absence.
#[derive(Default)]
struct Extent {
    /// Any day was named.
    told: bool,
    /// The first day, where it is called that.
    from: Option<NaiveDate>,
    /// The first day after it, where it is called that.
    back: Option<NaiveDate>,
    /// The first and the last of the days that were merely named.
    named: Option<(NaiveDate, NaiveDate)>,
    /// How long it lasts.
    days: Option<u64>,
    months: Option<u32>,
}

impl Extent {
    fn name(&mut self, first: NaiveDate, behind: NaiveDate) {
        let named = self.named.unwrap_or((first, behind));
        self.named = Some((named.0.min(first), named.1.max(behind)));
    }

    fn ends(&mut self, back: Option<NaiveDate>) {
        self.back = self.back.max(back);
    }

    fn take_moment(&mut self, sentence: &Sentence<'_>, moment: &Moment, before: Option<&Moment>) {
        let week = |m: &Moment| m.day.is_none() && m.span.is_some_and(|span| span.week);
        let Some(day) = moment.day.or(moment.span) else {
            return;
        };
        if week(moment) || day.past || day.plural || counts(sentence, moment) {
            return; // a week is taken by itself, and how long it lasts too
        }
        self.told = true;
        let after = |days| day.date.checked_add_days(Days::new(days));
        // "from the 13th to the 27th", "20 Jan - 3 Feb": the last day is one of it.
        let near =
            |first: &Moment| first.day.is_some() && moment.from.saturating_sub(first.to) <= 2;
        let to = before.filter(|first| near(first)).is_some_and(|first| {
            let between = sentence
                .words
                .get(first.to..moment.from)
                .unwrap_or_default();
            let marked = lexicon().longest(between, 0, &[Sense::RangeTo], Languages::ALL);
            between.is_empty() && sentence.breaks.get(moment.from) == Some(&true)
                || marked.is_some_and(|mark| mark.words == between.len())
        });
        if to && moment.day.is_some() {
            self.ends(after(1));
            return;
        }
        match led_by(sentence, moment.from) {
            Some(Sense::GoneFrom) => self.from = self.from.or(Some(day.date)),
            Some(Sense::After) => self.ends(after(1)),
            Some(_) => self.ends(Some(day.date)),
            None if moment.day.is_some() => {
                if let Some(behind) = after(1) {
                    self.name(day.date, behind);
                }
            }
            None => {
                let month = (moment.from..moment.to).all(|at| {
                    let word = sentence.word(at);
                    lexicon().month(word).is_some() || lexicon().number(word).is_some()
                });
                let behind = day
                    .date
                    .checked_add_months(Months::new(1))
                    .filter(|_| month);
                match day.behind.or(behind) {
                    Some(behind) => self.name(day.date, behind),
                    None => self.from = self.from.or(Some(day.date)),
                }
            }
        }
    }

    fn take_week(&mut self, sentence: &Sentence<'_>, week: &Week) {
        self.told = true;
        let behind = week.monday.checked_add_days(Days::new(7));
        match led_by(sentence, week.from) {
            Some(Sense::GoneFrom) => self.from = self.from.or(Some(week.monday)),
            Some(Sense::After) => self.ends(behind),
            Some(_) => self.ends(Some(week.monday)),
            None => {
                if let Some(behind) = behind {
                    self.name(week.monday, behind);
                }
            }
        }
    }

    /// "Three weeks", "for a month", "the next two weeks".
    fn take_count(&mut self, sentence: &Sentence<'_>, clause: &Clause) {
        for at in clause.range.clone() {
            let Some((count, unit)) = count_at(sentence, at) else {
                continue;
            };
            let days = match unit {
                Sense::MonthUnit => {
                    self.months = self.months.max(Some(count));
                    None
                }
                Sense::Week => Some(7 * u64::from(count)),
                _ => Some(u64::from(count)),
            };
            self.days = self.days.max(days);
            self.told = true;
        }
    }

    /// From when, and until when.
    fn days(&self, today: NaiveDate) -> Option<(NaiveDate, Option<NaiveDate>)> {
        if !self.told {
            return None;
        }
        let named = self.named.map(|(first, _)| first);
        // "from Monday" beats a day that stands beside it; "back on" one is no first day.
        let from = self.from.or(named).unwrap_or(today);
        let mut back = self.back.filter(|back| *back > from);
        if back.is_none() {
            back = match (self.days, self.months) {
                (_, Some(months)) => from.checked_add_months(Months::new(months)),
                (Some(days), None) => from.checked_add_days(Days::new(days)),
                (None, None) => self.named.map(|(_, behind)| behind).filter(|b| *b > from),
            };
        }
        let over = back.is_some_and(|back| back <= today);
        (!over).then_some((from, back))
    }
}

/// A number of days, weeks or months that tells how long, and not in how many.
fn count_at(sentence: &Sentence<'_>, at: usize) -> Option<(u32, Sense)> {
    let is = |at: usize, sense| lexicon().is(sentence.word(at), sense);
    let count = lexicon().number(sentence.word(at))?;
    let skip = usize::from(sentence.word(at + 1) == "of");
    let units = [Sense::Day, Sense::Week, Sense::MonthUnit];
    let unit = units.into_iter().find(|unit| is(at + 1 + skip, *unit))?;
    let before = |sense| at.checked_sub(1).is_some_and(|before| is(before, sense));
    let ahead = before(Sense::In) && !before(Sense::Lasting);
    let fortnight = sentence.word(at + 1 + skip) == "fortnight";
    let count = count * (1 + u32::from(fortnight));
    (!ahead && !before(Sense::Every) && count <= COUNT_MAX).then_some((count, unit))
}

/// Whether a span tells how long: "for three weeks".
fn counts(sentence: &Sentence<'_>, moment: &Moment) -> bool {
    moment.day.is_none() && (moment.from..moment.to).any(|at| count_at(sentence, at).is_some())
}
