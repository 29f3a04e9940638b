//! What a browser may ask, and what then happens.
//!
//! Every click is one request that changes something and one that shows it, so that going back or
//! loading again never acts twice. What fails is told on the next page, in a sentence.

use crate::demo::client::Habit;
use crate::demo::page::House;
use crate::demo::page::guard::{self, FORM_OCTETS_MAX, Signed};
use crate::demo::page::performance::{Performance, Until};
use crate::demo::page::suggestions::TRIALS;
use crate::demo::page::views::{Around, Asked, Draft, HABITS, Trouble, Views};
use crate::demo::stage::{PLAYERS, Player, StageError};
use crate::lunch::act::{Answering, PartStat};
use crate::maillog;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{MappedMutexGuard, MutexGuard};

/// Most characters of a reply.
const WORDS_MAX: usize = 50_000;

/// Most characters of a line beside an invitation.
const NOTE_MAX: usize = 300;

type Shared = State<Arc<House>>;

/// What was asked for, or the page that says why not.
type Shown = Result<Response, Response>;

/// All of it.
pub fn router(house: Arc<House>) -> Router {
    Router::new()
        .route("/", get(overview))
        .route("/mail/{number}", get(mail))
        .route("/letter/{number}", get(letter))
        .route("/answer/{number}", get(answer))
        .route("/reply/{number}", post(reply))
        .route("/calendar/{number}", post(calendar))
        .route("/clock", post(clock))
        .route("/invite", post(invite))
        .route("/again", post(again))
        .route("/try", get(try_form).post(try_out))
        .route(
            "/style.css",
            get(|| file("text/css", include_str!("style.css"))),
        )
        .route(
            "/page.js",
            get(|| file("text/javascript", include_str!("page.js"))),
        )
        .route(
            "/icon.svg",
            get(|| file("image/svg+xml", include_str!("icon.svg"))),
        )
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(house.clone(), guard::guard))
        .layer(DefaultBodyLimit::max(FORM_OCTETS_MAX))
        .with_state(house)
}

async fn file(kind: &'static str, text: &'static str) -> Response {
    (
        [(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))],
        text,
    )
        .into_response()
}

impl House {
    fn not_there(&self) -> Response {
        self.views.trouble(&Trouble {
            status: StatusCode::NOT_FOUND,
            title: "Nothing here",
            text: "There is no such letter, or the demo was started over since.",
        })
    }

    /// The performance, or what to say where it is over.
    async fn enter(&self) -> Result<MappedMutexGuard<'_, Performance>, Response> {
        let guard = self.performance.lock().await;
        MutexGuard::try_map(guard, Option::as_mut).map_err(|_| {
            self.views.trouble(&Trouble {
                status: StatusCode::SERVICE_UNAVAILABLE,
                title: "The demo has closed",
                text: "Start it again in the terminal, with `postlunch demo`.",
            })
        })
    }

    /// Shows a page of the performance as it stands.
    async fn show(
        &self,
        page: impl FnOnce(&Views, &Around, &Performance) -> Option<Response>,
    ) -> Shown {
        let mut performance = self.enter().await?;
        let around = self.around(&mut performance).await;
        let (around, _) = around.map_err(|error| self.broken(&error))?;
        page(&self.views, &around, &performance).ok_or_else(|| self.not_there())
    }

    async fn around(
        &self,
        performance: &mut Performance,
    ) -> Result<(Around, NaiveDateTime), StageError> {
        performance.look().await?;
        let now = performance.now().await?;
        let couples = performance.couples().await?;
        Ok((Around::of(&self.token, now, performance, &couples), now))
    }

    fn broken(&self, error: &StageError) -> Response {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        maillog::warning(&format!("the demo's page: {error}"));
        self.views.trouble(&Trouble {
            status,
            title: "The daemon does not answer",
            text: "Close the demo in the terminal (Ctrl-C) and start it again. What the terminal \
                   says about it is worth reporting.",
        })
    }
}

fn player(name: &str) -> Option<Player> {
    PLAYERS.into_iter().find(|player| player.name == name)
}

