//! The demo: the whole practice on an embedded sandbox, without a server, an account or a file.
//!
//! `stage` puts sandbox and daemon up and speaks for the people; `client` writes mail as mail
//! clients do; `script` plays the story of a few months; `transcript` is how it is told, and
//! `understood` says in a few words how an answer was read. `page` is the same stage in a browser,
//! for whoever wants to play it themselves.

pub mod client;
pub mod page;
mod play;
pub mod script;
pub mod stage;
pub mod transcript;
pub mod understood;
