//! The words of the command line, as clap reads them.
//!
//! A few commands make the first screen; the others are told by `postlunch help --all`. Each page
//! ends with an example. The man pages and the completions are made from what stands here. What a
//! word means is said here and done elsewhere.

use crate::cli::init::words::Init;
use crate::cli::values;
use crate::lunch::act::Answering;
use crate::words::address::{Address, NameAddr};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const MORE: &str = "\
More: pairing, person, review, hold, resume, summary, fabric, store, clock, man, completions;
`postlunch help --all` tells of each, `postlunch help COMMAND` of one.";

/// Where the configuration is; the first page of the manual tells it too.
pub const FILES: &str = "\
The configuration is looked for in --config, else $POSTLUNCH_CONFIG, ./postlunch.toml,
./config.toml, $XDG_CONFIG_HOME/postlunch/config.toml, /etc/postlunch/config.toml.";

/// The exit codes; the first page of the manual tells them too.
pub const EXIT_CODES: &str = "\
Exit codes: 0 done; 1 refused or failed, try again later; 2 wrong usage; 70 a mistake
of the program's own; 78 configuration, key or store needs a person. `status`: 0 all is
well, 1 something deserves a look, 2 somebody has to act or no daemon runs.";

fn after_help() -> String {
    [MORE, FILES, EXIT_CODES].join("\n\n")
}

/// Commands that need no configuration.
const WITHOUT_CONFIG: [&str; 6] = ["demo", "explain", "help", "man", "completions", "--help"];

/// Feedback lunches for two, by email.
#[derive(Debug, Parser)]
#[command(
    name = "postlunch",
    version,
    about = "One on one peer feedback lunches, by email",
    after_help = after_help(),
    disable_help_subcommand = true,
    arg_required_else_help = true,
    max_term_width = 100,
    subcommand_value_name = "COMMAND"
)]
pub struct CommandLine {
    /// Options that every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Common {
    /// The configuration file
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON where something is printed
    #[arg(long, global = true)]
    pub json: bool,
    /// Log more; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Log errors only
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

impl Common {
    /// The option that names the configuration, where it has to be given; a blank in front.
    pub fn named(&self) -> String {
        let Some(config) = &self.config else {
            return String::new();
        };
        let path = config.display().to_string();
        match path.contains(char::is_whitespace) {
            true => format!(" --config '{path}'"),
            false => format!(" --config {path}"),
        }
    }

    /// A text with its commands as they have to be typed: whoever named a configuration has to name it
    /// for those, too. Only commands in backquotes are meant.
    pub fn as_typed(&self, text: &str) -> String {
        let named = self.named();
        if named.is_empty() {
            return text.to_owned();
        }
        let mut typed = String::new();
        for (at, piece) in text.split("`postlunch ").enumerate() {
            let name = piece.split([' ', '`']).next().unwrap_or_default();
            match (at, WITHOUT_CONFIG.contains(&name)) {
                (0, _) => {}
                (_, true) => typed.push_str("`postlunch "),
                (_, false) => typed.push_str(&format!("`postlunch{named} ")),
            }
            typed.push_str(piece);
        }
        typed
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See the whole practice played on this machine: no account, no server, no configuration
    Demo(Demo),
    /// Set up: a few questions, a configuration, and a check that it works
    Init(Init),
    /// Try the configuration against your mail server, and say what to mend
    Check(Check),
    /// Run the daemon
    Run(Run),
    /// Invite colleagues to feedback lunches
    Invite(Invite),
    /// How the running daemon is doing, at a glance
    Status(Status),
    /// How a mail would be understood
    Explain(Explain),
    /// Look at the letters with sample people
    Preview(Preview),
    /// Show or move the clock of a rehearsal
    #[command(
        subcommand,
        hide = true,
        after_help = "\
Such a daemon is started by `postlunch run --rehearsal START`.

Examples:
    postlunch clock next
    postlunch clock advance 14d"
    )]
    Clock(Clock),
    /// List pairings; pause, resume or end one
    #[command(
        subcommand,
        hide = true,
        after_help = "\
Members do the same by answering any letter: \"pause until 1 May\", \"end\".

Examples:
    postlunch pairing list
    postlunch pairing pause 3 --until 2026-05-01"
    )]
    Pairing(Pairing),
    /// Mail that was set aside for you: list it, have it tried again, or dismiss it
    #[command(
        subcommand,
        hide = true,
        after_help = "\
Such mail lies in the review folder. It is shown by who it is from and why, never by what it says.

