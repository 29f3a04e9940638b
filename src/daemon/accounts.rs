//! The accounts that a configuration describes, with password and certificates fetched.

use crate::config::{self, Config};
use crate::imap::ImapAccount;
use crate::smtp::SmtpAccount;
use crate::words::endpoint::{Endpoint, Login};
use std::path::PathBuf;
use thiserror::Error;

/// Why an account could not be put together; the message names the remedy.
#[derive(Debug, Error)]
pub enum AccountError {
    /// There is no password.
    #[error(transparent)]
    Password(#[from] config::PasswordError),
    /// The certificates to trust cannot be read.
    #[error("ca_file {} cannot be read ({why}); give the daemon's user leave to read it", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        why: String,
    },
}

/// The mailbox server.
///
/// # Errors
/// If the password or the certificates cannot be had.
pub async fn imap(config: &Config) -> Result<ImapAccount, AccountError> {
    Ok(ImapAccount {
        endpoint: endpoint(&config.imap.login).await?,
        login: login(&config.imap.login).await?,
    })
}

/// The submission server.
///
/// # Errors
/// If the password or the certificates cannot be had.
pub async fn smtp(config: &Config) -> Result<SmtpAccount, AccountError> {
    Ok(SmtpAccount {
        endpoint: endpoint(&config.smtp.login).await?,
        login: Some(login(&config.smtp.login).await?),
        // The daemon's own choice: it has a dot in it, which a machine's name often lacks.
        helo_name: config.mail.address.domain().to_owned(),
    })
}

async fn endpoint(login: &config::Login) -> Result<Endpoint, AccountError> {
    let ca_pem = match &login.ca_file {
        None => None,
        Some(path) => {
            let read = tokio::fs::read(path).await;
            Some(read.map_err(|error| AccountError::Certificates {
                path: path.clone(),
                why: error.to_string(),
            })?)
        }
    };
    Ok(Endpoint {
        host: login.host.clone(),
        port: login.port,
        security: login.security,
        ca_pem,
    })
}

async fn login(login: &config::Login) -> Result<Login, AccountError> {
    let password = login.password.fetch().await?;
    Ok(match login.password.is_token() {
        true => Login::access_token(&login.username, password),
        false => Login::password(&login.username, password),
    })
}
