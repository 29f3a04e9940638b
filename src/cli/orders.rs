//! Commands that the running daemon carries out: asked over its control socket.

use crate::cli::args::{Clock, Common, Fabric, Invite, Pairing, Person, Review};
use crate::cli::ending::{Code, Failure};
use crate::cli::{place, show};
use crate::config::Config;
use crate::daemon::request::{ClockRequest, Order, PictureForm, Reply, Request, ReviewRequest};
use crate::{clock, control};
use chrono::TimeDelta;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// How long an answer may take.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// How long a rehearsal clock may run; it waits for mail at each stop.
const CLOCK_LIMIT: Duration = Duration::from_secs(6 * 3600);

/// `postlunch invite`.
///
/// # Errors
/// If no daemon answers, or any of the invitations is refused.
pub async fn invite(common: &Common, asked: Invite) -> Result<(), Failure> {
    let dry_run = asked.dry_run;
    let request = Request::Invite {
        from: asked.from.as_ref().map(ToString::to_string),
        to: asked.to.iter().map(ToString::to_string).collect(),
        note: asked.note,
        dry_run,
        id: request_id()?,
    };
    match ask(common, &request, ANSWER_LIMIT).await? {
        Reply::Invited { invitations } => {
            tell(common, show::invited(&invitations, dry_run))?;
            if invitations.iter().any(|one| one.refused.is_some()) {
                return Err(Failure::told(Code::Failed));
            }
            Ok(())
        }
        other => Err(unexpected(&other)),
    }
}

/// `postlunch pairing …`.
///
/// # Errors
/// If no daemon answers, or it refuses.
pub async fn pairing(common: &Common, asked: Pairing) -> Result<(), Failure> {
    let (pairing, order) = match asked {
        Pairing::List => {
            return match ask(common, &Request::Pairings, ANSWER_LIMIT).await? {
                Reply::Pairings { pairings } => tell(common, show::pairings(&pairings)),
                other => Err(unexpected(&other)),
            };
        }
        Pairing::Export { pairing } => {
            return export(common, &Request::ExportPairing { pairing }).await;
        }
        Pairing::Pause { pairing, until } => (pairing, Order::Pause(until)),
        Pairing::Resume { pairing } => (pairing, Order::Resume),
        Pairing::End { pairing } => (pairing, Order::End),
    };
    let id = request_id()?;
    done(common, &Request::Order { pairing, order, id }).await
}

/// `postlunch review …`.
///
/// # Errors
/// If no daemon answers, or it refuses.
pub async fn review(common: &Common, asked: Review) -> Result<(), Failure> {
    let request = match asked {
        Review::List => ReviewRequest::List,
        Review::Retry { mail } => ReviewRequest::Retry(mail),
        Review::Dismiss { mail } => ReviewRequest::Dismiss(mail),
    };
    match ask(common, &Request::Review(request), ANSWER_LIMIT).await? {
        Reply::Reviews { reviews } => tell(common, show::reviews(&reviews)),
        Reply::Done { message } => tell(common, format!("{message}\n")),
        other => Err(unexpected(&other)),
    }
}

/// `postlunch person …`.
///
/// # Errors
/// If no daemon answers, or it refuses.
pub async fn person(common: &Common, asked: Person) -> Result<(), Failure> {
    let (address, forget) = match asked {
        Person::Export { address } => {
            let address = address.to_string();
            return export(common, &Request::ExportPerson { address }).await;
        }
        Person::Stop { address } => (address, false),
        Person::Forget { address } => (address, true),
    };
    let (address, id) = (address.to_string(), request_id()?);
    let request = Request::Person {
        address,
        forget,
        id,
    };
    done(common, &request).await
}

/// Prints what an operator may take along; JSON either way.
async fn export(common: &Common, request: &Request) -> Result<(), Failure> {
    let config = place::load(common.config.as_deref())?;
    match ask_the_daemon(&config, request, ANSWER_LIMIT).await? {
        Reply::Exported { export } => show::json(&export),
        Reply::Refused { message } => Err(Failure::failed(message)),
        other => Err(unexpected(&other)),
    }
}

/// `postlunch hold` and `postlunch resume`.
///
/// # Errors
/// If no daemon answers, or it refuses.
pub async fn hold(common: &Common, on: bool) -> Result<(), Failure> {
    done(common, &Request::Hold { on }).await
}

/// `postlunch summary --dry-run`.
///
/// # Errors
/// If no daemon answers.
pub async fn summary(common: &Common) -> Result<(), Failure> {
    match ask(common, &Request::Summaries, ANSWER_LIMIT).await? {
        Reply::Summaries { summaries } => tell(common, show::summaries(&summaries)),
        other => Err(unexpected(&other)),
    }
}

