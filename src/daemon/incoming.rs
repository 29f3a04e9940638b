//! Incoming mail on the decider's side: route, weigh, decide, remember.
//!
//! R1 on the server only; R2 decided, in the same commit as everything that follows from it; R3
//! acknowledged, once the message was moved.

use crate::crash_point;
use crate::daemon::decider::{Answered, Decider, DeciderError};
use crate::daemon::guests;
use crate::daemon::ledger::{Ledger, Progress};
use crate::daemon::review::Why;
use crate::daemon::routing::{self, Leave, Route, Trail};
use crate::lunch::act::{Act, Answering, CommandName};
use crate::lunch::cadence::{at, first_on, local};
use crate::lunch::event::{About, Cause, Event, Outcome, What};
use crate::lunch::letter::BoardMeant;
use crate::lunch::person::{Person, PersonId};
use crate::lunch::slots::notice;
use crate::maillog;
use crate::reading::message::Message;
use crate::reading::{Context, Reading};
use crate::store::Batch;
use crate::store::record::LetterRecord;
use crate::store::seen::{self, Incoming, Known};
use crate::words::address::Address;
use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use chrono_tz::Tz;

/// More mails of one person in a day than this are a loop: they are set aside, unanswered.
const HEARD_MAX: u64 = 30;

/// So many times a day somebody may write the same words in one conversation; a machine does more.
const ALIKE_MAX: u64 = 4;

/// The counter that holds when a mail of ours last came in, in seconds.
pub(super) const LAST_IN: &str = "last-in";

/// Where a message lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The mailbox's name.
    pub mailbox: String,
    /// Its UIDVALIDITY.
    pub uid_validity: u32,
    /// The message's UID.
    pub uid: u32,
}

/// What is to be done with a message on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handled {
    /// Nothing: it is not ours.
    NotOurs,
    /// Move it to Done.
    Done,
    /// Move it to Review.
    Review,
    /// Nothing yet: handling it failed, and it is tried again.
    Later,
}

/// What reading needs to know of the conversation; owned, so that reading can run elsewhere.
#[derive(Clone, Debug)]
pub struct Background {
    answering: Option<Answering>,
    goal_asked: bool,
    originals: Vec<String>,
    own: Vec<Address>,
    now: DateTime<Utc>,
    zone: Tz,
    lunch: Option<NaiveDateTime>,
}

impl Background {
    /// Reads a message before this background.
    pub fn read(&self, message: &Message) -> Reading {
        crate::reading::read(message, &self.context())
    }

    /// The same as reading takes it.
    pub fn context(&self) -> Context<'_> {
        Context {
            answering: self.answering,
            goal_asked: self.goal_asked,
            originals: &self.originals,
            own_addresses: &self.own,
            now: self.now,
            zone: self.zone,
            lunch: self.lunch,
        }
    }
}

impl Decider {
    /// When a message came in, for reading it late: the server's own INTERNALDATE, never the mail's
    /// Date. A clock driven by hand knows nothing of the server's.
    pub(super) fn came(&self, internal_date: Option<DateTime<FixedOffset>>) -> DateTime<Utc> {
        let now = self.clock.now();
        let told = internal_date.filter(|_| !self.clock.is_by_hand());
        told.map_or(now, |at| at.to_utc().min(now))
    }

