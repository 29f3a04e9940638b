//! What goes on behind the page: the stage, every letter that has come, and every answer given.
//!
//! Letters and answers are numbered in the order in which they came; a page's address holds only
//! such numbers, never a token or an address.

use crate::daemon::glance::{Couple, Kind};
use crate::demo::client::{self, Habit, Mail};
use crate::demo::page::answers::Answer;
use crate::demo::page::frame;
use crate::demo::page::marked::{Marked, mark};
use crate::demo::stage::{ANA, BEN, CARA, HOUSE, PLAYERS, Player, Stage, StageError, ZONE};
use crate::lunch::act::PartStat;
use crate::lunch::cadence::moment;
use crate::reading::Context;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use std::collections::BTreeMap;
use std::ops::Range;

/// Ana's own line in the first invitations.
pub const NOTE: &str = "I'd rather hear from you how I'm doing than from a form.";

/// Most things that come due while a letter is waited for.
const TURNS_MAX: usize = 80;

/// How far ahead a letter is looked for.
const LOOK_AHEAD_MAX: TimeDelta = TimeDelta::days(120);

/// Within so long after the first summary the others of that month come.
const SAME_MORNING: TimeDelta = TimeDelta::hours(3);

/// A letter in somebody's inbox.
pub struct Letter {
    /// Whose inbox.
    pub player: Player,
    /// As their client reads it.
    pub mail: Mail,
    /// The header as it was delivered.
    pub head: String,
    /// What the daemon knows of it.
    pub kind: Option<Kind>,
    /// Whether somebody has looked at it.
    pub opened: bool,
}

impl Letter {
    /// Whether an answer to it goes to the daemon.
    pub fn is_ours(&self) -> bool {
        let (local, domain) = HOUSE.split_once('@').unwrap_or_default();
        let to = &self.mail.reply_to;
        to.rsplit_once('@').is_some_and(|(at, there)| {
            let (name, _) = at.split_once('+').unwrap_or((at, ""));
            name == local && there == domain
        })
    }

    /// Whether it is this kind of letter.
    pub fn is(&self, name: &str) -> bool {
        self.kind.as_ref().is_some_and(|kind| kind.name == name)
    }
}

/// How far the clock is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The next time that a letter comes.
    Next,
    /// A fortnight on.
    Fortnight,
    /// A letter of that kind.
    Letter(&'static str),
}

/// What has just happened, told once.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// In words.
    pub text: String,
    /// The letters that came.
    pub letters: Vec<usize>,
    /// Whether something went wrong.
    pub trouble: bool,
}

/// The play as somebody plays it.
pub struct Performance {
    stage: Stage,
    letters: Vec<Letter>,
    known: BTreeMap<Player, u32>,
    answers: Vec<Answer>,
    notice: Option<Notice>,
}

impl Performance {
    /// Sets the stage: Ana has just invited Ben and Cara.
    ///
    /// # Errors
    /// If no port or no folder can be had.
    pub async fn begin() -> Result<Self, StageError> {
        let local = NaiveDate::from_ymd_opt(2027, 1, 4)
            .and_then(|date| date.and_hms_opt(9, 0, 0))
            .unwrap_or_default();
        let start = ZONE
            .from_local_datetime(&local)
            .earliest()
            .map_or_else(|| local.and_utc(), |at| at.to_utc());
        let mut performance = Self {
            stage: Stage::set(start).await?,
            letters: Vec::new(),
            known: BTreeMap::new(),
            answers: Vec::new(),
            notice: None,
        };
        performance.invite(ANA, &[BEN, CARA], NOTE).await?;
        performance.notice = None;
        Ok(performance)
    }

    /// Takes everything down.
    ///
    /// # Errors
    /// If a part of the daemon had failed.
    pub async fn strike(self) -> Result<(), StageError> {
        self.stage.strike().await
    }

    /// Somebody from outside writes to somebody.
    ///
    /// # Errors
    /// If nobody has that address.
    pub async fn receive(&mut self, to: &str, octets: &[u8]) -> Result<(), StageError> {
        self.stage.receive(to, octets)?;
        self.look().await?;
        Ok(())
    }

    /// Every letter, in the order of coming.
    pub fn letters(&self) -> &[Letter] {
        &self.letters
    }

    /// A letter.
    pub fn letter(&self, number: usize) -> Option<&Letter> {
        self.letters.get(number)
    }

    /// A letter that somebody looks at.
    pub fn open(&mut self, number: usize) -> Option<&Letter> {
        let letter = self.letters.get_mut(number)?;
        letter.opened = true;
        Some(letter)
    }

    /// Every answer, in order.
    pub fn answers(&self) -> &[Answer] {
        &self.answers
    }

