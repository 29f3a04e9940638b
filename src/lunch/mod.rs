//! The vocabulary of the practice, and the life of a pairing.
//!
//! Pure: state, event, facts and the time go in; a decision comes out. Nothing here knows mail
//! servers, files or the database. `act` is what people can say, `letter` is what we can say,
//! `decide` is what follows from what.

pub mod act;
pub mod agenda;
pub mod cadence;
pub mod consent;
pub mod decide;
pub mod event;
pub mod letter;
pub mod moments;
pub mod notes;
pub mod nothing;
pub mod pairing;
pub mod person;
pub mod quoting;
pub mod record;
pub mod schedule;
pub mod slots;
pub mod weave;