    /// Finds where a message that came in at that time belongs, and what reading it needs: "Thursday"
    /// is the one that its writer had before them. `None` if it is not ours.
    ///
    /// # Errors
    /// If the store fails.
    pub fn route(
        &self,
        message: &Message,
        came: DateTime<Utc>,
    ) -> Result<Option<(Route, Background)>, DeciderError> {
        let own = &self.settings.mailbox.address;
        let key = &self.settings.rules.key;
        let Some(route) = routing::route(&self.ledger, key, own, message)? else {
            return Ok(None);
        };
        let sender = message.from.as_ref().map(|from| &from.address);
        if !self.settings.ownership.admits(&route, sender) {
            return Ok(None);
        }
        let pairing = match route.pairing {
            Some(id) => self.ledger.pairing(id)?,
            None => None,
        };
        let zone = pairing.as_ref().map_or(self.settings.zone, |p| p.plan.zone);
        let today = local(came, zone);
        let slot = route.letter.as_ref().and_then(|letter| letter.slot);
        let lunch = pairing.as_ref().map(|p| {
            let index = slot
                .and_then(|slot| p.lunch_at(slot))
                .or_else(|| p.next_after(today));
            let planned = index
                .and_then(|i| p.lunches.get(i))
                .map(|lunch| lunch.start);
            // Before the first yes: the first day that the invitation has in mind.
            planned
                .unwrap_or_else(|| at(first_on(p.plan.weekday, notice(today.date())), p.plan.time))
        });
        let background = Background {
            answering: route.letter.as_ref().map(|letter| letter.answering),
            goal_asked: route
                .letter
                .as_ref()
                .is_some_and(|letter| letter.goal_asked),
            originals: self.ledger.originals(route.person, route.letter.as_ref())?,
            own: vec![own.clone()],
            now: came,
            zone,
            lunch,
        };
        Ok(Some((route, background)))
    }

    /// Decides on a message that was routed and read, and makes the decision durable (R2).
    ///
    /// # Errors
    /// If the store fails, or a letter could not be written: then nothing was decided.
    pub fn receive(
        &mut self,
        place: &Place,
        message: &Message,
        route: &Route,
        reading: &Reading,
    ) -> Result<Handled, DeciderError> {
        let incoming = self.incoming(place, message);
        let id = message.message_id.as_ref().map_or("", |id| id.as_str());
        crash_point::poison(&format!("decide {id}"));
        let again = self.was_set_aside(message)?;
        match incoming.known(&self.ledger.store)? {
            Known::New => {}
            Known::Here(_) => return self.handled_before(place),
            Known::Copy(_) if again => {}
            Known::Copy(_) => {
                let mut batch = Batch::new();
                let now = self.clock.now();
                incoming.decided(now, &mut batch)?;
                self.commit(batch)?;
                return Ok(Handled::Done);
            }
        }
        let route = &routing::of_guest(&self.ledger, route, reading, message)?;
        let Some(person) = self.ledger.person(route.person)? else {
            return Ok(Handled::NotOurs);
        };
        let now = self.clock.now();
        let trusted = self.settings.trusted_authserv_id.as_deref();
        let route = &self.by_calendar(route, message)?;
        let leave = routing::leave(route, reading, message, &person.who.address, trusted, now);
        let unwanted = stops_a_board(route, &person, reading, message);
        let card_went_to = board_of_card(route, &person);
        let leave = match unwanted {
            Some(_) => Leave::Undelivered,
            None => leave,
        };
        let leave = match answering_what_was_asked(leave, route) {
            Leave::Act(acts) => Leave::Act(self.without_others_boards(route.person, acts)?),
            other => other,
        };
        let cause = self.mail_key(place, message);
        let wish = match &leave {
            Leave::Act(acts) => guests::wish_of(acts, route),
            Leave::Guest => guests::handed_on(route, message),
            _ => None,
        };
        let pairing = match &leave {
            Leave::Act(acts) => routing::meant(&self.ledger, route, acts)?,
            _ => route.pairing,
        };
        let route = &Route {
            pairing,
            ..route.clone()
        };
        let what = match leave {
            Leave::NotOurs => return Ok(Handled::NotOurs),
            Leave::Nothing | Leave::Guest => None,
            Leave::Act(acts) => Some(What::Said {
                by: route.person,
                pairing: route.pairing,
                about: route.letter.as_ref().map(about),
                said: crate::lunch::act::Said {
                    from: message.from.clone(),
                    acts,
                    words: reading.reply_text.clone(),
                    confided: reading.is_confided(),
                },
            }),
            Leave::Ask => Some(What::Doubted {
                person: route.person,
                pairing: route.pairing,
                words: reading.reply_text.clone(),
            }),
            Leave::AskLate => route.letter.as_ref().map(|letter| What::SaidLate {
                by: route.person,
                pairing: route.pairing,
                about: about(letter),
                written: letter
                    .sent_at
                    .with_timezone(&self.settings.zone)
                    .date_naive(),
                words: reading.reply_text.clone(),
            }),
            Leave::Undelivered if is_of_a_board(route) => {
                card_went_to.map(|address| What::BoardFailed {
                    owner: route.person,
                    address,
                    stopped: unwanted.is_some(),
                })
            }
            Leave::Undelivered => route.pairing.map(|pairing| What::Undelivered {
                to: route.person,
                pairing,
            }),
        };
        let mut batch = Batch::new();
        incoming.decided(now, &mut batch)?;
        if let Some(board) = unwanted {
            self.ledger.refuse_as_board(&mut batch, &board);
        }
        self.forget_tries(place, &mut batch);
        if again {
            self.no_longer_set_aside(&mut batch, message)?;
        }
        Ledger::put_counter(&mut batch, LAST_IN, now.timestamp().cast_unsigned());
        let today = now.with_timezone(&self.settings.zone).date_naive();
        // What only bears somebody's name is not held against them, and a stop is always heard.
        if let Some(What::Said { said, .. }) = &what {
            let words =
                self.ledger
                    .store
                    .digest(&format!("{:?} {}", route.pairing, said.words.reveal()));
            let heard = self.ledger.heard_on(route.person, today, None)?;
            let alike = self.ledger.heard_on(route.person, today, Some(words))?;
            let looping = heard >= HEARD_MAX || alike >= ALIKE_MAX;
            if looping && !said.acts.contains(&Act::Stop) {
                maillog::loop_suspected(&person.who.address);
                // The same words over and over are a machine's, which is told nothing.
                let tells = alike < ALIKE_MAX && !reading.is_machine();
                let told = tells.then_some(What::HadEnough {
                    person: route.person,
                    day: today,
                    set_aside: true,
                });
                return self.set_aside_loop(place, message, &cause, route, told);
            }
            for counted in [None, Some(words)] {
                self.ledger
                    .count_heard(&mut batch, route.person, today, counted)?;
            }
        }
        let whats: Vec<What> = match wish {
            Some(wish) if !person.stopped => {
                let named = self.invite_guests(route.person, &wish, &cause)?;
                let beside = what.and_then(guests::said_beside);
                beside.into_iter().chain(named).collect()
            }
            _ => what.into_iter().collect(),
        };
        let outcome = match whats.is_empty() {
            true => {
                self.commit(batch)?;
                Outcome::Nothing("nothing follows from it")
            }
            false => self.decide_mail(&cause, whats, route, message, batch)?,
        };
        maillog::received(&person.who.address, reading.kind(), &format!("{outcome:?}"));
        self.note(
            format!("read {}", reading.kind()),
            Some(person.who.address.to_string()),
        );
        Ok(Handled::Done)
    }