Examples:
    postlunch review list
    postlunch review retry 1"
    )]
    Review(Review),
    /// Stop all mail to somebody, or erase everything about them
    #[command(
        subcommand,
        hide = true,
        after_help = "\
Members do the first themselves by answering any letter with \"stop\".

Examples:
    postlunch person stop ben@example.com
    postlunch person forget ben@example.com"
    )]
    Person(Person),
    /// Back the store up, put a backup back, check it, or make a broken half again
    #[command(
        subcommand,
        hide = true,
        after_help = "\
`backup` works while the daemon runs; stop it for the others.

Examples:
    postlunch store backup /var/backups/postlunch
    postlunch store verify"
    )]
    Store(Store),
    /// Everybody's lunches as a picture, without names; off unless [policy] fabric says so
    #[command(hide = true)]
    Fabric(Fabric),
    /// Whose monthly summary would go out now
    #[command(hide = true)]
    Summary(Summary),
    /// Send no mail at all until `resume`
    #[command(
        hide = true,
        after_help = "\
For when something looks odd, or before a move to another server. Mail is read and decided on
as ever; what it leads to waits in the outbox, also across restarts. What has been waiting for
too long by then (a reminder after its lunch) is not sent any more. To pause one pairing
only: `postlunch pairing pause`.

Example:
    postlunch hold"
    )]
    Hold,
    /// Go on sending after `hold`
    #[command(
        hide = true,
        after_help = "\
What is still timely leaves within minutes. To end the pause of one pairing: `postlunch
pairing resume`.

Example:
    postlunch resume"
    )]
    Resume,
    /// Write the man pages into a folder, or print the first one
    #[command(hide = true)]
    Man(Man),
    /// Print the completions for a shell
    #[command(hide = true)]
    Completions(Completions),
    /// Tell more about a command
    #[command(
        hide = true,
        after_help = "Examples:\n    postlunch help --all\n    postlunch help pairing pause"
    )]
    Help(Help),
}

/// `postlunch demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "A mail server on this machine's loopback, the real daemon and a clock driven by \
    hand. Nothing leaves this machine, nothing is kept; Ctrl-C closes it.\n\n\
    Examples:\n    postlunch demo\n    postlunch demo --script"
)]
pub struct Demo {
    /// Play the story to its end and print it, letter by letter, in place of the page
    #[arg(long)]
    pub script: bool,
    /// Don't open a browser; only print the page's address
    #[arg(long, conflicts_with = "script")]
    pub no_open: bool,
    /// The page's port on 127.0.0.1; a free one if not given
    #[arg(long, conflicts_with = "script", value_name = "PORT")]
    pub port: Option<u16>,
    /// Print it in colour: auto (on a terminal, unless NO_COLOR is set), always (also without a
    /// word behind it), never
    #[arg(long, alias = "colour", value_name = "WHEN", value_enum, num_args = 0..=1,
        default_value_t, default_missing_value = "always", hide_possible_values = true,
        hide_default_value = true)]
    pub color: Color,
}

/// When colours are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Wherever it is printed to
    Always,
    /// Never
    Never,
}

/// `postlunch check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Sends one mail to the mailbox itself and takes it away again; a running daemon leaves it
alone. Each finding says what it means and what to do; docs/troubleshooting.md lists them
all. Exit code 0 if it can run like this, 1 if something is wrong.

Examples:
    postlunch check
    postlunch check --config /etc/postlunch/config.toml --json")]
pub struct Check {
    /// Leave out the mail to itself
    #[arg(long)]
    pub no_mail: bool,
}

/// `postlunch run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Stays in the foreground and logs to the standard error; SIGTERM or Ctrl-C stops it. As a
service: systemd/postlunch.service.

Examples:
    postlunch run
    postlunch run --rehearsal 2026-01-05T09:00:00Z --recipients ana@example.com")]
pub struct Run {
    /// Rehearse: a clock that stands at START (2026-01-05T09:00:00Z) until `postlunch clock` moves it
    #[arg(long, value_name = "START", value_parser = values::moment)]
    pub rehearsal: Option<DateTime<Utc>>,
    /// In a rehearsal, the only people who are written to; needed unless the mail server is on this
    /// machine
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', requires = "rehearsal", value_parser = values::address)]
    pub recipients: Vec<Address>,
}

/// `postlunch status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit code 0 if all is well, 1 if something deserves a look, 2 if somebody has to act or no
daemon runs, 78 if the configuration cannot be used. With --json: one object, whose fields stay
from one version to the next; with --watch one a line.

Examples:
    postlunch status
    postlunch status --watch 5")]
