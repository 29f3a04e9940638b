//! Days in prose: "next Tue", "the 14th", "1er mai", "3.2.", "mid February", "before Easter".
//!
//! What could be two days is none; the day named in figures alone follows the zone.

use crate::lunch::act::Answering;
use crate::reading::Context;
use crate::reading::language::{Languages, Sense, lexicon};
use crate::reading::when::clock::clock_time;
use crate::reading::when::today;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// Smallest day that "le 4", "the 4" names: smaller figures are more often points of a list.
const PLAIN_DAY_MIN: u32 = 4;

/// "Monday 1" may be an hour: a small figure is a day only where it is near.
const NEAR_DAYS: i64 = 14;

/// Longest phrase that leads a month, in words.
const LEAD_WORDS_MAX: usize = 4;

/// What stands before a month, and before no verb ("may", "march").
const WANTS_MONTH: &[Sense] = &[
    Sense::Until,
    Sense::In,
    Sense::After,
    Sense::From,
    Sense::Earliest,
    Sense::Bound,
    Sense::Back,
    Sense::Next,
];

/// A day that was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day; of a vague one the first.
    pub date: NaiveDate,
    /// How many words name it.
    pub words: usize,
    /// A span's beginning ("in March", "next week") rather than one day.
    pub vague: bool,
    /// A weekday was named.
    pub weekday: bool,
    /// Every one of that name ("Thursdays").
    pub plural: bool,
    /// It is over ("last Friday").
    pub past: bool,
    /// Weekday and date do not go together.
    pub clash: bool,
    /// The span is a week, so that a weekday may be counted in it.
    pub week: bool,
    /// A date was named, and not a weekday alone.
    pub dated: bool,
    /// The word before the first one belongs to it ("first" Tuesday in February).
    pub led: bool,
}

impl Day {
    const fn exact(date: NaiveDate, words: usize) -> Self {
        Self {
            date,
            words,
            vague: false,
            weekday: false,
            plural: false,
            past: false,
            clash: false,
            week: false,
            dated: true,
            led: false,
        }
    }

    const fn vague(date: NaiveDate, words: usize) -> Self {
        Self {
            vague: true,
            ..Self::exact(date, words)
        }
    }
}

fn word_before<'a>(words: &[&'a str], at: usize) -> &'a str {
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    before.copied().unwrap_or_default()
}

/// A day beginning at a word.
pub fn day_at(words: &[&str], at: usize, context: &Context) -> Option<Day> {
    let today = today(context);
    let week_in = |used: usize| {
        let named = words.get(at..at + used).unwrap_or_default();
        named.iter().any(|word| lexicon().is(word, Sense::Week))
    };
    if let Some((date, used)) = part_of_span(words, at, today) {
        return Some(Day::vague(date, used));
    }
    if let Some(day) = beside_today(words, at, context) {
        return Some(day);
    }
    if let Some((date, used)) = feast(words, at, today) {
        return Some(Day::vague(date, used));
    }
    let dated = numeric_date(words, at, context)
        .map(|date| (date, 1))
        .or_else(|| day_and_month(words, at, today));
    if let Some((date, used)) = dated {
        return Some(in_week_named(words, at, Day::exact(date, used)));
    }
    if let Some((date, used)) = span(words, at, today) {
        // "for a week" is how long, "in a week" is when.
        let lasts = matches!(
            words.get(at),
            Some(&("for" | "fur" | "pendant" | "durante" | "pour"))
        );
        return Some(Day {
            week: week_in(used) && !lasts,
            ..Day::vague(date, used)
        });
    }
    weekday_at(words, at, context).or_else(|| {
        let (date, used) =
            ordinal_day(words, at, today).or_else(|| article_day(words, at, today))?;
        Some(in_week_named(words, at, Day::exact(date, used)))
    })
}

