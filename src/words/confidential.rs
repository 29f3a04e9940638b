//! `Confidential<T>`: a value that never prints itself.
//!
//! Notes, passwords, keys and tokens are wrapped in it, so that no `{:?}`, log line or panic text
//! can show them by accident. Taking the value out is one loud word, `reveal`.

use std::fmt;

/// A value that must not appear in logs, errors or debug output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Confidential<T>(T);

impl<T> Confidential<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value, on purpose.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out, on purpose.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Confidential<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(confidential)")
    }
}

impl<T> From<T> for Confidential<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confidential_value_does_not_print() {
        let secret = Confidential::new("the slides came late".to_owned());
        assert_eq!(format!("{secret:?}"), "(confidential)");
        assert_eq!(secret.reveal(), "the slides came late");
    }
}
