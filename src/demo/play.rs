//! The playing: time passes, somebody writes, letters arrive, and each becomes a scene.
//!
//! Every letter that is delivered is told, expected or not, so nothing can hide; an expected one
//! that does not come is an error. Scenes of one moment stand in the order of the story, so that
//! the transcript is the same each time.

use crate::demo::client::{Habit, Mail};
use crate::demo::stage::{CARA, Player, Stage, StageError, ZONE};
use crate::demo::transcript::{
    Counts, Excerpt, Kind, Scene, Transcript, between_the_quotes, own_lines,
};
use crate::demo::understood::{Background, understood};
use crate::lunch::act::Answering;
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use std::collections::BTreeSet;

/// The year that it plays in.
const YEAR: i32 = 2027;

/// A moment of the story: month, day, hour, minute, local time.
pub(super) type Moment = (u32, u32, u32, u32);

/// A letter that has to come: to whom, a part of its subject, how much of it is shown.
pub(super) type Cue = (Player, &'static str, Excerpt);

pub(super) fn local((month, day, hour, minute): Moment) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(YEAR, month, day)
        .and_then(|date| date.and_hms_opt(hour, minute, 0))
        .unwrap_or_default()
}

pub(super) fn moment(at: Moment) -> DateTime<Utc> {
    let local = local(at);
    ZONE.from_local_datetime(&local)
        .earliest()
        .map_or_else(|| local.and_utc(), |at| at.with_timezone(&Utc))
}

/// An answer in the story.
pub(super) struct Answer<'a> {
    pub(super) by: Player,
    /// A part of the subject of the letter that is answered; the latest such one.
    pub(super) to: &'a str,
    pub(super) answering: Answering,
    pub(super) words: &'a str,
    pub(super) habit: Habit,
    /// The lunch that it is about.
    pub(super) lunch: Option<Moment>,
}

/// The play while it is going on.
pub(super) struct Play<'a> {
    stage: Stage,
    tell: &'a mut (dyn FnMut(&Scene) + Send),
    scenes: Vec<Scene>,
    letters: Vec<(Player, Mail)>,
}

impl<'a> Play<'a> {
    /// Sets the stage; the clock stands at `start`.
    pub(super) async fn begin(
        start: Moment,
        tell: &'a mut (dyn FnMut(&Scene) + Send),
    ) -> Result<Self, StageError> {
        Ok(Self {
            stage: Stage::set(moment(start)).await?,
            tell,
            scenes: Vec::new(),
            letters: Vec::new(),
        })
    }

    /// Lets the time pass.
    pub(super) async fn until(&mut self, at: Moment) -> Result<(), StageError> {
        self.stage.pass_until(moment(at)).await
    }

    /// What no mail shows.
    pub(super) fn narrate(&mut self, at: Moment, text: &str) {
        self.scene(Scene {
            text: text.to_owned(),
            ..blank(local(at), Kind::Narration)
        });
    }

    /// Somebody invites by command.
    pub(super) async fn invite(
        &mut self,
        at: Moment,
        from: Player,
        to: &[Player],
        note: &str,
    ) -> Result<(), StageError> {
        self.stage.invite(from, to, note).await?;
        let person = |player: &Player| format!("'{} <{}>'", player.name, player.address);
        let asked: String = to
            .iter()
            .map(|p| format!(" \\\n      --to {}", person(p)))
            .collect();
        self.scene(Scene {
            from: from.name.to_owned(),
            text: format!(
                "$ postlunch invite --from {}{asked} \\\n      --note \"{note}\"",
                person(&from)
            ),
            ..blank(local(at), Kind::Command)
        });
        Ok(())
    }

    /// Somebody answers a letter.
    pub(super) async fn answer(&mut self, answer: Answer<'_>) -> Result<(), StageError> {
        let letter = self.stage.latest(answer.by, answer.to)?;
        let now = self.stage.now().await?;
        let octets = self
            .stage
            .reply(answer.by, &letter, answer.words, answer.habit)
            .await?;
        let background = Background {
            letter: &letter,
            answering: answer.answering,
            goal_asked: letter.text.contains("like to get better at?"),
            now,
            zone: ZONE,
            lunch: answer.lunch.map(local),
        };
        let (how, text) = match answer.habit {
            Habit::Webmail => ("in a web mailer, above a full quote", None),
            Habit::Phone => ("on a phone, above a full quote", None),
            Habit::Bare => ("", None),
            Habit::Away => ("automatically, while away", None),
            Habit::Inline => {
                let written = Mail::read(&octets).map(|mail| between_the_quotes(&mail.text));
                ("between the lines of the letter", written)
            }
        };
        self.scene(Scene {
            from: answer.by.name.to_owned(),
            to: sender(&letter),
            subject: format!("Re: {}", letter.subject.trim_start_matches("Re: ")),
            how: how.to_owned(),
            text: text.unwrap_or_else(|| answer.words.to_owned()),
            understood: Some(understood(&octets, &background)),
            ..blank(now.with_timezone(&ZONE).naive_local(), Kind::Reply)
        });
        Ok(())
    }

