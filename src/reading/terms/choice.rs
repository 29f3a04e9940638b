//! Which of the moments is the start that is wished for, and until when something is put off.

use super::moment::{Bound, Moment, Standing, leads};
use super::sentence::Sentence;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::when::day::Day;
use crate::reading::when::{
    first_lunch_day, in_week_of, lunch_weekday, monday_of, shift, today, usual_time,
};
use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A shift by less than so many minutes leaves the lunch on its day.
const SAME_DAY_MINUTES: i64 = 12 * 60;

/// The start, if one is beyond doubt.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chosen {
    /// Day and time.
    pub start: Option<NaiveDateTime>,
    /// Several stand to choice, or it was not understood which one is meant.
    pub open: bool,
    /// A day or a time is wished for at all.
    pub dated: bool,
    /// The first day that would do is said: "from March".
    pub begins: bool,
}

/// Chooses the start.
pub fn start(sentences: &[Sentence<'_>], moments: &[Moment], context: &Context<'_>) -> Chosen {
    let wished = |m: &&Moment| {
        let named = m.day.is_some() || m.span.is_some();
        m.standing >= Standing::Bare
            && (matches!(m.bound, None | Some(Bound::From | Bound::After))
                || m.bound == Some(Bound::Earliest) && named)
    };
    let moments: Vec<&Moment> = moments.iter().collect();
    let wished: Vec<&Moment> = moments.iter().copied().filter(wished).collect();
    if wished.is_empty() {
        // "Not this Thursday though": which one then?
        let ruled_out =
            |m: &&Moment| m.standing == Standing::Out && m.day.is_some_and(|day| !day.past);
        return Chosen {
            open: moments.iter().any(ruled_out),
            ..Chosen::default()
        };
    }
    let first = First::of(&wished, sentences);
    let live: Vec<&Moment> = wished.iter().copied().filter(|m| !says_first(m)).collect();
    let open = Chosen {
        open: true,
        dated: true,
        start: None,
        begins: first.is_some(),
    };
    let day = match best_day(&live) {
        Pick::Open => {
            let any = first.and_then(|first| first.any_of(&live, context));
            return any
                .filter(|start| possible(*start, context))
                .map_or(open, |start| Chosen {
                    start: Some(start),
                    open: false,
                    ..open
                });
        }
        Pick::One(moment) => Some(moment),
        Pick::None => None,
    };
    let time = match best_time(&live, day) {
        Pick::Open => return open,
        Pick::One(moment) => moment.time,
        Pick::None => None,
    };
    let start = match first {
        Some(first) => first.start(day, time, context),
        None => moment_of(&moments, &live, day, time, context),
    };
    let start = start.filter(|start| possible(*start, context));
    Chosen {
        start,
        open: start.is_none(),
        ..open
    }
}

/// The first day that would do, where it is said apart from the weekday or the time: "Fridays at
/// one, from March", "not before the 14th, and only Mondays".
#[derive(Clone, Copy, Debug)]
struct First {
    date: NaiveDate,
    /// The time said with it.
    time: Option<NaiveTime>,
}

impl First {
    /// The last one that was said.
    fn of(wished: &[&Moment], sentences: &[Sentence<'_>]) -> Option<Self> {
        let moment = wished.iter().rev().find(|m| says_first(m))?;
        let day = moment.day.or(moment.span)?;
        let date = match moment.bound {
            Some(Bound::After) if day.vague => behind_span(sentences, moment, day.date)?,
            Some(Bound::After) => day.date.checked_add_days(Days::new(1))?,
            _ => day.date,
        };
        Some(Self {
            date,
            time: moment.time,
        })
    }

    /// Day and time put together.
    fn start(
        self,
        day: Option<&Moment>,
        time: Option<NaiveTime>,
        context: &Context<'_>,
    ) -> Option<NaiveDateTime> {
        let date = match day.and_then(|m| m.day) {
            Some(named) if !named.dated => self.next(named)?,
            Some(named) => named.date,
            None => first_lunch_day(self.date, context)?,
        };
        let time = time.or(self.time).unwrap_or_else(|| usual_time(context));
        Some(date.and_time(time))
    }

    /// The first day of that weekday.
    fn next(self, named: Day) -> Option<NaiveDate> {
        let from = self.date.max(named.date);
        let mut week = (0..7).filter_map(|ahead| from.checked_add_days(Days::new(ahead)));
        week.find(|date| date.weekday() == named.date.weekday())
    }

    /// Where several weekdays would do, the first of them.
    fn any_of(self, live: &[&Moment], context: &Context<'_>) -> Option<NaiveDateTime> {
        let days = live.iter().filter(|m| m.day.is_some_and(|day| !day.dated));
        let times = |m: &Moment| {
            m.time.or(match best_time(live, None) {
                Pick::One(moment) => moment.time,
                _ => None,
            })
        };
        days.filter_map(|m| self.start(Some(m), times(m), context))
            .min()
    }
}

/// Whether a moment says when to begin, and not on which weekday or at which hour of a day.
const fn says_first(moment: &Moment) -> bool {
    match (moment.bound, moment.day, moment.span) {
        (Some(Bound::Earliest), Some(_), _) => true,
        (Some(Bound::From | Bound::After), Some(day), _) => {
            day.dated && !day.weekday && moment.time.is_none()
        }
        (Some(Bound::From | Bound::After | Bound::Earliest), None, Some(span)) => !span.week,
        _ => false,
    }
}

enum Pick<'a> {
    None,
    One(&'a Moment),
    Open,
}

/// The day that is wished for most, of equal ones the last.
fn best_day<'a>(live: &[&'a Moment]) -> Pick<'a> {
    let dated = || live.iter().copied().filter(|m| m.day.is_some());
    let single = |m: &Moment| m.day.is_some_and(|day| !day.plural);
    let Some(most) = dated().map(|m| m.standing).max() else {
        return Pick::None;
    };
    // "the first one Tuesday; after that Thursdays are fine": one day before a habit.
    let any_single = dated().any(|m| single(m) && m.standing == most);
    let best: Vec<&Moment> = dated()
        .filter(|m| m.standing == most && (!any_single || single(m)))
        .collect();
    let date = |m: &Moment| m.day.map(|day| in_span(day, m.span));
    let Some(last) = best.last().copied() else {
        return Pick::None;
    };
    let others = best.iter().filter(|m| date(m) != date(last));
    let choice = |m: &&&Moment| m.choice || last.choice;
    if others.clone().any(|m| choice(&m)) {
        return Pick::Open;
    }
    // A whole moment before a day alone.
    let whole = best.iter().rev().find(|m| m.time.is_some() || m.same_time);
    Pick::One(whole.copied().unwrap_or(last))
}

