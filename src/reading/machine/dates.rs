//! Every day that a text names, in the languages that absences are written in: "18 januari",
//! "18.1.2027", "Wednesday the 20th", "1月18日", "KW 5", "end of February".
//!
//! The words come from `dates.txt`. A text is cut into numbers, words and marks; each place is
//! tried once, so the cost grows with the text. Two figures that could be two days are read in the
//! order of the language, or by the weekday beside them; where neither tells, they are none.

mod meaning;
mod piece;
mod span;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use meaning::{Meaning, eastern, meanings};
use piece::{Piece, What, pieces};

/// Shortest month name on which endings may grow, in letters.
const STEM_LETTERS_MIN: usize = 4;
/// A day without a year that passed so many days ago is past, and not next year's.
const PAST_DAYS_MAX: u64 = 60;

/// Which of two figures is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    MonthFirst,
    Unknown,
}

/// A day in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    /// First octet.
    pub start: usize,
    /// One past the last octet.
    pub end: usize,
    pub date: NaiveDate,
    /// A year stands with it, so it may be far.
    pub year_told: bool,
    /// It ends a span: "11 to 15 January".
    pub ends_span: bool,
    /// Only a weekday is named.
    pub weekday_only: bool,
    /// It could be another number: believed only right beside a word that wants a day.
    pub close: bool,
}

/// A day found at a piece: how many pieces on it ends, and how sure it is.
#[derive(Clone, Copy, Debug)]
struct Hit {
    date: NaiveDate,
    next: usize,
    year_told: bool,
    close: bool,
    ends_span: bool,
    weekday_only: bool,
}

struct Reader<'a> {
    text: &'a str,
    pieces: Vec<Piece>,
    order: Order,
    today: NaiveDate,
}

