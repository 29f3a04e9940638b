//! `[imap]` and `[smtp]`: two servers that usually share a login.
//!
//! No password leaves this machine in the clear; `[smtp]` takes after `[imap]` where it says
//! nothing; a password comes from exactly one source.

use super::page::Section;
use super::read::{Reader, one_of, verbatim};
use super::{Imap, Login, Password, Security, Smtp, value};
use crate::words::address::Address;
use crate::words::confidential::Confidential;
use std::path::Path;

impl Reader<'_> {
    pub(super) fn imap(&mut self, address: Option<&Address>) -> Option<Imap> {
        let credential = self.surroundings.credential("imap-password");
        let folder = self.folder;
        let mut warnings = Vec::new();
        let found = self.section("imap", |imap| {
            let host = imap.required("host", "mail.example.com", value::host);
            let (security, port) = security_and_port(imap, [993, 143], &mut warnings);
            if let Some(host) = &host {
                refuse_clear_password(imap, security, host, [993, 143]);
            }
            let username = imap.optional("username", verbatim);
            let password = password_of(imap, folder);
            let ca_file = imap.optional("ca_file", |text| Ok(folder.join(text)));
            let password = password.or(credential.map(Password::File));
            if password.is_none() && !imap.has("password") {
                imap.blame(
                    "password",
                    "[imap] needs a password",
                    "give password_file, password_command, token_command, password, or the systemd credential imap-password",
                );
            }
            let mailbox = imap.text("mailbox", "INBOX".to_owned(), verbatim);
            let done = imap.text("done", "Postlunch/Done".to_owned(), verbatim);
            let review = imap.text("review", "Postlunch/Review".to_owned(), verbatim);
            let sent = imap.optional("sent", verbatim);
            for (key, one, other) in [
                ("done", &done, &mailbox),
                ("review", &review, &mailbox),
                ("review", &review, &done),
            ] {
                if one == other {
                    let what = format!("'{one}' has two duties");
                    imap.blame(key, what, "mailbox, done and review are three folders");
                }
            }
            let own = || address.map(|address| address.as_str().to_owned());
            let login = Login {
                host: host?,
                port,
                security,
                username: username.or_else(own)?,
                password: password?,
                ca_file,
            };
            Some(Imap {
                login,
                mailbox,
                done,
                review,
                sent,
            })
        });
        self.warnings.append(&mut warnings);
        self.warn_about_file(found.as_ref().map(|imap| &imap.login.password));
        found
    }

    pub(super) fn smtp(&mut self, imap: Option<&Login>) -> Option<Smtp> {
        let credential = self.surroundings.credential("smtp-password");
        let folder = self.folder;
        let mut warnings = Vec::new();
        let found = self.section("smtp", |smtp| {
            let host = smtp.optional("host", value::host);
            let host = host.or_else(|| same_host(smtp, imap?));
            let (security, port) = security_and_port(smtp, [465, 587], &mut warnings);
            if let Some(host) = &host {
                refuse_clear_password(smtp, security, host, [465, 587]);
            }
            let username = smtp.optional("username", verbatim);
            let password = password_of(smtp, folder).or(credential.map(Password::File));
            let has_own_login = imap.is_some_and(|imap| {
                let own = username.as_ref();
                own.is_some_and(|own| *own != imap.username)
            });
            if has_own_login && password.is_none() && !smtp.has("password") {
                smtp.blame(
                    "username",
                    "[smtp] has a username of its own but no password",
                    "give password_file, password_command, token_command, password, or the systemd credential smtp-password",
                );
            }
            let ca_file = smtp.optional("ca_file", |text| Ok(folder.join(text)));
            let connections = smtp.number("connections", 1, 1..=20);
            let per_minute = smtp.number("per_minute", 20, 1..=6000);
            let imap = imap?;
            let login = Login {
                host: host?,
                port,
                security,
                username: username.unwrap_or_else(|| imap.username.clone()),
                password: password.unwrap_or_else(|| imap.password.clone()),
                ca_file: ca_file.or_else(|| imap.ca_file.clone()),
            };
            Some(Smtp {
                login,
                connections,
                per_minute,
            })
        });
        self.warnings.append(&mut warnings);
        let own = found.as_ref().map(|smtp| &smtp.login.password);
        self.warn_about_file(own.filter(|own| Some(*own) != imap.map(|imap| &imap.password)));
        found
    }

    fn warn_about_file(&mut self, password: Option<&Password>) {
        self.warnings.extend(password.and_then(Password::warning));
    }
}

/// `security` and `port`; the usual ports are those of TLS and of STARTTLS.
fn security_and_port(
    section: &mut Section<'_>,
    [tls, starttls]: [u16; 2],
    warnings: &mut Vec<String>,
) -> (Security, u16) {
    let words = [
        ("tls", Security::Tls),
        ("starttls", Security::StartTls),
        ("none", Security::None),
    ];
    let security = section.text("security", Security::Tls, |text| {
        one_of("security", text, &words)
    });
    let usual = match security {
        Security::Tls => tls,
        Security::StartTls | Security::None => starttls,
    };
    let port = section.number("port", usual, 1..=u16::MAX);
    let other = match security {
        Security::Tls if port == starttls => Some("starttls"),
        Security::StartTls if port == tls => Some("tls"),
        _ => None,
    };
    if let Some(other) = other {
        warnings.push(format!(
            "port {port} usually speaks {other}; if `check` cannot connect, write security = \"{other}\""
        ));
    }
    (security, port)
}

fn refuse_clear_password(
    section: &mut Section<'_>,
    security: Security,
    host: &str,
    [tls, starttls]: [u16; 2],
) {
    if security == Security::None && !value::is_loopback(host) {
        section.blame(
            "security",
            format!("the password would go to {host} in the clear"),
            format!("write \"tls\" (usually port {tls}) or \"starttls\" (usually port {starttls})"),
        );
    }
}

/// The one of `password`, `password_file`, `password_command`, `token_command` that is given.
fn password_of(section: &mut Section<'_>, folder: &Path) -> Option<Password> {
    let ways = [
        "password",
        "password_file",
        "password_command",
        "token_command",
    ];
    let given: Vec<&str> = ways.into_iter().filter(|way| section.has(way)).collect();
    if let [first, .., second] = given.as_slice() {
        let what = format!("`{first}` and `{second}` both give the password");
        section.blame(second, what, "keep one of them");
    }
    let written = section.optional("password", |text| {
        Ok(Password::Written(Confidential::new(text.to_owned())))
    });
    let file = section.optional("password_file", |text| {
        Ok(Password::File(folder.join(text)))
    });
    let command = section.optional("password_command", |text| {
        Ok(Password::Command(Confidential::new(text.to_owned())))
    });
    let token = section.optional("token_command", |text| {
        Ok(Password::Token(Confidential::new(text.to_owned())))
    });
    written.or(file).or(command).or(token)
}

/// The host of `[imap]` for `[smtp]` too, unless its name says that it is for IMAP alone.
fn same_host(smtp: &mut Section<'_>, imap: &Login) -> Option<String> {
    if smtp.has("host") {
        return None; // given, and a mistake already
    }
    let Some(rest) = imap.host.strip_prefix("imap.") else {
        return Some(imap.host.clone());
    };
    smtp.blame(
        "host",
        "[smtp] does not say its `host`",
        format!("below [smtp] write, probably: host = \"smtp.{rest}\""),
    );
    None
}
