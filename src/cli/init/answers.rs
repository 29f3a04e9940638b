//! What `init` has to know: from options, from questions, or guessed.

use super::talk;
use super::words::{self, Init};
use crate::cli::ending::{Code, Failure};
use crate::cli::{show, values};
use crate::config::Mode;
use crate::doctor::dns::NameServers;
use crate::doctor::guess::{Guess, Place, Ports, guess};
use crate::doctor::looks_like_a_role;
use crate::words::address::Address;
use crate::words::confidential::Confidential;
use crate::words::endpoint::Security;
use chrono_tz::Tz;
use std::path::{Path, PathBuf};

/// Where the password is.
#[derive(Debug)]
pub enum Secret {
    /// In this file, which stays somebody's own.
    File(PathBuf),
    /// Here, to be written to a file.
    Typed(Confidential<String>),
}

/// All that a configuration says.
#[derive(Debug)]
pub struct Answers {
    pub address: Address,
    pub mode: Mode,
    pub name: Option<String>,
    pub operator: Option<Address>,
    pub imap: Place,
    pub smtp: Place,
    pub username: Option<String>,
    pub secret: Secret,
    pub ca_file: Option<PathBuf>,
    pub timezone: Option<Tz>,
    pub store: Option<PathBuf>,
}

/// Gathers them. `is_asked` is whether somebody sits at a terminal.
///
/// # Errors
/// If something is missing and nobody can be asked.
pub async fn gather(
    asked: Init,
    is_asked: bool,
    store: Option<PathBuf>,
) -> Result<Answers, Failure> {
    if !is_asked {
        refuse_gaps(&asked)?;
    }
    let address = match asked.address {
        Some(address) => address,
        None => talk::ask("Mail address to read and write from", None, values::address)?,
    };
    let mode = match asked.mode {
        Some(mode) => mode,
        None if is_asked => ask_mode(&address)?,
        None if asked.operator.is_some() => Mode::Shared,
        None => Mode::Personal,
    };
    let name = match asked.name {
        None if is_asked && mode == Mode::Personal => ask_name()?,
        name => name,
    };
    let operator = match (mode, asked.operator) {
        (Mode::Shared, None) => Some(talk::ask(
            "Your own address, for when something needs a person",
            None,
            values::address,
        )?),
        (_, operator) => operator,
    };
    let (imap, smtp) = servers(&address, asked.imap, asked.smtp, is_asked).await?;
    let secret = match asked.password_file {
        Some(file) if file == Path::new("-") => Secret::Typed(from_input()?),
        Some(file) if !file.exists() => {
            let file = file.display();
            return Err(Failure::new(
                Code::Usage,
                format!(
                    "{file}: there is no such file; write the password into it (chmod 600), or give - to read it from standard input"
                ),
            ));
        }
        Some(file) => Secret::File(std::path::absolute(&file).unwrap_or(file)),
        None => Secret::Typed(talk::password(
            "Password (an app password where there are such; it is not shown)",
        )?),
    };
    let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    Ok(Answers {
        address,
        mode,
        name,
        operator,
        imap,
        smtp,
        username: asked.username,
        secret,
        ca_file: asked.ca_file.map(absolute),
        timezone: asked.timezone,
        store: asked.store.map(absolute).or(store),
    })
}

/// What has to be given where nobody can be asked.
fn refuse_gaps(asked: &Init) -> Result<(), Failure> {
    let mut gaps = Vec::new();
    if asked.address.is_none() {
        gaps.push("--address");
    }
    if asked.password_file.is_none() {
        gaps.push("--password-file");
    }
    // "lunch@" is hardly anybody's own: nobody's letters shall go out in its name by mistake.
    let looks_shared =
        asked.mode.is_none() && asked.address.as_ref().is_some_and(looks_like_a_role);
    if (asked.mode == Some(Mode::Shared) || looks_shared) && asked.operator.is_none() {
        gaps.push("--operator");
    }
    if gaps.is_empty() {
        return Ok(());
    }
    let whose = match asked.mode {
        None => ". With --operator too it is a mailbox that serves a company, else your own",
        Some(_) => "",
    };
    Err(Failure::new(
        Code::Usage,
        format!(
            "init needs {}; in a terminal it asks instead{whose}",
            gaps.join(" and ")
        ),
    ))
}

