//! Questions at a terminal. Whoever answers nothing takes what stands in brackets.

use crate::cli::ending::{Code, Failure};
use crate::cli::show;
use crate::words::confidential::Confidential;
use std::io::{self, BufRead};

/// So many wrong answers to one question are enough.
const TRIES: usize = 5;

/// Longest answer taken, in octets; a password may be an access token.
const ANSWER_OCTETS_MAX: usize = 16 * 1024;

/// Asks until the answer can be read.
///
/// # Errors
/// If the terminal ends, or too many answers are wrong.
pub fn ask<T>(
    question: &str,
    usual: Option<&str>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T, Failure> {
    for _ in 0..TRIES {
        let hint = usual.map_or_else(String::new, |usual| format!(" [{usual}]"));
        show::print(&format!("{question}{hint}: "))?;
        let answer = line()?;
        let answer = match answer.trim() {
            "" => usual.unwrap_or_default(),
            answer => answer,
        };
        match read(answer) {
            Ok(value) => return Ok(value),
            Err(why) => show::print(&format!("  {why}\n"))?,
        }
    }
    Err(Failure::new(
        Code::Usage,
        "that was not it five times; nothing was written",
    ))
}

/// Yes or no.
///
/// # Errors
/// As [`ask`].
pub fn is_yes(question: &str, usual: bool) -> Result<bool, Failure> {
    let hint = if usual { "Y/n" } else { "y/N" };
    ask(question, Some(hint), |answer| {
        match answer.to_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ if answer == hint => Ok(usual),
            _ => Err("answer y or n".to_owned()),
        }
    })
}

/// A password, not shown while it is typed.
///
/// # Errors
/// If there is no terminal to ask at, or nothing was typed five times.
pub fn password(question: &str) -> Result<Confidential<String>, Failure> {
    for _ in 0..TRIES {
        let typed = rpassword::prompt_password(format!("{question}: ")).map_err(|error| {
            Failure::failed(format!(
                "the password cannot be asked for ({error}); give it by --password-file"
            ))
        })?;
        if !typed.trim().is_empty() {
            return Ok(Confidential::new(typed.trim().to_owned()));
        }
    }
    Err(Failure::new(
        Code::Usage,
        "there was no password; nothing was written",
    ))
}

/// One line of standard input.
///
/// # Errors
/// If it ends, or cannot be read.
pub fn line() -> Result<String, Failure> {
    let mut octets = Vec::new();
    let stdin = io::stdin().lock();
    let mut bounded = io::Read::take(stdin, ANSWER_OCTETS_MAX as u64);
    bounded
        .read_until(b'\n', &mut octets)
        .map_err(|error| Failure::failed(format!("the answer cannot be read: {error}")))?;
    if octets.is_empty() {
        return Err(Failure::new(Code::Usage, "no answer; nothing was written"));
    }
    Ok(String::from_utf8_lossy(&octets).into_owned())
}