/// The time that goes with the day.
fn best_time<'a>(live: &[&'a Moment], day: Option<&'a Moment>) -> Pick<'a> {
    if let Some(day) = day {
        if day.time.is_some() {
            return Pick::One(day);
        }
        if day.same_time {
            return Pick::None;
        }
    }
    let alone = || {
        live.iter()
            .copied()
            .filter(|m| m.time.is_some() && m.day.is_none() && m.bound.is_none())
    };
    let Some(most) = alone().map(|m| m.standing).max() else {
        return Pick::None;
    };
    let best: Vec<&Moment> = alone().filter(|m| m.standing == most).collect();
    let Some(last) = best.last().copied() else {
        return Pick::None;
    };
    if best
        .iter()
        .any(|m| m.time != last.time && (m.choice || last.choice))
    {
        return Pick::Open;
    }
    Pick::One(last)
}

/// Day and time put together.
fn moment_of(
    all: &[&Moment],
    live: &[&Moment],
    day: Option<&Moment>,
    time: Option<NaiveTime>,
    context: &Context<'_>,
) -> Option<NaiveDateTime> {
    let shift = live.iter().rev().find_map(|m| m.shift);
    // "Wednesdays please, starting next week"; a week spoken of elsewhere is another.
    let week = |m: &&&Moment| {
        let beside = day.is_some_and(|day| day.sentence == m.sentence);
        m.span.is_some_and(|span| span.week) && (beside || m.bound == Some(Bound::From))
    };
    let span = live.iter().rev().find(week).and_then(|m| m.span);
    let Some(moment) = day else {
        return without_day(all, live, shift, time, context);
    };
    let named = moment.day?;
    // "Wednesday next week", "Wednesdays please, starting next week"
    let mut date = in_span(named, moment.span.or(span));
    date = match moment.bound {
        Some(Bound::After) => first_lunch_day(date.checked_add_days(Days::new(1))?, context)?,
        // "from 3 February": the first lunch then; with its hour it is the day itself.
        Some(Bound::From) if !named.weekday && moment.time.is_none() => {
            first_lunch_day(date, context)?
        }
        _ => date,
    };
    // "a quarter of an hour earlier on Thursday"
    let shift = shift.filter(|minutes| time.is_none() && minutes.abs() < SAME_DAY_MINUTES);
    let start = date.and_time(time.unwrap_or_else(|| usual_time(context)));
    start.checked_add_signed(TimeDelta::try_minutes(shift.unwrap_or(0))?)
}

