//! How a command ends: its exit code, and what is said when it could not be done.

use crate::config::ConfigError;
use crate::control::ControlError;
use std::fmt;
use std::process::ExitCode;

/// The exit codes of the program; `postlunch --help` tells them too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Refused or failed; trying again later may help.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// A mistake of the program's own (`EX_SOFTWARE`).
    OwnMistake = 70,
    /// Configuration, key or store needs a person (`EX_CONFIG`): no restart mends it.
    NeedsPerson = 78,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Why a command was not done. The message says what is wrong and what to do; it is empty where
/// everything has been said already.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub code: u8,
    /// For a person.
    pub message: String,
}

impl Failure {
    /// A failure with something to say.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code: code as u8,
            message: message.into(),
        }
    }

    /// A failure that has been told in full.
    pub const fn told(code: Code) -> Self {
        Self {
            code: code as u8,
            message: String::new(),
        }
    }

    /// Refused or failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Code::Failed, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Code::NeedsPerson, error.to_string())
    }
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        let code = if error.needs_a_person() {
            Code::NeedsPerson
        } else {
            Code::Failed
        };
        Self::new(code, error.to_string())
    }
}