/// "the week of the 18th": no one day of it.
fn in_week_named(words: &[&str], at: usize, day: Day) -> Day {
    let before = |back: usize| at.checked_sub(back).and_then(|i| words.get(i));
    let week = |back: usize| before(back).is_some_and(|w| lexicon().is(w, Sense::Week));
    let of = |back: usize| {
        before(back).is_some_and(|w| {
            matches!(
                *w,
                "of" | "commencing" | "beginning" | "du" | "del" | "vom" | "van" | "ab"
            )
        })
    };
    let vague = (of(1) && week(2)) || (of(2) && week(3));
    Day {
        vague: day.vague || vague,
        ..day
    }
}

/// Today, tomorrow and the day after; with the weekday's name, where it is said along.
fn beside_today(words: &[&str], at: usize, context: &Context) -> Option<Day> {
    let today = today(context);
    let named = [
        (Sense::AfterTomorrow, 2),
        (Sense::Tomorrow, 1),
        (Sense::Today, 0),
    ];
    let (mark, ahead) = named.into_iter().find_map(|(sense, ahead)| {
        let mark = lexicon().longest(words, at, &[sense], Languages::ALL)?;
        Some((mark, ahead))
    })?;
    // "Guten Morgen", "por la mañana": no tomorrow.
    let before = word_before(words, at);
    let morning = matches!(
        before,
        "guten"
            | "good"
            | "la"
            | "las"
            | "heute"
            | "gestern"
            | "jeden"
            | "goede"
            | "schonen"
            | "moin"
    ) || lexicon().weekday(before).is_some();
    if morning && ahead == 1 && mark.words == 1 {
        return None;
    }
    let date = today.checked_add_days(Days::new(ahead))?;
    let said_along = words
        .get(at + mark.words)
        .and_then(|word| lexicon().weekday(word))
        .is_some_and(|number| number == date.weekday().number_from_monday());
    Some(Day {
        weekday: said_along,
        ..Day::exact(date, mark.words + usize::from(said_along))
    })
}

/// A weekday, alone or with its date, with "next" or "last", or so many weeks ahead.
fn weekday_at(words: &[&str], at: usize, context: &Context) -> Option<Day> {
    let today = today(context);
    let word = *words.get(at)?;
    let number = lexicon().weekday(word).filter(|_| !is_my(words, at))?;
    let weekday = Weekday::try_from(u8::try_from(number.checked_sub(1)?).ok()?).ok()?;
    if let Some((date, used)) = weekday_of_month(words, at, weekday, today) {
        return Some(Day {
            weekday: true,
            led: true,
            ..Day::exact(date, used)
        });
    }
    let glue = |i: usize| {
        words.get(i).is_some_and(|w| {
            lexicon().is(w, Sense::On)
                || matches!(
                    *w,
                    "the" | "den" | "der" | "le" | "el" | "de" | "dia" | "this"
                )
        })
    };
    let skip = (at + 1..at + 3).take_while(|i| glue(*i)).count();
    let behind = at + 1 + skip;
    // "Thursday 14 January" is the date; the weekday is only said along.
    // "Friday 12.10" is a time, unless the tenth month's twelfth is a Friday.
    let is_time = |date: &NaiveDate| {
        date.weekday() != weekday && words.get(behind).is_some_and(|w| clock_time(w).is_some())
    };
    let dated = numeric_date(words, behind, context)
        .filter(|date| !is_time(date))
        .map(|date| (date, 1))
        .or_else(|| day_and_month(words, behind, today))
        .or_else(|| ordinal_day(words, behind, today));
    if let Some((date, used)) = dated {
        return Some(Day {
            weekday: true,
            clash: date.weekday() != weekday,
            ..Day::exact(date, 1 + skip + used)
        });
    }
    if let Some(date) = figure_of_weekday(words, behind, weekday, today) {
        return Some(Day {
            weekday: true,
            ..Day::exact(date, 2 + skip)
        });
    }
    let before = word_before(words, at);
    let says = |sense, i: usize| lexicon().longest(words, i, &[sense], Languages::ALL);
    let past = lexicon().is(before, Sense::Past) || {
        let behind = words.get(at + 1).copied().unwrap_or_default();
        matches!(behind, "dernier" | "pasado" | "passe")
    };
    let next_behind = says(Sense::NextBehind, at + 1);
    let next = lexicon().is(before, Sense::Next) || next_behind.is_some();
    let mut used = 1 + next_behind.map_or(0, |mark| mark.words);
    // "Donnerstag diese Woche"
    let is = |i: usize, sense| words.get(i).is_some_and(|w| lexicon().is(w, sense));
    if is(at + used, Sense::This) && is(at + used + 1, Sense::Week) {
        used += 2;
    }
    let mut date = resolve_weekday(number, next, context)?;
    if let Some((weeks, words)) = weeks_ahead(words, at + used) {
        date = date.checked_add_days(Days::new(7 * weeks))?;
        used += words;
    } else if weeks_before(words, at) {
        date = date.checked_add_days(Days::new(7))?;
    }
    let plural = ["days", "tags", "wochs", "dis", "dagen", "dags"]
        .iter()
        .any(|end| word.ends_with(end))
        || matches!(before, "les" | "los" | "todos")
        || lexicon().is(before, Sense::Every);
    Some(Day {
        weekday: true,
        plural,
        past,
        dated: false,
        ..Day::exact(date, used)
    })
}

