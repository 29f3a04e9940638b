//! Mailboxes: listing them, finding `\Sent`, making our own, selecting one.

use super::dialog::Command;
use super::fault::ImapError;
use super::names::Mailbox;
use super::reply::{Code, Response};
use super::session::Session;

/// A mailbox as LIST tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Its name.
    pub mailbox: Mailbox,
    /// Its attributes in small letters, `\sent` and `\noselect` among them.
    pub attributes: Vec<String>,
}

/// What the server told when a mailbox was selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// Whether messages can be taken away: selected for writing (RFC 3501 section 7.1).
    pub writable: bool,
    /// Whether `\Deleted` stays where it is set; servers that tell nothing keep all flags.
    pub keeps_deleted: bool,
    /// The UIDs hold as long as this stays the same.
    pub uid_validity: u32,
    /// The UID that the next message will get, where the server tells.
    pub uid_next: Option<u32>,
    /// How many messages there are.
    pub exists: u32,
}

impl Session {
    /// Reads what parts the levels of names (RFC 3501 section 6.3.8).
    pub(super) async fn ask_delimiter(&mut self) -> Result<Option<char>, ImapError> {
        let mut delimiter = None;
        let command = Command::new("LIST").string("").string("");
        let read = |response| {
            if let Response::Listed(_, Some(told), _) = response {
                delimiter = Some(told);
            }
        };
        let limit = self.patience.command;
        self.dialog.run(&command, limit, read).await?;
        Ok(delimiter)
    }

    async fn list(&mut self, command: &Command) -> Result<Vec<Folder>, ImapError> {
        let mut found = Vec::new();
        let read = |response| {
            if let Response::Listed(attributes, _, name) = response {
                found.push(Folder {
                    mailbox: Mailbox::from_server(name),
                    attributes,
                });
            }
        };
        let limit = self.patience.command;
        self.dialog.run(command, limit, read).await?;
        Ok(found)
    }

    /// The mailboxes with their special uses (RFC 6154), as far as the server tells them.
    ///
    /// # Errors
    /// As every step.
    pub async fn list_special_use(&mut self) -> Result<Vec<Folder>, ImapError> {
        if self.can("SPECIAL-USE") {
            let command = Command::new("LIST").plain("(SPECIAL-USE)");
            let command = command.string("").string("*");
            match self.list(&command).await {
                Err(ImapError::Misunderstood { .. } | ImapError::Refused { .. }) => {}
                other => return other,
            }
        }
        // Some servers tell the uses in any LIST.
        self.list_folders().await
    }

    /// All mailboxes.
    ///
    /// # Errors
    /// As every step.
    pub async fn list_folders(&mut self) -> Result<Vec<Folder>, ImapError> {
        self.list(&Command::new("LIST").string("").string("*"))
            .await
    }

    /// The mailbox where the server keeps what was sent, if it says so.
    ///
    /// # Errors
    /// As every step.
    pub async fn sent_mailbox(&mut self) -> Result<Option<Mailbox>, ImapError> {
        let folders = self.list_special_use().await?;
        let sent = folders
            .into_iter()
            .find(|folder| folder.attributes.iter().any(|a| a == "\\sent"));
        Ok(sent.map(|folder| folder.mailbox))
    }

    /// Makes sure that a mailbox exists, and subscribes to it. `path` is written with `/`; where
    /// the server wants everything below INBOX, that is where it goes.
    ///
    /// # Errors
    /// If it neither exists nor can be made.
    pub async fn ensure_folder(&mut self, path: &str) -> Result<Mailbox, ImapError> {
        let below_inbox = format!("INBOX/{path}");
        let places = [path, &below_inbox].map(|p| Mailbox::at_levels(p, self.delimiter));
        for place in &places {
            if self.exists(place).await? {
                return Ok(place.clone());
            }
        }
        let mut refusal = ImapError::Setting("a mailbox needs a name");
        for place in places {
            match self
                .order(&Command::new("CREATE").string(place.as_wire()))
                .await
            {
                Ok(_) => {}
                // Two of us may have made it at once, or it was not listed: see whether it is there.
                Err(e @ ImapError::Refused { .. }) => {
                    if !self.exists(&place).await? {
                        refusal = e;
                        continue;
                    }
                }
                Err(e) => return Err(e),
            }
            let subscribed = self
                .order(&Command::new("SUBSCRIBE").string(place.as_wire()))
                .await;
            return match subscribed {
                // Without a subscription some mail programs hide it; no reason to stop.
                Ok(_) | Err(ImapError::Refused { .. } | ImapError::Misunderstood { .. }) => {
                    Ok(place)
                }
                Err(e) => Err(e),
            };
        }
        Err(refusal)
    }

