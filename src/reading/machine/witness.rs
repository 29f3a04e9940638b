//! What the header of a mail bears witness of: who sent it, by which path, with which marks.
//!
//! Collected once in one pass. X-Auto-Response-Suppress is no mark (people's clients set it), and
//! neither is the loop mark that Exchange puts on mail which a rule passed on.

use super::phrases::{self, Find, Sign};
use crate::reading::message::Message;

/// What kind of sender stands in From.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// mailer-daemon and its kin.
    Daemon,
    /// postmaster, or a name such as "Mail Delivery System".
    Postmaster,
    /// An address that reads no answers.
    NoReply,
    /// A desk, a list or a system.
    Role,
    /// No readable From.
    Nobody,
    /// Anybody else.
    Ordinary,
}

/// The witnesses in the header.
#[derive(Clone, Debug)]
pub(super) struct Witness {
    pub sender: Sender,
    /// Folded, without the tags that filters put in front.
    pub subject: String,
    pub subject_says: Vec<Find>,
    /// "Re:", "Fwd:" or the like stands in front: somebody answered or passed it on.
    pub answered: bool,
    /// The return path is empty.
    pub null_path: bool,
    /// The return path is a daemon's.
    pub daemon_path: bool,
    /// Auto-Submitted says automatic.
    pub automatic: bool,
    /// Auto-Submitted says that it was answered automatically.
    pub auto_replied: bool,
    /// It names the mail that it answers.
    pub threaded: bool,
    /// Precedence says automatic.
    pub precedence: bool,
    /// Precedence says "bulk", as gateways too let it say.
    pub bulk: bool,
    /// It came by a mailing list.
    pub list: bool,
    /// It can be unsubscribed from.
    pub unsubscribe: bool,
    /// By one click (RFC 8058).
    pub one_click: bool,
    /// A header that senders of many mails put in.
    pub mass: bool,
    /// A header that only automatic answers bear.
    pub marked: bool,
    /// A header that only bounces bear.
    pub bounce_marked: bool,
    /// A header that only complaint reports bear.
    pub feedback_marked: bool,
    /// Exchange's loop mark: something beside another witness, nothing alone.
    pub rules_loop: bool,
    /// A header by which receivers are asked not to answer: likewise.
    pub suppress: bool,
}

impl Witness {
    pub(super) fn of(message: &Message) -> Self {
        let (subject, answered) = bare_subject(message.subject.as_str());
        let mut witness = Self {
            sender: sender(message),
            subject_says: phrases::phrases().beginning(&subject),
            subject,
            answered,
            null_path: false,
            daemon_path: false,
            automatic: false,
            auto_replied: false,
            threaded: !(message.in_reply_to.is_empty() && message.references.is_empty()),
            precedence: false,
            bulk: false,
            list: false,
            unsubscribe: false,
            one_click: false,
            mass: false,
            marked: false,
            bounce_marked: false,
            feedback_marked: false,
            rules_loop: false,
            suppress: false,
        };
        let mut path_seen = false;
        for (name, value) in &message.headers {
            if name == "return-path" && !path_seen {
                path_seen = true;
                witness.take_path(value);
            } else {
                witness.take(name, value);
            }
        }
        witness
    }

    pub(super) fn says(&self, sign: Sign) -> bool {
        phrases::has(&self.subject_says, sign)
    }

    /// Whether the subject begins with a phrase of the sign, and a colon or nothing follows.
    pub(super) fn says_as_prefix(&self, sign: Sign) -> bool {
        self.subject_says.iter().any(|find| {
            let rest = self
                .subject
                .get(find.end..)
                .unwrap_or_default()
                .trim_start();
            find.sign == sign
                && (rest.is_empty() || rest.starts_with([':', '(', '[', '-', '.', '!']))
        })
    }