/// "(the first) Tuesday in February", "(letzten) Freitag im Monat", "(primer) martes de marzo": the
/// word that counts stands before it.
fn weekday_of_month(
    words: &[&str],
    at: usize,
    weekday: Weekday,
    today: NaiveDate,
) -> Option<(NaiveDate, usize)> {
    let before = word_before(words, at);
    let counts = lexicon()
        .ordinal(before)
        .filter(|_| lexicon().number(before).is_none())
        .or_else(|| ordinal(before).filter(|_| before.parse::<u32>().is_err()));
    let nth = match counts {
        Some(nth) => u8::try_from(nth).ok().filter(|nth| (1..=5).contains(nth))?,
        None if lexicon().is(before, Sense::Past) => 5,
        None => return None,
    };
    let word = |i: usize| words.get(i).copied().unwrap_or_default();
    let of = |w: &str| matches!(w, "of" | "im" | "de" | "del" | "du" | "des" | "van" | "von");
    if !of(word(at + 1)) && !lexicon().is(word(at + 1), Sense::In) {
        return None;
    }
    let mut end = at + 2;
    let small = |w: &str| lexicon().is_small(w) && lexicon().month(w).is_none();
    while end < at + 4 && small(word(end)) {
        end += 1;
    }
    let next = lexicon().is(word(end), Sense::Next);
    end += usize::from(next);
    let in_month = |first: NaiveDate| {
        let date =
            |nth| NaiveDate::from_weekday_of_month_opt(first.year(), first.month(), weekday, nth);
        date(nth).or_else(|| date(4).filter(|_| counts.is_none()))
    };
    let ahead = |date: &NaiveDate| *date > today;
    let date = if let Some(month) = lexicon().month(word(end)) {
        let of_year = |year| in_month(NaiveDate::from_ymd_opt(year, month, 1)?);
        of_year(today.year())
            .filter(ahead)
            .or_else(|| of_year(today.year() + 1))?
    } else if lexicon().is(word(end), Sense::MonthUnit) {
        let this = today.with_day(1)?;
        let after = this.checked_add_months(Months::new(1))?;
        let behind = lexicon()
            .longest(words, end + 1, &[Sense::NextBehind], Languages::ALL)
            .map_or(0, |mark| mark.words);
        end += behind;
        if next || behind > 0 {
            in_month(after)?
        } else {
            in_month(this).filter(ahead).or_else(|| in_month(after))?
        }
    } else {
        return None;
    };
    Some((date, end + 1 - at))
}

