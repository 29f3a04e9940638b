//! The daemon: fetch, read, decide, commit, submit, acknowledge.
//!
//! Joins the rooms and adds nothing of its own to what they know. `request` is what commands may
//! ask of a running daemon.

pub mod request;
