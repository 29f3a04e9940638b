//! What must hold of reading, as the tests have it; the targets beside it only hand in octets.

#[path = "../../tests/support/holds.rs"]
pub mod holds;