/// "Friday week", "Donnerstag in zwei Wochen", "jeudi en huit": weeks, and words used.
fn weeks_ahead(words: &[&str], at: usize) -> Option<(u64, usize)> {
    let word = |i: usize| words.get(i).copied().unwrap_or_default();
    match (word(at), word(at + 1)) {
        ("week", _) => return Some((1, 1)),
        ("en", "huit") => return Some((1, 2)),
        ("en", "quinze") => return Some((2, 2)),
        _ => {}
    }
    let within = usize::from(word(at) == "dentro" && word(at + 1) == "de");
    if within == 0 && !lexicon().is(word(at), Sense::In) {
        return None;
    }
    let at = at + within;
    let count = lexicon()
        .number(word(at + 1))
        .filter(|n| (1..9).contains(n))?;
    lexicon()
        .is(word(at + 2), Sense::Week)
        .then_some((u64::from(count), 3 + within))
}

/// "a week on Friday".
fn weeks_before(words: &[&str], at: usize) -> bool {
    let word = |back: usize| at.checked_sub(back).and_then(|i| words.get(i)).copied();
    matches!(word(1), Some("on" | "from")) && word(2) == Some("week") && word(3) == Some("a")
}

/// "jeudi 21": the figure is the day where it falls on that weekday, and no hour.
fn figure_of_weekday(
    words: &[&str],
    at: usize,
    weekday: Weekday,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let word = words.get(at)?;
    let day: u32 = word.parse().ok().filter(|day| (1..=31).contains(day))?;
    let next = words.get(at + 1).copied().unwrap_or_default();
    let hour = matches!(
        next,
        "uhr" | "uur" | "u" | "h" | "heures" | "pm" | "am" | "sharp" | "oclock"
    ) || (next == "p" && words.get(at + 2) == Some(&"m"));
    let first = today.with_day(1)?;
    let months = (0..3).filter_map(|ahead| first.checked_add_months(Months::new(ahead)));
    months
        .filter_map(|month| month.with_day(day))
        .find(|date| *date >= today && date.weekday() == weekday)
        .filter(|date| !hour && (day > 12 || (*date - today).num_days() < NEAR_DAYS))
}

/// "am 21.", "le 21", "el 28", "the 21": a plain figure behind an article.
fn article_day(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let word = words.get(at)?;
    let day: u32 = word.parse().ok().filter(|day| (1..=31).contains(day))?;
    let next = words.get(at + 1).copied().unwrap_or_default();
    let units = [
        Sense::Week,
        Sense::Day,
        Sense::MonthUnit,
        Sense::Hour,
        Sense::Minute,
        Sense::Year,
    ];
    // "fangen wir am 21. an": no French year.
    let counted = next != "an" && units.iter().any(|unit| lexicon().is(next, *unit))
        || matches!(
            next,
            "uhr"
                | "uur"
                | "u"
                | "h"
                | "pm"
                | "am"
                | "mal"
                | "punkt"
                | "teil"
                | "stock"
                | "platz"
                | "quartal"
        );
    let small = next.is_empty()
        || lexicon().is_small(next)
        || lexicon().is(next, Sense::At)
        || lexicon().is(next, Sense::Suits)
        || next.starts_with(|c: char| c.is_ascii_digit());
    let names = match word_before(words, at) {
        "am" | "zum" | "vom" | "bis" | "ab" | "au" | "al" | "del" | "dia" => true,
        "dem" | "den" | "le" | "el" | "du" => day >= PLAIN_DAY_MIN,
        "the" => day >= PLAIN_DAY_MIN && small,
        _ => false,
    };
    if !names || counted {
        return None;
    }
    Some((next_day_of_month(day, today)?, 1))
}

/// The next day with that number, today included.
fn next_day_of_month(day: u32, today: NaiveDate) -> Option<NaiveDate> {
    let this = NaiveDate::from_ymd_opt(today.year(), today.month(), day);
    this.filter(|date| *date >= today).or_else(|| {
        let next = today.with_day(1)?.checked_add_months(Months::new(1))?;
        next.with_day(day)
    })
}

