//! The daemon: fetch, read, decide, commit, submit, acknowledge.
//!
//! Joins the rooms and adds nothing of its own to what they know. `decider` owns the store on one
//! thread; `inbox` and `submission` are the two ends of the mail; `conductor` moves time; `run`
//! starts and stops them; `request` is what commands may ask, `glance` what the demo sees.

pub mod accounts;
pub mod coming;
mod commands;
pub mod conductor;
mod correspondence;
pub mod decider;
mod export;
mod fabric;
mod folders;
pub mod glance;
mod guests;
mod health;
mod inbox;
pub mod incoming;
pub mod ledger;
pub mod letters;
pub mod migration;
pub mod outgoing;
pub mod ownership;
mod papers;
pub mod request;
mod restored;
pub mod review;
mod room;
pub mod routing;
mod run;
pub mod settings;
mod sieve;
pub mod sifting;
mod submission;
mod thread;
mod vitals;
mod waiting;

#[cfg(test)]
mod tests;

pub use restored::restore;
pub use run::{Daemon, RunError, RunOptions, beside, run, store_of};