    /// Whether the subject ends with a phrase of the sign in brackets: "Re: Lunch (Out of Office)".
    pub(super) fn says_in_brackets(&self, sign: Sign) -> bool {
        let inner = self
            .subject
            .strip_suffix(')')
            .and_then(|s| s.rsplit_once('('));
        inner.is_some_and(|(_, inner)| phrases::has(&phrases::phrases().beginning(inner), sign))
    }

    fn take_path(&mut self, value: &str) {
        let bare = value.trim().trim_matches(['<', '>', ' ']);
        self.null_path = bare.is_empty();
        let local = bare.rsplit_once('@').map_or(bare, |(local, _)| local);
        self.daemon_path = matches!(kind_of_local(local), Sender::Daemon | Sender::Postmaster);
    }

    fn take(&mut self, name: &str, value: &str) {
        let lower = || value.trim().to_ascii_lowercase();
        let told = || !matches!(lower().as_str(), "no" | "false" | "0");
        match name {
            "auto-submitted" => {
                let lower = lower();
                let keyword = lower.split([';', ' ', '(']).next().unwrap_or_default();
                let person = matches!(keyword, "" | "no" | "auto-forwarded");
                self.automatic |= !person;
                self.auto_replied |= keyword == "auto-replied";
            }
            "precedence" | "x-precedence" => {
                let lower = lower();
                self.bulk |= lower == "bulk";
                self.precedence |= matches!(
                    lower.as_str(),
                    "junk" | "auto_reply" | "auto-reply" | "auto_response"
                );
            }
            "list-id" | "list-post" | "mailing-list" | "x-mailing-list" | "x-beenthere"
            | "x-google-group-id" => self.list = true,
            "list-unsubscribe" | "x-unsubscribe" => self.unsubscribe = true,
            "list-unsubscribe-post" => self.one_click = true,
            "feedback-id" | "x-campaign" | "x-campaignid" | "x-campaign-id" | "x-mc-user"
            | "x-mailgun-sid" | "x-mailgun-tag" | "x-sg-eid" | "x-sib-id" | "x-mailin-campaign"
            | "x-csa-complaints" | "x-report-abuse" | "x-report-abuse-to" | "x-mailinglist"
            | "x-newsletter" | "x-emarsys-identify" | "x-hubspot-id" | "x-sfmc-stack"
            | "x-mandrill-user" | "x-accounttypeid" | "x-mailer-lid" => self.mass = true,
            "x-mail-autoreply"
            | "x-autogenerated"
            | "x-fc-machinegenerated"
            | "x-fd-auto-reply"
            | "x-apple-criteria"
            | "x-apple-action"
            | "x-cron-env"
            | "x-spamarrest-verification"
            | "x-list-administrivia"
            | "x-boxtrapper"
            | "x-challenge-response" => self.marked |= told(),
            "x-post-messageclass" => self.marked |= lower().contains("autoresponder"),
            "delivered-to" => self.marked |= lower() == "autoresponder",
            "x-ms-exchange-generated-message-source" => {
                self.marked |= lower().contains("mailbox rules agent");
                self.bounce_marked |= lower().contains("delivery agent");
            }
            "x-ms-exchange-inbox-rules-loop" => self.rules_loop = true,
            "x-auto-response-suppress" => self.suppress = told(),
            "x-ms-exchange-message-is-ndr"
            | "x-dsncontext"
            | "x-mailer-daemon-recipients"
            | "x-mailer-daemon-error"
            | "x-bounced-address"
            | "x-failed-recipients"
            | "x-mxl-notehash"
            | "x-amavis-bounce"
            | "x-notification-for"
            | "x-mimetrack-bounce"
            | "x-original-message-failed" => self.bounce_marked = true,
            "delivered-by-the-graces-of" => self.marked |= lower().contains("vacation"),
            "x-mailer" => {
                let lower = lower();
                self.bounce_marked |= lower.starts_with("<smtp32");
                self.marked |= ["vacation", "autorespond", "auto-respond", "autoreply"]
                    .iter()
                    .any(|known| lower.contains(known));
                self.mass |= [
                    "mailchimp",
                    "newsletter",
                    "sendinblue",
                    "brevo",
                    "cleverreach",
                ]
                .iter()
                .any(|known| lower.contains(known));
            }
            "x-hmxmroriginalrecipient" => self.feedback_marked = true,
            "x-loop" => self.feedback_marked |= lower() == "scomp",
            _ => self.marked |= is_answerers_field(name) && told(),
        }
    }
}

