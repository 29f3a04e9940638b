//! The first day back, as absences tell it: "until 9 June", "bis einschließlich 9.6.", "back on
//! Monday", "6月9日まで".
//!
//! The rule: the day beside "back" is the day itself; the end of an absence ("until", or the second
//! day of a span) is taken as the first day back too, unless it is called the last one ("through",
//! "including"), then the next day is. `dates` finds the days. A day stands behind its word or, in
//! front of it, in the same clause. What lies behind us or a year off is none.

use super::dates::{self, Dated, Order};
use super::phrases::{self, Find, Sign, fold, runs_on};
use crate::reading::message::Message;
use crate::reading::{Context, when};
use chrono::NaiveDate;

/// Farthest day that is believed where no year is told.
const DAYS_AHEAD_MAX: i64 = 300;
/// Farthest day that is believed at all.
const DAYS_AHEAD_WITH_YEAR_MAX: i64 = 1_200;
/// Most words between "back" and a day behind it.
const BACK_WORDS_MAX: usize = 9;
/// Most words between "until" and its day, or between a day and the word behind it.
const UNTIL_WORDS_MAX: usize = 4;
/// Most words between a word and a day that could be another number.
const CLOSE_WORDS_MAX: usize = 3;
/// Most words between a day and the "back" behind it.
const BEFORE_WORDS_MAX: usize = 8;
/// Most places that are tried.
const PLACES_MAX: usize = 40;
/// How far behind a day "inclusive" may stand, in octets.
const INCLUSIVE_OCTETS_MAX: usize = 40;

/// The days of one text, its sentences and where its turns of phrase stand.
struct Told<'a> {
    text: &'a str,
    dated: Vec<Dated>,
    /// Where its sentences end, and the sign that ends each.
    ends: Vec<(usize, char)>,
    finds: Vec<Find>,
    english: bool,
    today: NaiveDate,
}

/// The first day back, if the text tells one.
pub(super) fn away_until(text: &str, message: &Message, context: &Context) -> Option<NaiveDate> {
    let folded = fold(text);
    let english = [" the ", "i am ", "out of ", " will ", "im ", "until "]
        .iter()
        .any(|word| folded.contains(word));
    let order = order(&folded, english, message);
    let today = when::today(context);
    let dated = dates::find(&folded, order, today);
    if dated.is_empty() {
        return None;
    }
    let told = Told {
        finds: phrases::phrases().find(&folded),
        ends: sentence_ends(&folded, &dated),
        text: &folded,
        dated,
        english,
        today,
    };
    told.back().or_else(|| told.end())
}

/// Which of two figures is the day: by the script or language; in English by other figures of the
/// text, or by the clock of the sender, on whichever side of the ocean it goes.
fn order(folded: &str, english: bool, message: &Message) -> Order {
    if folded.chars().any(|c| runs_on(c) || is_hangul(c)) {
        return Order::MonthFirst;
    }
    if !english {
        return Order::DayFirst;
    }
    for word in folded.split(|c: char| !(c.is_ascii_digit() || c == '/')) {
        let mut parts = word.split('/').map(|part| part.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten()) {
            (Some(13..=31), Some(1..=12)) => return Order::DayFirst,
            (Some(1..=12), Some(13..=31)) => return Order::MonthFirst,
            _ => {}
        }
    }
    match offset(message) {
        Some(-1_000..=-500) => Order::MonthFirst,
        // Manila writes the month first; what comes from zero may come from a server.
        Some(100..=700 | 900..=1_300) => Order::DayFirst,
        _ => Order::Unknown,
    }
}

/// The offset in the Date field, as in `-0500`.
fn offset(message: &Message) -> Option<i32> {
    let date = message.first("date")?;
    let mut words = date.split_whitespace().rev().take(3);
    let word = words.find(|word| word.len() == 5 && word.starts_with(['+', '-']))?;
    word.parse().ok()
}

const fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}')
}