    /// What has just happened; only once.
    pub fn notice(&mut self) -> Option<Notice> {
        self.notice.take()
    }

    /// Says what went wrong.
    pub fn complain(&mut self, text: String) {
        self.notice = Some(Notice {
            text,
            letters: Vec::new(),
            trouble: true,
        });
    }

    /// Local time on the stage.
    ///
    /// # Errors
    /// If the daemon has stopped.
    pub async fn now(&self) -> Result<NaiveDateTime, StageError> {
        Ok(local(self.stage.now().await?))
    }

    /// Everybody's lunches.
    ///
    /// # Errors
    /// If the daemon fails.
    pub async fn couples(&self) -> Result<Vec<Couple>, StageError> {
        self.stage.couples().await
    }

    /// Somebody answers a letter in their own words.
    ///
    /// # Errors
    /// If the letter is not there, or the mail does not get through.
    pub async fn reply(
        &mut self,
        to: usize,
        words: &str,
        habit: Habit,
    ) -> Result<Option<usize>, StageError> {
        let Some((player, mail)) = self.addressed(to) else {
            return Ok(None);
        };
        let writer = self.stage.writer(player).await?;
        let octets = client::reply(&mail, writer, words, habit);
        self.say(to, &mail.reply_to, octets, told_habit(habit), None)
            .await
    }

    /// Somebody presses a link of a letter, and sends the mail that it makes.
    ///
    /// # Errors
    /// As `reply`.
    pub async fn press(
        &mut self,
        to: usize,
        link: usize,
        words: &str,
    ) -> Result<Option<usize>, StageError> {
        let Some((player, mail)) = self.addressed(to) else {
            return Ok(None);
        };
        let presses = frame::presses(&mail);
        let Some(press) = presses.get(link) else {
            return Ok(None);
        };
        let writer = self.stage.writer(player).await?;
        let octets = client::fresh(writer, &press.to, &press.subject, words);
        self.say(to, &press.to, octets, "by a button of the letter", None)
            .await
    }

    /// Somebody answers with a button of their calendar.
    ///
    /// # Errors
    /// As `reply`.
    pub async fn by_calendar(
        &mut self,
        to: usize,
        partstat: PartStat,
    ) -> Result<Option<usize>, StageError> {
        let Some((player, mail)) = self.addressed(to) else {
            return Ok(None);
        };
        let writer = self.stage.writer(player).await?;
        let Some(octets) = client::calendar_answer(&mail, writer, partstat) else {
            return Ok(None);
        };
        let how = "by a button of the calendar";
        self.say(to, &mail.reply_to, octets, how, Some(partstat))
            .await
    }

    fn addressed(&self, to: usize) -> Option<(Player, Mail)> {
        let letter = self.letters.get(to).filter(|letter| letter.is_ours())?;
        Some((letter.player, letter.mail.clone()))
    }

    /// Reads the octets as the daemon is about to, sends them, and sees what comes of it.
    async fn say(
        &mut self,
        to: usize,
        address: &str,
        octets: Vec<u8>,
        how: &'static str,
        partstat: Option<PartStat>,
    ) -> Result<Option<usize>, StageError> {
        let Some(player) = self.letters.get(to).map(|letter| letter.player) else {
            return Ok(None);
        };
        let at = self.now().await?;
        let kind = self.letters.get(to).and_then(|letter| letter.kind.as_ref());
        let letter = kind.map(|kind| kind.name.clone());
        let marked = match self.stage.background(&octets).await? {
            Some(background) => mark(&octets, &background.context(), letter.as_deref()),
            None => mark(&octets, &Context::new(self.stage.now().await?, ZONE), None),
        };
        self.stage.send(player, address, &octets).await?;
        let letters = self.look().await?;
        self.answers.push(Answer {
            by: player,
            to,
            at,
            subject: Mail::read(&octets).map_or_else(String::new, |mail| mail.subject),
            how,
            partstat,
            marked,
            letters,
        });
        Ok(self.answers.len().checked_sub(1))
    }

    /// Reads a mail that nobody sent; for its verdict only.
    ///
    /// # Errors
    /// If the daemon fails.
    pub async fn try_out(
        &self,
        octets: &[u8],
        answering: Option<crate::lunch::act::Answering>,
    ) -> Result<Marked, StageError> {
        if answering.is_none()
            && let Some(background) = self.stage.background(octets).await?
        {
            return Ok(mark(octets, &background.context(), None));
        }
        let recent = self.letters.iter().rev().take(40);
        let originals: Vec<String> = recent.map(|letter| letter.mail.text.clone()).collect();
        let context = Context {
            answering,
            originals: &originals,
            ..Context::new(self.stage.now().await?, ZONE)
        };
        Ok(mark(octets, &context, None))
    }

