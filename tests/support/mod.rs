//! The theatre: mail servers, the built program as a process of its own, and the people.
//!
//! The same story plays on the embedded sandbox and on real Dovecot and Postfix. Nothing is faked:
//! people read their mailboxes over IMAP and submit their answers over SMTP, and the daemon is
//! driven by its own commands. Every wait is bounded, and a failed test keeps its folder.

pub mod bystanders;
pub mod calendars;
pub mod dice;
pub mod house;
pub mod letters;
pub mod process;
pub mod script;
pub mod season;
pub mod secrets;
pub mod theatre;
pub mod trials;

/// Somebody with a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    /// First name, as letters say it.
    pub name: &'static str,
    /// The whole name, as mail clients write it.
    pub full_name: &'static str,
    /// Mailbox and login.
    pub address: &'static str,
}

/// Who invites.
pub const ALICE: Person = Person {
    name: "Alice",
    full_name: "Alice Quillfeather",
    address: "alice@example.test",
};
/// Who says yes.
pub const BOB: Person = Person {
    name: "Bob",
    full_name: "Bob Zwiebelturm",
    address: "bob@example.test",
};
/// Who says no.
pub const CARA: Person = Person {
    name: "Cara",
    full_name: "Cara Ottertail",
    address: "cara@example.test",
};
/// Who has nothing to do with it.
pub const DAN: Person = Person {
    name: "Dan",
    full_name: "Dan Marmelstein",
    address: "dan@example.test",
};

/// The daemon's mailbox.
pub const LUNCH: &str = "lunch@example.test";