    async fn exists(&mut self, mailbox: &Mailbox) -> Result<bool, ImapError> {
        let command = Command::new("LIST").string("").string(mailbox.as_wire());
        let folders = self.list(&command).await?;
        Ok(folders.iter().any(|f| {
            !f.attributes
                .iter()
                .any(|a| a == "\\nonexistent" || a == "\\noselect")
        }))
    }

    /// How many messages lie in a mailbox that is not the selected one.
    ///
    /// # Errors
    /// If the server refused, or told no number.
    pub async fn count(&mut self, mailbox: &Mailbox) -> Result<u32, ImapError> {
        let mut count = None;
        let command = Command::new("STATUS").string(mailbox.as_wire());
        let read = |response| {
            if let Response::Counted(told) = response {
                count = Some(told);
            }
        };
        let limit = self.patience.command;
        let command = command.plain("(MESSAGES)");
        self.dialog.run(&command, limit, read).await?;
        count.ok_or_else(|| ImapError::Misunderstood {
            command: "STATUS",
            words: "no number of messages was told".to_owned(),
        })
    }

    /// Selects a mailbox for reading and moving.
    ///
    /// # Errors
    /// If it cannot be selected, or the server does not tell its UIDVALIDITY.
    pub async fn select(&mut self, mailbox: &Mailbox) -> Result<Selected, ImapError> {
        self.choose("SELECT", mailbox).await
    }

    /// SELECT, or EXAMINE, which changes nothing.
    async fn choose(
        &mut self,
        how: &'static str,
        mailbox: &Mailbox,
    ) -> Result<Selected, ImapError> {
        // A failed SELECT leaves no mailbox selected (RFC 3501 section 6.3.1).
        self.selected = None;
        self.dialog.exists = 0;
        let (mut uid_validity, mut uid_next) = (None, None);
        let (mut writable, mut keeps_deleted) = (how == "SELECT", true);
        let mut note = |code: &Code| match code {
            Code::PermanentFlags(flags) => keeps_deleted = flags.iter().any(|f| f == "\\deleted"),
            Code::Other(name) if name == "READ-ONLY" => writable = false,
            Code::UidValidity(told) => uid_validity = Some(*told),
            Code::UidNext(told) => uid_next = Some(*told),
            _ => {}
        };
        let command = Command::new(how).string(mailbox.as_wire());
        let limit = self.patience.command;
        let read = |response| {
            if let Response::Told(verdict) = response {
                note(&verdict.code);
            }
        };
        let verdict = self.dialog.run(&command, limit, read).await?;
        note(&verdict.code);
        let uid_validity =
            uid_validity
                .filter(|v: &u32| *v > 0)
                .ok_or_else(|| ImapError::NoUidValidity {
                    mailbox: mailbox.to_string(),
                })?;
        let selected = Selected {
            writable,
            keeps_deleted,
            uid_validity,
            uid_next,
            exists: self.dialog.exists,
        };
        self.selected = Some((mailbox.clone(), selected));
        self.dialog.news = false;
        Ok(selected)
    }

    /// Goes to another mailbox for a moment; [`Session::come_back`] is its other half. Gives what
    /// was selected before.
    pub(super) async fn step_aside(
        &mut self,
        mailbox: &Mailbox,
        to_change: bool,
    ) -> Result<Option<(Mailbox, Selected)>, ImapError> {
        let home = self.selected.clone();
        let how = if to_change { "SELECT" } else { "EXAMINE" };
        match self.choose(how, mailbox).await {
            Ok(_) => Ok(home),
            Err(e) if e.ends_connection() => Err(e),
            Err(e) => {
                self.come_back(home).await?;
                Err(e)
            }
        }
    }

    /// Selects again what was selected before. News that came meanwhile are not known, so there
    /// may be some.
    pub(super) async fn come_back(
        &mut self,
        home: Option<(Mailbox, Selected)>,
    ) -> Result<(), ImapError> {
        let Some((mailbox, before)) = home else {
            // Nobody chose the mailbox that we looked into.
            self.selected = None;
            return Ok(());
        };
        let now = self.select(&mailbox).await?;
        self.dialog.news = true;
        if now.uid_validity == before.uid_validity {
            return Ok(());
        }
        // Every UID that the caller knows means something else now.
        self.selected = None;
        Err(ImapError::Renumbered {
            mailbox: mailbox.to_string(),
        })
    }
}