fn ask_mode(address: &Address) -> Result<Mode, Failure> {
    show::print(
        "Whose mailbox is it?\n  \
         1  postlunch's own: it serves everybody, letters come from \"Ana via Lunch\"\n  \
         2  yours: only you invite, letters come from you, and none of your other mail is opened\n",
    )?;
    let usual = if looks_like_a_role(address) { "1" } else { "2" };
    talk::ask("1 or 2", Some(usual), |answer| match answer {
        "1" | "shared" => Ok(Mode::Shared),
        "2" | "personal" => Ok(Mode::Personal),
        _ => Err("answer 1 or 2".to_owned()),
    })
}

fn ask_name() -> Result<Option<String>, Failure> {
    let name = talk::ask(
        "Your name, as your letters bear it",
        Some("from your address"),
        |name| Ok(name.to_owned()),
    )?;
    Ok((name != "from your address").then_some(name))
}

/// The first line of standard input.
fn from_input() -> Result<Confidential<String>, Failure> {
    let line = talk::line()?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return Err(Failure::new(
            Code::Usage,
            "--password-file -: the first line of standard input is empty",
        ));
    }
    Ok(Confidential::new(line.to_owned()))
}

/// Both servers: as given, else as guessed and agreed to, else asked for.
async fn servers(
    address: &Address,
    imap: Option<Place>,
    smtp: Option<Place>,
    is_asked: bool,
) -> Result<(Place, Place), Failure> {
    if let (Some(imap), Some(smtp)) = (&imap, &smtp) {
        return Ok((imap.clone(), smtp.clone()));
    }
    if let Some(imap) = imap {
        let smtp = beside(&imap);
        return Ok((imap, smtp));
    }
    let domain = address.domain();
    if is_asked {
        show::print(&format!("Looking for the servers of {domain} …\n"))?;
    }
    let found = guess(domain, &NameServers::of_system(), Ports::USUAL).await;
    let Some(found) = found else {
        if !is_asked {
            return Err(Failure::new(
                Code::Usage,
                format!("no mail server of {domain} could be guessed; give --imap and --smtp"),
            ));
        }
        return ask_servers(smtp);
    };
    if !is_asked {
        return Ok((found.imap, smtp.unwrap_or(found.smtp)));
    }
    if agreed(&found)? {
        return Ok((found.imap, smtp.unwrap_or(found.smtp)));
    }
    ask_servers(smtp)
}

fn agreed(found: &Guess) -> Result<bool, Failure> {
    let told = |place: &Place| {
        format!(
            "{}:{} ({})",
            place.host,
            place.port,
            place.security.as_str()
        )
    };
    show::print(&format!(
        "  {}:\n  reads from {}, sends by {}\n",
        found.why,
        told(&found.imap),
        told(&found.smtp)
    ))?;
    if let Some(provider) = found.provider {
        show::print(&format!("  log in with {}\n", provider.login))?;
    }
    talk::is_yes("Is that right?", true)
}

fn ask_servers(smtp: Option<Place>) -> Result<(Place, Place), Failure> {
    let imap = talk::ask("Server where mail is read (IMAP)", None, words::imap)?;
    if let Some(smtp) = smtp {
        return Ok((imap, smtp));
    }
    let usual = beside(&imap).host;
    let smtp = talk::ask(
        "Server where mail is submitted (SMTP)",
        Some(&usual),
        words::smtp,
    )?;
    Ok((imap, smtp))
}

/// Where submission is, beside a server where mail is read.
fn beside(imap: &Place) -> Place {
    let host = match imap.host.strip_prefix("imap.") {
        Some(rest) => format!("smtp.{rest}"),
        None => imap.host.clone(),
    };
    let port = match imap.security {
        Security::Tls => 465,
        Security::StartTls | Security::None => 587,
    };
    Place {
        host,
        port,
        security: imap.security,
    }
}
