//! Findings: what a check saw, what it means, what to do.

use serde::{Serialize, Serializer};
use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// It was not looked at, and why.
    Skipped,
    /// It runs, but deserves a look.
    Warning,
    /// It will not run like this.
    Wrong,
}

/// Everything that can be found amiss, each with the name that scripts and the documents go by.
macro_rules! codes {
    ($($code:ident = $name:literal,)*) => {
        /// What was found amiss.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "docs/troubleshooting.md tells of each by its name")]
        pub enum Code { $($code,)* }

        impl Code {
            /// All of them, in the order of the documents.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// Its name, which stays from one version to the next.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }
        }
    };
}

codes! {
    Configuration = "configuration",
    ConfigurationDoubtful = "configuration-doubtful",
    MachineClock = "machine-clock",
    Key = "key",
    StoreUnwritable = "store-unwritable",
    StoreOfOtherUser = "store-of-other-user",
    StoreBroken = "store-broken",
    SecondDaemon = "second-daemon",
    OtherDaemon = "other-daemon",
    DaemonSilent = "daemon-silent",
    NoDaemon = "no-daemon",
    DiskFull = "disk-full",
    DiskLow = "disk-low",
    Letters = "letters",
    NameUnknown = "name-unknown",
    Unreachable = "unreachable",
    WireBroken = "wire-broken",
    TlsOtherName = "tls-other-name",
    TlsUntrusted = "tls-untrusted",
    TlsAuthorityItself = "tls-authority-itself",
    TlsExpired = "tls-expired",
    TlsExpiresSoon = "tls-expires-soon",
    TlsNotYetValid = "tls-not-yet-valid",
    TlsRevoked = "tls-revoked",
    TlsNone = "tls-none",
    TlsNoAuthorities = "tls-no-authorities",
    TlsHandshake = "tls-handshake",
    NotAMailServer = "not-a-mail-server",
    TurnedAway = "turned-away",
    NoStartTls = "no-starttls",
    NoPassword = "no-password",
    NoWayToLogIn = "no-way-to-log-in",
    LoginRefused = "login-refused",
    LoginPutOff = "login-put-off",
    NoIdle = "no-idle",
    NoMove = "no-move",
    NoUidplus = "no-uidplus",
    NoSpecialUse = "no-special-use",
    Mailbox = "mailbox",
    MailboxReadOnly = "mailbox-read-only",
    NoDeletedFlag = "no-deleted-flag",
    Folder = "folder",
    SentUnknown = "sent-unknown",
    SentUnreadable = "sent-unreadable",
    SentNotFiled = "sent-not-filed",
    LooksPersonal = "looks-personal",
    LooksShared = "looks-shared",
    UsedBefore = "used-before",
    SubmissionRefused = "submission-refused",
    SubmissionPutOff = "submission-put-off",
    AddressTooLong = "address-too-long",
    NoSubaddress = "no-subaddress",
    RoundTripLost = "round-trip-lost",
    RoundTripSpam = "round-trip-spam",
    RoundTripElsewhere = "round-trip-elsewhere",
    MessageIdChanged = "message-id-changed",
    CalendarLost = "calendar-lost",
    ClockDiffers = "clock-differs",
    CheckMailLeft = "check-mail-left",
    NoSpf = "no-spf",
    NoDmarc = "no-dmarc",
    NotAuthentic = "not-authentic",
    Provider = "provider",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// What is amiss; `None` where nothing is.
    pub code: Option<Code>,
    /// What was looked at, in a word or two.
    pub subject: &'static str,
    /// What was found.
    pub means: String,
    /// What to do about it; `None` where nothing is to be done.
    pub remedy: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(subject: &'static str, means: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            code: None,
            subject,
            means: means.into(),
            remedy: None,
        }
    }

    /// It was not looked at, and why.
    pub fn skipped(subject: &'static str, means: impl Into<String>) -> Self {
        Self {
            level: Level::Skipped,
            ..Self::ok(subject, means)
        }
    }

    /// It runs, but deserves a look.
    pub fn warning(
        code: Code,
        subject: &'static str,
        means: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Warning,
            code: Some(code),
            subject,
            means: means.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// It will not run like this.
    pub fn wrong(
        code: Code,
        subject: &'static str,
        means: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            level: Level::Wrong,
            ..Self::warning(code, subject, means, remedy)
        }
    }

    /// The same with a piece of advice, where nothing has to be done.
    #[must_use]
    pub fn advising(mut self, advice: impl Into<String>) -> Self {
        self.remedy = Some(advice.into());
        self
    }

    /// The finding as `check` prints it: a mark, the subject, what it means, an arrow and the remedy.
    pub fn as_text(&self) -> String {
        let mark = match self.level {
            Level::Ok => "ok     ",
            Level::Skipped => "skipped",
            Level::Warning => "warning",
            Level::Wrong => "WRONG  ",
        };
        let margin = " ".repeat(25);
        let means = self.means.replace('\n', &format!("\n{margin}"));
        let mut text = format!("  {mark}  {:<14}{means}\n", self.subject);
        if let Some(remedy) = &self.remedy {
            let remedy = remedy.replace('\n', &format!("\n{margin}   "));
            text.push_str(&format!("{margin}-> {remedy}\n"));
        }
        text
    }
}

/// The parts of a text that carries its remedy behind its first semicolon.
pub(super) fn parted(told: &str) -> (&str, &str) {
    told.split_once("; ")
        .unwrap_or((told, "mend it and check again"))
}
