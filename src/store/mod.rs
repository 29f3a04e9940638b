//! To be filled.
pub mod record;
