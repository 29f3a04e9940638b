//! The words of the command line, as clap reads them.
//!
//! Seven commands make the first screen; the others are told by `postlunch help --all`. What a word
//! means is said here and done elsewhere.

use crate::cli::values;
use crate::lunch::act::Answering;
use crate::words::address::{Address, NameAddr};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
More: clock, pairing, person, store, summary, hold, resume; `postlunch help --all` tells
of each, `postlunch help COMMAND` of one.

The configuration is looked for in --config, else $POSTLUNCH_CONFIG, ./postlunch.toml,
./config.toml, $XDG_CONFIG_HOME/postlunch/config.toml, /etc/postlunch/config.toml.

Exit codes: 0 done; 1 refused or failed, try again later; 2 wrong usage; 70 a mistake
of the program's own; 78 configuration, key or store needs a person.";

/// Feedback lunches for two, by email.
#[derive(Debug, Parser)]
#[command(
    name = "postlunch",
    version,
    about = "One on one peer feedback lunches, by email",
    after_help = AFTER_HELP,
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
#[derive(Debug, Args)]
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

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See the whole practice played on this machine: no account, no server, no configuration
    Demo(Demo),
    /// Try the configuration against your mail server, and say what to mend
    Check,
    /// Run the daemon
    Run(Run),
    /// Invite colleagues to feedback lunches
    Invite(Invite),
    /// How the running daemon is doing
    Status,
    /// How a mail would be understood
    Explain(Explain),
    /// Look at the letters with sample people
    Preview(Preview),
    /// Show or move the clock of a rehearsal
    #[command(subcommand, hide = true)]
    Clock(Clock),
    /// List pairings; pause, resume or end one
    #[command(subcommand, hide = true)]
    Pairing(Pairing),
    /// Stop all mail to somebody, or erase everything about them
    #[command(subcommand, hide = true)]
    Person(Person),
    /// Check the store, or make its index again from its journal; while no daemon runs
    #[command(subcommand, hide = true)]
    Store(Store),
    /// Whose monthly summary would go out now
    #[command(hide = true)]
    Summary(Summary),
    /// Stop sending mail until `resume`; reading goes on
    #[command(hide = true)]
    Hold,
    /// Go on sending after `hold`
    #[command(hide = true)]
    Resume,
    /// Tell more about a command
    #[command(hide = true)]
    Help(Help),
}

/// `postlunch demo`.
#[derive(Debug, Args)]
#[command(
    after_help = "A mail server on this machine's loopback, the real daemon and a clock driven by \
    hand play half a year in a few seconds. Nothing leaves this machine, nothing is kept."
)]
pub struct Demo {
    /// Play the story to its end and print it, letter by letter
    #[arg(long)]
    pub script: bool,
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

/// `postlunch run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Rehearse: a clock that stands at START (2026-01-05T09:00:00Z) until `postlunch clock` moves it
    #[arg(long, value_name = "START", value_parser = values::moment)]
    pub rehearsal: Option<DateTime<Utc>>,
    /// In a rehearsal, the only people who are written to; needed unless the mail server is on this
    /// machine
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', requires = "rehearsal", value_parser = values::address)]
    pub recipients: Vec<Address>,
}

/// `postlunch invite`.
#[derive(Debug, Args)]
pub struct Invite {
    /// Who invites: 'Ana <ana@example.com>'
    #[arg(long, value_name = "PERSON", value_parser = values::person)]
    pub from: NameAddr,
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
    after_help = "Shows the mail line by line, with what its writer newly wrote, the quote and the \
    signature marked; then what it is taken for, why, and what would change that. Needs no \
    configuration and no daemon. Any bytes are readable: the exit code is 0 wherever there was \
    something to read. With --json: one object; its fields stay from one version to the next."
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

/// `postlunch preview`.
#[derive(Debug, Args)]
#[command(
    after_help = "`preview all --into DIR` writes every letter as HTML, text and mail, with a page that shows \
    them all; `preview all --open` opens that page. --coming tells each mail to come with its date, \
    kind, recipient and subject, never what anybody wrote, and sends and changes nothing."
)]
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
    Show,
    /// Move it on, stopping at each moment when something is due
    Advance {
        /// By how much: 14d, 36h, 90m, 2w
        #[arg(value_name = "DURATION", value_parser = values::stretch)]
        by: TimeDelta,
        /// How long the mailbox has to be quiet before each stop
        #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = values::settle)]
        settle: TimeDelta,
    },
    /// Move it to the next moment when something is due
    Next {
        /// How long the mailbox has to be quiet first
        #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = values::settle)]
        settle: TimeDelta,
    },
}

/// `postlunch pairing`.
#[derive(Debug, Subcommand)]
pub enum Pairing {
    /// All pairings; never what anybody wrote
    List,
    /// Pause one; it resumes by itself
    Pause {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
        /// Until which day: 2026-01-07
        #[arg(long, value_name = "DATE", value_parser = values::date)]
        until: NaiveDate,
    },
    /// End a pause early
    Resume {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
    },
    /// End one for good; both are told
    End {
        /// Its number in `pairing list`
        #[arg(value_name = "ID")]
        pairing: u64,
    },
}

/// `postlunch person`.
#[derive(Debug, Subcommand)]
pub enum Person {
    /// No more mail to them from anybody here, until they write in themselves
    Stop {
        /// Their address
        #[arg(value_name = "ADDRESS", value_parser = values::address)]
        address: Address,
    },
    /// Stop, and erase everything kept about them, in backups too
    Forget {
        /// Their address
        #[arg(value_name = "ADDRESS", value_parser = values::address)]
        address: Address,
    },
}

/// `postlunch store`.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// Read every record, and hold index and journal against each other
    Verify {
        /// The rehearsal's store
        #[arg(long)]
        rehearsal: bool,
    },
    /// Make the index again from the journal, or the journal from a whole index
    Rebuild {
        /// The rehearsal's store
        #[arg(long)]
        rehearsal: bool,
    },
}

/// `postlunch summary`.
#[derive(Debug, Args)]
pub struct Summary {
    /// Only say whose would go out, never what is in it (summaries go out by [summary] cron)
    #[arg(long, required = true)]
    pub dry_run: bool,
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