/// Whether a header field is of the many that answering machines name after themselves.
fn is_answerers_field(name: &str) -> bool {
    const STARTS: &[&str] = &[
        "x-autoreply",
        "x-auto-reply",
        "x-autorespon",
        "x-auto-response",
        "x-auto-responder",
        "x-vacation",
        "x-out-of-office",
        "x-oof",
    ];
    name != "x-auto-response-suppress" && STARTS.iter().any(|start| name.starts_with(start))
}

/// The subject, folded, without what filters and lists put in front; and whether "Re:" or the like
/// was among it.
fn bare_subject(subject: &str) -> (String, bool) {
    let folded = phrases::fold(subject);
    let mut rest = folded.trim_matches([' ', '"', '\'', '“', '”', '.', '<', '«']);
    let mut answered = false;
    for _ in 0..6 {
        let before = rest.len();
        for (open, close) in [('[', ']'), ('{', '}'), ('【', '】'), ('(', ')')] {
            if let Some((tag, behind)) = rest
                .strip_prefix(open)
                .and_then(|inner| inner.split_once(close))
                && tag.len() < 40
                && !behind.trim().is_empty()
            {
                rest = behind.trim_start();
            }
        }
        if let Some((tag, behind)) = rest.strip_prefix("***").and_then(|r| r.split_once("***"))
            && tag.len() < 40
        {
            rest = behind.trim_start();
        }
        if let Some(behind) = behind_reply_mark(rest) {
            answered = true;
            rest = behind;
        }
        if rest.len() == before {
            break;
        }
    }
    let rest = rest.trim_start_matches(['!', '*', '-', ' ', '#', '"']);
    (rest.to_owned(), answered)
}

/// What stands behind `Re:`, `AW:`, `Fwd:`, `RE[2]:` and so on.
fn behind_reply_mark(subject: &str) -> Option<&str> {
    const MARKS: &[&str] = &[
        "re",
        "aw",
        "antw",
        "antwort",
        "sv",
        "vs",
        "ref",
        "res",
        "rif",
        "r",
        "odp",
        "ynt",
        "ots",
        "回复",
        "答复",
        "回覆",
        "答覆",
        "返信",
        "на",
        "fw",
        "fwd",
        "wg",
        "tr",
        "rv",
        "enc",
        "i",
        "doorst",
        "vl",
        "vb",
        "pd",
        "vl",
        "轉寄",
        "转发",
        "轉發",
        "転送",
        "ilt",
        "enc",
        "weitergeleitet",
        "пересылка",
    ];
    let (mark, behind) = subject.split_once(':')?;
    let mark = mark.trim_end_matches(|c: char| {
        c.is_ascii_digit() || matches!(c, '[' | ']' | ' ' | '(' | ')' | '^')
    });
    MARKS.contains(&mark).then(|| behind.trim_start())
}

fn sender(message: &Message) -> Sender {
    let Some(from) = &message.from else {
        return written_sender(message);
    };
    let kind = kind_of_local(from.address.local());
    if kind != Sender::Ordinary {
        return kind;
    }
    if is_system_name(from.name.as_str()) {
        return Sender::Postmaster;
    }
    Sender::Ordinary
}

