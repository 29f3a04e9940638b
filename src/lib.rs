//! postlunch: an email-native daemon for one on one peer feedback lunches.
//!
//! The rooms, innermost first; each may use only those above it (held by `tests/tidy.rs`, drawn in
//! ARCHITECTURE.md). The binary of the same name is a thin door to `cli`.

pub mod words;

pub mod calendar;

pub mod lunch;

pub mod fabric;

pub mod reading;
pub mod summary;
pub mod writing;

pub mod clock;
pub mod config;
pub mod crash_point;
pub mod disk;
pub mod maillog;
pub mod wire;

pub mod control;
pub mod imap;
pub mod keyring;
pub mod smtp;
pub mod store;

pub mod sandbox;

pub mod daemon;

pub mod demo;
pub mod doctor;

pub mod cli;

// Tests in here share files with those in `tests/`, which know this crate by its name.
#[cfg(test)]
extern crate self as postlunch;