/// To the page that shows what happened.
fn to(place: &str) -> Response {
    Redirect::to(place).into_response()
}

async fn nowhere(State(house): Shared) -> Response {
    house.not_there()
}

async fn overview(State(house): Shared) -> Shown {
    let mut performance = house.enter().await?;
    let shown = async {
        let (around, now) = house.around(&mut performance).await?;
        let couples = performance.couples().await?;
        let views = &house.views;
        Ok(views.overview(&around, &performance, &couples, now))
    };
    let shown: Result<Response, StageError> = shown.await;
    shown.map_err(|error| house.broken(&error))
}

async fn mail(
    State(house): Shared,
    Path(number): Path<usize>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Shown {
    let number_of = |name: &str| asked.get(name).and_then(|value| value.parse().ok());
    let draft = Draft {
        suggestion: number_of("say"),
        press: number_of("press"),
    };
    let view = match asked.get("view").map(String::as_str) {
        Some("text") => "text",
        Some("head") => "head",
        _ => "html",
    };
    house.enter().await?.open(number);
    house
        .show(|views, around, performance| views.mail(around, performance, number, view, &draft))
        .await
}

async fn letter(State(house): Shared, Path(number): Path<usize>) -> Shown {
    let performance = house.enter().await?;
    let letter = performance.letter(number);
    let letter = letter.ok_or_else(|| house.not_there())?;
    Ok(Views::letter(letter, number))
}

async fn answer(State(house): Shared, Path(number): Path<usize>) -> Shown {
    house
        .show(|views, around, performance| views.answer(around, performance, number))
        .await
}

/// Does something that leads to an answer, and shows it; or tells why not where it was asked.
async fn answered(
    house: &House,
    number: usize,
    act: impl AsyncFnOnce(&mut Performance) -> Result<Option<usize>, StageError>,
) -> Shown {
    let mut performance = house.enter().await?;
    match act(&mut performance).await {
        Ok(Some(answer)) => Ok(to(&format!("/answer/{answer}"))),
        Ok(None) => Err(house.not_there()),
        Err(error) => {
            performance.complain(format!("That mail did not get through. {}", error.told()));
            Ok(to(&format!("/mail/{number}")))
        }
    }
}

async fn reply(State(house): Shared, Path(number): Path<usize>, form: Signed) -> Shown {
    let words = form.get("words").replace("\r\n", "\n");
    let wrong = if words.trim().is_empty() {
        Some("There is nothing in it yet: type a few words, or pick a suggested answer.")
    } else if words.chars().count() > WORDS_MAX {
        Some("That is too long: a reply here may have up to 50,000 characters.")
    } else {
        None
    };
    if let Some(why) = wrong {
        house.enter().await?.complain(why.to_owned());
        return Ok(to(&format!("/mail/{number}")));
    }
    let habit = HABITS
        .iter()
        .find(|(name, _, _)| *name == form.get("habit"));
    let habit = habit.map_or(Habit::Webmail, |(_, habit, _)| *habit);
    let press: Option<usize> = form.get("press").parse().ok();
    answered(&house, number, async |performance| match press {
        Some(link) => performance.press(number, link, &words).await,
        None => performance.reply(number, &words, habit).await,
    })
    .await
}

async fn calendar(State(house): Shared, Path(number): Path<usize>, form: Signed) -> Shown {
    let partstat = match form.get("answer") {
        "accept" => PartStat::Accepted,
        "decline" => PartStat::Declined,
        "maybe" => PartStat::Tentative,
        _ => return Err(house.not_there()),
    };
    answered(&house, number, async |performance| {
        performance.by_calendar(number, partstat).await
    })
    .await
}

/// Does something to the whole, and shows the inboxes.
async fn done(
    house: &House,
    act: impl AsyncFnOnce(&mut Performance) -> Result<(), StageError>,
) -> Shown {
    let mut performance = house.enter().await?;
    if let Err(error) = act(&mut performance).await {
        performance.complain(error.told());
    }
    Ok(to("/"))
}

async fn clock(State(house): Shared, form: Signed) -> Shown {
    let until = match form.get("until") {
        "fortnight" => Until::Fortnight,
        "reminder" => Until::Letter("reminder"),
        "followup" => Until::Letter("followup"),
        "exchange" => Until::Letter("exchange"),
        "summary" => Until::Letter("summary"),
        _ => Until::Next,
    };
    done(&house, async |performance| performance.pass(until).await).await
}

async fn invite(State(house): Shared, form: Signed) -> Shown {
    let (from, asked) = (player(form.get("from")), player(form.get("to")));
    let note: String = form.get("note").chars().take(NOTE_MAX).collect();
    done(&house, async |performance| match (from, asked) {
        (Some(from), Some(asked)) if from != asked => {
            performance.invite(from, &[asked], note.trim()).await
        }
        _ => {
            performance.complain("Pick two different people.".to_owned());
            Ok(())
        }
    })
    .await
}

async fn again(State(house): Shared, _form: Signed) -> Response {
    let begun = Performance::begin().await;
    let mut guard = house.performance.lock().await;
    match begun {
        Ok(fresh) => {
            if let Some(old) = guard.replace(fresh)
                && let Err(error) = old.strike().await
            {
                maillog::warning(&format!("the demo's old stage: {error}"));
            }
            to("/")
        }
        Err(error) => house.broken(&error),
    }
}

async fn try_form(State(house): Shared, Query(query): Query<BTreeMap<String, String>>) -> Shown {
    let trial = query.get("say").and_then(|value| value.parse().ok());
    let example = trial.and_then(|at: usize| TRIALS.get(at));
    let asked = Asked {
        words: example.map_or("", |example| example.text).to_owned(),
        answering: example
            .map_or("invitation", |example| example.answering)
            .to_owned(),
        trial,
    };
    house
        .show(|views, around, performance| Some(views.try_out(around, &asked, None, performance)))
        .await
}

async fn try_out(State(house): Shared, form: Signed) -> Shown {
    let words: String = form.get("words").chars().take(WORDS_MAX).collect();
    let asked = Asked {
        words: words.replace("\r\n", "\n"),
        answering: form.get("answering").to_owned(),
        trial: None,
    };
    let mut performance = house.enter().await?;
    let shown = async {
        let kind = Answering::from_name(&asked.answering);
        let marked = performance.try_out(&as_mail(&asked.words), kind).await?;
        let (around, _) = house.around(&mut performance).await?;
        let marked = (!asked.words.trim().is_empty()).then_some(&marked);
        let views = &house.views;
        Ok(views.try_out(&around, &asked, marked, &performance))
    };
    let shown: Result<Response, StageError> = shown.await;
    shown.map_err(|error| house.broken(&error))
}

/// Pasted text as a mail: as it is if it has a header, else under one.
fn as_mail(text: &str) -> Vec<u8> {
    let (front, _) = text.split_once("\n\n").unwrap_or((text, ""));
    let field = |line: &str| {
        line.starts_with([' ', '\t'])
            || line.split_once(':').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            })
    };
    let known = |name: &str| {
        let mut lines = front.lines();
        lines.any(|line| line.to_ascii_lowercase().starts_with(name))
    };
    if front.lines().all(field) && (known("from:") || known("message-id:")) {
        return text.as_bytes().to_vec();
    }
    let head = "From: Somebody <somebody@example.com>\nTo: Lunch <lunch@example.com>\n\
                Subject: Re: Lunch\nContent-Type: text/plain; charset=utf-8\n\
                Content-Transfer-Encoding: 8bit\n\n";
    format!("{head}{text}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::as_mail;

    #[test]
    fn words_get_a_header_and_a_mail_keeps_its_own() {
        let mail = "From: ben@example.com\nSubject: Re: Lunch\n\nyes\n";
        assert_eq!(as_mail(mail), mail.as_bytes());
        for words in [
            "yes",
            "Best: the demo.\nWorst: none.",
            "On Monday, Ana wrote:\n\n> hi",
        ] {
            assert!(as_mail(words).starts_with(b"From: Somebody"), "{words}");
        }
    }
}
