//! What was understood of an answer, in a few words of ours.
//!
//! The same reading as in the daemon and in `postlunch explain`, of the same octets. It tells what
//! kind of thing was said, never the words themselves; those stand in the receipt.

use crate::demo::client::Mail;
use crate::lunch::act::{
    AcceptTerms, Act, Answering, CommandName, Held, Permission, Reschedule, Scope,
};
use crate::lunch::notes::{Notes, Section};
use crate::reading::message::Message;
use crate::reading::{self, Context};
use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// The background of an answer, as the daemon knows it from its store.
#[derive(Clone, Copy, Debug)]
pub struct Background<'a> {
    /// The letter that is answered.
    pub letter: &'a Mail,
    /// What kind of letter it is.
    pub answering: Answering,
    /// Whether that letter asked for a goal.
    pub goal_asked: bool,
    /// When it was answered.
    pub now: DateTime<Utc>,
    /// The zone of the lunch.
    pub zone: Tz,
    /// The lunch that it is about, local time.
    pub lunch: Option<NaiveDateTime>,
}

/// Reads an answer's octets and tells what was understood.
pub fn understood(octets: &[u8], background: &Background) -> String {
    let originals = [background.letter.text.clone()];
    let context = Context {
        answering: Some(background.answering),
        goal_asked: background.goal_asked,
        originals: &originals,
        lunch: background.lunch,
        ..Context::new(background.now, background.zone)
    };
    let reading = reading::read(&Message::parse(octets), &context);
    let for_partner = background.answering == Answering::Exchange;
    let told = reading.acts.iter().map(|act| match act {
        Act::Other | Act::Unclear if for_partner => "words for the other, as they are".to_owned(),
        act => tell(act),
    });
    let told: Vec<String> = told.collect();
    told.join("; ")
}

fn tell(act: &Act) -> String {
    match act {
        Act::Accept(terms) => accept(terms),
        Act::Decline => "no, for good".to_owned(),
        Act::Notes(notes) => told_notes(notes),
        Act::Correction {
            section: Some(section),
            ..
        } => format!("another answer to {}", number(*section)),
        Act::Correction { section: None, .. } => "something of the notes is to change".to_owned(),
        Act::Skip => "leave this lunch out".to_owned(),
        Act::Reschedule(wish) => moved(wish),
        Act::Pause { until: Some(until) } => format!("pause until {}", until.format("%-d %B")),
        Act::Pause { until: None } => "pause".to_owned(),
        Act::Resume => "on with the lunches".to_owned(),
        Act::End => "end these lunches".to_owned(),
        Act::Permission(Permission::Named) => "yes, by name".to_owned(),
        Act::Permission(Permission::Unnamed) => "yes, without the name".to_owned(),
        Act::Permission(Permission::Refused) => "no, not to be shown".to_owned(),
        Act::Stop => "no mail from here any more".to_owned(),
        Act::Held(held) => told_held(*held).to_owned(),
        Act::Command {
            name: CommandName::Goal,
            ..
        } => "a goal to watch for".to_owned(),
        Act::Command { name, .. } => format!("the word \"{}\"", name.name()),
        Act::Other => "nothing to decide".to_owned(),
        other => other.kind().to_owned(),
    }
}

fn accept(terms: &AcceptTerms) -> String {
    let mut told = "yes".to_owned();
    if terms.once {
        told.push_str(", once");
    }
    if terms.no_notes {
        told.push_str(", without notes");
    }
    if let Some(start) = terms.start {
        told.push_str(&start.format(", from %A %-d %B, %H:%M").to_string());
    }
    if terms.day_open {
        told.push_str(", which day is not clear");
    }
    told
}

fn told_notes(notes: &Notes) -> String {
    let found: Vec<&str> = Section::ALL
        .into_iter()
        .filter(|section| notes.section(*section).is_some())
        .map(number)
        .collect();
    let mut told = format!("notes under {}", found.join(", "));
    if !notes.unplaced.is_empty() {
        told.push_str(", and words that belong to none of them");
    }
    told
}

fn moved(wish: &Reschedule) -> String {
    let which = match wish.scope {
        Some(Scope::All) => "move all lunches",
        _ => "move this lunch",
    };
    let when = wish
        .start
        .map(|start| start.format(" to %A %-d %B, %H:%M").to_string());
    let place = if wish.location.is_some() {
        ", another place"
    } else {
        ""
    };
    format!("{which}{}{place}", when.unwrap_or_default())
}

const fn told_held(held: Held) -> &'static str {
    match held {
        Held::Met => "they met",
        Held::NotMet => "they didn't meet",
        Held::SaidNotWritten => "they met; it was said and stays unwritten",
        Held::NothingThisTime => "they met; nothing to write this time",
    }
}

const fn number(section: Section) -> &'static str {
    match section {
        Section::Best => "1",
        Section::Worst => "2",
        Section::Focus => "3",
    }
}
