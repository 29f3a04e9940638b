//! The first day back, as absences tell it: "until 9 June", "bis einschließlich 9.6.", "back on
//! Monday", "6月9日まで".
//!
//! The rule: the day behind "back" is the day itself; the end of an absence ("until") is taken as
//! the first day back too, unless it is called the last one ("through", "including"), then the next
//! day is. What could be two days (3/4 in English), lies behind us or a year off is none.

use super::phrases::{self, Find, Sign};
use crate::lunch::act::Answering;
use crate::reading::language::lexicon;
use crate::reading::phrase::tokens;
use crate::reading::{Context, when};
use chrono::{Datelike, Days, Months, NaiveDate};
use unicode_normalization::UnicodeNormalization;

/// Farthest day that is believed where no year is told.
const DAYS_AHEAD_MAX: i64 = 300;
/// Most words between "back" and its day.
const BACK_WORDS_MAX: usize = 6;
/// Most words between "until" and its day.
const UNTIL_WORDS_MAX: usize = 4;
/// Most places that are tried.
const PLACES_MAX: usize = 40;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What is still written with slashes could be two days, whatever the zone would make of it: a
/// machine's date is no lunch's.
fn without_slashes(text: &str) -> String {
    let is_slashed = |word: &&str| {
        let mut parts = word.trim_matches(|c: char| !c.is_ascii_digit()).split('/');
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        word.contains('/') && parts.all(digits)
    };
    let kept: Vec<&str> = text.split(' ').filter(|word| !is_slashed(word)).collect();
    kept.join(" ")
}

/// The first day back, if the text tells one.
pub(super) fn away_until(text: &str, context: &Context) -> Option<NaiveDate> {
    let folded = phrases::fold(text);
    let english = [" the ", "i am ", "out of ", " will ", "im ", "until "]
        .iter()
        .any(|word| folded.contains(word));
    let dated = with_plain_dates(&folded, english, when::today(context));
    let dated = if english {
        without_slashes(&dated)
    } else {
        dated
    };
    let finds = phrases::phrases().find(&dated);
    let context = &Context {
        answering: Some(Answering::Receipt),
        lunch: None,
        ..context.clone()
    };
    let of = |sign| {
        finds
            .iter()
            .filter(move |find| find.sign == sign)
            .take(PLACES_MAX)
    };
    let back = of(Sign::Back).find_map(|find| day_beside(&dated, find, BACK_WORDS_MAX, context));
    back.map(|(date, _)| date).or_else(|| {
        let ends = of(Sign::Until).filter_map(|find| {
            let (date, window) = day_beside(&dated, find, UNTIL_WORDS_MAX, context)?;
            let marker: String = dated
                .get(find.start..find.end)
                .unwrap_or_default()
                .nfc()
                .collect();
            let last = is_last_day(&marker) || is_last_day(&window);
            if last { date.succ_opt() } else { Some(date) }
        });
        ends.max()
    })
}

/// Whether the day is called the last of the absence.
fn is_last_day(window: &str) -> bool {
    // Russian "по" and Japanese "まで" include their day.
    phrases::has(&phrases::phrases().find(window), Sign::Inclusive)
        || matches!(window, "по" | "まで")
}

/// The day behind a phrase, or in front of it where the language puts it there, with the words
/// around it.
fn day_beside(
    text: &str,
    find: &Find,
    words_max: usize,
    context: &Context,
) -> Option<(NaiveDate, String)> {
    let behind = sentence(text.get(find.end..)?);
    let words: Vec<String> = words_of(behind).into_iter().take(words_max + 8).collect();
    if let Some(date) = day_in(&words, words_max, context) {
        return Some((date, words.join(" ")));
    }
    let marker: String = text.get(find.start..find.end)?.nfc().collect();
    let may_precede = [
        "kadar",
        "まで",
        "saakka",
        "asti",
        "zuruck",
        "wieder",
        "terug",
        "tillbaka",
        "tilbage",
        "takaisin",
        "palaan",
        "戻",
        "復帰",
        "出社",
        "返回",
        "回来",
        "回來",
        "don",
        "back",
        "de retour",
        "rientro",
        "zpet",
        "回",
    ];
    if !may_precede.iter().any(|word| marker.starts_with(word)) {
        return None;
    }
    let before = last_sentence(text.get(..find.start)?);
    let all = words_of(before);
    let words: Vec<String> = all
        .iter()
        .skip(all.len().saturating_sub(8))
        .cloned()
        .collect();
    // The nearest day wins: shorter and shorter tails are of no use, so the whole tail must hold one.
    (0..words.len()).rev().find_map(|from| {
        let tail = words.get(from..)?;
        let date = day_in(tail, 0, context)?;
        let longer = from
            .checked_sub(1)
            .and_then(|f| words.get(f..))
            .and_then(|t| day_in(t, 0, context));
        Some((longer.unwrap_or(date), marker.clone()))
    })
}