/// The feasts and seasons of the data files, by their numbers.
const EASTER: u32 = 1;
const WHITSUN: u32 = 2;
const CHRISTMAS: u32 = 3;
const NEW_YEAR: u32 = 4;

/// A feast or a season: its first day, or behind "after" the first day that is over it.
fn feast(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let mark = lexicon().longest(words, at, &[Sense::Feast], Languages::ALL)?;
    // "this winter" is now.
    if lexicon().is(word_before(words, at), Sense::This) {
        return None;
    }
    let after = words.get(at.saturating_sub(3)..at)?.iter();
    let after = after
        .rev()
        .take_while(|w| lexicon().is_small(w) || lexicon().is(w, Sense::After))
        .any(|w| lexicon().is(w, Sense::After));
    let in_year = |year: i32| {
        let easter = easter(year)?;
        let add = |date: NaiveDate, days: u64| date.checked_add_days(Days::new(days));
        match (mark.value, after) {
            (EASTER, false) => Some(easter),
            (EASTER, true) => add(easter, 2),
            (WHITSUN, false) => add(easter, 49),
            (WHITSUN, true) => add(easter, 51),
            (CHRISTMAS, false) => NaiveDate::from_ymd_opt(year, 12, 24),
            (CHRISTMAS, true) => NaiveDate::from_ymd_opt(year, 12, 27),
            (NEW_YEAR, false) => NaiveDate::from_ymd_opt(year, 1, 1),
            (NEW_YEAR, true) => NaiveDate::from_ymd_opt(year, 1, 2),
            // Spring, summer, autumn and winter have three months each.
            (season, after) => {
                let month = (season * 3 + u32::from(after) * 3).checked_sub(12)?;
                let (year, month) = if month > 12 {
                    (year + 1, month - 12)
                } else {
                    (year, month)
                };
                NaiveDate::from_ymd_opt(year, month, 1)
            }
        }
    };
    let this = in_year(today.year()).filter(|date| *date > today);
    Some((this.or_else(|| in_year(today.year() + 1))?, mark.words))
}

/// Easter Sunday, as Gauss and Meeus reckon it.
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let moon = (century + 8) / 25;
    let moon = (century - moon + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = (golden + 11 * epact + 22 * sunday) / 451;
    let days = epact + sunday - 7 * shift + 114;
    let (month, day) = (
        u32::try_from(days / 31).ok()?,
        u32::try_from(days % 31 + 1).ok()?,
    );
    NaiveDate::from_ymd_opt(year, month, day)
}

/// The day of that name (1 for Monday) that is meant: the coming one, or with `next` that of the
/// week after this.
pub fn resolve_weekday(weekday: u32, next: bool, context: &Context) -> Option<NaiveDate> {
    let today = today(context);
    let wanted = Weekday::try_from(u8::try_from(weekday.checked_sub(1)?).ok()?).ok()?;
    let monday_of = |date: NaiveDate| {
        date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
    };
    let in_week = |monday: NaiveDate| {
        monday.checked_add_days(Days::new(u64::from(wanted.num_days_from_monday())))
    };
    if next {
        return in_week(monday_of(today)?.checked_add_days(Days::new(7))?);
    }
    let invited = matches!(context.answering, None | Some(Answering::Invitation));
    let earliest = today.checked_add_days(Days::new(if invited { 2 } else { 1 }))?;
    if let Some(lunch) = context.lunch.filter(|_| !invited)
        && lunch.date() >= today
    {
        let beside = in_week(monday_of(lunch.date())?)?;
        if beside >= earliest {
            return Some(beside);
        }
    }
    (0..7)
        .filter_map(|ahead| earliest.checked_add_days(Days::new(ahead)))
        .find(|date| date.weekday() == wanted)
}

