//! `postlunch status`: how the daemon is doing, once or again and again.
//!
//! Exit code 0 if all is well, 1 if something deserves a look, 2 if somebody has to act or no daemon
//! runs; so a monitor can call it as it is.

mod page;

use crate::cli::args::{self, Common};
use crate::cli::ending::{Code, Failure};
use crate::cli::{place, show};
use crate::control::{self, ControlError};
use crate::daemon::request::{Health, Reply, Request, Status};
use serde_json::{Value, json};
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;
use tokio::time::sleep;

/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// From the top; what is overwritten is cleared line by line, so that nothing flickers.
const HOME: &str = "\x1b[H";
const REST_OF_LINE: &str = "\x1b[K\n";
const REST_OF_SCREEN: &str = "\x1b[J";

/// Tells how things stand.
///
/// # Errors
/// If the configuration cannot be used; else it ends with the code that the answer asks for.
pub async fn status(common: &Common, asked: &args::Status) -> Result<(), Failure> {
    let config = place::load(common.config.as_deref())?;
    let socket = &config.control.socket;
    let ink = show::Ink(show::in_colour(asked.paint.color));
    match asked.watch {
        None => {
            let looking = look(socket);
            let seen = show::patiently("waiting for the daemon", looking).await;
            if common.json {
                show::json(&seen.json())?;
            } else {
                show::print(&place::in_commands(
                    &seen.page(ink),
                    common.config.as_deref(),
                ))?;
            }
            seen.verdict()
        }
        Some(every) => {
            let every = Duration::from_secs(every);
            let watching = watch(socket, every, common, ink);
            tokio::select! {
                ended = watching => ended,
                // Ctrl-C is how one stops watching, and no failure.
                _ = tokio::signal::ctrl_c() => Ok(()),
            }
        }
    }
}

/// Looks again and again, also where the daemon goes away and comes back, until nobody reads it.
async fn watch(
    socket: &Path,
    every: Duration,
    common: &Common,
    ink: show::Ink,
) -> Result<(), Failure> {
    let as_json = common.json;
    let page = |seen: &Seen| place::in_commands(&seen.page(ink), common.config.as_deref());
    let on_screen = io::stdout().is_terminal() && !as_json;
    loop {
        let seen = look(socket).await;
        let text = match (as_json, on_screen) {
            (true, _) => format!("{}\n", seen.json()),
            (false, false) => format!("{}\n", page(&seen)),
            (false, true) => {
                let page = page(&seen).replace('\n', REST_OF_LINE);
                let foot = ink.faint(&format!("every {} s; Ctrl-C ends this", every.as_secs()));
                format!("{HOME}{page}{REST_OF_LINE}{foot}{REST_OF_SCREEN}")
            }
        };
        if !show::is_heard(&text)? {
            return Ok(());
        }
        sleep(every).await;
    }
}

/// What a look came to.
enum Seen {
    /// The daemon's answer, as it is and as understood.
    Answer(Value, Box<Status>),
    /// No daemon, or none that can be asked.
    Nobody(ControlError),
    /// It answered, and does not know how things stand.
    Refused(String),
}

async fn look(socket: &Path) -> Seen {
    let request = serde_json::to_value(Request::Status).unwrap_or_default();
    let answer = match control::ask(socket, &request, ANSWER_LIMIT).await {
        Ok(answer) => answer,
        Err(error) => return Seen::Nobody(error),
    };
    match serde_json::from_value(answer.clone()) {
        Ok(Reply::Status(status)) => Seen::Answer(answer, status),
        Ok(Reply::Refused { message }) => Seen::Refused(message),
        _ => Seen::Nobody(ControlError::Unreadable),
    }
}

impl Seen {
    fn json(&self) -> Value {
        match self {
            Self::Answer(answer, _) => answer.clone(),
            Self::Nobody(error) => unwell(matches!(error, ControlError::NotRunning(_)), error),
            Self::Refused(message) => unwell(false, message),
        }
    }

    fn page(&self, ink: show::Ink) -> String {
        match self {
            Self::Answer(_, status) => page::page(status, ink),
            Self::Nobody(error) => page::nobody(&error.to_string(), ink),
            Self::Refused(message) => page::nobody(message, ink),
        }
    }

    fn verdict(&self) -> Result<(), Failure> {
        match self {
            Self::Answer(_, status) => match status.health {
                Health::Well => Ok(()),
                Health::Warning => Err(Failure::told(Code::Failed)),
                Health::Wrong => Err(Failure::told(Code::Usage)),
            },
            Self::Nobody(error) if error.needs_a_person() => Err(Failure::told(Code::NeedsPerson)),
            _ => Err(Failure::told(Code::Usage)),
        }
    }
}

/// The shape of an answer where there is none.
fn unwell(not_running: bool, told: &impl ToString) -> Value {
    let told = told.to_string();
    let (means, remedy) = page::parted(&told);
    json!({
        "answer": if not_running { "not-running" } else { "failed" },
        "health": Health::Wrong,
        "warnings": [{ "health": Health::Wrong, "means": means, "remedy": remedy }],
    })
}