/// The days in a folded text, in its order.
pub(super) fn find(text: &str, order: Order, today: NaiveDate) -> Vec<Dated> {
    let reader = Reader {
        text,
        pieces: pieces(text),
        order,
        today,
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(piece) = reader.pieces.get(at) {
        let Some(hit) = reader.day_at(at) else {
            at += 1;
            continue;
        };
        let next = hit.next.max(at + 1);
        let last = reader.pieces.get(next - 1).unwrap_or(piece);
        found.push(Dated {
            start: piece.start,
            end: last.end,
            date: hit.date,
            year_told: hit.year_told,
            ends_span: hit.ends_span || reader.follows_a_first_day(at),
            weekday_only: hit.weekday_only,
            close: hit.close,
        });
        at = next;
    }
    found
}

impl Reader<'_> {
    fn number(&self, at: usize) -> Option<(u32, usize)> {
        match self.pieces.get(at)?.what {
            What::Number(value, digits) => Some((value, digits)),
            _ => None,
        }
    }

    fn word(&self, at: usize) -> Option<&str> {
        let piece = self.pieces.get(at).filter(|p| p.what == What::Word)?;
        self.text.get(piece.start..piece.end)
    }

    fn number_joined(&self, at: usize) -> bool {
        self.joined(at) && self.number(at).is_some()
    }

    fn mark(&self, at: usize) -> Option<char> {
        match self.pieces.get(at)?.what {
            What::Mark(c) => Some(c),
            _ => None,
        }
    }

    fn rest(&self, at: usize) -> &str {
        let from = self
            .pieces
            .get(at)
            .map_or(self.text.len(), |piece| piece.start);
        self.text.get(from..).unwrap_or_default()
    }

    /// Whether nothing stands between a piece and the one before it.
    fn joined(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|b| self.pieces.get(b));
        match (before, self.pieces.get(at)) {
            (Some(before), Some(piece)) => before.end == piece.start,
            _ => false,
        }
    }

    fn is(&self, at: usize, wanted: Meaning) -> bool {
        self.word(at)
            .and_then(|word| meanings().get(word))
            .is_some_and(|all| all.contains(&wanted))
    }

    fn meaning<T>(&self, at: usize, pick: impl Fn(&Meaning) -> Option<T>) -> Option<T> {
        let all = meanings().get(self.word(at)?)?;
        all.iter().find_map(pick)
    }

    fn month(&self, at: usize) -> Option<u32> {
        let pick = |meaning: &Meaning| match meaning {
            Meaning::Month(number) => Some(*number),
            _ => None,
        };
        let word = self.word(at)?;
        self.meaning(at, pick).or_else(|| {
            // "Şubat'a", "tammikuussa", "בינואר"
            let bare = word.strip_prefix('ב').unwrap_or(word);
            let ends = bare.char_indices().map(|(start, c)| start + c.len_utf8());
            let stems: Vec<usize> = ends.skip(STEM_LETTERS_MIN - 1).take(16).collect();
            stems
                .into_iter()
                .rev()
                .filter_map(|end| meanings().get(bare.get(..end)?))
                .find_map(|all| all.iter().find_map(pick))
        })
    }

    /// How many pieces a text takes that begins at a piece.
    fn taken(&self, at: usize, text: &str) -> usize {
        let end = self.pieces.get(at).map_or(0, |piece| piece.start) + text.len();
        let pieces = self.pieces.iter().skip(at);
        pieces.take_while(|piece| piece.start < end).count().max(1)
    }

    fn day_at(&self, at: usize) -> Option<Hit> {
        self.after_weekday(at)
            .or_else(|| self.before_weekday(at))
            .or_else(|| self.day_of_month(at))
            .or_else(|| self.span(at))
            .or_else(|| self.spoken(at))
    }

    /// The weekday at a piece, the piece behind it, whether it is of next week, and whether its
    /// name is cut short.
    fn weekday(&self, at: usize) -> Option<(u32, usize, bool, bool)> {
        let rest = self.rest(at);
        let next_week = at
            .checked_sub(1)
            .is_some_and(|b| self.word(b) == Some("下"));
        let named = eastern().weekdays.iter();
        let mut named = named.filter(|(name, _)| rest.starts_with(name.as_str()));
        if let Some((name, number)) = named.next() {
            return Some((*number, at + self.taken(at, name), next_week, false));
        }
        let (number, short) = self.meaning(at, |meaning| match meaning {
            Meaning::Weekday(number) => Some((*number, false)),
            Meaning::ShortWeekday(number) => Some((*number, true)),
            _ => None,
        })?;
        let mut next = at + 1;
        if self.mark(next) == Some('-') && self.word(next + 1) == Some("feira") {
            next += 2;
        }
        let before = at.checked_sub(1).is_some_and(|b| self.is(b, Meaning::Next));
        let behind = self.is(next, Meaning::Next);
        Some((number, next + usize::from(behind), before || behind, short))
    }

    fn after_weekday(&self, at: usize) -> Option<Hit> {
        let (weekday, next, next_week, short) = self.weekday(at)?;
        let small = |i: usize| {
            self.is(i, Meaning::Article) || matches!(self.mark(i), Some(',' | '.' | '(' | ')'))
        };
        let mut from = next;
        while from < next + 4 && small(from) {
            from += 1;
        }
        if let Some(hit) = self.whole(from, Some(weekday)) {
            return Some(hit);
        }
        let in_week = from + usize::from(matches!(self.word(from), Some("i" | "in" | "der" | "w")));
        if let Some(week) = self.week_by_number(in_week) {
            let date = week
                .date
                .checked_add_days(Days::new(u64::from(weekday) - 1))?;
            return Some(self.hit(date, week.next));
        }
        let weekday_name = Weekday::try_from(u8::try_from(weekday.checked_sub(1)?).ok()?).ok()?;
        if let Some((day, behind)) = self.bare_day(from)
            && !self.is_unit(behind)
            && self.mark(behind) != Some('-')
        {
            let date = self.coming_day(day, Some(weekday_name))?;
            return Some(self.hit(date, behind));
        }
        if short {
            return None;
        }
        let monday = self.monday()?;
        let ahead = Days::new(u64::from(weekday) - 1);
        let date = if next_week {
            monday
                .checked_add_days(Days::new(7))?
                .checked_add_days(ahead)?
        } else {
            let this = monday.checked_add_days(ahead)?;
            let passed = this <= self.today;
            this.checked_add_days(Days::new(if passed { 7 } else { 0 }))?
        };
        Some(Hit {
            weekday_only: true,
            ..self.hit(date, next)
        })
    }

    /// "18 Ocak 2027 Pazartesi", "18 January (Monday)": the weekday belongs to the day.
    fn before_weekday(&self, at: usize) -> Option<Hit> {
        let hit = self.whole(at, None)?;
        let from = hit.next + usize::from(matches!(self.mark(hit.next), Some(',' | '(')));
        let behind = self.weekday(from).filter(|(.., short)| !short);
        let own = behind.filter(|(number, ..)| {
            let named = hit.date.weekday().number_from_monday();
            *number == named && self.whole(from + 1, None).is_none()
        });
        let next = own.map_or(hit.next, |(_, next, ..)| next);
        Some(Hit { next, ..hit })
    }

    const fn hit(&self, date: NaiveDate, next: usize) -> Hit {
        Hit {
            date,
            next,
            year_told: false,
            close: false,
            ends_span: false,
            weekday_only: false,
        }
    }

    fn monday(&self) -> Option<NaiveDate> {
        let days = self.today.weekday().num_days_from_monday();
        self.today.checked_sub_days(Days::new(u64::from(days)))
    }

    /// A day with its month.
    fn whole(&self, at: usize, weekday: Option<u32>) -> Option<Hit> {
        let Some((first, digits)) = self.number(at) else {
            return self.month_first(at);
        };
        if !self.is_fresh(at) {
            return None;
        }
        self.eastern_date(at)
            .or_else(|| {
                if digits == 4 {
                    self.year_first(at, first)
                } else {
                    self.figures(at, first, weekday)
                        .or_else(|| self.day_and_name(at, first))
                }
            })
            .filter(|hit| self.ends_here(hit.next))
    }

    /// Whether a number is no piece of a longer one: of a version, a time or a telephone number.
    fn is_fresh(&self, at: usize) -> bool {
        let before = at.checked_sub(1);
        let joined = before.filter(|_| self.joined(at));
        let Some(mark) = joined.and_then(|b| self.mark(b)) else {
            return true;
        };
        let after_number = joined
            .and_then(|b| b.checked_sub(1))
            .is_some_and(|b| self.number(b).is_some() && self.joined(b + 1));
        match mark {
            '.' | '/' | ':' | '+' | ',' => !after_number && mark != '+' && mark != '/',
            // "11-15 januari" and "11.1.-15.1." are spans, "069-12-13" is none.
            '-' => !after_number || self.mark(at + 1) != Some('-'),
            _ => true,
        }
    }

    /// Whether no more figures follow.
    fn ends_here(&self, at: usize) -> bool {
        let goes_on = matches!(self.mark(at), Some('.' | '/' | '-' | ':'))
            && self.joined(at)
            && self.joined(at + 1)
            && self.number(at + 1).is_some();
        let span = self.mark(at) == Some('-');
        !goes_on || span
    }

    /// `2027年1月18日`, `1月18日(月)`, `1월 18일`.
    fn eastern_date(&self, at: usize) -> Option<Hit> {
        let begins = |i: usize, units: &[String]| {
            let rest = self.rest(i);
            self.word(i).is_some() && units.iter().any(|unit| rest.starts_with(unit.as_str()))
        };
        let (first, _) = self.number(at)?;
        let (year, month, at) = if begins(at + 1, &eastern().year) {
            (Some(first), self.number(at + 2)?.0, at + 3)
        } else {
            (None, first, at + 1)
        };
        if !begins(at, &eastern().month) {
            return None;
        }
        let (day, _) = self.number(at + 1)?;
        let mut next = at + 2;
        if begins(next, &eastern().day) {
            // The ending stays with the word: "18일까지" is a word of its own in `phrases`.
            next += usize::from(self.word(next).is_some_and(|w| w.chars().count() == 1));
        }
        if self.mark(next) == Some('(')
            && let Some(closes) = (next..next + 5).find(|i| self.mark(*i) == Some(')'))
        {
            next = closes + 1;
        }
        self.dated(year, month, day, next)
    }

    /// `2027-01-18`, `2027. 01. 18.`, `2027. január 18-án`.
    fn year_first(&self, at: usize, year: u32) -> Option<Hit> {
        if !(2000..2200).contains(&year) {
            return None;
        }
        let mark = self.mark(at + 1).filter(|m| matches!(m, '.' | '/' | '-'));
        if let Some(mark) = mark
            && let Some((month, _)) = self.number(at + 2)
            && self.mark(at + 3) == Some(mark)
            && let Some((day, digits)) = self.number(at + 4)
            && digits <= 2
        {
            let dot = mark == '.' && self.mark(at + 5) == Some('.') && self.joined(at + 5);
            return self.dated(Some(year), month, day, at + 5 + usize::from(dot));
        }
        let at = at + 1 + usize::from(mark == Some('.'));
        let month = self.month(at)?;
        let (day, _) = self.number(at + 1).filter(|(_, digits)| *digits <= 2)?;
        let (next, _) = self.behind_ordinal(at + 1);
        let mut hit = self.dated(Some(year), month, day, next)?;
        hit.ends_span = self.word(next.checked_sub(1)?) == Some("ig");
        Some(hit)
    }

    /// `18.1.2027`, `18.1.`, `18/01`, `18-01-2027`.
    fn figures(&self, at: usize, first: u32, weekday: Option<u32>) -> Option<Hit> {
        let mark = self
            .mark(at + 1)
            .filter(|m| matches!(m, '.' | '/' | '-') && self.joined(at + 1))?;
        let (second, digits) = self.number(at + 2)?;
        if digits > 2 || (mark != '.' && !self.joined(at + 2)) {
            return None;
        }
        let again = self.mark(at + 3) == Some(mark) && self.joined(at + 3);
        let year = self
            .number(at + 4)
            .filter(|_| again && (mark == '.' || self.joined(at + 4)))
            .filter(|(year, digits)| match digits {
                2 => (20..90).contains(year),
                4 => (2000..2200).contains(year),
                _ => false,
            });
        let next = match year {
            Some(_) => at + 5,
            None if mark == '-' => return None,
            None if again && (mark == '/' || self.number_joined(at + 4)) => return None,
            None => at + 3 + usize::from(again),
        };
        let year = year.map(|(year, _)| if year < 100 { year + 2000 } else { year });
        // "18.1" without the second dot may be a number as well.
        let close = year.is_none() && mark == '.' && !again;
        let day_first = self.dated(year, second, first, next);
        let month_first = self.dated(year, first, second, next);
        let named = |hit: &Option<Hit>| {
            let number = hit.map(|hit| hit.date.weekday().number_from_monday());
            weekday.is_some() && number == weekday
        };
        let hit = match (mark, self.order) {
            ('/', _) if named(&day_first) && !named(&month_first) => day_first,
            ('/', _) if named(&month_first) && !named(&day_first) => month_first,
            ('/', Order::Unknown) if first == second => day_first,
            ('/', Order::Unknown) => match (day_first, month_first) {
                (Some(hit), None) | (None, Some(hit)) => Some(hit),
                _ => None,
            },
            ('/', Order::MonthFirst) => month_first.or(day_first),
            ('/', Order::DayFirst) => day_first.or(month_first),
            _ => day_first,
        };
        hit.map(|hit| Hit { close, ..hit })
    }

    /// `18 januari`, `1st of May`, `18. Januar 2027`, `18 de enero de 2027`.
    fn day_and_name(&self, at: usize, day: u32) -> Option<Hit> {
        let (mut from, _) = self.behind_ordinal(at);
        for _ in 0..2 {
            from += usize::from(self.is(from, Meaning::Joins));
        }
        let month = self.month(from)?;
        self.with_year_behind(month, day, from + 1)
    }

    /// `January 18th, 2027`, `tammikuun 18.`.
    fn month_first(&self, at: usize) -> Option<Hit> {
        let month = self.month(at)?;
        let from = at + 1 + usize::from(self.word(at + 1) == Some("the"));
        let from = from + usize::from(self.mark(from) == Some('.'));
        let (day, digits) = self.number(from)?;
        let time = matches!(self.mark(from + 1), Some(':' | '/'));
        if digits > 2 || time {
            return None;
        }
        let (next, _) = self.behind_ordinal(from);
        self.with_year_behind(month, day, next)
    }

    fn with_year_behind(&self, month: u32, day: u32, next: usize) -> Option<Hit> {
        let mut from = next;
        from += usize::from(matches!(self.mark(from), Some(',' | '.')));
        from += usize::from(self.is(from, Meaning::Joins));
        let year = self
            .number(from)
            .filter(|(year, digits)| *digits == 4 && (2000..2200).contains(year));
        match year {
            Some((year, _)) => self.dated(Some(year), month, day, from + 1),
            None => self.dated(None, month, day, next),
        }
    }

    fn dated(&self, year: Option<u32>, month: u32, day: u32, next: usize) -> Option<Hit> {
        let of = |year: i32| NaiveDate::from_ymd_opt(year, month, day);
        let date = match year {
            Some(year) => of(i32::try_from(year).ok()?)?,
            None => {
                let long_past = self.today.checked_sub_days(Days::new(PAST_DAYS_MAX))?;
                of(self.today.year())
                    .filter(|date| *date >= long_past)
                    .or_else(|| of(self.today.year() + 1))?
            }
        };
        Some(Hit {
            year_told: year.is_some(),
            ..self.hit(date, next)
        })
    }

    /// The piece behind a number and its ordinal ending (`18th`, `18.`, `18-án`, `18:e`), and
    /// whether an ending stood that only ordinals have.
    fn behind_ordinal(&self, at: usize) -> (usize, bool) {
        let next = at + 1;
        if !self.joined(next) {
            return (next, false);
        }
        let short = |i: usize| {
            self.word(i)
                .is_some_and(|word| word.chars().count() <= 5 && !self.is_unit(i))
        };
        if let Some(unit) = self.word(next) {
            let day = eastern()
                .day
                .iter()
                .any(|day| unit.starts_with(day.as_str()));
            let ordinal = day || short(next);
            return (
                next + usize::from(ordinal && self.month(next).is_none()),
                ordinal,
            );
        }
        match self.mark(next) {
            Some('-' | ':') if self.joined(next + 1) && short(next + 1) => (next + 2, true),
            Some('.') => (next + 1, false),
            _ => (next, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::machine::phrases::fold;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn found(text: &str, order: Order) -> Vec<String> {
        let dated = find(&fold(text), order, day("2027-01-11"));
        dated.iter().map(|d| d.date.to_string()).collect()
    }

    #[test]
    fn a_day_is_known_in_many_languages() {
        for text in [
            "18 January 2027",
            "January 18th, 2027",
            "Jan. 18",
            "the 18th of January",
            "Montag, den 18. Januar",
            "18.1.",
            "18.01.2027",
            "18. 1. 2027",
            "lundi 18 janvier",
            "18 de enero de 2027",
            "lunedì 18 gennaio",
            "18 de janeiro de 2027",
            "segunda-feira, 18/01",
            "maandag 18 januari",
            "måndag den 18 januari",
            "mandag d. 18. januar",
            "18 stycznia 2027 r.",
            "18. ledna",
            "maanantaina 18. tammikuuta",
            "tammikuun 18.",
            "18 января 2027 года",
            "1月18日(月)",
            "2027年1月18日",
            "1월 18일",
            "18 Ocak 2027",
            "18 Ιανουαρίου",
            "2027. január 18-án",
            "2027. 01. 18.",
            "18 ianuarie",
            "18 січня",
            "18 يناير 2027",
            "18 בינואר",
            "2027-01-18",
            "18-01-2027",
            "Monday",
            "下周一",
            "月曜日",
            "Monday the 18th",
            "KW 3",
            "next week",
            "la semaine prochaine",
            "in einer Woche",
            "the 18th",
        ] {
            assert_eq!(found(text, Order::DayFirst), ["2027-01-18"], "{text}");
        }
    }

    #[test]
    fn two_figures_follow_the_order_or_the_weekday() {
        assert_eq!(found("3/2/2027", Order::DayFirst), ["2027-02-03"]);
        assert_eq!(found("3/2/2027", Order::MonthFirst), ["2027-03-02"]);
        assert_eq!(found("3/2/2027", Order::Unknown), [""; 0]);
        // 8 February 2027 is a Monday, 2 August is one too; 3 February is a Wednesday.
        assert_eq!(found("Wednesday 3/2/2027", Order::Unknown), ["2027-02-03"]);
        assert_eq!(found("1/19/2027", Order::Unknown), ["2027-01-19"]);
    }

    #[test]
    fn other_numbers_are_no_days() {
        for text in [
            "call 18.1.2027.44",
            "0211/12/13",
            "version 2.1.18",
            "+49 69 18-01",
            "18:30",
            "ext. 18",
            "the 3 of us",
            "Room 18",
            "Guten Morgen",
            "Monday 9 am",
        ] {
            let days = found(text, Order::DayFirst);
            let weekday = text.starts_with("Monday");
            assert_eq!(days.is_empty(), !weekday, "{text}: {days:?}");
        }
    }

    #[test]
    fn the_second_day_of_a_span_is_known() {
        for text in [
            "11 - 15 January",
            "vom 11. bis 15. Januar",
            "from 11th to 15th January",
            "du 11/01 au 15/01",
            "dall'11 al 15 gennaio",
            "between 11 and 15 January",
            "11.1.-15.1.",
            "11.01.2027 – 15.01.2027",
            "11 t/m 15 januari",
        ] {
            let dated = find(&fold(text), Order::DayFirst, day("2027-01-11"));
            let last = dated.last().unwrap();
            assert!(last.ends_span || text.contains("t/m"), "{text}: {dated:?}");
            assert_eq!(last.date, day("2027-01-15"), "{text}");
        }
    }
}