    /// Somebody invites others.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn invite(
        &mut self,
        from: Player,
        to: &[Player],
        note: &str,
    ) -> Result<(), StageError> {
        self.stage.invite(from, to, note).await?;
        let letters = self.look().await?;
        let asked: Vec<&str> = to.iter().map(|player| player.name).collect();
        self.tell(
            format!("{} has invited {}.", from.name, asked.join(" and ")),
            letters,
        );
        Ok(())
    }

    /// Lets time pass.
    ///
    /// # Errors
    /// If the daemon does not read, or mail is not taken.
    pub async fn pass(&mut self, until: Until) -> Result<(), StageError> {
        let before = self.letters.len();
        let begun = self.now().await?;
        let mut quiet = false;
        if until == Until::Fortnight {
            // By the calendar on the wall, also where the clocks change in between.
            let now = self.stage.now().await?;
            let then = moment(local(now) + TimeDelta::days(14), ZONE);
            self.stage.pass(then - now).await?;
            self.look().await?;
        } else {
            quiet = true;
            let mut far = self.stage.now().await? + LOOK_AHEAD_MAX;
            for _ in 0..TURNS_MAX {
                // What is due years from now is housekeeping, and no letter.
                if !self.stage.next_before(far).await? {
                    break;
                }
                let came = self.look().await?;
                let mut news = self.letters.get(came).unwrap_or_default().iter();
                let there = match until {
                    Until::Letter(name) => news.any(|letter| letter.is(name)),
                    Until::Next | Until::Fortnight => news.next().is_some(),
                };
                if there && until == Until::Letter("summary") {
                    // Each comes on a morning of their own: all of them are waited for.
                    far = self.stage.now().await? + SAME_MORNING;
                    quiet = false;
                } else if there {
                    quiet = false;
                    break;
                }
            }
        }
        let letters = before..self.letters.len();
        let now = self.now().await?;
        let weeks = (now - begun).num_days() / 7;
        let later = match weeks {
            0..2 => String::new(),
            2..9 => format!(", {weeks} weeks later"),
            _ => format!(", {} months later", weeks * 7 / 30),
        };
        let when = format!("{}{later}", now.format("%A %-d %B, %H:%M"));
        let text = match (letters.is_empty(), quiet) {
            (true, true) => format!(
                "It is {when}, and nothing more is due: no lunch, no letter. Answer a letter, or \
                 let somebody invite somebody."
            ),
            (true, false) => format!("It is {when}. No mail came."),
            (false, _) => format!("It is {when}."),
        };
        self.tell(text, letters);
        Ok(())
    }

    fn tell(&mut self, text: String, letters: Range<usize>) {
        self.notice = Some(Notice {
            text,
            letters: letters.collect(),
            trouble: false,
        });
    }

    /// Takes in what has come to the inboxes. Returns the new letters' numbers.
    ///
    /// # Errors
    /// If the daemon fails.
    pub async fn look(&mut self) -> Result<Range<usize>, StageError> {
        let before = self.letters.len();
        let now = self.stage.now().await?;
        let mut new = Vec::new();
        for player in PLAYERS {
            let known = self.known.get(&player).copied().unwrap_or(0);
            for message in self.stage.messages(player) {
                if message.uid <= known {
                    continue;
                }
                self.known.insert(player, message.uid);
                let Some(mut mail) = Mail::read(&message.bytes) else {
                    continue;
                };
                // Mail that came without a date came when it came.
                mail.date.get_or_insert(now);
                new.push(Letter {
                    player,
                    mail,
                    head: head(&message.bytes),
                    kind: None,
                    opened: false,
                });
            }
        }
        new.sort_by_key(|letter| letter.mail.date);
        let ids = new.iter().map(|letter| letter.mail.message_id.clone());
        let kinds = self.stage.kinds(ids.collect()).await?;
        for (letter, kind) in new.iter_mut().zip(kinds) {
            letter.kind = kind;
        }
        self.letters.extend(new);
        Ok(before..self.letters.len())
    }
}

/// A message's header as it stands.
fn head(octets: &[u8]) -> String {
    let text = String::from_utf8_lossy(octets).replace("\r\n", "\n");
    text.split("\n\n").next().unwrap_or_default().to_owned()
}

/// How somebody's client wrote.
pub const fn told_habit(habit: Habit) -> &'static str {
    match habit {
        Habit::Webmail => "in a web mailer, above a full quote",
        Habit::Phone => "on a phone, above a full quote",
        Habit::Inline => "between the lines of the letter",
        Habit::Bare => "words only, no quote",
        Habit::Away => "automatically, while away",
    }
}

/// Local time on the stage.
pub fn local(moment: DateTime<Utc>) -> NaiveDateTime {
    moment.with_timezone(&ZONE).naive_local()
}