    /// Tells every letter that has come, and makes sure that each expected one is among them.
    pub(super) fn letters(&mut self, cues: &[Cue]) -> Result<(), StageError> {
        let mut open: Vec<(usize, &Cue)> = cues.iter().enumerate().collect();
        let mut told = Vec::new();
        for (player, mail) in self.stage.arrived() {
            let cue = open
                .iter()
                .position(|(_, (to, subject, _))| *to == player && mail.subject.contains(subject))
                .map(|at| open.remove(at));
            let excerpt = cue.map_or(Excerpt::Head, |(_, (_, _, excerpt))| *excerpt);
            let place = cue.map_or(usize::MAX, |(place, _)| place);
            let order = (mail.date, place, player, mail.subject.clone());
            told.push((order, letter(player, &mail, excerpt)));
            self.letters.push((player, mail));
        }
        told.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (_, scene) in told {
            self.scene(scene);
        }
        match open.first() {
            Some((_, (player, subject, _))) => Err(missing(*player, subject)),
            None => Ok(()),
        }
    }

    /// How many letters have come so far.
    pub(super) const fn letters_so_far(&self) -> usize {
        self.letters.len()
    }

    /// Counts, tells what came of it, and takes the stage down.
    pub(super) async fn close(
        mut self,
        at: Moment,
        letters_until_the_end: usize,
    ) -> Result<Transcript, StageError> {
        let once: BTreeSet<_> = self.letters.iter().map(same_to_a_person).collect();
        let to_cara = self.letters.iter().filter(|(to, _)| *to == CARA).count();
        let counts = Counts {
            letters: self.letters.len(),
            twice: self.letters.len() - once.len(),
            to_cara,
            after_the_end: self.letters.len().saturating_sub(letters_until_the_end),
        };
        if (counts.twice, counts.to_cara, counts.after_the_end) != (0, 2, 0) {
            return Err(StageError::Broken(format!("{counts:?}")));
        }
        self.narrate(
            at,
            &format!(
                "Half a year, {} letters, and nobody got one twice. Cara, who said no, got two: \
                 the invitation and one kind line. Since the end there has been none at all.",
                counts.letters
            ),
        );
        self.stage.strike().await?;
        Ok(Transcript {
            scenes: self.scenes,
            counts,
        })
    }

    fn scene(&mut self, scene: Scene) {
        (self.tell)(&scene);
        self.scenes.push(scene);
    }
}

/// What makes two letters the same to whoever gets them: not the reference in the small print.
fn same_to_a_person((to, mail): &(Player, Mail)) -> (Player, String, String) {
    (*to, mail.subject.clone(), own_lines(&mail.text).join("\n"))
}

fn sender(mail: &Mail) -> String {
    let name = mail.from.split(" <").next();
    name.unwrap_or_default().to_owned()
}

fn letter(player: Player, mail: &Mail, excerpt: Excerpt) -> Scene {
    let at = mail.date.unwrap_or_default().with_timezone(&ZONE);
    let how = if mail.calendar.is_some() {
        "with a calendar entry"
    } else {
        ""
    };
    Scene {
        from: sender(mail),
        to: player.name.to_owned(),
        subject: mail.subject.clone(),
        how: how.to_owned(),
        text: excerpt.of(mail),
        ..blank(at.naive_local(), Kind::Mail)
    }
}

fn blank(at: NaiveDateTime, kind: Kind) -> Scene {
    Scene {
        at,
        kind,
        from: String::new(),
        to: String::new(),
        subject: String::new(),
        how: String::new(),
        text: String::new(),
        understood: None,
    }
}

fn missing(player: Player, what: &str) -> StageError {
    StageError::Missing {
        who: player.name.to_owned(),
        what: format!("a letter \"{what}\""),
    }
}
