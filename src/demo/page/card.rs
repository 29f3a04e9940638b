//! The calendar card of a mail: what a client shows above it, with its buttons.

use crate::demo::client::Mail;
use chrono::NaiveDateTime;
use serde::Serialize;

/// A calendar entry that came with a mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Card {
    /// What it is.
    pub title: String,
    /// When, in words.
    pub when: String,
    /// How often, if it repeats.
    pub often: String,
    /// Where.
    pub place: String,
    /// Month and day, for the leaf of the calendar.
    pub month: String,
    /// Day of the month.
    pub day: String,
    /// Whether an answer is asked for, or it is taken out of the calendar.
    pub asks: bool,
}

impl Card {
    /// The entry of a mail, if it has one.
    pub fn of(mail: &Mail) -> Option<Self> {
        let text = mail
            .calendar
            .as_ref()?
            .replace("\r\n", "\n")
            .replace("\n ", "");
        let (front, event) = text.split_once("BEGIN:VEVENT")?;
        let start = moment(value(event, "DTSTART")?)?;
        let end = value(event, "DTEND").and_then(moment);
        let until = end.map(|end| end.time().format("–%H:%M").to_string());
        Some(Self {
            title: unescaped(value(event, "SUMMARY").unwrap_or("An appointment")),
            when: format!(
                "{}{}",
                start.format("%A %-d %B %Y, %H:%M"),
                until.unwrap_or_default()
            ),
            often: often(value(event, "RRULE").unwrap_or_default()),
            place: unescaped(value(event, "LOCATION").unwrap_or_default()),
            month: start.format("%b").to_string(),
            day: start.format("%-d").to_string(),
            asks: value(front, "METHOD") == Some("REQUEST"),
        })
    }
}

/// The value of the first property of that name.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?;
        let (parameters, value) = rest.split_once(':')?;
        (parameters.is_empty() || parameters.starts_with(';')).then_some(value)
    })
}

fn moment(value: &str) -> Option<NaiveDateTime> {
    let bare = value.trim_end_matches('Z');
    NaiveDateTime::parse_from_str(bare, "%Y%m%dT%H%M%S").ok()
}

fn often(rule: &str) -> String {
    let part = |name: &str| {
        rule.split(';')
            .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
    };
    match (part("FREQ"), part("INTERVAL").unwrap_or("1")) {
        (Some("WEEKLY"), "1") => "every week".to_owned(),
        (Some("WEEKLY"), "2") => "every other week".to_owned(),
        (Some("WEEKLY"), weeks) => format!("every {weeks} weeks"),
        _ => String::new(),
    }
}

fn unescaped(text: &str) -> String {
    text.replace("\\n", " ")
        .replace("\\,", ",")
        .replace("\\;", ";")
        .replace("\\\\", "\\")
}