pub struct Status {
    /// Look again every so many seconds (2 unless said), until Ctrl-C
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2",
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub watch: Option<u64>,
    #[command(flatten)]
    pub paint: Paint,
}

/// Whether what is printed is coloured.
#[derive(Debug, Args)]
pub struct Paint {
    /// Print it in colour: auto (on a terminal, unless NO_COLOR is set), always, never
    #[arg(
        long,
        alias = "colour",
        value_name = "WHEN",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub color: Color,
}

/// `postlunch man`.
#[derive(Debug, Args)]
#[command(after_help = "\
One page for the program and one for each command. A package puts them into
/usr/share/man/man1.

Examples:
    postlunch man | man -l -
    postlunch man target/man")]
pub struct Man {
    /// The folder; made if it is missing
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// `postlunch completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
    postlunch completions bash > ~/.local/share/bash-completion/completions/postlunch
    postlunch completions fish > ~/.config/fish/completions/postlunch.fish")]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL", value_enum)]
    pub shell: clap_complete::Shell,
}

/// `postlunch invite`.
#[derive(Debug, Args)]
#[command(after_help = "\
The letter goes out in the inviter's name, and the answer comes to the inviter word for
word. Whoever says no is never asked by the same inviter again.

Example:
    postlunch invite --from 'Ana <ana@example.com>' --to 'Ben <ben@example.com>' \\
        --note 'Shall we start after the release?'")]
pub struct Invite {
    /// Who invites: 'Ana <ana@example.com>'; needed unless the mailbox is your own (mode "personal")
    #[arg(long, value_name = "PERSON", value_parser = values::person)]
    pub from: Option<NameAddr>,
    /// Who is invited: 'Ben <ben@example.com>'; give it again for each further one
    #[arg(long, value_name = "PERSON", required = true, value_parser = values::person)]
    pub to: Vec<NameAddr>,
    /// A line of the inviter's own, put into each invitation
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Only say what would be sent
    #[arg(long)]
    pub dry_run: bool,
}

/// `postlunch explain`.
#[derive(Debug, Args)]
#[command(
    override_usage = "postlunch explain [OPTIONS] <FILE>\n       postlunch explain [OPTIONS] --jsonl <DIR>",
    after_help = "Shows the mail line by line, with what its writer newly wrote, the quote and the \
    signature marked; then what it is taken for, why, and what would change that. Needs no \
    configuration and no daemon. Any bytes are readable: the exit code is 0 wherever there was \
    something to read. With --json: one object; its fields stay from one version to the next.\n\n\
    Examples:\n    postlunch explain answer.eml\n    \
    postlunch explain --jsonl mails/ --answering invitation"
)]
pub struct Explain {
    /// The mail, as a file; - for standard input
    #[arg(value_name = "FILE", required_unless_present = "jsonl")]
    pub file: Option<PathBuf>,
    /// Read every file of a folder instead: one JSON object a line, each with "file" first
    #[arg(long, value_name = "DIR", conflicts_with = "file")]
    pub jsonl: Option<PathBuf>,
    /// Which of our letters it answers: invitation, reminder, followup, receipt, exchange, summary,
    /// question, proposal, permission; judged from the mail unless given
    #[arg(long, alias = "in-reply-to-kind", value_name = "KIND", value_parser = values::answering)]
    pub answering: Option<Answering>,
    /// A letter of ours that it may quote; give it again for each further one
    #[arg(long, value_name = "SENT.eml")]
    pub original: Vec<PathBuf>,
    /// The moment against which "Thursday" is understood [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = values::moment)]
    pub now: Option<DateTime<Utc>>,
    /// The time zone of the lunch [default: this machine's]
    #[arg(long, value_name = "TZ", value_parser = values::zone)]
    pub timezone: Option<Tz>,
    #[command(flatten)]
    pub paint: Paint,
}

/// `postlunch preview`.
#[derive(Debug, Args)]
#[command(after_help = "\
`preview all --into DIR` writes every letter as HTML, text and mail, with a page that shows them
all; `preview all --open` opens that page. --coming tells each mail to come with its date, kind,
recipient and subject, never what anybody wrote, and sends and changes nothing.

Examples:
    postlunch preview --list
    postlunch preview invitation --open
    postlunch preview followup --send you@example.com
    postlunch preview --coming 60d")]