/// The day that begins among the first words.
fn day_in(words: &[String], words_max: usize, context: &Context) -> Option<NaiveDate> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let found = when::find(&words, context);
    let first = found.first.filter(|first| *first <= words_max)?;
    // Two days behind one another: the nearer one to the phrase.
    let date = found.date.or_else(|| {
        (first + 1..=words.len()).find_map(|end| when::find(words.get(..end)?, context).date)
    })?;
    let named_end = words.get(..first)?.iter().any(|word| {
        matches!(
            *word,
            "end"
                | "ende"
                | "fin"
                | "fine"
                | "eind"
                | "einde"
                | "final"
                | "finales"
                | "slutet"
                | "slutningen"
                | "konca"
                | "loppuun"
                | "конца"
        )
    });
    let date = if named_end && found.vague {
        date.with_day(1)?.checked_add_months(Months::new(1))?
    } else {
        date
    };
    let today = when::today(context);
    let year_told = words.iter().any(|word| {
        word.split('-')
            .next()
            .and_then(|w| w.parse::<i32>().ok())
            .is_some_and(|year| year == date.year())
    });
    let near = (date - today).num_days() <= DAYS_AHEAD_MAX;
    (date > today && (near || (year_told && (date - today).num_days() < 1200))).then_some(date)
}

/// Words as the date reader knows them: months and weekdays of more languages put into English.
fn words_of(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let words = tokens.iter().filter(|token| token.is_word).take(60);
    words
        .map(|token| {
            let word = token.text.as_ref();
            if lexicon().month(word).is_some() || lexicon().weekday(word).is_some() {
                return word.to_owned();
            }
            let month = phrases::phrases()
                .month(word)
                .and_then(|m| name_of(&MONTHS, m));
            let weekday = || {
                phrases::phrases()
                    .weekday(word)
                    .and_then(|d| name_of(&WEEKDAYS, d))
            };
            month.or_else(weekday).unwrap_or(word).to_owned()
        })
        .collect()
}

