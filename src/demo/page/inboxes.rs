//! The four inboxes: each letter and each answer as a line.

use crate::demo::client::Mail;
use crate::demo::page::answers::Answer;
use crate::demo::page::performance::{self, Letter, Performance};
use crate::demo::stage::{PLAYERS, Player};
use crate::demo::transcript::own_lines;
use crate::words::clean::cut_at_word;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;

/// How much of a letter an inbox shows, in characters.
const PREVIEW_CHARS: usize = 90;

/// A line of an inbox: a letter, or an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    href: String,
    who: String,
    to: &'static str,
    subject: String,
    preview: String,
    when: String,
    unread: bool,
    sent: bool,
    calendar: bool,
    current: bool,
    /// Letters are numbered as they came, and the clock stands still between: an answer stands before
    /// what came of it.
    order: (usize, bool, usize),
}

/// Somebody with their inbox.
#[derive(Clone, Debug, Serialize)]
pub struct Inbox {
    name: &'static str,
    initial: char,
    address: &'static str,
    unread: usize,
    first: Option<String>,
    entries: Vec<Entry>,
}

/// Local time on the stage; of a mail's Date.
pub fn local(date: Option<DateTime<Utc>>) -> NaiveDateTime {
    performance::local(date.unwrap_or_default())
}

/// A moment as an inbox shows it.
pub fn brief(at: NaiveDateTime) -> String {
    at.format("%a %-d %b, %H:%M").to_string()
}

/// A sender's name.
pub fn sender(mail: &Mail) -> String {
    mail.from.split(" <").next().unwrap_or_default().to_owned()
}

fn preview(mail: &Mail) -> String {
    let words: Vec<&str> = own_lines(&mail.text)
        .into_iter()
        .flat_map(str::split_whitespace)
        .take(30)
        .collect();
    cut_at_word(&words.join(" "), PREVIEW_CHARS)
}

/// A letter's line.
pub fn of_letter(number: usize, letter: &Letter) -> Entry {
    let at = local(letter.mail.date);
    Entry {
        href: format!("/mail/{number}"),
        who: sender(&letter.mail),
        to: letter.player.name,
        subject: letter.mail.subject.clone(),
        preview: preview(&letter.mail),
        when: brief(at),
        unread: !letter.opened,
        sent: false,
        calendar: letter.mail.calendar.is_some(),
        current: false,
        order: (number, true, number),
    }
}

fn of_answer(number: usize, answer: &Answer) -> Entry {
    Entry {
        href: format!("/answer/{number}"),
        who: answer.by.name.to_owned(),
        to: answer.by.name,
        subject: answer.subject.clone(),
        preview: answer.marked.said().to_owned(),
        when: brief(answer.at),
        unread: false,
        sent: true,
        calendar: answer.partstat.is_some(),
        current: false,
        order: (answer.letters.start, false, number),
    }
}

/// Somebody's inbox; `current` is the page that is shown.
pub fn inbox(performance: &Performance, player: Player, current: &str) -> Inbox {
    let letters = performance.letters().iter().enumerate();
    let letters = letters.filter(|(_, letter)| letter.player == player);
    let answers = performance.answers().iter().enumerate();
    let answers = answers.filter(|(_, answer)| answer.by == player);
    let mut entries: Vec<Entry> = letters
        .map(|(number, letter)| of_letter(number, letter))
        .chain(answers.map(|(number, answer)| of_answer(number, answer)))
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.order));
    for entry in &mut entries {
        entry.current = entry.href == current;
    }
    Inbox {
        name: player.name,
        initial: player.name.chars().next().unwrap_or('?'),
        address: player.address,
        unread: entries.iter().filter(|entry| entry.unread).count(),
        first: entries.first().map(|entry| entry.href.clone()),
        entries,
    }
}

/// Everybody's.
pub fn inboxes(performance: &Performance, current: &str) -> Vec<Inbox> {
    PLAYERS
        .into_iter()
        .map(|player| inbox(performance, player, current))
        .collect()
}
