//! The program under test: the daemon as a process of its own, driven by its own commands.
//!
//! A command may be given a moment at which the daemon is killed under it. Whatever commands print
//! and whatever the daemon logs (everything, at the most verbose level) is kept in the folder.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longest wait for one command, which may pass through months.
const COMMAND_MAX: Duration = Duration::from_secs(100);

/// Longest wait for the daemon to answer after its start.
const START_MAX: Duration = Duration::from_secs(20);

/// The daemon, and the folder it lives in.
pub struct Process {
    folder: PathBuf,
    /// Where its clock begins, unless it stood later when it stopped.
    pub begins: DateTime<Utc>,
    daemon: Option<Child>,
    commands: u32,
    /// How often it was killed.
    pub kills: u32,
}

/// What a command came to.
#[derive(Debug)]
pub enum Ended {
    /// Exit code 0, with what it printed.
    Well(Value),
    /// Any other end, with what it printed.
    Badly(String),
    /// The daemon was killed under it.
    Killed,
}

impl Process {
    /// Writes the configuration into the folder; nothing runs yet.
    pub fn new(folder: &Path, configuration: &str, password: &str, start: DateTime<Utc>) -> Self {
        std::fs::create_dir_all(folder.join("printed")).expect("a folder");
        std::fs::write(folder.join("config.toml"), configuration).expect("written");
        let secret = folder.join("password");
        std::fs::write(&secret, password).expect("written");
        std::fs::set_permissions(&secret, Permissions::from_mode(0o600)).expect("permissions");
        Self {
            folder: folder.to_owned(),
            begins: start,
            daemon: None,
            commands: 0,
            kills: 0,
        }
    }

    /// Starts the daemon and waits until it has looked into its mailbox.
    pub fn start(&mut self) {
        assert!(self.daemon.is_none(), "it runs already");
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.folder.join("log"))
            .expect("a log");
        let start = self.begins.to_rfc3339_opts(SecondsFormat::Secs, true);
        let daemon = self
            .program(&["run", "-vv", "--rehearsal", &start])
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the daemon starts");
        self.daemon = Some(daemon);
        let deadline = Instant::now() + START_MAX;
        loop {
            if let Ended::Well(status) = self.command(&["status"])
                && status["imap"]["up"] == true
            {
                return;
            }
            let daemon = self.daemon.as_mut().expect("it was started");
            if let Some(code) = daemon.try_wait().expect("a process") {
                panic!(
                    "the daemon ended with {code}; see {}",
                    self.folder.display()
                );
            }
            assert!(
                Instant::now() < deadline,
                "the daemon does not answer; see {}",
                self.folder.display()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// Runs a command with `--json` to its end.
    pub fn command(&mut self, arguments: &[&str]) -> Ended {
        self.command_with_kill(arguments, None)
    }

    /// Runs a command as a person does; it must do well, and what it prints is kept.
    pub fn look(&mut self, arguments: &[&str]) {
        let (_, ended) = self.run(arguments, None);
        let ended = ended.expect("nobody killed it");
        assert!(ended.is_ok(), "{arguments:?}: {ended:?}");
    }

    /// The same; `kill_after` so long the daemon gets SIGKILL, though the command still runs. If
    /// the command is faster, the daemon is killed behind it.
    pub fn command_with_kill(&mut self, arguments: &[&str], kill_after: Option<Duration>) -> Ended {
        let arguments = [arguments, &["--json"]].concat();
        let (text, ended) = self.run(&arguments, kill_after);
        match ended {
            None => Ended::Killed,
            Some(Err(why)) => Ended::Badly(format!("{why}: {text}")),
            Some(Ok(())) => match serde_json::from_str(&text) {
                Ok(value) => Ended::Well(value),
                Err(_) => Ended::Badly(format!("{arguments:?} printed no JSON: {text}")),
            },
        }
    }

    /// What it printed, and how it ended; `None` if the daemon was killed under it.
    fn run(
        &mut self,
        arguments: &[&str],
        kill_after: Option<Duration>,
    ) -> (String, Option<Result<(), String>>) {
        self.commands += 1;
        let printed = self.folder.join(format!("printed/{:04}", self.commands));
        let out = File::create(&printed).expect("a file");
        let errors = File::create(printed.with_extension("err")).expect("a file");
        let began = Instant::now();
        let mut command = self
            .program(arguments)
            .stdout(out)
            .stderr(errors)
            .spawn()
            .expect("the command starts");
        let mut killed = false;
        let status = loop {
            if kill_after.is_some_and(|after| !killed && began.elapsed() >= after) {
                self.kill();
                killed = true;
            }
            if let Some(status) = command.try_wait().expect("a process") {
                break status;
            }
            if began.elapsed() > COMMAND_MAX {
                let _ = command.kill();
                let _ = command.wait();
                let place = printed.display();
                panic!("{arguments:?} took longer than {COMMAND_MAX:?}; see {place}");
            }
            sleep(Duration::from_millis(1));
        };
        if kill_after.is_some() && !killed {
            self.kill();
            killed = true;
        }
        let text = std::fs::read_to_string(&printed).expect("what was printed");
        let errors = std::fs::read_to_string(printed.with_extension("err")).unwrap_or_default();
        let ended = match status.success() {
            true => Ok(()),
            false => Err(format!("{status}, {errors}")),
        };
        (text, (!killed).then_some(ended))
    }

    /// SIGKILL, and the process is gone.
    pub fn kill(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().expect("killed");
            daemon.wait().expect("gone");
            self.kills += 1;
        }
    }

    /// Asks the daemon to end, by SIGTERM, and gives its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let mut daemon = self.daemon.take()?;
        let asked = Command::new("kill").arg(daemon.id().to_string()).status();
        assert!(asked.expect("kill").success());
        let deadline = Instant::now() + START_MAX;
        while Instant::now() < deadline {
            if let Some(status) = daemon.try_wait().expect("a process") {
                return status.code();
            }
            sleep(Duration::from_millis(5));
        }
        daemon.kill().expect("killed");
        daemon.wait().expect("gone");
        panic!("the daemon does not stop; see {}", self.folder.display());
    }

    /// Whether a daemon was started and not taken down.
    pub const fn is_up(&self) -> bool {
        self.daemon.is_some()
    }

    fn program(&self, arguments: &[&str]) -> Command {
        let built = env!("CARGO_BIN_EXE_postlunch").to_owned();
        let binary = std::env::var("POSTLUNCH_TEST_BINARY").unwrap_or(built);
        let mut command = Command::new(binary);
        command
            .args(arguments)
            .arg("--config")
            .arg(self.folder.join("config.toml"))
            .current_dir(&self.folder)
            .env_remove("POSTLUNCH_LOG")
            .stdin(Stdio::null());
        command
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(daemon) = &mut self.daemon {
            // A test failed; the process must not outlive it.
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}