fn name_of(names: &[&'static str], number: u32) -> Option<&'static str> {
    names
        .get(usize::try_from(number).ok()?.checked_sub(1)?)
        .copied()
}

/// Up to the end of the sentence; the dot behind a number ends none.
fn sentence(text: &str) -> &str {
    let mut before = ' ';
    let mut octets = text.char_indices().peekable();
    while let Some((at, c)) = octets.next() {
        let ends = matches!(c, '!' | '?' | ';' | '。' | '！')
            || (c == '.'
                && !before.is_ascii_digit()
                && octets.peek().is_none_or(|(_, next)| *next == ' '));
        if ends || at > 160 {
            return text.get(..at).unwrap_or_default();
        }
        before = c;
    }
    text
}

fn last_sentence(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take(160)
        .find(|(at, c)| {
            let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
            let digit_before = text
                .get(..*at)
                .unwrap_or_default()
                .ends_with(|b: char| b.is_ascii_digit());
            matches!(c, '!' | '?' | ';' | '。' | '！')
                || (*c == '.' && rest.starts_with(' ') && !digit_before)
        })
        .map_or_else(
            || text.char_indices().rev().nth(160).map_or(0, |(at, _)| at),
            |(at, c)| at + c.len_utf8(),
        );
    text.get(start..).unwrap_or_default()
}

/// Numeric dates put as `2027-06-09`: `9.6.`, `9. 6. 2027`, `09/06/2027` where days come first,
/// `6月9日`.
fn with_plain_dates(text: &str, english: bool, today: NaiveDate) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(c) = rest.chars().next() {
        let fresh =
            before.is_none_or(|b| !(b.is_ascii_digit() || matches!(b, '.' | '/' | '-' | ':')));
        if c.is_ascii_digit()
            && fresh
            && let Some((date, used)) = date_at(rest, english, today)
        {
            out.push_str(&format!(" {date} "));
            before = Some('0');
            rest = rest.get(used..).unwrap_or_default();
            continue;
        }
        if c.is_ascii_digit() && before == Some('l') {
            out.push(' '); // "fino all'8 febbraio", its apostrophe folded away
        }
        out.push(c);
        before = Some(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// A numeric date at the start of a text, and its length.
fn date_at(text: &str, english: bool, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let (first, at) = number(text, 0)?;
    let rest = text.get(at..)?;
    let mark = rest.chars().next()?;
    if mark == '年' || mark == '月' {
        return east_asian(text, today);
    }
    if !matches!(mark, '.' | '/') {
        return None;
    }
    let skip = |at: usize| {
        at + usize::from(mark == '.' && text.get(at..).is_some_and(|r| r.starts_with(' ')))
    };
    let (second, behind) = number(text, skip(at + 1))?;
    let again = text.get(behind..).is_some_and(|r| r.starts_with(mark));
    let year = if again {
        number(text, skip(behind + 1))
    } else {
        None
    };
    let year = year.filter(|(year, _)| (20..100).contains(year) || (2000..2200).contains(year));
    if first > 1000 {
        let (day, end) = again.then(|| number(text, behind + 1)).flatten()?;
        return Some((
            NaiveDate::from_ymd_opt(i32::try_from(first).ok()?, second, day)?,
            end,
        ));
    }
    // Without a year the second dot must be there, else it is a time or a number.
    if year.is_none() && mark == '.' && !again {
        return None;
    }
    let (day, month) = match mark {
        '/' if second > 12 => (second, first),
        '/' if english && first <= 12 && second <= 12 && first != second => return None,
        _ => (first, second),
    };
    let end = year.map_or(behind + usize::from(again && mark == '.'), |(_, end)| end);
    Some((
        with_year(year.map(|(year, _)| year), month, day, today)?,
        end,
    ))
}

fn east_asian(text: &str, today: NaiveDate) -> Option<(NaiveDate, usize)> {
    let (first, at) = number(text, 0)?;
    let (year, month, at) = if text.get(at..)?.starts_with('年') {
        let (month, behind) = number(text, at + '年'.len_utf8())?;
        (Some(first), month, behind)
    } else {
        (None, first, at)
    };
    let at = at
        + text
            .get(at..)?
            .starts_with('月')
            .then_some('月'.len_utf8())?;
    let (day, at) = number(text, at)?;
    let rest = text.get(at..)?;
    let ends = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '日' | '号' | '號'));
    let end = at + ends.map_or(0, char::len_utf8);
    // A weekday in brackets may follow: 6月9日(水).
    let weekday = text
        .get(end..)
        .filter(|r| r.starts_with('('))
        .and_then(|r| r.find(')'));
    let end = weekday
        .filter(|length| *length < 12)
        .map_or(end, |length| end + length + 1);
    Some((with_year(year, month, day, today)?, end))
}

fn with_year(year: Option<u32>, month: u32, day: u32, today: NaiveDate) -> Option<NaiveDate> {
    if let Some(year) = year {
        let year = if year < 100 { year + 2000 } else { year };
        return NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    }
    let this = NaiveDate::from_ymd_opt(today.year(), month, day)?;
    // A day of the last weeks is one that has passed, not one of next year.
    if this >= today.checked_sub_days(Days::new(60))? {
        return Some(this);
    }
    NaiveDate::from_ymd_opt(today.year() + 1, month, day)
}

/// A number of at most four digits at an octet, and where it ends.
fn number(text: &str, at: usize) -> Option<(u32, usize)> {
    let digits: &str = text.get(at..)?;
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let value = digits.get(..length)?.parse().ok()?;
    (1..=4).contains(&length).then_some((value, at + length))
}
