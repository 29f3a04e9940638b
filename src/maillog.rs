//! The log: one function for each thing worth a line.
//!
//! No line ever holds what somebody wrote, a subject, a token or a password; addresses appear only
//! as a short keyed-free digest so that lines about one person can be found together.

use crate::words::address::Address;
use sha2::{Digest, Sha256};

/// A stable eight-character name for an address in log lines.
pub fn shortened(address: &Address) -> String {
    let digest = Sha256::digest(address.key().as_bytes());
    digest.iter().take(4).map(|b| format!("{b:02x}")).collect()
}
