//! `postlunch init`: from an address and a password to a configuration that is known to work.

mod answers;
mod files;
mod talk;
pub mod words;

use crate::cli::args::Common;
use crate::cli::ending::{Code as Exit, Failure};
use crate::cli::{check, place, show};
use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::daemon::{self, RunOptions};
use crate::doctor::{Code, Finding, Level};
use answers::Answers;
use chrono::SecondsFormat;
use files::Written;
use serde_json::json;
use std::io::{self, IsTerminal};
use words::Init;

/// How often a refused password may be typed anew.
const LOGINS: usize = 3;

/// Asks, writes, checks, offers a rehearsal.
///
/// # Errors
/// If there is a configuration already, something is missing, or what was written does not work; in
/// the last case it stays, to be mended.
pub async fn init(common: &Common, asked: Init) -> Result<(), Failure> {
    let (path, store) = place::fresh(common.config.as_deref())?;
    files::refuse_to_write_over(&path)?;
    let is_asked = io::stdin().is_terminal() && !common.json;
    let no_check = asked.no_check;
    let answers = answers::gather(asked, is_asked, store).await?;
    let (config, written) = files::write(&path, &answers)?;
    if !common.json {
        show::print(&told(&written))?;
    }
    let mut findings = Vec::new();
    if !no_check {
        findings = examine(common, &config, &written, is_asked).await?;
    }
    let good = findings.iter().all(|f| f.level != Level::Wrong);
    if common.json {
        show::json(&json!({
            "ok": good,
            "config": written.config,
            "password_file": written.password,
            "key_file": written.key,
            "findings": findings,
        }))?;
    }
    if !good {
        if !common.json {
            let named = common.named();
            show::print(&format!(
                "\nMend it in {} and try again: postlunch{named} check\n",
                written.config.display()
            ))?;
        }
        return Err(Failure::told(Exit::Failed));
    }
    if common.json {
        return Ok(());
    }
    show::print(&next_steps(common, &answers))?;
    if is_asked && !no_check && talk::is_yes("Rehearse now, in this terminal?", false)? {
        return rehearse(&config, &answers).await;
    }
    Ok(())
}

fn told(written: &Written) -> String {
    let mut text = format!("\nWritten:\n  {}\n", written.config.display());
    if let Some(password) = &written.password {
        text.push_str(&format!(
            "  {} (only you can read it)\n",
            password.display()
        ));
    }
    text.push_str(&format!(
        "  {} (keep a copy of it, apart from backups)\n",
        written.key.display()
    ));
    text
}

/// The doctor's visit; a password that is refused may be typed anew.
async fn examine(
    common: &Common,
    config: &Config,
    written: &Written,
    is_asked: bool,
) -> Result<Vec<Finding>, Failure> {
    // That no daemon runs yet is no news here.
    let is_news = |finding: &Finding| finding.code != Some(Code::NoDaemon);
    let silent = common.json;
    for number in 1.. {
        if !silent {
            show::print("\nChecking\n\n")?;
        }
        let mut findings = check::examine(common, config, true, |f| !silent && is_news(f)).await?;
        findings.retain(is_news);
        if !silent {
            show::print(&check::verdict(&findings))?;
        }
        let refused = findings.iter().any(|f| f.code == Some(Code::LoginRefused));
        let file = written.password.as_ref().filter(|_| refused && is_asked);
        let Some(file) = file.filter(|_| number < LOGINS) else {
            return Ok(findings);
        };
        if !talk::is_yes("Type the password anew?", true)? {
            return Ok(findings);
        }
        files::change_password(file, &talk::password("Password")?)?;
    }
    Ok(Vec::new())
}

fn next_steps(common: &Common, answers: &Answers) -> String {
    let named = common.named();
    let from = match answers.mode {
        Mode::Shared => " --from 'Ana <ana@example.com>'",
        Mode::Personal => "",
    };
    let you = answers.operator.as_ref().unwrap_or(&answers.address);
    let now = Clock::Wall.now().to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        "\nGo:\n    \
         postlunch{named} run\n    \
         postlunch{named} invite{from} --to 'Ben <ben@example.com>'        # in another terminal\n\n\
         Or rehearse first: nobody but you is written to, and its clock goes by hand.\n    \
         postlunch{named} run --rehearsal {now} --recipients {you}\n    \
         postlunch{named} invite{from} --to {you}\n    \
         postlunch{named} clock next\n\n"
    )
}

/// A rehearsal in this terminal, until Ctrl-C.
async fn rehearse(config: &Config, answers: &Answers) -> Result<(), Failure> {
    let you = answers.operator.as_ref().unwrap_or(&answers.address);
    show::print(
        "The rehearsal runs; the other commands go into another terminal. Ctrl-C ends it.\n",
    )?;
    let options = RunOptions {
        rehearsal: Some(Clock::Wall.now()),
        recipients: vec![you.clone()],
    };
    daemon::run(config, &options)
        .await
        .map_err(|error| Failure {
            code: error.exit_code(),
            message: error.to_string(),
        })
}