impl Told<'_> {
    fn of(&self, sign: Sign) -> impl Iterator<Item = &Find> {
        let finds = self.finds.iter().filter(move |find| find.sign == sign);
        finds.take(PLACES_MAX)
    }

    fn between(&self, from: usize, to: usize) -> &str {
        let mut to = to.min(self.text.len());
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        self.text.get(from..to).unwrap_or_default()
    }

    fn back(&self) -> Option<NaiveDate> {
        self.of(Sign::Back)
            .find_map(|find| {
                let behind = self.behind(find, BACK_WORDS_MAX);
                behind.or_else(|| self.in_front(find, BEFORE_WORDS_MAX))
            })
            .map(|dated| dated.date)
    }

    /// The latest end of an absence.
    fn end(&self) -> Option<NaiveDate> {
        let by_word = self.of(Sign::Until).filter_map(|find| {
            let word = self.between(find.start, find.end);
            if self.english && matches!(word, "do" | "ate" | "a") {
                return None; // words of other languages that mean something else in English
            }
            let dated = self.behind(find, UNTIL_WORDS_MAX).or_else(|| {
                let behind_its_day = follows_its_day(word);
                behind_its_day.then(|| self.in_front(find, CLOSE_WORDS_MAX))?
            })?;
            if is_week(dated) {
                return None;
            }
            self.first_day_back(dated, find.start.min(dated.start))
        });
        let by_span = self.dated.iter().filter_map(|dated| {
            let ending = self.text.get(dated.end..).unwrap_or_default();
            let korean = korean_until(ending);
            let ends = (dated.ends_span && !is_week(dated)) || korean;
            if !ends || !self.is_believed(dated) {
                return None;
            }
            if korean {
                return dated.date.succ_opt();
            }
            self.first_day_back(dated, dated.start)
        });
        let by_span = by_span.take(PLACES_MAX);
        by_word.chain(by_span).max()
    }

    /// The day behind an end: itself, or the next one if it is called the last of the absence.
    fn first_day_back(&self, dated: &Dated, from: usize) -> Option<NaiveDate> {
        let behind = dated.end.saturating_add(INCLUSIVE_OCTETS_MAX);
        let bound = behind.min(self.sentence_end(dated.end));
        let window = self.between(from, bound.max(dated.end));
        let marks = phrases::phrases().find(window);
        // Russian "по" and Japanese "まで" include their day.
        let before = self.between(0, dated.start).trim_end();
        let last = phrases::has(&marks, Sign::Inclusive)
            || before.ends_with(" по")
            || window.contains(fold("まで").as_str());
        if last {
            dated.date.succ_opt()
        } else {
            Some(dated.date)
        }
    }

    fn is_believed(&self, dated: &Dated) -> bool {
        let ahead = (dated.date - self.today).num_days();
        let bound = if dated.year_told {
            DAYS_AHEAD_WITH_YEAR_MAX
        } else {
            DAYS_AHEAD_MAX
        };
        (1..=bound).contains(&ahead)
    }

    /// The first day behind a phrase, in its sentence.
    fn behind(&self, find: &Find, words_max: usize) -> Option<&Dated> {
        let next = self.dated.partition_point(|dated| dated.start < find.end);
        let dated = self.dated.get(next)?;
        let gap = self.between(find.end, dated.start);
        let words_max = if dated.close {
            CLOSE_WORDS_MAX
        } else {
            words_max
        };
        let near = words(gap) <= words_max && self.sentence_end(find.start) >= dated.start;
        (near && self.is_believed(dated)).then_some(dated)
    }

    /// The last day in front of a phrase, in its clause: "on 18 January I am back". The end of a
    /// span is not meant by a "back" behind it.
    fn in_front(&self, find: &Find, words_max: usize) -> Option<&Dated> {
        let next = self.dated.partition_point(|dated| dated.end <= find.start);
        let dated = self.dated.get(next.checked_sub(1)?)?;
        let gap = self.between(dated.end, find.start);
        let joined = gap.trim_start();
        // A comma right behind a day that opens its sentence ("On 18 January, I am back"), or that
        // closes what one within it opened ("ab Montag, dem 18. Januar, wieder").
        let opens = words(self.between(self.sentence_start(dated.start), dated.start)) <= 2
            || self.between(dated.start, dated.end).contains(',');
        let gap = match joined.strip_prefix([',', '、', ')']) {
            Some(rest) if opens => rest,
            _ => joined,
        };
        let parted = gap.contains([',', '、', '，', ':']) || is_parted(gap);
        let near = words(gap) <= words_max && self.sentence_end(dated.end) >= find.start;
        let back = find.sign == Sign::Back;
        (near && !parted && !(back && dated.ends_span) && self.is_believed(dated)).then_some(dated)
    }

    fn sentence_end(&self, from: usize) -> usize {
        let next = self.ends.partition_point(|(at, _)| *at < from);
        self.ends.get(next).map_or(self.text.len(), |(at, _)| *at)
    }

    fn sentence_start(&self, to: usize) -> usize {
        let before = self.ends.partition_point(|(at, _)| *at < to);
        let end = before.checked_sub(1).and_then(|last| self.ends.get(last));
        end.map_or(0, |(at, sign)| at + sign.len_utf8())
    }
}

