//! `postlunch preview`: any letter with sample people, as it would be sent; and what is to come.

mod coming;
mod gallery;

use crate::cli::args::{self, Common};
use crate::cli::ending::{Code, Failure};
use crate::cli::help::nearest;
use crate::cli::{place, show};
use crate::clock::{self, Clock};
use crate::config::{Config, Mode};
use crate::daemon::{accounts, letters};
use crate::lunch::letter::Letter;
use crate::smtp::{Outcome, Patience, Submission, Submitter};
use crate::words::address::{Address, NameAddr};
use crate::words::message_id::MessageId;
use crate::writing::samples::{self, Sample};
use crate::writing::{self, Posting, Templates, Written};
use serde_json::json;

/// The word for every letter at once.
const ALL: &str = "all";

/// Shows or sends a letter, lists the kinds, or checks the operator's own templates.
///
/// # Errors
/// If there is no such letter, a template does not fit, or it could not be sent.
pub async fn preview(asked: args::Preview, common: &Common) -> Result<(), Failure> {
    if asked.list {
        return list(common.json);
    }
    if asked.check {
        return check(&place::load(common.config.as_deref())?, common.json);
    }
    if let Some(within) = asked.coming {
        return coming::coming(common, within).await;
    }
    let kind = asked.kind.clone().unwrap_or_default();
    let config = found(common)?;
    let templates = match &config {
        Some(config) => load(config)?.0,
        None => built_in()?,
    };
    let configured = config.as_ref().map(|config| config.mail.mode);
    let personal = asked.personal || configured == Some(Mode::Personal);
    let in_mode = |sample: Sample| match personal {
        true => samples::from_own_mailbox(sample),
        false => sample,
    };
    if asked.open || asked.into.is_some() || kind == ALL {
        let shapes = samples::with_variations().into_iter().map(in_mode);
        return gallery::gallery(&asked, &kind, shapes, &templates, common.json);
    }
    let mut all = samples::all().into_iter();
    let sample = all.find(|(name, _, _)| *name == kind);
    let (_, letter, posting) = in_mode(sample.ok_or_else(|| no_letter(&kind))?);
    if let Some(to) = asked.send {
        let config = place::load(common.config.as_deref())?;
        return send(&config, letter, posting, to).await;
    }
    let written = write(&letter, &posting, &templates)?;
    match (asked.eml, asked.html, common.json) {
        (true, _, _) => show::octets(&written.bytes),
        (_, true, _) => show::print(&written.html_alone()),
        (_, _, true) => show::json(&json!({
            "kind": kind,
            "to": letter.to.to_string(),
            "subject": written.subject,
            "text": written.text,
            "html": written.html_alone(),
        })),
        _ => show::print(&format!(
            "From: {}\nTo: {}\nSubject: {}\n\n{}",
            posting.from, letter.to, written.subject, written.text
        )),
    }
}

fn no_letter(kind: &str) -> Failure {
    let all = samples::all();
    let near = nearest(all.iter().map(|(name, _, _)| *name), kind);
    let near = near.map_or_else(String::new, |near| format!(", perhaps '{near}'"));
    let message =
        format!("there is no letter '{kind}'{near}; `postlunch preview --list` tells them");
    Failure::new(Code::Usage, message)
}

fn list(as_json: bool) -> Result<(), Failure> {
    let kinds: Vec<&str> = samples::all().iter().map(|(kind, _, _)| *kind).collect();
    if as_json {
        return show::json(&json!(kinds));
    }
    show::print(&format!("{}\n", kinds.join("\n")))
}

fn check(config: &Config, as_json: bool) -> Result<(), Failure> {
    let folder = config.templates.path.as_deref();
    let (_, count) = load(config)?;
    let place = folder.map(|folder| folder.display().to_string());
    if as_json {
        return show::json(&json!({ "ok": true, "folder": place, "own": count }));
    }
    show::print(&match place {
        Some(place) => format!("{place}: {count} letters of your own, all usable\n"),
        None => "[templates] names no folder; the built-in letters are used\n".to_owned(),
    })
}

/// The configuration, if there is one; one that was named must be there.
fn found(common: &Common) -> Result<Option<Config>, Failure> {
    let named = common.config.as_deref();
    match (place::find(named), named) {
        (Ok(path), _) => Ok(Some(Config::load(&path)?)),
        (Err(_), None) => Ok(None),
        (Err(failure), Some(_)) => Err(failure),
    }
}

fn built_in() -> Result<Templates, Failure> {
    let loaded = letters::load(None).map_err(|error| Failure::failed(error.to_string()));
    Ok(loaded?.0)
}

fn load(config: &Config) -> Result<(Templates, usize), Failure> {
    letters::load(config.templates.path.as_deref())
        .map_err(|error| Failure::new(Code::NeedsPerson, error.to_string()))
}

fn write(letter: &Letter, posting: &Posting, templates: &Templates) -> Result<Written, Failure> {
    writing::write(letter, posting, templates).map_err(|error| Failure::failed(error.to_string()))
}

/// Sends the sample to one address, from the configured mailbox and without a token: an answer to
/// it belongs to no conversation.
async fn send(
    config: &Config,
    mut letter: Letter,
    mut posting: Posting,
    to: Address,
) -> Result<(), Failure> {
    let own = &config.mail.address;
    letter.to = NameAddr {
        name: letter.to.name,
        address: to.clone(),
    };
    posting.from = match config.mail.mode {
        Mode::Shared => NameAddr {
            name: posting.from.name,
            address: own.clone(),
        },
        Mode::Personal => config.mail.name_addr(),
    };
    posting.reply_to = own.clone();
    posting.printed_to = own.clone();
    posting.stop_to = own.clone();
    posting.date = Clock::Wall.now();
    posting.in_reply_to = None;
    posting.references = Vec::new();
    if let Some(id) = message_id(own.domain())? {
        posting.message_id = id;
    }
    let (templates, _) = load(config)?;
    let written = write(&letter, &posting, &templates)?;
    let account = accounts::smtp(config)
        .await
        .map_err(|error| Failure::new(Code::NeedsPerson, error.to_string()))?;
    let submission = Submission {
        envelope_from: own.clone(),
        recipient: to.clone(),
        octets: written.bytes.into(),
    };
    let mut submitter = Submitter::new(account, Patience::default());
    let submitting = submitter.submit(&submission);
    let outcome = show::patiently("sending", submitting)
        .await
        .map_err(|error| Failure::failed(format!("{error}; {}", error.remedy())))?;
    submitter.rest().await;
    match outcome {
        Outcome::Accepted(_) => show::print(&format!("Sent to {to}.\n")),
        Outcome::Transient(refusal) | Outcome::Permanent(refusal) => {
            Err(Failure::failed(format!("not sent: {}", refusal.reason)))
        }
        Outcome::InDoubt(refusal) => {
            let reason = refusal.reason;
            Err(Failure::failed(format!(
                "perhaps sent, look whether it comes: {reason}"
            )))
        }
    }
}

fn message_id(domain: &str) -> Result<Option<MessageId>, Failure> {
    let octets = clock::random::<16>()
        .map_err(|error| Failure::failed(format!("the system gives no random numbers: {error}")))?;
    let local = data_encoding::HEXLOWER.encode(&octets);
    Ok(MessageId::parse(&format!("preview-{local}@{domain}")))
}
