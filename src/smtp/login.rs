//! Logging in (RFC 4954): PLAIN, LOGIN, or XOAUTH2 for an access token.
//!
//! Nothing is said about the login over a wire that others can read, and no proof goes to a server
//! that offers no mechanism for it.

use super::Patience;
use super::dialog::exchange;
use super::fault::ConnectError;
use super::greeting::Extensions;
use crate::wire::Wire;
use crate::words::endpoint::{Login, Proof};
use data_encoding::BASE64;

/// Logs in by the first mechanism that fits.
pub(super) async fn log_in(
    wire: &mut Wire,
    login: &Login,
    extensions: &Extensions,
    patience: &Patience,
) -> Result<(), ConnectError> {
    if wire.is_exposed() {
        return Err(ConnectError::Setting(
            "a password is never sent over a connection that others can read",
        ));
    }
    let limit = patience.command;
    let mut reply = match &login.proof {
        Proof::Password(_) if extensions.offers("PLAIN") => {
            let response = BASE64.encode(login.sasl_response().reveal());
            exchange(wire, &format!("AUTH PLAIN {response}"), limit).await?
        }
        Proof::Password(password) if extensions.offers("LOGIN") => {
            let mut reply = exchange(wire, "AUTH LOGIN", limit).await?;
            for word in [&login.username, password.reveal()] {
                if reply.code == 334 {
                    reply = exchange(wire, &BASE64.encode(word.as_bytes()), limit).await?;
                }
            }
            reply
        }
        Proof::AccessToken(_) if extensions.offers("XOAUTH2") => {
            let response = BASE64.encode(login.sasl_response().reveal());
            exchange(wire, &format!("AUTH XOAUTH2 {response}"), limit).await?
        }
        _ => {
            return Err(ConnectError::NoMechanism {
                offered: extensions.mechanisms.join(" "),
            });
        }
    };
    if reply.code == 334 {
        // XOAUTH2 explains a refusal by a challenge, and refuses once it got an empty line.
        reply = exchange(wire, "", limit).await?;
    }
    if reply.code == 235 {
        return Ok(());
    }
    let answer = reply.answer();
    Err(ConnectError::AuthRefused { answer })
}
