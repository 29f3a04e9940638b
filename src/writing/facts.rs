//! Facts: everything a letter says, as the values that its template names.
//!
//! What was said arrives as text and stays a value; dates and numbers arrive here as the words
//! that a person would use. templates/README.md lists the names. An absent text is "", an absent
//! moment is none, so that templates can ask for either with `if`.

use super::Posting;
use super::english as say;
use super::harvest;
use crate::calendar::write::{Event, Method};
use crate::lunch::act::Permission;
use crate::lunch::letter::{
    Agreement, Because, BoardState, Body, ClaimAnswer, Letter, Notice, Offer, QuoteState, Receipt,
    Seal, Table,
};
use crate::lunch::notes::{Notes, Polarity, Section, Words};
use crate::words::address::NameAddr;
use crate::words::clean::cut_at_word;
use chrono::{Datelike, NaiveDate, NaiveDateTime};
use minijinja::context;
use minijinja::value::Value;

/// The values for one letter.
pub fn of(letter: &Letter, posting: &Posting) -> Value {
    let facts = Facts {
        today: posting.date.date_naive(),
        address: posting.printed_to.to_string(),
    };
    let other = letter.partner.as_ref();
    let names = names(letter);
    let house = &posting.house;
    let owner = house.owner.as_ref();
    context! {
        kind => letter.body.name(),
        owner => owner.map(NameAddr::first_name).unwrap_or_default(),
        yours => owner.is_some_and(|owner| owner.address == letter.to.address),
        you => letter.to.first_name(),
        other => other.map(NameAddr::first_name).unwrap_or_default(),
        pair => names,
        house => house.name.as_str(),
        operator => operator(&house.operator),
        operator_name => house.operator.display_name(),
        later_month => say::later_month(facts.today),
        reference => posting.reference.as_str(),
        entry => letter.calendar.as_ref().map_or("", |event| match event.method {
            Method::Cancel => "cancel",
            Method::Request | Method::Publish => "change",
        }),
        ..facts.body(&letter.body)
    }
}

/// `Ben & Ana`, the invitee first; in full where the first names are the same.
fn names(letter: &Letter) -> String {
    let Some(other) = letter.partner.as_ref() else {
        return letter.to.first_name();
    };
    let to_inviter = matches!(
        letter.body,
        Body::Notice(
            Notice::Accepted { .. }
                | Notice::Declined { .. }
                | Notice::Later { .. }
                | Notice::Asked { .. }
                | Notice::Unclear { .. }
                | Notice::Lapsed
                | Notice::Undeliverable
        )
    );
    let (first, second) = if to_inviter {
        (other, &letter.to)
    } else {
        (&letter.to, other)
    };
    if first.first_name() == second.first_name() {
        return format!("{} & {}", first.display_name(), second.display_name());
    }
    format!("{} & {}", first.first_name(), second.first_name())
}

/// `Cleo in IT, cleo@example.com`
fn operator(person: &NameAddr) -> String {
    // The contact line may be the address itself.
    if person.name.is_empty() || person.name.as_str() == person.address.as_str() {
        return person.address.to_string();
    }
    format!("{}, {}", person.name, person.address)
}

pub(super) fn text(words: &Words) -> &str {
    words.reveal().as_str()
}

fn text_or_none(words: Option<&Words>) -> &str {
    words.map(text).unwrap_or_default()
}

/// A goal as part of a sentence: without the full stop at its end.
pub(super) fn goal(words: Option<&Words>) -> &str {
    text_or_none(words).trim().trim_end_matches('.')
}

fn texts<'a>(words: impl IntoIterator<Item = &'a Words>) -> Vec<String> {
    words.into_iter().map(|w| text(w).to_owned()).collect()
}

/// `ben@example.com and cara@example.com`
fn people(who: &[NameAddr]) -> String {
    let addresses: Vec<_> = who.iter().map(|who| who.address.to_string()).collect();
    say::list(&addresses)
}

