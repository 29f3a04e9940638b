//! The program under test: the daemon as a process of its own, driven by its own commands.
//!
//! A command may be given a moment at which the daemon is killed under it. Whatever commands print
//! and whatever the daemon logs (everything, at the most verbose level) is kept in the folder.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
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
    /// The folder of its crash points, where it was built with them.
    pub points: Option<Points>,
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
            points: None,
        }
    }

    /// Starts the daemon and waits until it has looked into its mailbox.
    pub fn start(&mut self) {
        if let Err(how) = self.try_start() {
            let folder = self.folder.display();
            panic!("the daemon ended: {how}; see {folder}");
        }
    }

    /// The same, or how it ended instead.
    pub fn try_start(&mut self) -> Result<(), String> {
        assert!(self.daemon.is_none(), "it runs already");
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.folder.join("log"))
            .expect("a log");
        let start = self.begins.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut program = self.program(&["run", "-vv", "--rehearsal", &start]);
        if let Some(points) = &self.points {
            program.env("POSTLUNCH_CRASH_POINTS", &points.folder);
        }
        let daemon = program
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the daemon starts");
        self.daemon = Some(daemon);
        let deadline = Instant::now() + START_MAX;
        loop {
            match self.status() {
                None => return Err("at its crash point".to_owned()),
                Some(status) if status["imap"]["up"] == true => return Ok(()),
                Some(_) => {}
            }
            if let Some(code) = self.has_ended() {
                return Err(code.to_string());
            }
            assert!(
                Instant::now() < deadline,
                "the daemon does not answer; see {}",
                self.folder.display()
            );
            sleep(Duration::from_millis(5));
        }
    }

    /// What `status` says, well or not; null if it says nothing, `None` if the daemon was killed.
    pub fn status(&mut self) -> Option<Value> {
        let (text, ended) = self.run(&["status", "--json"], None);
        ended.map(|_| serde_json::from_str(&text).unwrap_or_default())
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
        // Stopped at a crash point, the daemon is gone a moment after its command.
        let armed = self.points.as_ref().is_some_and(|points| points.was_met());
        killed |= armed && self.is_up() && self.ends();
        let text = std::fs::read_to_string(&printed).expect("what was printed");
        let errors = std::fs::read_to_string(printed.with_extension("err")).unwrap_or_default();
        let ended = match status.success() {
            true => Ok(()),
            false => Err(format!("{status}, {errors}")),
        };
        (text, (!killed).then_some(ended))
    }

    /// The most memory that the daemon has had at once, in KiB.
    pub fn memory_peak(&self) -> u64 {
        let id = self.daemon.as_ref().expect("a daemon").id();
        let told = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let peak = told.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak.unwrap_or(0)
    }

    /// The daemon's resident memory in KiB, and how many files and sockets it has open.
    pub fn resources(&self) -> (u64, usize) {
        let id = self.daemon.as_ref().expect("a daemon").id();
        let told = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
        let resident = told.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|line| line.split_whitespace().next()?.parse().ok());
        let handles = std::fs::read_dir(format!("/proc/{id}/fd")).expect("its handles");
        (resident.expect("a size"), handles.count())
    }

    /// SIGKILL, and the process is gone.
    pub fn kill(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            daemon.kill().expect("killed");
            daemon.wait().expect("gone");
            self.kills += 1;
        }
    }

    /// How the daemon ended by itself, if it did; then it is gone.
    fn has_ended(&mut self) -> Option<ExitStatus> {
        let ended = self.daemon.as_mut()?.try_wait().expect("a process")?;
        self.daemon = None;
        Some(ended)
    }

    /// Waits until the daemon, which met its crash point, is gone.
    pub fn ends(&mut self) -> bool {
        let deadline = Instant::now() + START_MAX;
        while self.has_ended().is_none() {
            assert!(Instant::now() < deadline, "it met its point and lives on");
            sleep(Duration::from_millis(1));
        }
        self.points
            .iter_mut()
            .for_each(|points| points.armed = None);
        self.kills += 1;
        true
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

/// Where a daemon built with crash points writes which it meets, and reads at which to end.
pub struct Points {
    folder: PathBuf,
    armed: Option<String>,
}

impl Points {
    /// In a folder that exists.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            armed: None,
        }
    }

    /// Says something to the daemon by a file of that name; `None` takes it back.
    pub fn say(&self, name: &str, words: Option<&str>) {
        let file = self.folder.join(name);
        match words {
            // Whole at once: it is read at any moment.
            Some(words) => {
                let fresh = file.with_extension("fresh");
                std::fs::write(&fresh, words).expect("written");
                std::fs::rename(fresh, file).expect("named");
            }
            None => drop(std::fs::remove_file(file)),
        }
    }

    /// The daemon ends at the next such point.
    pub fn arm(&mut self, point: &str) {
        std::fs::write(self.folder.join("armed"), point).expect("written");
        self.armed = Some(point.to_owned());
    }

    /// Whether a point was armed and the daemon has met it.
    pub fn was_met(&self) -> bool {
        self.armed.is_some() && !self.folder.join("armed").exists()
    }

    /// No longer; which point was armed and not met.
    pub fn disarm(&mut self) -> Option<String> {
        let unmet = std::fs::remove_file(self.folder.join("armed")).is_ok();
        self.armed.take().filter(|_| unmet)
    }

    /// The points met since this was last asked, in order.
    pub fn met(&mut self) -> Vec<String> {
        let file = self.folder.join("met");
        let told = std::fs::read_to_string(&file).unwrap_or_default();
        let _ = std::fs::remove_file(&file);
        told.lines().map(str::to_owned).collect()
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
