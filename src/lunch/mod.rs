//! To be filled.

pub mod schedule;