/// `2027-01-14`, `14.01.2027`, `14.1.`, `14/01/2027`.
fn numeric_date(words: &[&str], at: usize, context: &Context) -> Option<NaiveDate> {
    let word = *words.get(at)?;
    let today = today(context);
    let before = at.checked_sub(1).and_then(|p| words.get(p)).copied();
    let on = before.is_some_and(|w| {
        let wants = [Sense::On, Sense::Until, Sense::From, Sense::Back];
        // "Di." is a Tuesday before a date only; in Italian it is "of".
        wants.iter().any(|sense| lexicon().is(w, *sense))
            || lexicon().weekday(w).is_some()
            || w == "di"
    });
    let mark = ['-', '.', '/'].into_iter().find(|m| word.contains(*m))?;
    let parts: Vec<u32> = word
        .split(mark)
        .filter(|p| !p.is_empty())
        .map(|p| p.parse().ok())
        .collect::<Option<_>>()?;
    match (parts.as_slice(), mark) {
        ([year, month, day], '-') if *year > 999 => {
            NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day)
        }
        ([first, second, year], _) if *year > 31 || *first > 12 || mark == '.' => {
            let year = if *year < 100 { year + 2000 } else { *year };
            let year = i32::try_from(year).ok()?;
            match mark {
                // Day and month change places across an ocean: both ways or none.
                '/' if *first <= 12 && *second <= 12 && first != second => {
                    match order(words, context)? {
                        Order::DayFirst => NaiveDate::from_ymd_opt(year, *second, *first),
                        Order::MonthFirst => NaiveDate::from_ymd_opt(year, *first, *second),
                    }
                }
                '/' if *second > 12 => NaiveDate::from_ymd_opt(year, *first, *second),
                _ => NaiveDate::from_ymd_opt(year, *second, *first),
            }
        }
        ([day, month], '.')
            if word.matches('.').count() == 2
                || *day > 23
                || on
                || (*day > 12 && word.len() == 4) =>
        {
            coming(*month, *day, today)
        }
        ([day, month], '-') if on => coming(*month, *day, today),
        ([first, second], '/') if *first > 12 => coming(*second, *first, today),
        ([first, second], '/') if *second > 12 => coming(*first, *second, today),
        ([first, second], '/') => match order(words, context)? {
            Order::DayFirst => coming(*second, *first, today),
            Order::MonthFirst => coming(*first, *second, today),
        },
        _ => None,
    }
}

/// Which of two figures is the day.
enum Order {
    DayFirst,
    MonthFirst,
}

/// Day and month change places across an ocean: the zone tells, or else another language than
/// English; without either there is no telling.
fn order(_words: &[&str], context: &Context) -> Option<Order> {
    const MONTH_FIRST: &[&str] = &[
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Detroit",
        "America/Anchorage",
        "America/Boise",
        "Pacific/Honolulu",
    ];
    let name = context.zone.name();
    if MONTH_FIRST.contains(&name) || name.starts_with("US/") || name.starts_with("America/Indiana")
    {
        return Some(Order::MonthFirst);
    }
    name.starts_with("Europe/").then_some(Order::DayFirst)
}

/// The day of that month that is next, today included.
fn coming(month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    let this_year = NaiveDate::from_ymd_opt(today.year(), month, day);
    match this_year {
        Some(date) if date >= today => Some(date),
        _ => NaiveDate::from_ymd_opt(today.year() + 1, month, day),
    }
}

/// `14 January`, `1st of May`, `May 1`, `3 de marzo`, each perhaps with a year behind.
pub fn day_and_month(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let number = |i: usize| {
        words
            .get(i)
            .and_then(|w| ordinal(w).or_else(|| lexicon().ordinal(w)))
            .filter(|n| (1..=31).contains(n))
    };
    let month = |i: usize| words.get(i).and_then(|w| lexicon().month(w));
    let joins = |i: usize| {
        words
            .get(i)
            .is_some_and(|w| matches!(*w, "of" | "de" | "von" | "van"))
    };
    let (day, month, used) = if let Some(day) = number(at) {
        let skip = usize::from(joins(at + 1));
        (day, month(at + 1 + skip)?, 2 + skip)
    } else {
        let month = month(at)?;
        let skip = usize::from(words.get(at + 1).is_some_and(|w| *w == "the"));
        (number(at + 1 + skip)?, month, 2 + skip)
    };
    let of_year = usize::from(joins(at + used));
    let year = words
        .get(at + used + of_year)
        .and_then(|w| w.parse::<i32>().ok())
        .filter(|year| (2000..2200).contains(year));
    match year {
        Some(year) => Some((
            NaiveDate::from_ymd_opt(year, month, day)?,
            used + of_year + 1,
        )),
        None => Some((coming(month, day, today)?, used)),
    }
}