/// Where sentences end. The dot of a day, behind a figure or behind a letter ends none.
fn sentence_ends(text: &str, dated: &[Dated]) -> Vec<(usize, char)> {
    let mut ends = Vec::new();
    let mut days = dated.iter().peekable();
    let mut last_day_end = None;
    for (at, c) in text.char_indices() {
        while let Some(day) = days.next_if(|day| day.end <= at) {
            last_day_end = Some(day.end);
        }
        let inside = days.peek().is_some_and(|day| day.start <= at);
        let ends_here = match c {
            '!' | '?' | ';' | '。' => true,
            '.' if !inside => {
                let rest = text.get(at + 1..).unwrap_or_default();
                let parted = rest.is_empty() || rest.starts_with(' ');
                // Behind a day its year's or month's last figure or letter stands in front.
                parted
                    && (last_day_end == Some(at)
                        || is_full_stop(text.get(..at).unwrap_or_default()))
            }
            _ => false,
        };
        if ends_here {
            ends.push((at, c));
        }
    }
    ends
}

/// Whether a dot behind this text closes a sentence, and no number or letter cut short.
fn is_full_stop(before: &str) -> bool {
    let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    let letters = before.chars().rev().take_while(|c| c.is_alphanumeric());
    !(1..=2).contains(&digits) && letters.take(2).count() != 1
}

/// "Monday to Wednesday": hours of work rather than an absence.
const fn is_week(dated: &Dated) -> bool {
    dated.ends_span && dated.weekday_only
}

/// Words that close a clause between a day and a "back" that is not of it.
fn is_parted(gap: &str) -> bool {
    gap.split(' ').any(|word| {
        matches!(
            word,
            "and" | "und" | "et" | "en" | "och" | "og" | "then" | "danach" | "afterwards"
        )
    }) && words(gap) > 1
}

/// Whether the language puts its "until" behind the day: "kadar", "saakka", "まで".
fn follows_its_day(word: &str) -> bool {
    ["kadar", "saakka", "asti", "ま", "为止", "為止"]
        .iter()
        .any(|known| word.starts_with(known))
}

/// Whether Korean's "until" follows at once.
fn korean_until(ending: &str) -> bool {
    ["일까지", "까지"]
        .iter()
        .any(|known| ending.trim_start().starts_with(fold(known).as_str()))
}

/// How many words a gap holds; of scripts without blanks three signs count as one.
fn words(gap: &str) -> usize {
    let spaced = gap
        .split(|c: char| !c.is_alphanumeric() || runs_on(c))
        .filter(|word| !word.is_empty());
    let signs = gap.chars().filter(|c| runs_on(*c)).count();
    spaced.count() + signs / 3
}