/// The day in the week that is said with it.
fn in_span(named: Day, span: Option<Day>) -> NaiveDate {
    // "Fridays in March": the first of them.
    let later = span.filter(|span| !span.week && !named.dated && span.date > named.date);
    if let Some(span) = later {
        let mut week = (0..7).filter_map(|ahead| span.date.checked_add_days(Days::new(ahead)));
        let first = week.find(|date| date.weekday() == named.date.weekday());
        return first.unwrap_or(named.date);
    }
    span.filter(|span| span.week && named.weekday)
        .and_then(|span| in_week_of(monday_of(span.date)?, named.date))
        .unwrap_or(named.date)
}

/// A start where no day is named: the lunch's own, shifted or at another time.
fn without_day(
    all: &[&Moment],
    live: &[&Moment],
    shift: Option<i64>,
    time: Option<NaiveTime>,
    context: &Context<'_>,
) -> Option<NaiveDateTime> {
    let offered = || {
        lunch_weekday(context)?;
        let date = first_lunch_day(today(context).checked_add_days(Days::new(2))?, context)?;
        Some(date.and_time(usual_time(context)))
    };
    if let Some(shift) = shift
        && let Some(lunch) = context.lunch.or_else(offered)
    {
        let moved = lunch.checked_add_signed(TimeDelta::try_minutes(shift)?)?;
        return Some(time.map_or(moved, |time| moved.date().and_time(time)));
    }
    // "same time next week"
    let span = live.iter().find_map(|m| m.span.filter(|_| m.same_time));
    let week = live.iter().filter_map(|m| m.span).rfind(|span| span.week);
    let same = live.iter().any(|m| m.same_time || m.same_day);
    if let Some(span) = span.or(week.filter(|_| same))
        && let Some(lunch) = context.lunch
    {
        let date = in_week_of(monday_of(span.date)?, lunch.date())?;
        return Some(date.and_time(time.unwrap_or(lunch.time())));
    }
    let time = time?;
    if live.iter().any(|m| m.span.is_some()) {
        return None; // "next week at one": which day is not said
    }
    let said = || all.iter().rev().find_map(|m| m.day.filter(|day| !day.past));
    let same_day = live.iter().any(|m| m.same_day);
    let date = match context.lunch {
        Some(lunch) => lunch.date(),
        None if same_day => said()?.date,
        None => {
            lunch_weekday(context)?;
            first_lunch_day(today(context).checked_add_days(Days::new(2))?, context)?
        }
    };
    Some(date.and_time(time))
}

/// Nobody has lunch in the past or in the night, and what is years ahead was misread.
fn possible(start: NaiveDateTime, context: &Context<'_>) -> bool {
    use chrono::Timelike;
    let now = context.now.with_timezone(&context.zone).naive_local();
    let far = now.checked_add_months(Months::new(18));
    start.date() > now.date()
        && far.is_some_and(|far| start < far)
        && (7..=22).contains(&start.hour())
}

