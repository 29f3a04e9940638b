//! `postlunch run`: hands the configuration over to the daemon.

use crate::cli::args;
use crate::cli::ending::Failure;
use crate::config::Config;
use crate::daemon::{self, RunOptions};
use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// How glibc's allocator serves a daemon that runs for a year: one heap for all threads, what is big on
/// pages of its own, and what is free at the end given back. By itself it would make a heap for each
/// thread, and move what is big into them for good once something big was freed.
const ALLOCATOR: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
    ("MALLOC_TRIM_THRESHOLD_", "65536"),
];

/// Starts this program once more in its own place, since the allocator reads its settings at the start
/// alone. Whatever the operator has set stays so; where it cannot be done, it runs as it is.
pub fn settle_the_allocator() {
    let missing: Vec<_> = ALLOCATOR
        .into_iter()
        .filter(|(name, _)| env::var_os(name).is_none())
        .collect();
    let (Ok(program), false) = (env::current_exe(), missing.is_empty()) else {
        return;
    };
    let mut words = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = words.next() {
        again.arg0(name);
    }
    let _refused = again.args(words).envs(missing).exec();
}

/// Runs the daemon until it is told to stop.
///
/// # Errors
/// With the daemon's own exit code.
pub async fn run(config: Config, asked: args::Run) -> Result<(), Failure> {
    let options = RunOptions {
        rehearsal: asked.rehearsal,
        recipients: asked.recipients,
    };
    daemon::run(&config, &options)
        .await
        .map_err(|error| Failure {
            code: error.exit_code(),
            message: error.to_string(),
        })
}