    /// A calendar answer speaks of the series whose UID it bears, whatever letter it came by; one
    /// that bears none of ours speaks of somebody else's meeting.
    fn by_calendar(&self, route: &Route, message: &Message) -> Result<Route, DeciderError> {
        let uids = message.calendar_uids();
        let mut theirs = None;
        for uid in &uids {
            let Some(id) = self.ledger.pairing_with_uid(uid)? else {
                continue;
            };
            if Some(id) == route.pairing {
                return Ok(route.clone());
            }
            let pairing = self.ledger.pairing(id)?;
            theirs = theirs.or(pairing.filter(|p| p.role(route.person).is_some()));
        }
        let sender = match &message.from {
            Some(from) => self.ledger.person_at(&from.address)?,
            None => None,
        };
        if uids.is_empty() || sender != Some(route.person) {
            return Ok(route.clone());
        }
        Ok(Route {
            trail: match theirs {
                Some(_) => Trail::CalendarUid,
                None => Trail::ForeignCalendar,
            },
            pairing: theirs.map(|pairing| pairing.id),
            letter: None,
            ..route.clone()
        })
    }

    fn decide_mail(
        &mut self,
        cause: &str,
        whats: Vec<What>,
        route: &Route,
        message: &Message,
        batch: Batch,
    ) -> Result<Outcome, DeciderError> {
        let answered = Answered {
            by: route.person,
            message_id: message.message_id.clone(),
            subject: route
                .letter
                .as_ref()
                .map(|letter| letter.subject.reveal().clone())
                .filter(|subject| !subject.is_empty()),
        };
        let mut seeds = vec![route.person];
        if let Some(pairing) = route
            .pairing
            .map(|id| self.ledger.pairing(id))
            .transpose()?
            .flatten()
        {
            seeds = vec![pairing.inviter, pairing.invitee];
        }
        // Whatever one mail says is one commit, with the mark that it was decided.
        let (mut decided, mut batch) = (Ok(Outcome::Done), batch);
        if whats.is_empty() {
            self.commit(std::mem::take(&mut batch))?;
        }
        for what in whats {
            let event = Event {
                cause: Cause::Mail(cause.to_owned()),
                what,
            };
            decided = self.decide(&event, &seeds, Some(&answered), std::mem::take(&mut batch));
            if decided.is_err() {
                break;
            }
        }
        match decided.and_then(|outcome| self.flush().map(|()| outcome)) {
            Ok(outcome) => Ok(outcome),
            Err(error) => {
                self.abandon();
                Err(error)
            }
        }
    }