/// A From that is no address: `MAILER-DAEMON (Mail Delivery System)`, or nothing at all.
fn written_sender(message: &Message) -> Sender {
    let written = message.first("from").unwrap_or_default();
    if message.all("from").count() > 1 {
        return Sender::Ordinary;
    }
    let first: String = written
        .trim()
        .trim_matches(['<', '>', '"'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .collect();
    match kind_of_local(&first) {
        Sender::Ordinary if is_system_name(written) => Sender::Postmaster,
        Sender::Ordinary if written.contains('@') => Sender::Ordinary,
        Sender::Ordinary => Sender::Nobody,
        kind => kind,
    }
}

fn is_system_name(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "mail delivery system",
        "mail delivery subsystem",
        "mail delivery service",
        "mail delivery agent",
        "mail delivery software",
        "mail system",
        "mail administrator",
        "mail router",
        "mail gateway",
        "mailer-daemon",
        "mailer daemon",
        "internet mail delivery",
        "postmaster",
        "system administrator",
        "systemadministrator",
        "microsoft exchange",
        "microsoft outlook",
        "bounce notification",
    ];
    let name = name.trim().trim_matches('"').to_ascii_lowercase();
    NAMES.contains(&name.as_str())
}

/// What the part of an address before the `@` says.
pub(super) fn kind_of_local(local: &str) -> Sender {
    let lower = local.to_ascii_lowercase();
    // A detail, a VERP tail or an id may follow.
    let stem = lower.split(['+', '=', '%']).next().unwrap_or_default();
    let letters: String = stem.chars().filter(char::is_ascii_alphanumeric).collect();
    const DAEMONS: &[&str] = &[
        "mailerdaemon",
        "maildaemon",
        "mdaemon",
        "maildeliverysystem",
        "mailerror",
        "mailersystem",
    ];
    const POSTMASTERS: &[&str] = &[
        "postmaster",
        "postmast",
        "mailadmin",
        "mailsystem",
        "mailmaster",
        "mmsc",
        "sysadmin",
        "systemadministrator",
        "mailer",
        "smtpdaemon",
        "smtpgateway",
        "exchange",
    ];
    const SILENT: &[&str] = &[
        "noreply",
        "donotreply",
        "dontreply",
        "noresponse",
        "nepasrepondre",
        "noresponder",
        "naoresponda",
        "keineantwort",
        "nichtantworten",
        "neodpovidejte",
    ];
    const ROLES: &[&str] = &[
        "bounce",
        "bounces",
        "bouncehandler",
        "autoreply",
        "autoresponder",
        "autoresponse",
        "automailer",
        "system",
        "systems",
        "daemon",
        "root",
        "listserv",
        "listmaster",
        "majordomo",
        "mailman",
        "sympa",
        "ecartis",
        "ezmlm",
        "support",
        "helpdesk",
        "servicedesk",
        "ticket",
        "tickets",
        "abuse",
        "scomp",
        "fbl",
        "feedbackloop",
        "complaints",
        "complaint",
        "staff",
        "spam",
        "arf",
        "notification",
        "notifications",
        "notify",
        "alert",
        "alerts",
        "mailsweeper",
        "mailmarshal",
        "antispam",
        "quarantine",
        "boxtrapper",
        "gateway",
        "www",
        "wwwdata",
        "apache",
        "request",
        "requests",
    ];
    let begins_with = |known: &&str| {
        letters.strip_prefix(*known).is_some_and(|rest| {
            rest.is_empty() || !rest.starts_with(|c: char| c.is_ascii_lowercase())
        })
    };
    if DAEMONS.iter().any(begins_with) || stem.starts_with("mailer-daemon") {
        Sender::Daemon
    } else if POSTMASTERS.iter().any(begins_with) || stem == "post_master" {
        Sender::Postmaster
    } else if SILENT
        .iter()
        .any(|known| letters.contains(known) && letters.len() < known.len() + 14)
    {
        Sender::NoReply
    } else if ROLES.contains(&letters.as_str())
        || ["-owner", "-admin", "-bounces", "-bounce", "-request"]
            .iter()
            .any(|end| stem.ends_with(end))
        || ["owner-", "bounce-", "bounces-", "request-"]
            .iter()
            .any(|start| stem.starts_with(start))
    {
        Sender::Role
    } else {
        Sender::Ordinary
    }
}