/// What came of an answer, as the templates name it.
const fn came_of(answer: ClaimAnswer) -> &'static str {
    match answer {
        ClaimAnswer::Agreed => "agreed",
        ClaimAnswer::NotYet => "not yet",
        ClaimAnswer::Settled => "settled",
        ClaimAnswer::Reworded => "reworded",
        ClaimAnswer::Open => "open",
    }
}

/// Goals with their numbers, as answers name them.
fn numbered(goals: &[Words]) -> Vec<Value> {
    let numbered = goals.iter().zip(1_usize..);
    numbered
        .map(|(words, number)| context! { number, words => text(words) })
        .collect()
}

/// Most goals that a reminder tells, of one's own and to watch for, and how much of each, in
/// characters: it fits one screen of a telephone. Everybody knows their own goal; the letters after
/// the lunch hold all of them.
const OWN_GOALS_TOLD: usize = 1;
const GOALS_WATCHED_TOLD: usize = 2;
const GOAL_CHARS: usize = 72;

/// The newest goals, each shortened at a word.
/// As parts of a sentence.
fn without_stops(goals: Vec<String>) -> Vec<String> {
    let bare = |goal: String| goal.trim_end_matches('.').to_owned();
    goals.into_iter().map(bare).collect()
}

fn in_short(goals: &[Words], most: usize) -> Vec<String> {
    let newest = goals.len().saturating_sub(most);
    let told = goals.iter().skip(newest);
    told.map(|words| cut_at_word(&one_line(text(words)), GOAL_CHARS))
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where they meet, in words that fit behind "Location:" and into a sentence.
fn place(location: &str) -> &str {
    match location.trim() {
        "" => "wherever you both like",
        place => place,
    }
}

/// The facts of one day: everything is said as seen from it.
pub(super) struct Facts {
    pub(super) today: NaiveDate,
    /// The address that the letter prints.
    address: String,
}

impl Facts {
    fn body(&self, body: &Body) -> Value {
        match body {
            Body::Invitation {
                note,
                offer,
                experienced,
                again,
                anew,
            } => context! {
                note => text_or_none(note.as_ref()),
                offer => self.offer(offer),
                experienced, again, anew,
            },
            Body::InvitationReminder { offer } => context! {
                offer => self.offer(offer),
            },
            Body::Question {
                words,
                about,
                written,
                ..
            } => context! {
                words => text(words),
                about => about.name(),
                written => written.map(|d| self.date(d)),
            },
            Body::CalendarRequest { event, .. } => context! { event => self.event(event) },
            Body::CalendarCancel { event, one } => {
                context! { event => self.event(event), one }
            }
            Body::Reminder {
                table,
                last_met,
                waiting,
                own_goals,
                watching,
                speaks_first,
                notes,
                jar,
                tips,
            } => context! {
                table => self.table(table),
                last_met => last_met.map(|d| self.date(d)),
                waiting => waiting.map(|d| self.date(d)),
                own_goals => in_short(own_goals, OWN_GOALS_TOLD),
                watching => in_short(watching, GOALS_WATCHED_TOLD),
                jar => texts(jar),
                speaks_first, notes, tips,
            },
            Body::FollowUp {
                table,
                goal: of_partner,
                other_goals,
                seal,
                ..
            } => context! {
                table => self.table(table),
                goal => goal(of_partner.as_ref()),
                other_goals => say::list(&without_stops(in_short(other_goals, GOALS_WATCHED_TOLD))),
                deadline => say::deadline(*seal, self.today),
            },
            Body::Exchange {
                table,
                notes,
                goal: own,
                corrected,
                unquoted,
                proposes,
                reached,
            } => context! {
                table => self.table(table),
                notes => self.notes(notes),
                goal => goal(own.as_ref()),
                reached => goal(reached.as_ref()),
                empty => notes.is_empty(),
                corrected, unquoted, proposes,
            },
            Body::GoalReached { words, .. } => context! { goal => text(words) },
            Body::BoardConfirm { address, marks } => {
                context! { address => address.as_str(), marks => marks.as_str() }
            }
            Body::BoardAsk { .. } => context! {},
            Body::LunchCard {
                speaks_first,
                own_goals,
                watching,
            } => context! {
                own_goals => in_short(own_goals, GOALS_WATCHED_TOLD),
                watching => in_short(watching, GOALS_WATCHED_TOLD),
                speaks_first,
            },
            Body::PassItOn => context! { address => self.address.as_str() },
            Body::Card {
                table,
                own,
                goal: of_partner,
                theirs,
                corrected,
                marks,
            } => context! {
                table => self.table(table),
                notes => self.notes(own),
                goal => goal(of_partner.as_ref()),
                theirs => theirs.as_ref().map(|notes| self.notes(notes)),
                marks => marks.as_str(),
                corrected,
            },
            Body::Permission { words, on, .. } => {
                context! { words => text(words), on => self.date(*on) }
            }
            Body::Summary(harvest) => harvest::of(harvest, self),
            Body::Fabric(weave) => context! {
                threads => harvest::threads(weave, self),
                grown => weave.threads.iter().any(|thread| !thread.grown.is_empty()),
            },
            Body::Report { record, pack } => context! {
                lunches => record.pairings.iter().any(|pairing| !pairing.lunches.is_empty()),
                pack => !pack.is_empty(),
            },
            Body::NoSlot { offer, stands } => context! { offer => self.offer(offer), stands },
            Body::Confirm { words } => context! { words => text(words) },
            Body::Returned { words, because } => context! {
                words => text(words),
                because => match because {
                    Because::Unclear => "unclear",
                    Because::Ended => "ended",
                    Because::NoNotes => "no notes",
                },
            },
            Body::Notice(notice) => self.notice(notice),
            Body::Receipt(receipt) => self.receipt(receipt),
        }
    }

    fn notice(&self, notice: &Notice) -> Value {
        match notice {
            Notice::Accepted { words, agreement } => {
                context! { words => text(words), agreement => self.agreement(agreement) }
            }
            Notice::Later { words, until } => {
                context! { words => text(words), until => self.day(*until) }
            }
            Notice::Declined { words }
            | Notice::Asked { words }
            | Notice::Unclear { words }
            | Notice::Relayed { words } => context! { words => text(words) },
            Notice::GoalAnswered { goal, said, came } => context! {
                goal => text(goal),
                said => text(said),
                came => came_of(*came),
            },
            Notice::QuoteAnswered {
                words,
                permission,
                taken_back,
            } => context! {
                words => text_or_none(words.as_ref()),
                permission => leave(*permission),
                taken_back => taken_back.map(|d| self.date(d)),
            },
            Notice::Lapsed | Notice::Undeliverable | Notice::Ended => context! {},
            Notice::Skipped { table, next } => self.skipped(table, *next),
            Notice::Stands { table } => context! { table => self.table(table) },
            Notice::Moved { from, table, all } => self.moved(*from, table, *all),
            Notice::Paused { until, next } => self.paused(*until, *next),
            Notice::Resumed { next } => context! { next => next.map(|n| self.moment(n)) },
        }
    }

    fn receipt(&self, receipt: &Receipt) -> Value {
        match receipt {
            Receipt::Accepted {
                agreement,
                asks_goal,
                asks_day,
            } => context! { agreement => self.agreement(agreement), asks_goal, asks_day },
            Receipt::Later { until } => context! { until => self.day(*until) },
            Receipt::Declined
            | Receipt::Asked
            | Receipt::Ended
            | Receipt::Stopped
            | Receipt::NoSummaries
            | Receipt::NoTips
            | Receipt::Forgotten
            | Receipt::WhoForgets
            | Receipt::Reopened => context! {},
            Receipt::Skipped { table, next } => self.skipped(table, *next),
            Receipt::Stands { table } => context! { table => self.table(table) },
            Receipt::Moved { from, table, all } => self.moved(*from, table, *all),
            Receipt::Paused { until, next } => self.paused(*until, *next),
            Receipt::Resumed { next, paused } => {
                context! { next => next.map(|n| self.moment(n)), paused }
            }
            Receipt::Goal {
                words,
                reworded,
                reopened,
                replaced,
                all,
                borrowed,
            } => context! {
                words => text(words),
                reworded, reopened, borrowed,
                replaced => text_or_none(replaced.as_ref()),
                several => if all.len() > 1 { say::number(all.len()) } else { String::new() },
                all => numbered(all),
            },
            Receipt::Goals {
                all,
                dropped,
                reopened,
                asks,
            } => context! {
                all => numbered(all),
                dropped => text_or_none(dropped.as_ref()),
                reopened => text_or_none(reopened.as_ref()),
                asks => asks.is_some(),
                said => text_or_none(asks.as_ref()),
            },
            Receipt::Achieved { words, asked, .. } => context! { words => text(words), asked },
            Receipt::Agreed {
                goal,
                passed_on,
                came,
            } => context! { goal => text(goal), passed_on, came => came_of(*came) },
            Receipt::Jotted { words, next } => {
                context! { words => text(words), next => next.map(|n| self.moment(n)) }
            }
            Receipt::Removed { table, section: of } => {
                context! { table => self.table(table), section => section(*of) }
            }
            Receipt::Board { address, state } => context! {
                address => address.as_str(),
                state => match state {
                    BoardState::On => "on",
                    BoardState::Off => "off",
                    BoardState::Unwanted => "unwanted",
                    BoardState::Unreachable => "unreachable",
                },
            },
            Receipt::Invited { asked, not, came } => context! {
                asked => people(asked), not_asked => people(not), came,
                several => asked.len() > 1,
            },
            Receipt::AskedAnew { partner, sent } => {
                context! { partner => partner.first_name(), sent }
            }
            Receipt::Enough { set_aside } => context! { set_aside },
            Receipt::ManyPairings { have, guests } => context! {
                have => say::number(*have), guests => people(guests),
            },
            Receipt::BoardLeave { granted, .. } => context! { granted },
            Receipt::Quote { words, state } => context! {
                words => text_or_none(words.as_ref()),
                state => quote_state(*state),
            },
            Receipt::Permission {
                words, permission, ..
            } => context! {
                words => text_or_none(words.as_ref()),
                permission => leave(*permission),
            },
            Receipt::Notes {
                table,
                notes,
                ask_for,
                goal: of_partner,
                other_goals,
                hints_when,
                seal,
            } => context! {
                table => self.table(table),
                notes => self.notes(notes),
                ask_for => ask_for.map_or("", section),
                goal => goal(of_partner.as_ref()),
                other_goals => other_goals.iter().map(|(number, words)| context! {
                    number, words => text(words),
                }).collect::<Vec<_>>(),
                hints_when,
                seal => self.seal(seal),
            },
            Receipt::Held {
                table,
                met,
                own_notes,
                partners_notes,
            } => context! { table => self.table(table), met, own_notes, partners_notes },
            Receipt::Undone { table, seen } => context! { table => self.table(table), seen },
        }
    }

    fn skipped(&self, table: &Table, next: Option<NaiveDateTime>) -> Value {
        context! { table => self.table(table), next => next.map(|n| self.moment(n)) }
    }

    fn moved(&self, from: NaiveDateTime, table: &Table, all: bool) -> Value {
        context! {
            from => self.moment(from),
            table => self.table(table),
            all,
            same_time => from == table.start,
        }
    }

    fn paused(&self, until: NaiveDate, next: Option<NaiveDateTime>) -> Value {
        context! { until => self.day(until), next => next.map(|n| self.moment(n)) }
    }

    fn seal(&self, seal: &Seal) -> Value {
        let (state, deadline) = match seal {
            Seal::Until(moment) => ("until", say::deadline(*moment, self.today)),
            Seal::UntilAsked => ("until asked", String::new()),
            Seal::Opened => ("opened", String::new()),
            Seal::OpenedBefore => ("opened before", String::new()),
        };
        context! { state, deadline }
    }

    pub(super) fn date(&self, date: NaiveDate) -> String {
        say::date(date, self.today)
    }

    fn day(&self, date: NaiveDate) -> String {
        say::day(date, self.today)
    }

    fn moment(&self, moment: NaiveDateTime) -> Value {
        context! {
            day => self.day(moment.date()),
            date => self.date(moment.date()),
            weekday => say::weekday(moment.weekday()),
            time => say::time(moment.time()),
        }
    }

    pub(super) fn table(&self, table: &Table) -> Value {
        context! {
            number => table.ordinal,
            nth => say::ordinal(table.ordinal),
            minutes => table.minutes,
            place => place(&table.location),
            day_beside => say::day_beside(table.start.date()),
            ..self.moment(table.start)
        }
    }

    fn offer(&self, offer: &Offer) -> Value {
        context! {
            rhythm => say::rhythm(offer.every_weeks, "week"),
            weekday => say::weekday(offer.weekday),
            other_weekday => say::other_weekday(offer.weekday),
            time => say::time(offer.time),
            minutes => offer.minutes,
            place => place(&offer.location),
        }
    }

    fn agreement(&self, agreement: &Agreement) -> Value {
        let weekday = say::weekday(agreement.first.weekday());
        context! {
            rhythm => agreement.every_weeks.map_or(String::new(), |w| say::rhythm(w, weekday)),
            minutes => agreement.minutes,
            place => place(&agreement.location),
            notes => agreement.notes,
            day_beside => say::day_beside(agreement.first.date()),
            ..self.moment(agreement.first)
        }
    }

    fn event(&self, event: &Event) -> Value {
        // A series that changes half way is told from its next lunch on, not from its first.
        let next = event.next_start();
        let start = next.unwrap_or(event.start);
        let weekday = say::weekday(start.weekday());
        let series = event.recurrence.as_ref();
        context! {
            rhythm => series.map_or(String::new(), |r| say::rhythm(r.every_weeks, weekday)),
            over => next.is_none(),
            minutes => event.minutes,
            place => place(&event.location),
            summary => event.summary.as_str(),
            instead_of => event.recurrence_id.filter(|r| *r != event.start).map(|r| self.moment(r)),
            day_beside => say::day_beside(start.date()),
            ..self.moment(start)
        }
    }

    fn notes(&self, notes: &Notes) -> Value {
        let focus = text_or_none(notes.focus.as_ref());
        let told = covers(notes, focus);
        let of = |polarity: Polarity| {
            let found = notes.observations.iter().filter(|o| o.polarity == polarity);
            texts(found.map(|o| &o.words))
        };
        let of = |polarity| if told { of(polarity) } else { Vec::new() };
        context! {
            best => text_or_none(notes.best.as_ref()),
            worst => text_or_none(notes.worst.as_ref()),
            any_focus => !focus.is_empty() || told,
            focus => if told { "" } else { focus },
            helps => of(Polarity::Helps),
            hinders => of(Polarity::Hinders),
            both => of(Polarity::Both),
            achieved => goal(notes.achieved.as_ref()),
            unplaced => texts(&notes.unplaced),
        }
    }
}

/// Whether the observations hold all that the focus says, so that it need not be said twice.
fn covers(notes: &Notes, focus: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let observed: usize = notes
        .observations
        .iter()
        .map(|o| letters(text(&o.words)))
        .sum();
    // what may be missing are the labels: "helps", "hinders", "gets in the way"
    let labels = 14 * notes.observations.len();
    observed > 0 && observed + labels >= letters(focus)
}

const fn leave(permission: Permission) -> &'static str {
    match permission {
        Permission::Named => "named",
        Permission::Unnamed => "unnamed",
        Permission::Refused => "refused",
    }
}

pub(super) const fn quote_state(state: QuoteState) -> &'static str {
    match state {
        QuoteState::Asked => "asked",
        QuoteState::Waiting => "waiting",
        QuoteState::Named => "named",
        QuoteState::Unnamed => "unnamed",
        QuoteState::Refused => "refused",
        QuoteState::Never => "never",
        QuoteState::Unknown => "unknown",
        QuoteState::Gone => "gone",
    }
}

const fn section(section: Section) -> &'static str {
    match section {
        Section::Best => "best",
        Section::Worst => "worst",
        Section::Focus => "focus",
    }
}