/// A number as the day of a month: digits, perhaps with an ending; no spelled-out words.
fn ordinal(word: &str) -> Option<u32> {
    word.starts_with(|c: char| c.is_ascii_digit())
        .then(|| lexicon().number(word))
        .flatten()
}

/// `the 14th`, `le 1er`, `de 21e`: the next one.
fn ordinal_day(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let word = words.get(at)?;
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    let before = word_before(words, at);
    let dated = lexicon().is(before, Sense::On)
        || lexicon().weekday(before).is_some()
        || matches!(before, "le" | "de" | "den");
    let marked = ends(&["st", "nd", "rd", "th"]) || (dated && ends(&["er", "e", "de", "ste"]));
    let day = ordinal(word).filter(|n| (1..=31).contains(n))?;
    if !marked {
        return None;
    }
    Some((next_day_of_month(day, today)?, 1))
}

/// A span of time: "in two weeks", "for a month", "next week", a month alone, a year alone.
fn span(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let word = *words.get(at)?;
    let before = at
        .checked_sub(1)
        .and_then(|p| words.get(p))
        .copied()
        .unwrap_or_default();
    let is = |i: usize, sense| words.get(i).is_some_and(|w| lexicon().is(w, sense));
    if lexicon().is(word, Sense::Next) || lexicon().is(word, Sense::Coming) {
        if is(at + 1, Sense::Week) {
            let monday = today
                .checked_sub_days(Days::new(u64::from(today.weekday().num_days_from_monday())))?;
            return Some((monday.checked_add_days(Days::new(7))?, 2));
        }
        if is(at + 1, Sense::MonthUnit) {
            return Some((today.with_day(1)?.checked_add_months(Months::new(1))?, 2));
        }
        if is(at + 1, Sense::Year) {
            return Some((NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?, 2));
        }
    }
    if let Some(mark) = lexicon().longest(words, at + 1, &[Sense::NextBehind], Languages::ALL) {
        if is(at, Sense::Week) {
            let monday = monday_of(today)?;
            return Some((monday.checked_add_days(Days::new(7))?, 1 + mark.words));
        }
        if is(at, Sense::MonthUnit) {
            let first = today.with_day(1)?.checked_add_months(Months::new(1))?;
            return Some((first, 1 + mark.words));
        }
        if is(at, Sense::Year) {
            let first = NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?;
            return Some((first, 1 + mark.words));
        }
    }
    if lexicon().is(word, Sense::In) {
        let skip = usize::from(
            words
                .get(at + 1)
                .is_some_and(|w| matches!(*w, "about" | "the")),
        );
        let count = words.get(at + 1 + skip).and_then(|w| lexicon().number(w));
        if let Some(count) = count.filter(|n| *n <= 60) {
            let skip = skip + usize::from(words.get(at + 2 + skip).is_some_and(|w| *w == "of"));
            let unit = at + 2 + skip;
            let date = if is(unit, Sense::Week) {
                today.checked_add_days(Days::new(u64::from(count) * 7))
            } else if is(unit, Sense::Day) {
                today.checked_add_days(Days::new(u64::from(count)))
            } else if is(unit, Sense::MonthUnit) {
                today.checked_add_months(Months::new(count))
            } else {
                None
            };
            if let Some(date) = date {
                return Some((date, 3 + skip));
            }
        }
    }
    if let Some(month) = lexicon().month(word) {
        // "may" and "march" are verbs too: a month only behind a word that wants one.
        let verb = matches!(word, "may" | "march" | "mar");
        let wanted = is_led_by(words, at, WANTS_MONTH)
            || lexicon()
                .longest(words, at + 1, &[Sense::FromBehind], Languages::ALL)
                .is_some();
        // "in January" said in January is now.
        let now = month == today.month() && lexicon().is(before, Sense::In);
        if now {
            return Some((today.with_day(1)?, 1));
        }
        if !verb || wanted {
            let first = coming(month, 1, today.checked_add_days(Days::new(1))?)?;
            return Some((first, 1));
        }
    }
    let year = word
        .parse::<i32>()
        .ok()
        .filter(|y| *y > today.year() && *y < today.year() + 10);
    if let Some(year) = year {
        return Some((NaiveDate::from_ymd_opt(year, 1, 1)?, 1));
    }
    None
}

