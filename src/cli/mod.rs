//! The command line: words in, a command done, an exit code out.
//!
//! Everything printed for a person goes through here, and nothing of what people wrote to each
//! other, except where somebody hands a mail in themselves (`explain`). A panic is a mistake of
//! ours: it is told in one line that holds no content, and ends with exit code 70.

mod args;
mod browser;
mod check;
mod demo;
mod ending;
mod explain;
mod help;
mod init;
mod log;
mod manual;
mod orders;
mod place;
mod preview;
mod run;
mod show;
mod status;
mod store;
mod values;

use args::{Command, CommandLine};
use clap::Parser;
use ending::{Code, Failure};
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Builder;
use tracing_subscriber::filter::LevelFilter;

/// The whole program.
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(tell_panic));
    panic::catch_unwind(program).unwrap_or_else(|_| Code::OwnMistake.into())
}

fn program() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(told) => {
            // Help and version are told this way too, with exit code 0.
            let code = u8::try_from(told.exit_code()).unwrap_or(Code::Usage as u8);
            let _ = told.print();
            return code.into();
        }
    };
    let common = line.common.clone();
    match begin(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                let message = common.as_typed(&failure.message);
                complain(&format!("postlunch: {message}"));
            }
            failure.code.into()
        }
    }
}

fn begin(line: CommandLine) -> Result<(), Failure> {
    if matches!(line.command, Command::Run(_)) {
        run::settle_the_allocator();
    }
    let (usual, mut builder) = match line.command {
        Command::Run(_) => (LevelFilter::INFO, few_threads()),
        // It may end in a rehearsal.
        Command::Init(_) => (LevelFilter::WARN, few_threads()),
        _ => (LevelFilter::WARN, Builder::new_current_thread()),
    };
    log::begin(line.common.verbose, line.common.quiet, usual)?;
    let runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("the system gives no threads: {error}")))?;
    let done = runtime.block_on(obey(line));
    // A thread that still waits for a name server shall not keep the terminal waiting.
    runtime.shutdown_background();
    done
}

/// Threads of a daemon, which waits most of the time. Each has memory of its own that it gives back to
/// nobody, so they are few and stay, instead of new ones coming with each mail.
fn few_threads() -> Builder {
    let mut builder = Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .max_blocking_threads(4)
        .thread_keep_alive(Duration::from_secs(24 * 60 * 60));
    builder
}

async fn obey(line: CommandLine) -> Result<(), Failure> {
    let common = &line.common;
    match line.command {
        Command::Demo(demo) => demo::demo(&demo, common.json).await,
        Command::Explain(explain) => explain::explain(&explain, common.json),
        Command::Preview(preview) => preview::preview(preview, common).await,
        Command::Help(help) => help::help(&help),
        Command::Man(man) => manual::man(&man),
        Command::Completions(asked) => manual::completions(&asked),
        Command::Init(asked) => init::init(common, asked).await,
        Command::Check(asked) => check::check(common, &asked).await,
        Command::Run(run) => run::run(place::load(common.config.as_deref())?, run).await,
        Command::Invite(invite) => orders::invite(common, invite).await,
        Command::Status(asked) => status::status(common, &asked).await,
        Command::Clock(clock) => orders::clock(common, clock).await,
        Command::Pairing(pairing) => orders::pairing(common, pairing).await,
        Command::Review(review) => orders::review(common, review).await,
        Command::Person(person) => orders::person(common, person).await,
        Command::Store(store) => store::store(common, &store).await,
        Command::Summary(_) => orders::summary(common).await,
        Command::Fabric(asked) => orders::fabric(common, &asked).await,
        Command::Hold => orders::hold(common, true).await,
        Command::Resume => orders::hold(common, false).await,
    }
}

/// Tells where it happened and never why: the reason may hold what somebody wrote.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map_or_else(
        || "an unknown place".to_owned(),
        |at| format!("{}:{}", at.file(), at.line()),
    );
    complain(&format!(
        "postlunch {}: a mistake of the program's own at {place}; nothing half done is kept. Start \
         it again, and report this line if it comes back.",
        env!("CARGO_PKG_VERSION")
    ));
}

/// Tells the standard error; if nobody listens there any more, so be it.
fn complain(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
