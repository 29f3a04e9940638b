//! The innermost words of mail: addresses, message ids, tokens, clean text and confidential values.
//!
//! Pure: no I/O, no clock, no randomness of its own. Every foreign string passes through `clean`
//! exactly once, at the door; what is inside the house is safe to put into a header or a letter.

pub mod address;
pub mod clean;
pub mod confidential;
pub mod endpoint;
pub mod message_id;
pub mod token;