/// Whether a phrase of one of the senses ends right before a word.
fn is_led_by(words: &[&str], at: usize, senses: &[Sense]) -> bool {
    (1..=LEAD_WORDS_MAX).any(|back| {
        let from = at.checked_sub(back);
        let mark = from.and_then(|from| lexicon().longest(words, from, senses, Languages::ALL));
        mark.is_some_and(|mark| mark.words == back)
    })
}

/// "mon chef": French for my, and no Monday.
fn is_my(words: &[&str], at: usize) -> bool {
    let behind = words.get(at + 1).copied().unwrap_or_default();
    let dated = behind.is_empty()
        || behind.starts_with(|c: char| c.is_ascii_digit())
        || lexicon().weekday(behind).is_some()
        || matches!(
            behind,
            "or" | "and"
                | "at"
                | "the"
                | "is"
                | "works"
                | "would"
                | "instead"
                | "please"
                | "next"
                | "noon"
        );
    words.get(at) == Some(&"mon") && !dated
}

/// The Monday of a day's week.
pub fn monday_of(date: NaiveDate) -> Option<NaiveDate> {
    date.checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
}

/// "mid February", "end of the month", "first week of March": the first day of it, or of what
/// follows an end.
fn part_of_span(words: &[&str], at: usize, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let senses = [Sense::StartOf, Sense::MidOf, Sense::EndOf];
    let mark = lexicon().longest(words, at, &senses, Languages::ALL)?;
    let small = |w: &str| {
        matches!(
            w,
            "the"
                | "this"
                | "of"
                | "de"
                | "der"
                | "des"
                | "du"
                | "van"
                | "diesen"
                | "diese"
                | "le"
                | "la"
                | "el"
                | "en"
        )
    };
    let from = at + mark.words;
    let skip = (from..from + 3)
        .take_while(|i| words.get(*i).is_some_and(|w| small(w)))
        .count();
    let at = from + skip;
    let word = *words.get(at)?;
    let used = mark.words + skip + 1;
    let first = if let Some(month) = lexicon().month(word) {
        let this = NaiveDate::from_ymd_opt(today.year(), month, 1)?;
        if month == today.month() {
            this
        } else {
            coming(month, 1, today)?
        }
    } else if lexicon().is(word, Sense::MonthUnit) {
        today.with_day(1)?
    } else if lexicon().is(word, Sense::Week) && mark.sense == Sense::EndOf {
        return Some((monday_of(today)?.checked_add_days(Days::new(7))?, used));
    } else if lexicon().is(word, Sense::Year) {
        return match mark.sense {
            Sense::EndOf => Some((NaiveDate::from_ymd_opt(today.year() + 1, 1, 1)?, used)),
            _ => None,
        };
    } else {
        return None;
    };
    match mark.sense {
        Sense::StartOf => Some((first, used)),
        Sense::MidOf => Some((first.with_day(15)?, used)),
        _ => Some((first.checked_add_months(Months::new(1))?, used)),
    }
}
