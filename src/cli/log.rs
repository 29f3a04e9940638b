//! The log's way out: standard error, plain text, at the level asked for. Where that is systemd's
//! journal, each line carries its priority (sd-daemon(3)) and no time of its own.
//!
//! Other crates never log below `info` here: their debug lines may hold what people wrote.

use crate::cli::ending::{Code, Failure};
use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::str::FromStr;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
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
    let lines = tracing_subscriber::fmt::layer().with_target(false);
    let registry = tracing_subscriber::registry().with(targets);
    let begun = if is_journal() {
        let lines = lines.with_writer(Journal).without_time().with_level(false);
        registry.with(lines).try_init()
    } else {
        registry.with(lines.with_writer(io::stderr)).try_init()
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

/// Whether standard error is the journal: `$JOURNAL_STREAM` names its device and inode, and stays
/// set where the output is redirected.
fn is_journal() -> bool {
    let Ok(stream) = env::var("JOURNAL_STREAM") else {
        return false;
    };
    fs::metadata("/proc/self/fd/2")
        .is_ok_and(|file| stream == format!("{}:{}", file.dev(), file.ino()))
}

/// Lines for systemd's journal.
struct Journal;

/// One of them, with its priority.
struct JournalLine(u8);

impl<'w> MakeWriter<'w> for Journal {
    type Writer = JournalLine;

    fn make_writer(&'w self) -> JournalLine {
        JournalLine(6)
    }

    fn make_writer_for(&'w self, about: &Metadata<'_>) -> JournalLine {
        JournalLine(match *about.level() {
            Level::ERROR => 3,
            Level::WARN => 4,
            Level::INFO => 6,
            _ => 7,
        })
    }
}

impl Write for JournalLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut err = io::stderr().lock();
        err.write_all(format!("<{}>", self.0).as_bytes())?;
        err.write_all(line)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
