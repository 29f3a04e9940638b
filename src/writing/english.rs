//! English: how dates, times and rhythms are said. One such file for each language.
//!
//! Civil dates and times come in, words go out; no clock. The year is said only where the date
//! is far from the letter's own.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

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

/// Days beyond which a date needs its year.
const NEAR_DAYS: i64 = 250;

/// `January`
pub fn month(date: NaiveDate) -> &'static str {
    MONTHS
        .get(date.month0() as usize)
        .copied()
        .unwrap_or_default()
}

/// `14 January`, or `14 January 2029` from afar.
pub fn date(date: NaiveDate, today: NaiveDate) -> String {
    let near = (date - today).num_days().abs() <= NEAR_DAYS;
    let year = if near {
        String::new()
    } else {
        format!(" {}", date.year())
    };
    format!("{} {}{year}", date.day(), month(date))
}

/// `Thursday 14 January`
pub fn day(moment: NaiveDate, today: NaiveDate) -> String {
    format!("{} {}", weekday(moment.weekday()), date(moment, today))
}

/// `Sunday at 18:00` within the coming six days, else `Sunday 17 January at 18:00`.
pub fn deadline(moment: NaiveDateTime, today: NaiveDate) -> String {
    let ahead = (moment.date() - today).num_days();
    let day = match ahead {
        0..=6 => weekday(moment.weekday()).to_owned(),
        _ => day(moment.date(), today),
    };
    format!("{day} at {}", time(moment.time()))
}

/// `12:30`
pub fn time(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

/// `Thursday`
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

/// `every other week`, with the weekday `every other Thursday`.
pub fn rhythm(weeks: u32, unit: &str) -> String {
    match weeks {
        0 | 1 => format!("every {unit}"),
        2 => format!("every other {unit}"),
        3 => format!("every third {unit}"),
        4 => format!("every fourth {unit}"),
        more if unit == "week" => format!("every {more} weeks"),
        more => format!("every {more} weeks on {unit}"),
    }
}

/// `first`, `second`, … `tenth`, `11th`.
pub fn ordinal(number: u32) -> String {
    const NAMES: [&str; 10] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth",
    ];
    if let Some(name) = (number as usize).checked_sub(1).and_then(|n| NAMES.get(n)) {
        return (*name).to_owned();
    }
    format!("{number}{}", suffix(number))
}

/// `the 14th and the 28th`
pub fn days_of_month(dates: &[NaiveDate]) -> String {
    let said = dates
        .iter()
        .map(|d| format!("the {}{}", d.day(), suffix(d.day())));
    list(&said.collect::<Vec<_>>())
}

/// `one lunch`, `two lunches`.
pub fn lunches(count: usize) -> String {
    match count {
        1 => "one lunch".to_owned(),
        more => format!("{} lunches", number(more)),
    }
}

/// `four lunches since 3 December`; of two who meet no more `four lunches, from … to …`.
pub fn thread(held: &[NaiveDate], goes_on: bool, today: NaiveDate) -> String {
    let (Some(first), Some(last)) = (held.first(), held.last()) else {
        return String::new();
    };
    let (count, first) = (lunches(held.len()), date(*first, today));
    match (held.len(), goes_on) {
        (1, _) => format!("{count}, on {first}"),
        (_, true) => format!("{count} since {first}"),
        (_, false) => format!("{count}, from {first} to {}", date(*last, today)),
    }
}

/// `one more pair has`, `two more pairs have`.
pub fn more_pairs(count: usize) -> String {
    match count {
        1 => "one more pair has".to_owned(),
        more => format!("{} more pairs have", number(more)),
    }
}

/// `two`, `three`, … `ten`, `11`.
pub fn number(count: usize) -> String {
    const NAMES: [&str; 11] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    NAMES
        .get(count)
        .map_or_else(|| count.to_string(), |name| (*name).to_owned())
}

/// `a, b and c`
pub fn list(items: &[String]) -> String {
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A month to offer for "ask me again": the third from now.
pub fn later_month(today: NaiveDate) -> &'static str {
    month(today.checked_add_months(Months::new(3)).unwrap_or(today))
}

/// A weekday to offer in place of that one.
pub const fn other_weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Tue => "Wednesday",
        _ => "Tuesday",
    }
}

/// A day to offer in place of that date: the next one, Friday's being the day before.
pub fn day_beside(date: NaiveDate) -> &'static str {
    let beside = match date.weekday() {
        Weekday::Fri => date.checked_sub_days(Days::new(1)),
        Weekday::Sat => date.checked_add_days(Days::new(2)),
        _ => date.checked_add_days(Days::new(1)),
    };
    weekday(beside.unwrap_or(date).weekday())
}

const fn suffix(number: u32) -> &'static str {
    match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_year_is_said_only_from_afar() {
        assert_eq!(
            day(on(2027, 1, 14), on(2026, 12, 30)),
            "Thursday 14 January"
        );
        assert_eq!(
            day(on(2028, 1, 13), on(2026, 12, 30)),
            "Thursday 13 January 2028"
        );
    }

    #[test]
    fn a_deadline_in_the_same_week_is_a_weekday() {
        let sunday = on(2027, 1, 17).and_hms_opt(18, 0, 0).unwrap();
        assert_eq!(deadline(sunday, on(2027, 1, 14)), "Sunday at 18:00");
        assert_eq!(
            deadline(sunday, on(2027, 1, 10)),
            "Sunday 17 January at 18:00"
        );
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        assert_eq!(rhythm(2, "Thursday"), "every other Thursday");
        assert_eq!(rhythm(6, "week"), "every 6 weeks");
        assert_eq!(
            (ordinal(5).as_str(), ordinal(22).as_str()),
            ("fifth", "22nd")
        );
        assert_eq!(
            days_of_month(&[on(2027, 1, 1), on(2027, 1, 12), on(2027, 1, 23)]),
            "the 1st, the 12th and the 23rd"
        );
        assert_eq!(later_month(on(2026, 11, 30)), "February");
        assert_eq!(day_beside(on(2027, 1, 15)), "Thursday");
    }
}
