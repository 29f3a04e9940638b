//! The log's way out: standard error, plain text, at the level asked for.
//!
//! Other crates never log below `info` here: their debug lines may hold what people wrote.

use crate::cli::ending::{Code, Failure};
use std::env;
use std::str::FromStr;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log. `$POSTLUNCH_LOG` (off, error, warn, info, debug, trace) holds unless -v or -q is
/// given; `usual` without any of them.
///
/// # Errors
/// If the variable says something else.
pub fn begin(verbose: u8, quiet: bool, usual: LevelFilter) -> Result<(), Failure> {
    let level = match (quiet, verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => from_environment()?.unwrap_or(usual),
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let targets = Targets::new()
        .with_target("postlunch", level)
        .with_default(level.min(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // systemd's journal stamps each line itself.
    let journal = env::var_os("JOURNAL_STREAM").is_some();
    let registry = tracing_subscriber::registry().with(targets);
    let begun = if journal {
        registry.with(lines.without_time()).try_init()
    } else {
        registry.with(lines).try_init()
    };
    begun.map_err(|error| Failure::failed(error.to_string()))
}

fn from_environment() -> Result<Option<LevelFilter>, Failure> {
    match env::var("POSTLUNCH_LOG") {
        Ok(level) if !level.trim().is_empty() => {
            LevelFilter::from_str(level.trim()).map(Some).map_err(|_| {
                let message =
                    "$POSTLUNCH_LOG is a level: off, error, warn, info, debug or trace".to_owned();
                Failure::new(Code::Usage, message)
            })
        }
        _ => Ok(None),
    }
}
