//! `postlunch run`: hands the configuration over to the daemon.

use crate::cli::args;
use crate::cli::ending::Failure;
use crate::config::Config;
use crate::daemon::{self, RunOptions};

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