    /// Sets a message of ours aside for a person to look at (R2, towards Review).
    ///
    /// # Errors
    /// If the store fails.
    pub fn set_aside(
        &mut self,
        place: &Place,
        message: &Message,
        person: PersonId,
        why: Why,
    ) -> Result<Handled, DeciderError> {
        let incoming = self.incoming(place, message);
        if let Known::Here(_) = incoming.known(&self.ledger.store)? {
            return self.handled_before(place);
        }
        let batch = self.aside(place, message, person, why)?;
        self.commit(batch)?;
        maillog::set_aside(place.uid);
        Ok(Handled::Review)
    }

    /// The same for the first mails too many of a day, and `told` says so to whoever writes, in one commit.
    fn set_aside_loop(
        &mut self,
        place: &Place,
        message: &Message,
        cause: &str,
        route: &Route,
        told: Option<What>,
    ) -> Result<Handled, DeciderError> {
        let batch = self.aside(place, message, route.person, Why::Loop)?;
        let whats = told.into_iter().collect();
        self.decide_mail(cause, whats, route, message, batch)?;
        maillog::set_aside(place.uid);
        Ok(Handled::Review)
    }

    /// What is written down of a mail that is set aside.
    fn aside(
        &self,
        place: &Place,
        message: &Message,
        person: PersonId,
        why: Why,
    ) -> Result<Batch, DeciderError> {
        let now = self.clock.now();
        let mut batch = Batch::new();
        self.incoming(place, message).decided(now, &mut batch)?;
        self.forget_tries(place, &mut batch);
        if self.was_set_aside(message)? {
            self.no_longer_set_aside(&mut batch, message)?;
        }
        Ledger::put_counter(&mut batch, LAST_IN, now.timestamp().cast_unsigned());
        self.list_for_review(&mut batch, place, message, person, why)?;
        Ok(batch)
    }