/// Until when something is put off, or somebody is away.
pub fn until(
    sentences: &[Sentence<'_>],
    moments: &[Moment],
    context: &Context<'_>,
) -> Option<NaiveDate> {
    let today = today(context);
    let mut latest: Option<NaiveDate> = None;
    let mut bounded: Option<NaiveDate> = None;
    let mut spanned: Option<NaiveDate> = None;
    let mut named: Option<NaiveDate> = None;
    for moment in moments {
        let Some(day) = moment.day.or(moment.span).filter(|day| !day.past) else {
            continue;
        };
        let date = match moment.bound {
            Some(Bound::After) if day.vague => behind_span(sentences, moment, day.date),
            Some(Bound::After) => day.date.checked_add_days(Days::new(1)),
            Some(_) if is_figure(sentences, moment) => after_latest(day.date, latest),
            None if day.behind.is_some() && day.date <= today => day.behind,
            _ => Some(day.date),
        };
        let Some(date) = date.filter(|date| *date > today) else {
            continue;
        };
        latest = latest.max(Some(date));
        if moment.bound.is_some() {
            bounded = bounded.max(Some(date));
        } else if day.vague {
            spanned = spanned.max(Some(date));
        } else if moment.standing != Standing::Out && day.words > 1 {
            named = Some(date);
        }
    }
    let counted = || {
        let mut sentences = sentences.iter();
        sentences.find_map(|sentence| counted_from_today(sentence, today))
    };
    bounded.or(spanned).or_else(counted).or(named)
}

/// Whether an end is named, or how long it is: "until March", "four weeks".
pub fn lasts(sentences: &[Sentence<'_>], moments: &[Moment], context: &Context<'_>) -> bool {
    let today = today(context);
    let ends = |m: &Moment| m.bound == Some(Bound::Until) && m.time.is_none();
    moments.iter().any(ends)
        || moments.is_empty()
            && sentences
                .iter()
                .any(|sentence| counted_from_today(sentence, today).is_some())
}

/// A span that is left out from its first day to its last: "all of January", "skip March".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// It has begun: its end is until when.
    Begun,
    /// It has not: what comes before it is not left out.
    Ahead,
}

/// The span that is left out as a whole, if one is.
pub fn whole(
    sentences: &[Sentence<'_>],
    moments: &[Moment],
    context: &Context<'_>,
) -> Option<Whole> {
    let today = today(context);
    let left_out = [Sense::WholeOf, Sense::Skip, Sense::Pause];
    moments.iter().find_map(|moment| {
        let span = moment.span.filter(|span| !span.week)?;
        let sentence = sentences.get(moment.sentence)?;
        // "The rest of January" is named as a whole.
        let rest = (moment.from.saturating_sub(1)..=moment.from).any(|at| {
            let named = &[Sense::WholeOf];
            let mark = lexicon().longest(&sentence.words, at, named, Languages::ALL);
            mark.is_some_and(|mark| at + mark.words > moment.from)
        });
        if rest {
            return Some(Whole::Begun);
        }
        let month = lexicon().month(sentence.word(moment.from)).is_some();
        leads(sentence, moment.from, &left_out).filter(|_| month && moment.bound.is_none())?;
        Some(if span.date <= today {
            Whole::Begun
        } else {
            Whole::Ahead
        })
    })
}

/// Whether a day is named by its figure alone, without its month.
fn is_figure(sentences: &[Sentence<'_>], moment: &Moment) -> bool {
    let words = moment.day.map_or(0, |day| day.words);
    let sentence = sentences.get(moment.sentence);
    let figure = sentence.is_some_and(|sentence| {
        sentence
            .word(moment.from)
            .starts_with(|c: char| c.is_ascii_digit())
    });
    words == 1 && figure
}

/// "du 12 janvier au 14 février … à partir du 15": the fifteenth after what was named.
fn after_latest(date: NaiveDate, latest: Option<NaiveDate>) -> Option<NaiveDate> {
    let Some(latest) = latest.filter(|latest| *latest > date) else {
        return Some(date);
    };
    (0..12)
        .filter_map(|ahead| date.checked_add_months(Months::new(ahead)))
        .find(|later| *later >= latest && later.day() == date.day())
}

/// "After March" begins in April, "after next week" with the week behind it.
fn behind_span(sentences: &[Sentence<'_>], moment: &Moment, date: NaiveDate) -> Option<NaiveDate> {
    let sentence = sentences.get(moment.sentence)?;
    let words = sentence.words.get(moment.from..moment.to)?;
    if words.iter().any(|word| lexicon().month(word).is_some()) {
        return date.checked_add_months(Months::new(1));
    }
    Some(date)
}

/// "off for six weeks", "zes weken pauze": counted from today.
fn counted_from_today(sentence: &Sentence<'_>, today: NaiveDate) -> Option<NaiveDate> {
    const DAY: i64 = 24 * 60;
    let words = &sentence.words;
    (0..words.len()).find_map(|at| {
        let every = lexicon().is(sentence.word_before(at), Sense::Every);
        let word = |i: usize| words.get(i).copied().unwrap_or_default();
        if let Some(count) = lexicon().number(word(at)).filter(|n| *n <= 24 && !every)
            && lexicon().is(word(at + 1), Sense::MonthUnit)
        {
            return today.checked_add_months(Months::new(count));
        }
        let (minutes, _, _) = shift::amount(words, at).filter(|_| !every)?;
        let days = u64::try_from(minutes / DAY).ok().filter(|days| *days > 1)?;
        today.checked_add_days(Days::new(days))
    })
}