pub struct Preview {
    /// Which letter, or all; --list tells them
    #[arg(value_name = "KIND", required_unless_present_any = ["list", "check", "coming"])]
    pub kind: Option<String>,
    /// Tell the kinds of letters
    #[arg(long, conflicts_with_all = ["kind", "check", "coming"])]
    pub list: bool,
    /// Check your own templates ([templates] path)
    #[arg(long, conflicts_with_all = ["kind", "coming"])]
    pub check: bool,
    /// Tell every mail that would go out in that time if nobody answered: 60d
    #[arg(long, value_name = "DURATION", conflicts_with = "kind", value_parser = values::ahead)]
    pub coming: Option<TimeDelta>,
    /// As it comes from somebody's own mailbox (mode "personal"), whatever the configuration says
    #[arg(long, requires = "kind", conflicts_with = "send")]
    pub personal: bool,
    /// As plain text (this is the default)
    #[arg(long, group = "form")]
    pub text: bool,
    /// As HTML
    #[arg(long, group = "form")]
    pub html: bool,
    /// As the whole mail
    #[arg(long, group = "form")]
    pub eml: bool,
    /// In the browser, from a private temporary file
    #[arg(long, group = "form", requires = "kind")]
    pub open: bool,
    /// Write it into a folder, in all three forms
    #[arg(long, value_name = "DIR", group = "form", requires = "kind")]
    pub into: Option<PathBuf>,
    /// Send it to yourself through the configured server, to see it in your mail client
    #[arg(long, value_name = "ADDRESS", group = "form", requires = "kind", value_parser = values::address)]
    pub send: Option<Address>,
}

/// `postlunch clock`.
#[derive(Debug, Subcommand)]
pub enum Clock {
    /// What it shows
    #[command(after_help = "Example:\n    postlunch clock show")]
    Show,
    /// Move it on, stopping at each moment when something is due
    #[command(after_help = "Example:\n    postlunch clock advance 14d")]
    Advance {
        /// By how much: 14d, 36h, 90m, 2w
        #[arg(value_name = "DURATION", value_parser = values::stretch)]
        by: TimeDelta,
        /// How long the mailbox has to be quiet before each stop
        #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = values::settle)]
        settle: TimeDelta,
    },
    /// Move it to the next moment when something is due
    #[command(after_help = "Example:\n    postlunch clock next")]
    Next {
        /// How long the mailbox has to be quiet first
        #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = values::settle)]
        settle: TimeDelta,
    },
}

/// `postlunch pairing`.
#[derive(Debug, Subcommand)]
pub enum Pairing {
    /// All pairings: number, who, where it stands, next lunch; never what anybody wrote
    #[command(after_help = "\
Stages: invited, postponed (asked to come back later), meeting, paused, over. A no, a lapse
and an end are all \"over\": nobody reads a refusal off a list.

Examples:
    postlunch pairing list
    postlunch pairing list --json")]
    List,
    /// One pairing as JSON: who, where it stands, dates; never what anybody wrote
    #[command(after_help = "\
docs/export.md tells the fields. What the two wrote they get themselves, by mailing \"report\".

Example:
    postlunch pairing export 3")]
    Export {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
    },
    /// Pause the lunches of one pairing until a day; they resume by themselves
    #[command(after_help = "\
Both are told, and the lunches in between leave their calendars.

Example:
    postlunch pairing pause 3 --until 2026-05-01")]
    Pause {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
        /// Until which day: 2026-01-07
        #[arg(long, value_name = "DATE", value_parser = values::date)]
        until: NaiveDate,
    },
    /// End the pause of one pairing early; both are told
    #[command(after_help = "Example:\n    postlunch pairing resume 3")]
    Resume {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
    },
    /// End one pairing for good; both are told, without a reason
    #[command(after_help = "\
The lunches ahead leave both calendars. It cannot be taken back; a new invitation can be sent.

Example:
    postlunch pairing end 3")]
    End {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
    },
}

/// `postlunch review`.
#[derive(Debug, Subcommand)]
pub enum Review {
    /// All that was set aside: number, when, from whom, why, Message-ID
    #[command(after_help = "Example:\n    postlunch review list")]
    List,
    /// Back to the inbox with one, where it is tried anew
    #[command(after_help = "\
Moving it there with a mail program does the same.

Example:
    postlunch review retry 1")]
    Retry {
        /// Its number in `review list`
        #[arg(value_name = "ID")]
        mail: u64,
    },
    /// Off the list with one, and to Done: it stays unanswered
    #[command(after_help = "Example:\n    postlunch review dismiss 1")]
    Dismiss {
        /// Its number in `review list`
        #[arg(value_name = "ID")]
        mail: u64,
    },
}