    /// The message was moved on the server (R3).
    ///
    /// # Errors
    /// If the store fails.
    pub fn acknowledged(&mut self, place: &Place) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        seen::acknowledge_place(
            &self.ledger.store,
            &place.mailbox,
            place.uid_validity,
            place.uid,
            self.clock.now(),
            &mut batch,
        )?;
        self.commit(batch)
    }

    /// Messages that were decided and not moved, each with where it goes.
    ///
    /// # Errors
    /// If the store fails.
    pub fn unacknowledged(
        &self,
        mailbox: &str,
        uid_validity: u32,
    ) -> Result<Vec<(Place, Handled)>, DeciderError> {
        let uids = seen::unacknowledged(&self.ledger.store, mailbox, uid_validity)?;
        uids.into_iter()
            .map(|uid| {
                let place = Place {
                    mailbox: mailbox.to_owned(),
                    uid_validity,
                    uid,
                };
                let handled = self.handled_before(&place)?;
                Ok((place, handled))
            })
            .collect()
    }

    fn handled_before(&self, place: &Place) -> Result<Handled, DeciderError> {
        let key = self
            .ledger
            .review_key(&place.mailbox, place.uid_validity, place.uid);
        let set_aside = self.ledger.store.get(&key)?.is_some();
        Ok(if set_aside {
            Handled::Review
        } else {
            Handled::Done
        })
    }

    fn incoming(&self, place: &Place, message: &Message) -> Incoming {
        let id = message.message_id.as_ref().map(|id| id.as_str());
        let digest = message.content_digest();
        let (mailbox, validity) = (&place.mailbox, place.uid_validity);
        Incoming::new(
            &self.ledger.store,
            mailbox,
            validity,
            place.uid,
            id,
            digest.as_bytes(),
        )
    }

    /// What the effects of a mail are keyed by: the mail itself, not where it lies.
    fn mail_key(&self, place: &Place, message: &Message) -> String {
        let id = message.message_id.as_ref().map_or("", |id| id.as_str());
        let place = if id.is_empty() {
            format!("{}/{}", place.uid_validity, place.uid)
        } else {
            String::new()
        };
        let digest = message.content_digest();
        self.settings.rules.key.hash(
            "mail",
            &[id.as_bytes(), digest.as_bytes(), place.as_bytes()],
        )
    }

    /// How far a mailbox was read.
    ///
    /// # Errors
    /// If the store fails.
    pub fn progress(&self, mailbox: &str) -> Result<Option<Progress>, DeciderError> {
        Ok(self.ledger.progress(mailbox)?)
    }

    /// Writes how far a mailbox was read.
    ///
    /// # Errors
    /// If the store fails.
    pub fn set_progress(&mut self, mailbox: &str, progress: Progress) -> Result<(), DeciderError> {
        let mut batch = Batch::new();
        self.ledger.put_progress(&mut batch, mailbox, progress);
        self.commit(batch)
    }
}

/// What is known of the letter that a mail answers.
fn about(letter: &LetterRecord) -> About {
    let of_a_board = letter.name == "card";
    About {
        answering: letter.answering,
        letter: letter.name.clone(),
        slot: letter.slot,
        points: letter.points.clone(),
        board: letter.board.clone().filter(|_| !of_a_board),
        goal: letter.goal,
    }
}

/// "stop" from the address that a card went to, in answer to it: whoever is there wants none, whatever board
/// its owner names by now.
fn stops_a_board(
    route: &Route,
    owner: &Person,
    reading: &Reading,
    message: &Message,
) -> Option<Address> {
    let from = message.from.as_ref().map(|from| &from.address);
    let stops = reading.acts.contains(&Act::Stop) && !reading.is_machine();
    let address = board_of_card(route, owner).filter(|_| stops);
    address.filter(|address| Some(address) == from)
}

/// The address that the card in question went to; the present board's where that was not written down.
fn board_of_card(route: &Route, owner: &Person) -> Option<Address> {
    let card = route.letter.as_ref().filter(|_| is_of_a_board(route))?;
    match &card.board {
        Some(BoardMeant::Own { address, .. }) => Address::parse(address).ok(),
        _ => owner.board.as_ref().map(|board| board.address.clone()),
    }
}

/// Whether the letter in question went to somebody's board and not to a person.
fn is_of_a_board(route: &Route) -> bool {
    let letter = route.letter.as_ref();
    letter.is_some_and(|letter| letter.name == "card")
}

/// "Yes, that was me" and "no, that wasn't me" answer the question who wrote a mail, and neither
/// begins nor ends any lunches.
fn answering_what_was_asked(leave: Leave, route: &Route) -> Leave {
    let is_confirm = |letter: &LetterRecord| letter.name == "confirm";
    match leave {
        Leave::Act(acts) if route.letter.as_ref().is_some_and(is_confirm) => {
            let meant = acts.into_iter().filter_map(|act| match act {
                Act::Decline => None,
                Act::Accept(_) | Act::Unclear => Some(Act::Command {
                    name: CommandName::Help,
                    arguments: String::new(),
                }),
                other => Some(other),
            });
            Leave::Act(meant.collect())
        }
        other => other,
    }
}