/// `postlunch fabric`.
///
/// # Errors
/// If no daemon answers, it refuses, or a file cannot be read or written.
pub async fn fabric(common: &Common, asked: &Fabric) -> Result<(), Failure> {
    let (form, path) = match (&asked.svg, &asked.png) {
        (Some(path), _) => (PictureForm::Svg, path),
        (None, Some(path)) => (PictureForm::Png, path),
        (None, None) => {
            return Err(Failure::failed(
                "the picture goes into a file of yours: `postlunch fabric --svg fabric.svg` for a \
                 browser, `--png fabric.png` for anything else",
            ));
        }
    };
    let about = |path: &Path, error: std::io::Error| {
        Failure::failed(format!("{}: {error}", path.display()))
    };
    let teams = match &asked.teams {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|e| about(path, e))?),
        None => None,
    };
    let config = place::load(common.config.as_deref())?;
    let request = Request::Fabric { form, teams };
    match ask_the_daemon(&config, &request, ANSWER_LIMIT).await? {
        Reply::Fabric {
            picture,
            people,
            threads,
            lunches,
        } => {
            let octets = match form {
                PictureForm::Svg => picture.into_bytes(),
                PictureForm::Png => data_encoding::BASE64
                    .decode(picture.as_bytes())
                    .map_err(|_| Failure::from(control::ControlError::Unreadable))?,
            };
            std::fs::write(path, octets).map_err(|e| about(path, e))?;
            if common.json {
                return show::json(&serde_json::json!({
                    "file": path, "people": people, "threads": threads, "lunches": lunches,
                }));
            }
            show::print(&match people {
                0 => {
                    "There is nothing to show yet: five people, linked by lunches, are the least.\n"
                        .to_owned()
                }
                _ => format!(
                    "{}: {people} people, {threads} threads, {lunches} lunches\n",
                    path.display()
                ),
            })
        }
        Reply::Refused { message } => Err(Failure::failed(message)),
        other => Err(unexpected(&other)),
    }
}

/// `postlunch clock …`.
///
/// # Errors
/// If no daemon answers, it does not rehearse, or what came due could not be sent.
pub async fn clock(common: &Common, asked: Clock) -> Result<(), Failure> {
    let settle_ms = |settle: TimeDelta| u64::try_from(settle.num_milliseconds()).unwrap_or(0);
    let (request, limit) = match asked {
        Clock::Show => (ClockRequest::Show, ANSWER_LIMIT),
        Clock::Advance { by, settle } => {
            let seconds = by.num_seconds();
            let settle_ms = settle_ms(settle);
            (ClockRequest::Advance { seconds, settle_ms }, CLOCK_LIMIT)
        }
        Clock::Next { settle } => {
            let settle_ms = settle_ms(settle);
            (ClockRequest::Next { settle_ms }, CLOCK_LIMIT)
        }
    };
    match ask(common, &Request::Clock(request), limit).await? {
        Reply::Clock { now, ran, next_due } => tell(common, show::clock(now, &ran, next_due)),
        other => Err(unexpected(&other)),
    }
}

async fn done(common: &Common, request: &Request) -> Result<(), Failure> {
    match ask(common, request, ANSWER_LIMIT).await? {
        Reply::Done { message } => tell(common, format!("{message}\n")),
        other => Err(unexpected(&other)),
    }
}

/// Asks the daemon that the configuration names. With `--json` its answer is printed here, as it
/// is, refusals included.
async fn ask(common: &Common, request: &Request, limit: Duration) -> Result<Reply, Failure> {
    let config = place::load(common.config.as_deref())?;
    let request = written(request);
    let asking = control::ask(&config.control.socket, &request, limit);
    let answer = show::patiently("waiting for the daemon", asking).await?;
    let reply = read(&answer)?;
    if common.json {
        show::json(&answer)?;
    }
    match reply {
        Reply::Refused { .. } if common.json => Err(Failure::told(Code::Failed)),
        Reply::Refused { message } => Err(Failure::failed(message)),
        reply => Ok(reply),
    }
}

/// Asks the daemon that the configuration names; prints nothing.
///
/// # Errors
/// If none answers.
pub async fn ask_the_daemon(
    config: &Config,
    request: &Request,
    limit: Duration,
) -> Result<Reply, control::ControlError> {
    let request = written(request);
    let asking = control::ask(&config.control.socket, &request, limit);
    let answer = show::patiently("waiting for the daemon", asking).await?;
    serde_json::from_value(answer).map_err(|_| control::ControlError::Unreadable)
}

fn written(request: &Request) -> Value {
    serde_json::to_value(request).unwrap_or_default()
}

fn read(answer: &Value) -> Result<Reply, Failure> {
    serde_json::from_value(answer.clone()).map_err(|_| control::ControlError::Unreadable.into())
}

/// Prints for a person, unless JSON was printed already.
fn tell(common: &Common, text: String) -> Result<(), Failure> {
    if common.json {
        return Ok(());
    }
    show::print(&text)
}

fn unexpected(_: &Reply) -> Failure {
    control::ControlError::Unreadable.into()
}

/// Makes asking twice act once.
fn request_id() -> Result<String, Failure> {
    let octets = clock::random::<16>()
        .map_err(|error| Failure::failed(format!("the system gives no random numbers: {error}")))?;
    Ok(data_encoding::HEXLOWER.encode(&octets))
}