/// `postlunch person`.
#[derive(Debug, Subcommand)]
pub enum Person {
    /// No more mail to them from anybody here, until they write in themselves
    #[command(after_help = "\
They get one last mail that says so. Their pairings end; the partners are told of the end only.

Example:
    postlunch person stop ben@example.com")]
    Stop {
        /// Their address
        #[arg(value_name = "ADDRESS", value_parser = values::address)]
        address: Address,
    },
    /// One person as JSON: address, pairings, dates; never what anybody wrote
    #[command(after_help = "\
docs/export.md tells the fields. What is kept in words a member gets by mailing \"report\".

Example:
    postlunch person export ben@example.com")]
    Export {
        /// Their address
        #[arg(value_name = "ADDRESS", value_parser = values::address)]
        address: Address,
    },
    /// Stop, and erase everything kept about them, in backups too
    #[command(after_help = "\
Their key is destroyed, so all that was sealed with it is noise from then on, in every copy of
the store. A keyed digest of the address stays, so that nobody writes there again. While
the last mail about it is on its way it asks you to come again in a minute.

Example:
    postlunch person forget ben@example.com")]
    Forget {
        /// Their address
        #[arg(value_name = "ADDRESS", value_parser = values::address)]
        address: Address,
    },
}

/// `postlunch store`.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// Copy the store into a folder, also while the daemon runs
    #[command(after_help = "\
The records go into a new file whose name tells the time. The keyring goes over the copy that was
there before: only its newest copy may be kept, or the forgotten would come back. Both are
noise without the store's key, which is not copied.

Example:
    postlunch store backup /var/backups/postlunch")]
    Backup {
        /// The folder; made if it is missing
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The rehearsal's store
        #[arg(long)]
        rehearsal: bool,
    },
    /// Put a backup in the place of the store; sending is on hold until `resume`
    #[command(after_help = "\
Stop the daemon first. Whoever was forgotten since stays forgotten, and what was sent since is not
sent again. The journal that stood there is moved aside.

Example:
    postlunch store restore /var/backups/postlunch/postlunch-20270104T080000Z.backup")]
    Restore {
        /// A file that `store backup` made
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The keyring to be used [default: the store's own, or where it has none the copy beside FILE]
        #[arg(long, value_name = "FILE")]
        keyring: Option<PathBuf>,
        /// The rehearsal's store
        #[arg(long)]
        rehearsal: bool,
    },
    /// Read every record, and hold index and journal against each other
    #[command(after_help = "Example:\n    postlunch store verify")]
    Verify {
        /// The rehearsal's store
        #[arg(long)]
        rehearsal: bool,
    },
    /// Make the index again from the journal, or the journal from a whole index
    #[command(after_help = "Example:\n    postlunch store rebuild")]
    Rebuild {
        /// Instead: let everybody whose key is missing from the keyring count as forgotten
        #[arg(long)]
        give_up_keys: bool,
        /// The rehearsal's store
        #[arg(long)]
        rehearsal: bool,
    },
}

/// `postlunch summary`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n    postlunch summary --dry-run")]
pub struct Summary {
    /// Only say whose would go out, never what is in it (summaries go out by [summary] cron)
    #[arg(long, required = true)]
    pub dry_run: bool,
}

/// `postlunch fabric`.
#[derive(Debug, Args)]
#[command(after_help = "\
A knot is a person, a thread two who had lunch: thicker with each one, fainter with the time since.
Without names; groups of fewer than five are left out; who said no, or nothing, cannot be told from
who was never asked. With --teams a knot is a team, by a file with lines such as
`ana@example.com, Platform`; a team needs five people who had lunch, and so does a thread.

Examples:
    postlunch fabric --svg fabric.svg
    postlunch fabric --png fabric.png
    postlunch fabric --svg teams.svg --teams teams.csv")]
pub struct Fabric {
    /// Write it as SVG
    #[arg(long, value_name = "FILE", conflicts_with = "png")]
    pub svg: Option<PathBuf>,
    /// Write it as PNG
    #[arg(long, value_name = "FILE")]
    pub png: Option<PathBuf>,
    /// Whose team is which: lines of an address, a comma and a team
    #[arg(long, value_name = "FILE", conflicts_with = "png")]
    pub teams: Option<PathBuf>,
}

/// `postlunch help`.
#[derive(Debug, Args)]
pub struct Help {
    /// Tell all commands, with their own
    #[arg(long)]
    pub all: bool,
    /// The command, such as: clock advance
    #[arg(value_name = "COMMAND", conflicts_with = "all")]
    pub command: Vec<String>,
}
