//! Logging in (RFC 4954): PLAIN, LOGIN, or XOAUTH2 for an access token, in lettre's words.
//!
//! Nothing is said about the login over a wire that others can read, and no proof goes to a server
//! that offers no mechanism for it. The steps are ours: lettre's own `auth` knows only one spelling
//! of what a server offers, and has no answer where XOAUTH2 explains a refusal.

use super::fault::ConnectError;
use super::greeting::Extensions;
use super::speaker::Speaker;
use crate::words::endpoint::{Login, Proof};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::commands::Auth;

/// Logs in by the first mechanism that fits.
pub(super) async fn log_in(
    speaker: &mut Speaker,
    login: &Login,
    extensions: &Extensions,
) -> Result<(), ConnectError> {
    if speaker.guard.is_exposed() {
        return Err(ConnectError::Setting(
            "a password is never sent over a connection that others can read",
        ));
    }
    let no_mechanism = || ConnectError::NoMechanism {
        offered: extensions.mechanisms.join(" "),
    };
    let (mechanism, secret) = match &login.proof {
        Proof::Password(word) if extensions.offers("PLAIN") => (Mechanism::Plain, word),
        Proof::Password(word) if extensions.offers("LOGIN") => (Mechanism::Login, word),
        Proof::AccessToken(token) if extensions.offers("XOAUTH2") => (Mechanism::Xoauth2, token),
        _ => return Err(no_mechanism()),
    };
    let credentials = Credentials::new(login.username.clone(), secret.reveal().clone());
    let auth = |question: Option<&str>| {
        let question = question.map(str::to_owned);
        Auth::new(mechanism, credentials.clone(), question).map_err(|_| no_mechanism())
    };
    let mut reply = speaker.say(auth(None)?).await?;
    if mechanism == Mechanism::Login {
        // The order is fixed; how a server words its questions is not.
        for question in ["Username:", "Password:"] {
            if reply.code == 334 {
                reply = speaker.say(auth(Some(question))?).await?;
            }
        }
    }
    if reply.code == 334 {
        // XOAUTH2 explains a refusal by a challenge, and refuses once it got an empty line.
        reply = speaker.say("\r\n").await?;
    }
    if reply.code == 235 {
        return Ok(());
    }
    let answer = reply.answer();
    Err(ConnectError::AuthRefused { answer })
}
