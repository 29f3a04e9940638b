//! Summaries: from the state to what a member reads once a month. Words, never scores.

pub mod monthly;
pub mod record;
