//! The operator's picture: everybody's lunches, without names, and only where the house has decided
//! that there is one.
//!
//! The store thread hands out who met whom and when; it is drawn beside it, so that mail goes on.

use crate::daemon::conductor::Conductor;
use crate::daemon::decider::{Decider, DeciderError};
use crate::daemon::request::{PictureForm, Reply};
use crate::fabric::drawing::{Drawing, PictureError};
use crate::fabric::whole::{self, Teams, Thread};
use crate::lunch::person::PersonId;
use data_encoding::BASE64;
use std::collections::BTreeMap;

/// Biggest PNG that fits into one line on the socket with room to spare.
const PNG_OCTETS_MAX: usize = 700_000;

/// Who met whom, and whose team is which.
struct Lunches {
    threads: Vec<Thread>,
    teams: BTreeMap<PersonId, String>,
}

/// Draws it for an operator.
pub(super) async fn ask(form: PictureForm, teams: Option<String>, conductor: &Conductor) -> Reply {
    let refused = |message: String| Reply::Refused { message };
    let parsed = match teams.as_deref().map(Teams::parse).transpose() {
        Ok(teams) => teams,
        Err(error) => return refused(error.to_string()),
    };
    if parsed.is_some() && form == PictureForm::Png {
        return refused(
            "a picture of teams needs their names, which only SVG can hold: use --svg".to_owned(),
        );
    }
    let with_teams = parsed.is_some();
    let lunches = conductor
        .desk
        .ask(move |d| d.lunches(parsed.as_ref()))
        .await;
    let lunches = match lunches {
        Ok(Some(lunches)) => lunches,
        Ok(None) => {
            return refused(
                "there is no picture of everybody here: it is off unless the configuration says \
                 `fabric = true` in [policy]; members see their own threads in their summaries"
                    .to_owned(),
            );
        }
        Err(error) => return refused(error.to_string()),
    };
    let drawn = tokio::task::spawn_blocking(move || draw(&lunches, with_teams, form)).await;
    match drawn {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => refused(error.to_string()),
        Err(_) => refused("the picture could not be drawn".to_owned()),
    }
}

fn draw(lunches: &Lunches, teams: bool, form: PictureForm) -> Result<Reply, PictureError> {
    let (drawing, told) = if teams {
        whole::draw_teams(&lunches.threads, |person| {
            lunches.teams.get(&person).cloned()
        })
    } else {
        whole::draw(&lunches.threads)
    };
    let picture = match form {
        PictureForm::Svg => drawing.svg(),
        PictureForm::Png => BASE64.encode(&sharp(&drawing)?),
    };
    Ok(Reply::Fabric {
        picture,
        people: told.people,
        threads: told.threads,
        lunches: told.lunches,
    })
}

/// Two pixels for one, unless that gets too big.
fn sharp(drawing: &Drawing) -> Result<Vec<u8>, PictureError> {
    let picture = drawing.png(2)?;
    if picture.len() > PNG_OCTETS_MAX {
        return drawing.png(1);
    }
    Ok(picture)
}

impl Decider {
    /// `None` if the house has no such picture.
    fn lunches(&self, teams: Option<&Teams>) -> Result<Option<Lunches>, DeciderError> {
        if !self.settings.fabric {
            return Ok(None);
        }
        let today = self.clock.now().with_timezone(&self.settings.zone);
        let threads = whole::threads(&self.ledger.pairings()?, today.date_naive());
        let mut of = BTreeMap::new();
        if let Some(teams) = teams {
            for person in self.ledger.people()? {
                if let Some(team) = teams.of(&person.who.address) {
                    of.insert(person.id, team.to_owned());
                }
            }
        }
        Ok(Some(Lunches { threads, teams: of }))
    }
}
